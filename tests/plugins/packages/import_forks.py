"""Forks while it is imported, and both copies go on."""

from typing import Annotated
import os

from msgspec import Meta

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"

os.fork()


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "import-forks"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
