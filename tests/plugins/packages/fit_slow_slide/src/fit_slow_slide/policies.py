"""The rating has been falling for some sessions in a row."""

from importlib.resources import files
from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, hookimpl

from .arithmetic import falling


class SlowSlide(AlertPolicy, frozen=True):
    """Each of the last `times` ratings was worse than the one before it."""

    kind = "slow-slide"
    times: Annotated[int, Meta(ge=2, description="how many falls in a row")] = 3

    def find(self, course):
        row = course.streak(falling(course))
        return course.where(row >= self.times, row=row, reason="the {row:.0f}. fall in a row")


class Plugin:
    """An object that carries the hooks, named in the entry point."""

    fit_hook_api = "1.0"

    @hookimpl
    def register_alert_policies(self):
        return [SlowSlide]

    @hookimpl
    def register_instruments(self):
        return [files("fit_slow_slide")]


plugin = Plugin()
