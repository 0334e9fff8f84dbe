"""A policy about a flagged item."""

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"


class FlaggedTwice(AlertPolicy, frozen=True):
    """A flagged item was answered at its trigger, and a person has to look."""

    kind: ClassVar[str] = "flagged-twice"
    basis = "answer"
    severity = "safety"
    after: ClassVar[int] = 2
    item: ClassVar[bool] = True

    trigger: Annotated[float | None, Meta(description="from which answer on; left out: that of the instrument")] = None

    def __post_init__(self):
        if self.trigger is not None and self.trigger < 0:
            raise ValueError("trigger must not be negative")

    def find(self, course):
        line = course.scale.trigger if self.trigger is None else self.trigger
        if line is None:
            line = np.nan
        flagged = course.value >= line
        return course.where(
            flagged,
            until=np.zeros(len(course), bool),
            renew=flagged & (course.value > course.hold(course.previous, when=flagged)),
            answer=course.value,
            line=line,
            reason="answered {answer:g} (asked about from {line:g} on)",
        )


@hookimpl
def register_alert_policies():
    return (FlaggedTwice,)
