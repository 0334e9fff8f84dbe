"""Uses the last rating of each course at every point."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-looks-ahead"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        last = course.value[course.offsets[1:][course.owner] - 1]
        fall = course.worsening(since=last)
        return course.where(fall < 0, fall=fall, reason="will get better by {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
