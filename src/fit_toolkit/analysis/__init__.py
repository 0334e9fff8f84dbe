"""Pure functions over courses, arrays and frames; public for plugins.

Names are given out lazily, so that a child process that needs one of them loads only that one.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Band": "fit_toolkit.analysis.usual",
    "ByChance": "fit_toolkit.analysis.sudden",
    "Change": "fit_toolkit.analysis.change.reliable",
    "Consistency": "fit_toolkit.analysis.reliability",
    "Cutoff": "fit_toolkit.analysis.change.cutoffs",
    "Intervals": "fit_toolkit.analysis.reliability",
    "Repeated": "fit_toolkit.analysis.reliability",
    "Shares": "fit_toolkit.analysis.reliability",
    "SuddenGainRule": "fit_toolkit.analysis.sudden",
    "SuddenGains": "fit_toolkit.analysis.sudden",
    "all_methods": "fit_toolkit.analysis.change.side_by_side",
    "anxiety_pair": "fit_toolkit.analysis.change.talking_therapies",
    "by_chance": "fit_toolkit.analysis.sudden",
    "clinical_cutoff": "fit_toolkit.analysis.change.cutoffs",
    "consistency": "fit_toolkit.analysis.reliability",
    "consistency_intervals": "fit_toolkit.analysis.reliability",
    "cutoff_interval": "fit_toolkit.analysis.change.cutoffs",
    "hageman_arrindell": "fit_toolkit.analysis.change.hageman",
    "important_difference": "fit_toolkit.analysis.change.important",
    "label_agreement": "fit_toolkit.analysis.change.side_by_side",
    "percent_change": "fit_toolkit.analysis.change.points",
    "points_change": "fit_toolkit.analysis.change.points",
    "reliable_change": "fit_toolkit.analysis.change.reliable",
    "repeated_intervals": "fit_toolkit.analysis.reliability",
    "repeated_ratings": "fit_toolkit.analysis.reliability",
    "shares": "fit_toolkit.analysis.reliability",
    "slope_change": "fit_toolkit.analysis.change.slopes",
    "smallest_detectable_change": "fit_toolkit.analysis.change.points",
    "student_quantile": "fit_toolkit.analysis.quantiles",
    "sudden_gains": "fit_toolkit.analysis.sudden",
    "talking_therapies": "fit_toolkit.analysis.change.talking_therapies",
    "usual_band": "fit_toolkit.analysis.usual",
}
__all__ = [
    "Band",
    "ByChance",
    "Change",
    "Consistency",
    "Cutoff",
    "Intervals",
    "Repeated",
    "Shares",
    "SuddenGainRule",
    "SuddenGains",
    "all_methods",
    "anxiety_pair",
    "by_chance",
    "clinical_cutoff",
    "consistency",
    "consistency_intervals",
    "cutoff_interval",
    "hageman_arrindell",
    "important_difference",
    "label_agreement",
    "percent_change",
    "points_change",
    "reliable_change",
    "repeated_intervals",
    "repeated_ratings",
    "shares",
    "slope_change",
    "smallest_detectable_change",
    "student_quantile",
    "sudden_gains",
    "talking_therapies",
    "usual_band",
]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on first use."""
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
