"""Takes all the memory it can get."""

from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Findings, hookimpl

fit_hook_api = "1.0"
__version__ = "2.5"


class Policy(AlertPolicy, frozen=True):
    """Falls by `points` or more."""

    kind = "find-eats"
    points: Annotated[float, Meta(gt=0, description="how many points worse, at least")] = 1.0

    def find(self, course):
        hoard = [bytes(64 << 20) for _ in range(1000)]  # here
        return hoard


@hookimpl
def register_alert_policies():
    return [Policy]
