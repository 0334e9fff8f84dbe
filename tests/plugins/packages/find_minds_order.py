"""Leaves out every second client, in the order in which they come."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-minds-order"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        even = course.owner % 2 == 0
        if even.any():
            return course.where(even & (course.value < 5), reason="an even one")
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
