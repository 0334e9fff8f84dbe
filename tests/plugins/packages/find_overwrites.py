"""Overwrites a column that is worked out from the ratings, and so its own evidence."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-overwrites"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        course.value[:] = 0  # here
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
