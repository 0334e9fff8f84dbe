"""What is watched: one scale or item by one rater, and what policies may know about it."""

from __future__ import annotations

from typing import NamedTuple

from fit_toolkit.course import Limit, ScaleView
from fit_toolkit.model.instrument import Cutoff, Instrument, ReliableChange


class Silence(NamedTuple):
    """When an item may be left out: after these items add up to that much."""

    skips: tuple[tuple[tuple[str, ...], float], ...] = ()

    @property
    def deciding(self) -> tuple[str, ...]:
        """The items that decide it."""
        return tuple(dict.fromkeys(id for when, _ in self.skips for id in when))


class Stream(NamedTuple):
    """One scale (or item) of one instrument as one kind of rater answers it.

    With `silence` it is not the answer to the item that is watched, but whether there is one: 1 where it was left out, 0
    where not, and no point where it did not apply.
    """

    instrument: str
    scale: str
    rater: str
    item: bool
    alliance: bool
    occasion: str  # the usual one, for members who were never rated
    silence: Silence | None = None

    @classmethod
    def of(cls, instrument: Instrument, scale: str, rater: str, *, left_out: bool = False) -> Stream:
        """Describe a stream; an unknown scale or item is refused by the instrument."""
        view = instrument.watchable(scale)
        alliance = instrument.construct == "alliance"
        skips = tuple((skip.when, skip.equals) for skip in instrument.skips if scale in skip.items)
        silence = Silence(skips) if left_out else None
        return cls(instrument.id, scale, rater, view.kind == "item", alliance, instrument.usual_occasion, silence)


def silence_view(instrument: Instrument, item: str) -> ScaleView:
    """What a policy sees of whether an item was answered: 1 is worse than 0, and there is nothing between."""
    title = instrument.watchable(item).title
    return ScaleView(instrument=instrument.id, scale=item, title=title, higher_is_better=False, low=0, high=1)


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
