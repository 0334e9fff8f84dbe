"""Alert policy `risk`: a flagged answer at or beyond its trigger."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable
from typing import Annotated, Any, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fit_toolkit import AlertPolicy, Course, Example, Findings, hookimpl

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
    "==": operators.eq,
}
ASKED = {
    "<": "below {trigger:g}",
    "<=": "from {trigger:g} down",
    ">": "above {trigger:g}",
    ">=": "from {trigger:g} on",
    "==": "at {trigger:g}",
}


class Risk(AlertPolicy, frozen=True):
    """A flagged item was answered at its trigger; a person has to answer, a lower answer later does not.

    It asks for a person again when a later answer is higher than those before it, or the first after one below the
    trigger. It shows what the client answered; it does not assess risk.
    """

    kind: ClassVar[str] = "risk"
    basis = "answer"
    severity = "safety"
    item: ClassVar[bool] = True
    fires_on = Example((0.0, 0.0, 1.0), parameters={"trigger": 1}, higher_is_better=False)
    quiet_on = Example((0.0, 0.0, 0.0), parameters={"trigger": 1}, higher_is_better=False)

    trigger: Annotated[
        float | None,
        Meta(description="from which answer on, towards the worse; left out: the trigger in the instrument file"),
    ] = None

    def find(self, course: Course) -> Findings:
        """Look at every answer to the item."""
        line, side = course.scale.trigger, course.scale.trigger_operator
        low = side in {"<", "<="} if line is not None else course.scale.higher_is_better
        if self.trigger is not None:  # "from which answer on": that answer counts, also where the file says "above"
            line, side = self.trigger, "<=" if low else ">="
        if line is None:
            line = np.nan  # nothing is flagged: no point is known, none fires
        flagged = COMPARE[side](course.value, line)
        return course.where(
            flagged,
            until=np.zeros(len(course), bool),
            renew=_asks_again(course, flagged, worse=-1 if low else 1),
            answer=course.value,
            trigger=line,
            reason=f"a flagged question was answered {{answer:g}} (asked about {ASKED[side]})",
        )


def _asks_again(course: Course, flagged: NDArray[np.bool_], *, worse: int) -> NDArray[np.bool_]:
    """Say where a flagged answer is beyond every other since the last unflagged one, or the first after it."""
    again = np.zeros(len(course), bool)
    # flagged answers are rare: look only at the courses that have one
    concerned = np.unique(course.owner[np.flatnonzero(flagged)])
    count = course.count[concerned]
    at = np.arange(count.sum()) + np.repeat(course.offsets[concerned] - np.cumsum(count) + count, count)
    if len(at):
        answer, is_flagged, is_first = course.tick[at] * worse, flagged[at], course.number[at] == 1
        low = int(answer.min())
        run = np.cumsum(~is_flagged | is_first) * (int(answer.max()) - low + 1) - low
        highest = np.maximum.accumulate(answer + run) - run
        anew = is_flagged & ~is_first
        anew[1:] &= ~is_flagged[:-1] | (answer[1:] > highest[:-1])
        again[at] = anew
    return again


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [Risk]
