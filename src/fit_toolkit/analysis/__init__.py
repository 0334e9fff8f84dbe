"""Pure functions over courses, arrays and frames; public for plugins.

Names are given out lazily, so that a child process that needs one of them loads only that one.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Band": "fit_toolkit.analysis.usual",
    "usual_band": "fit_toolkit.analysis.usual",
    "student_quantile": "fit_toolkit.analysis.quantiles",
}
__all__ = ["Band", "student_quantile", "usual_band"]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
