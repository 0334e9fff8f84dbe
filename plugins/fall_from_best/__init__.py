"""Alert policy `fall-from-best`: the rating is well below this client's best so far."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl


class FallFromBest(AlertPolicy, frozen=True):
    """The rating is `points` or more worse than the best so far; over once that best is reached again.

    Finds slow erosion, which no comparison with the rating before can see. A convention.
    """

    kind: ClassVar[str] = "fall-from-best"
    fires_on = (7.0, 9.0, 8.5, 8.0, 7.0)
    quiet_on = (7.0, 9.0, 8.5, 7.5, 8.0)

    points: Annotated[float, Meta(gt=0, description="how many points worse than the best earlier rating")] = 2.0

    def find(self, course: Course) -> Findings:
        """Compare each rating with the best of the earlier ones."""
        best = course.best()
        fall = course.worsening(since=best)
        return course.where(
            fall >= self.points,
            back_to=best,
            fall=fall,
            best=best,
            reason="{value:g} is {fall:g} worse than the best so far ({best:g})",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [FallFromBest]
