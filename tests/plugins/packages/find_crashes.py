"""Kills its own process as a crash in C would."""

from typing import Annotated
import os
import signal

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-crashes"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        os.kill(os.getpid(), signal.SIGSEGV)


@hookimpl
def register_alert_policies():
    return [Policy]
