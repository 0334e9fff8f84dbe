"""Compares the days of ratings with today's date."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

from datetime import date

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-reads-clock"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        if len(course) and course.day[0] < (date.today() - date(1970, 1, 1)).days - 90:
            return course.where(course.value < 0, reason="long ago")
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
