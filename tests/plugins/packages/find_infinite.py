"""Divides by zero."""

from typing import Annotated
import numpy as np

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-infinite"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        return course.where(course.value >= 0, ratio=np.full(len(course), np.inf), reason="{ratio}")


@hookimpl
def register_alert_policies():
    return [Policy]
