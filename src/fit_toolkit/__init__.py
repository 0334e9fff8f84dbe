"""Open software for feedback-informed treatment: ratings in, alerts and one-page feedback sheets out.

The names below are all that a plugin needs; they are given out lazily, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "hookimpl": "fit_toolkit.hookspecs",
    "HOOK_API": "fit_toolkit.hookspecs",
    "AlertPolicy": "fit_toolkit.course",
    "Course": "fit_toolkit.course",
    "Curve": "fit_toolkit.course",
    "Example": "fit_toolkit.course",
    "Findings": "fit_toolkit.course",
    "Norms": "fit_toolkit.course",
    "Rating": "fit_toolkit.course",
    "ScoringRule": "fit_toolkit.model",
    "Channel": "fit_toolkit.model.parts",
    "LocalPath": "fit_toolkit.model.parts",
    "Message": "fit_toolkit.model.parts",
    "RawTable": "fit_toolkit.model.parts",
    "Reader": "fit_toolkit.model.parts",
    "Section": "fit_toolkit.model.parts",
    "SheetView": "fit_toolkit.model.parts",
    "Export": "fit_toolkit.model.writing",
    "ExportPart": "fit_toolkit.model.writing",
    "Writer": "fit_toolkit.model.writing",
    "DataError": "fit_toolkit.errors",
    "DeliveryError": "fit_toolkit.errors",
}
__all__ = [
    "HOOK_API",
    "AlertPolicy",
    "Channel",
    "Course",
    "Curve",
    "DataError",
    "DeliveryError",
    "Example",
    "Export",
    "ExportPart",
    "Findings",
    "LocalPath",
    "Message",
    "Norms",
    "Rating",
    "RawTable",
    "Reader",
    "ScoringRule",
    "Section",
    "SheetView",
    "Writer",
    "__version__",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
