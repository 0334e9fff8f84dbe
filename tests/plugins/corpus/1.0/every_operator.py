"""A policy that asks a course everything it can be asked."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "1.0.3"


class EveryOperator(AlertPolicy, frozen=True):
    """The rating is worse than something that came before."""

    kind: ClassVar[str] = "every-operator"
    severity = "notice"
    basis = "convention"
    after: ClassVar[int] = 1

    points: Annotated[float, Meta(gt=0, description="how much worse")] = 1.5
    than: Annotated[Literal["mean", "median", "best"], Meta(description="than what")] = "mean"
    window: Annotated[int, Meta(ge=1, le=5, description="how many ratings the median is taken over")] = 3

    @property
    def min_ratings(self) -> int:
        return 2

    def find(self, course: Course) -> Findings:
        before = {"mean": course.earlier_mean(), "median": course.earlier_median(self.window), "best": course.best()}
        fall = course.worsening(since=before[self.than])
        low = course.value <= course.scale.low + 0.25 * (course.scale.high - course.scale.low)
        known = ~np.isnan(fall)
        opened = course.hold(course.value, when=fall >= self.points)
        return course.where(
            (fall >= self.points) | (low & (course.number > 1) & known),
            until=course.value >= course.first,
            known=known,
            renew=course.streak(low) == 3,
            reason="{value:g} is {fall:.2f} worse than before, {gap:.0f} days ago",
            fall=fall,
            value=course.value,
            change=course.change(since=course.previous),
            lag=course.lag(2),
            spread=course.earlier_sd(),
            total=course.earlier_sum(),
            number=course.number,
            session=course.session,
            quiet=course.days_since_previous,
            row=course.streak(low, known=known),
            opened=opened,
            part=course.prorated,
            mark=course.mark,
            started=course.each(course.members.started),
            age=course.each(course.members.age),
            count=course.each(course.count),
            owner=course.owner,
            day=course.day,
            millionths=course.tick,
            root=course.root,
            member=course.member[course.owner],
            begin=course.offsets[:-1][course.owner],
            most=float(course.max_gap_days),
            size=float(len(course)),
            better=float(course.scale.better),
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    return [EveryOperator]
