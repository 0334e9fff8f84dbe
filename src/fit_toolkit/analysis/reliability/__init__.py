"""How far a scale can be relied on: from the items of one giving, and from repeated ratings by the same people."""

from __future__ import annotations

from fit_toolkit.analysis.reliability.factor import one_factor
from fit_toolkit.analysis.reliability.floor_ceiling import Shares, shares
from fit_toolkit.analysis.reliability.items import Consistency, Intervals, consistency, consistency_intervals, reverse
from fit_toolkit.analysis.reliability.repeated import Repeated, repeated_intervals, repeated_ratings

__all__ = [
    "Consistency",
    "Intervals",
    "Repeated",
    "Shares",
    "consistency",
    "consistency_intervals",
    "one_factor",
    "repeated_intervals",
    "repeated_ratings",
    "reverse",
    "shares",
]
