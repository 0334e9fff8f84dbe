"""What is watched: one scale or item by one rater, and what policies may know about it."""

from __future__ import annotations

from typing import NamedTuple

from fit_toolkit.course import Limit, ScaleView
from fit_toolkit.model.instrument import Cutoff, Instrument, ReliableChange


class Stream(NamedTuple):
    """One scale (or item) of one instrument as one kind of rater answers it."""

    instrument: str
    scale: str
    rater: str
    item: bool
    alliance: bool
    occasion: str  # the usual one, for members who were never rated

    @classmethod
    def of(cls, instrument: Instrument, scale: str, rater: str) -> Stream:
        """Describe a stream; an unknown scale or item is refused by the instrument."""
        view = instrument.watchable(scale)
        alliance = instrument.construct == "alliance"
        return cls(instrument.id, scale, rater, view.kind == "item", alliance, instrument.usual_occasion)


def scale_view(instrument: Instrument, scale: str, rater: str = "") -> ScaleView:
    """What a policy sees of a scale or an item: direction, range, verified figures, and the trigger of a flagged item.

    A line for one kind of rater is left out for every other one; age and sex are asked of each member, at each point.
    """
    view = instrument.watchable(scale)
    risk = next((risk for risk in instrument.risk if risk.item == scale), None)
    change = _reliable_change(instrument, scale)
    limits = tuple(_limit(line) for line in view.cutoffs if not line.who or line.who.rater in (None, rater))
    return ScaleView(
        instrument=instrument.id,
        scale=scale,
        title=view.title,
        higher_is_better=view.direction == "higher_is_better",
        low=view.minimum,
        high=view.maximum,
        trigger=None if risk is None else risk.value,
        trigger_operator=">=" if risk is None else risk.operator,
        limits=limits,
        reliable_change=None if change is None else change.points,
        reliable_inclusive=change is None or change.inclusive,
    )


def _reliable_change(instrument: Instrument, scale: str) -> ReliableChange | None:
    """What the first verified source calls a reliable change; figures that were not checked drive nothing."""
    figures = next((each.reliable_change for each in instrument.scales if each.id == scale), ())
    return next((each for each in figures if each.verified), None)


def _limit(line: Cutoff) -> Limit:
    low, high = line.who.age if line.who and line.who.age else (None, None)
    return Limit(
        name=line.label,
        value=line.value,
        operator=line.operator,
        sex=line.who.sex if line.who else None,
        age_from=low,
        age_to=high,
        source=line.source,
    )
