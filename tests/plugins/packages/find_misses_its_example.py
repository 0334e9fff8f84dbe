"""Does not fire on its own example."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-misses-its-example"
    fires_on = (8.0, 8.0, 7.5)
    quiet_on = (8.0, 8.0, 8.0)
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        pass
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
