"""When two people's ratings of one session are called far from each other: a convention of the page, not a test."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fit_toolkit.sheets.data import Panel

FAR = 0.3  # of the range: 3 of 10


def far_from(low: float, high: float) -> float:
    """From how far on two ratings on this range are called far apart."""
    return round(FAR * (high - low), 6)


def far_apart(one: float, other: float, low: float, high: float) -> bool:
    """Whether two ratings of one session lie that far from each other."""
    return round(abs(one - other), 6) >= far_from(low, high)


def ties(panel: Panel, x: Callable[[date], float], y: Callable[[float], float]) -> str:
    """An upright line between the client's and the therapist's rating of each session where they lie far apart."""
    own = {p.on: p.value for s in panel.series if s.rater == "client" for p in s.points}
    return "".join(
        f"M{x(p.on):.2f} {y(own[p.on]):.2f}V{y(p.value):.2f}"
        for series in panel.series if series.rater == "therapist" for p in series.points
        if p.on in own and far_apart(own[p.on], p.value, panel.minimum, panel.maximum)
    )  # fmt: skip
