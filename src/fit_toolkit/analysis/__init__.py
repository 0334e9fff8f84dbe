"""Pure functions over courses, arrays and frames; public for plugins.

Names are given out lazily, so that a child process that needs one of them loads only that one.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Band": "fit_toolkit.analysis.usual",
    "Consistency": "fit_toolkit.analysis.reliability",
    "Intervals": "fit_toolkit.analysis.reliability",
    "Repeated": "fit_toolkit.analysis.reliability",
    "Shares": "fit_toolkit.analysis.reliability",
    "consistency": "fit_toolkit.analysis.reliability",
    "consistency_intervals": "fit_toolkit.analysis.reliability",
    "repeated_intervals": "fit_toolkit.analysis.reliability",
    "repeated_ratings": "fit_toolkit.analysis.reliability",
    "shares": "fit_toolkit.analysis.reliability",
    "student_quantile": "fit_toolkit.analysis.quantiles",
    "usual_band": "fit_toolkit.analysis.usual",
}
__all__ = [
    "Band",
    "Consistency",
    "Intervals",
    "Repeated",
    "Shares",
    "consistency",
    "consistency_intervals",
    "repeated_intervals",
    "repeated_ratings",
    "shares",
    "student_quantile",
    "usual_band",
]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
