"""What is watched: one scale or item by one rater, and what policies may know about it."""

from __future__ import annotations

from typing import NamedTuple

from fit_toolkit.course import Limit, ScaleView
from fit_toolkit.model.instrument import Instrument


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


def scale_view(instrument: Instrument, scale: str) -> ScaleView:
    """What a policy sees of a scale or an item: direction, range, verified lines, and the trigger of a flagged item."""
    view = instrument.watchable(scale)
    risk = next((risk for risk in instrument.risk if risk.item == scale), None)
    limits = tuple(
        Limit(name=line.label, value=line.value, operator=line.operator, source=line.source) for line in view.cutoffs
    )
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
    )
