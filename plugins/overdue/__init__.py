"""Alert policy `overdue`: a rating that was expected has not come."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Example, Findings, hookimpl


class Overdue(AlertPolicy, frozen=True):
    """An expected rating is missing for `days` days or more; also when nothing was ever rated.

    What is expected comes from the plan and the diary; nothing is expected in a pause or after the end. Over once a
    rating comes in.
    """

    kind: ClassVar[str] = "overdue"
    basis = "absence"
    severity = "notice"
    clock: ClassVar[bool] = True
    fires_on = Example((8.0, 8.0), due=21)
    quiet_on = Example((8.0, 8.0), due=20)

    days: Annotated[int, Meta(ge=0, description="how many days after the day it was due")] = 21

    def find(self, course: Course) -> Findings:
        """Compare the day a rating was due with today."""
        members = course.members
        quiet = members.today - members.due
        return members.where(
            quiet >= self.days,
            since=members.due,
            again=members.due + self.days,
            quiet=quiet,
            reason="an expected rating has been missing for {quiet:.0f} days",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [Overdue]
