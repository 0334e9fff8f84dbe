"""Alert policy `left-out`: a flagged question that was on the form was not answered."""

from __future__ import annotations

from typing import ClassVar

from fit_toolkit import AlertPolicy, Course, Example, Findings, hookimpl


class LeftOut(AlertPolicy, frozen=True):
    """A flagged question was on the form and was not answered; over once it is.

    No answer is no "no". It stays quiet where the question did not apply, where the form itself lets it be left out, and
    where only totals came in.
    """

    kind: ClassVar[str] = "left-out"
    basis = "absence"
    severity = "notice"
    item: ClassVar[bool] = True
    left_out: ClassVar[bool] = True
    fires_on = Example((0.0, 0.0, 1.0), higher_is_better=False)
    quiet_on = Example((0.0, 0.0, 0.0), higher_is_better=False)

    def find(self, course: Course) -> Findings:
        """Look at every form: 1 is left out, 0 is answered."""
        silent = course.value >= 1
        return course.where(silent, times=course.streak(silent), reason="a flagged question was left out")


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [LeftOut]
