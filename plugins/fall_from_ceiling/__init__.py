"""Alert policy `fall-from-ceiling`: after a row of the best ratings there are, one that is not."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, Norms, hookimpl
from fit_toolkit.analysis import ceiling_chance


class FallFromCeiling(AlertPolicy, frozen=True):
    """The rating is `points` or more below the best there is, after `times` ratings in a row at it.

    Ratings at the ceiling do not vary, so nothing that learns from the client's own variation can see this fall. A
    convention. With a norm set the alert says how often chance alone brings it about: about 1 in N next ratings after
    such a row, computed for ratings that vary normally and independently round a level of the client's own, by the norms,
    and are cut off at the best there is. It takes ratings as marks on a line, unless `unit` says in which steps they go:
    with whole numbers and `points` 1, chance alone does it about twice as often (1 in 5, not 1 in 11, by a norm set of mean
    37, SDs 2.5 and 1.5, and 40 for the best). Over once the rating is back at the ceiling, or within `near` of it.
    """

    kind: ClassVar[str] = "fall-from-ceiling"
    fires_on = (9.0, 10.0, 10.0, 10.0, 8.5)
    quiet_on = (10.0, 10.0, 9.5, 10.0, 8.0)

    points: Annotated[float, Meta(gt=0, description="how many points below the best there is, at least")] = 1.0
    times: Annotated[int, Meta(ge=2, le=30, description="how many ratings at the ceiling in a row before it")] = 3
    near: Annotated[float, Meta(ge=0, description="so many points below the best there is are still the ceiling")] = 0.0
    unit: Annotated[
        float, Meta(ge=0, description="steps in which ratings go, for the chance figure; 0: marks on a line")
    ] = 0.0
    norms: Annotated[Norms | None, Meta(description="name of a norm set, for the chance figure")] = None

    def __post_init__(self) -> None:
        """Refuse a fall that would still be the ceiling."""
        if self.points <= self.near:
            raise ValueError("points has to be more than near")
        if self.unit > self.points - self.near:
            raise ValueError("unit has to be no more than points less near")

    @property
    def min_ratings(self) -> int:
        """The first rating that can be compared."""
        return self.times + 1

    def find(self, course: Course) -> Findings:
        """Look for ratings that have fallen since a row at the ceiling."""
        best = course.scale.high if course.scale.higher_is_better else course.scale.low
        fall = course.worsening(since=best)
        there = fall <= self.near
        row = np.nan_to_num(course.hold(course.streak(there), when=there))
        fires = (fall >= self.points) & (row >= self.times)
        told = "; about 1 in {by_chance_one_in:.0f} ratings after such a row by chance" if self.norms else ""
        return course.where(
            fires,
            until=there,
            known=np.ones(len(course), bool),
            row=row,
            fall=fall,
            by_chance_one_in=self._one_in(course.scale.better, best),
            reason="{value:g}, {gap:.0f} days after the rating before: {fall:g} off the best there is, after {row:.0f}"
            f" in a row at it{told}",
        )

    def _one_in(self, better: int, best: float) -> float:
        if self.norms is None:
            return float("nan")
        half = self.unit / 2  # a rating that goes by steps stands for all marks up to half a step from it
        chance = ceiling_chance(
            self.norms, best=best, better=better, points=self.points - half, times=self.times, near=self.near + half
        )
        return 1 / max(chance, 1e-6)


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [FallFromCeiling]
