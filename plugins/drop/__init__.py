"""Alert policy `drop`: the rating fell since the one before."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl


class Drop(AlertPolicy, frozen=True):
    """The rating fell by `points` or more since the last one; over once it is back where it was.

    A convention, not a test: ratings that only vary by chance set it off often, so it is a notice. Another such fall, to
    a new low, brings back what somebody had acknowledged or put off.
    """

    kind: ClassVar[str] = "drop"
    severity = "notice"
    fires_on = (8.0, 8.5, 7.5)
    quiet_on = (8.0, 7.5, 7.0, 9.0)

    points: Annotated[float, Meta(gt=0, description="how many points worse than the rating before, at least")] = 1.0

    def find(self, course: Course) -> Findings:
        """Compare each rating with the one before."""
        fall = course.worsening(since=course.previous)
        return course.where(
            fall >= self.points,
            back_to=course.previous,
            renew=fall >= self.points,
            fall=fall,
            reason="down {fall:g} since the rating before, {gap:.0f} days ago",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [Drop]
