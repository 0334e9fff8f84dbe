"""A section in words: the shape of the course so far, and how far the other side's last ratings lie from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from fit_toolkit import Rating, Section, SheetView, hookimpl
from fit_toolkit.analysis import course_shapes, one_course, rater_agreement

fit_hook_api = "1.1"
OTHER = Rating(rater="other")


class CourseInWords(Section, frozen=True):
    """The shape of one scale's course so far, in a word, and the mean gap of the last three sessions both rated.

    Looking back only: a description of what was rated, by conventions, no forecast and no alert. Nothing is shown with
    fewer than four ratings.
    """

    kind: ClassVar[str] = "course-in-words"

    instrument: Annotated[str, Meta(min_length=1, description="the id of the instrument")]
    low: Annotated[float, Meta(description="the lowest value of the scale")] = 0.0
    high: Annotated[float, Meta(description="the highest value of the scale")] = 10.0
    higher_is_better: Annotated[bool, Meta(description="whether higher values are better")] = True
    scale: Annotated[str, Meta(min_length=1, description="the scale of it")] = "total"
    rater: Annotated[str, Meta(min_length=1, description="whose rating")] = "client"
    other: Annotated[
        str, Meta(description="the instrument with the other side's rating of the same sessions; none unless said")
    ] = ""
    other_rater: Annotated[str, Meta(min_length=1, description="who the other side is")] = "therapist"

    def __post_init__(self) -> None:
        """Refuse a scale without a range."""
        if not self.low < self.high:
            raise ValueError("low has to be less than high")

    def data(self, view: SheetView) -> Mapping[str, Any] | None:
        """Give the shape, what it rests on, and the gap to the other side."""
        mine = self._ratings(view, self.instrument, self.rater)
        theirs = self._ratings(view, self.other, self.other_rater, of_now=True) if self.other else {}
        course = one_course(
            mine, low=self.low, high=self.high, higher_is_better=self.higher_is_better, others={OTHER: theirs}
        )
        shapes = course_shapes(course)
        shape = str(shapes.name[0])
        if shape == "too-few":
            return None
        gap = float(rater_agreement(course, OTHER).last_gap[0])
        return {
            "title": view.titles.get(self.instrument, self.instrument),
            "shape": shape,
            "count": len(mine),
            "start": float(shapes.start[0]),
            "end": float(shapes.end[0]),
            "days": int(shapes.longest_gap[0]),
            "gap": None if math.isnan(gap) else round(gap, 6),
            "other": self.other_rater,
        }

    def _ratings(self, view: SheetView, instrument: str, rater: str, *, of_now: bool = False) -> dict[Any, float]:
        """Give one side's ratings by the day of the session; of two on one day the later.

        `of_now`: with the therapist of now only, as two who meet anew have no gap yet.
        """
        seen = view.ratings
        own = (seen.instrument == instrument) & (seen.scale == self.scale) & (seen.rater == rater) & seen.value.notna()
        if of_now and len(seen):
            both = seen[seen.instrument.isin([self.instrument, self.other])]
            own &= both.therapist.iloc[-1] == seen.therapist if len(both) else False
        return dict(zip(seen.date[own], seen.value[own].astype(float), strict=True))


@hookimpl
def register_sheet_sections() -> list[type[Section]]:
    """Give the section."""
    return [CourseInWords]


@hookimpl
def register_template_dirs() -> list[Traversable]:
    """Give its template."""
    return [files(__package__) / "templates"]
