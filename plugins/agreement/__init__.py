"""A section about both sides: how far client and therapist lie apart on each scale, and whether they move together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from msgspec import Meta

from fit_toolkit import Rating, Section, SheetView, hookimpl
from fit_toolkit.analysis import one_course, rater_agreement

if TYPE_CHECKING:
    from pandas import DataFrame

fit_hook_api = "1.1"
OTHER: Final = Rating(rater="other")
LEAST: Final = 2  # sessions both rated, without which there is no interval


class AgreementSection(Section, frozen=True):
    """How client and therapist rated the same sessions, scale by scale: how far apart, and whether they move together.

    Looking back, and something to talk about: that two people see a session differently says nothing by itself about how
    the therapy goes. Of the sessions with the therapist of now that both rated: mean gap with its 95 % interval, gap of
    the last 3, correlation from 6 on. The interval takes sessions as independent and so is somewhat too narrow. Nothing
    is shown before both have rated two sessions.
    """

    kind: ClassVar[str] = "agreement"

    instrument: Annotated[str, Meta(min_length=1, description="the id of the instrument the client rates")]
    other_instrument: Annotated[
        str, Meta(min_length=1, description="the instrument with the therapist's rating of the same sessions")
    ]
    scales: Annotated[
        tuple[str, ...], Meta(max_length=12, description="which scales, in this order; all that both have unless said")
    ] = ()
    rater: Annotated[str, Meta(min_length=1, description="whose rating the first is")] = "client"
    other_rater: Annotated[str, Meta(min_length=1, description="whose rating the other is")] = "therapist"

    def data(self, view: SheetView) -> Mapping[str, Any] | None:
        """Give one row for each scale that both rated at two sessions or more."""
        own, theirs = (
            self._rated(view, self.instrument, self.rater),
            self._rated(view, self.other_instrument, self.other_rater),
        )
        shared = [scale for scale in dict.fromkeys(own.scale) if scale in set(theirs.scale)]
        rows = [_row(own, theirs, scale) for scale in self.scales or shared]
        kept = [row for row in rows if row["both"] >= LEAST]
        if not kept:
            return None
        main = view.main_scales.get(self.instrument, "total")
        if not self.scales:
            kept.sort(key=lambda row: row["scale"] != main)
        return {
            "title": view.titles.get(self.instrument, self.instrument),
            "own": self.rater,
            "other": self.other_rater,
            "rows": [row | {"main": row["scale"] == main} for row in kept],
        }

    def _rated(self, view: SheetView, instrument: str, rater: str) -> DataFrame:
        """Give one side's ratings of sessions with the therapist of now: with another one the two began anew."""
        seen = view.ratings
        rated = seen[(seen.instrument == instrument) & (seen.rater == rater) & seen.value.notna()]
        both = seen[seen.instrument.isin([self.instrument, self.other_instrument])]
        return rated if both.empty else rated[rated.therapist == both.therapist.iloc[-1]]


def _row(own: DataFrame, theirs: DataFrame, scale: str) -> dict[str, Any]:
    """Give the figures of one scale; None where there are too few sessions for one of them."""
    sides = [
        dict(zip(each.date, each.value, strict=True)) for each in (side[side.scale == scale] for side in (own, theirs))
    ]
    values = [value for side in sides for value in side.values()] or [0.0]
    course = one_course(sides[0], low=min(values), high=max(values), others={OTHER: sides[1]})
    found = rater_agreement(course, OTHER)
    return {
        "scale": scale,
        "both": int(found.both[0]),
        "either": int(found.either[0]),
        "gap": _said(found.gap[0]),
        "low": _said(found.low[0]),
        "high": _said(found.high[0]),
        "last_gap": _said(found.last_gap[0]),
        "correlation": _said(found.correlation[0]),
        "apart": bool(found.apart[0]),
    }


def _said(figure: float) -> float | None:
    """Round a figure to what is computed exactly; None for what is not known."""
    return None if math.isnan(figure) else round(float(figure), 6)


@hookimpl
def register_sheet_sections() -> list[type[Section]]:
    """Give the section."""
    return [AgreementSection]


@hookimpl
def register_template_dirs() -> list[Traversable]:
    """Give its template."""
    return [files(__package__) / "templates"]
