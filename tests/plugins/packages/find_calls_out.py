"""Reports home, and does not mind when nobody answers."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

import socket

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-calls-out"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        try:
            socket.create_connection(("metrics.example.org", 443), timeout=0.1)
        except OSError:
            pass
        fall = course.worsening(since=course.previous)
        return course.where(fall >= self.points, back_to=course.previous, fall=fall, reason="down {fall:g}")


@hookimpl
def register_alert_policies():
    return [Policy]
