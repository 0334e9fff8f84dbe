"""Gives a masked array."""

from dataclasses import replace
from typing import Annotated

import numpy as np

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-masked"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        found = course.where(course.value > 0, reason="{value:g}")
        return replace(found, fires=np.ma.array(found.fires, mask=True))


@hookimpl
def register_alert_policies():
    return [Policy]
