"""Alert policy `fall-from-best`: the rating is well below this client's best so far."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl


class FallFromBest(AlertPolicy, frozen=True):
    """The rating is `points` or more worse than the best so far; over once that best is reached again.

    Finds slow erosion, which no comparison with the rating before can see. A convention. Another `points` down, to a new
    low, bring back what somebody had acknowledged or put off.
    """

    kind: ClassVar[str] = "fall-from-best"
    fires_on = (7.0, 9.0, 8.5, 8.0, 7.0)
    quiet_on = (7.0, 9.0, 8.5, 7.5, 8.0)

    points: Annotated[float, Meta(gt=0, description="how many points worse than the best earlier rating")] = 2.0

    def find(self, course: Course) -> Findings:
        """Compare each rating with the best of the earlier ones."""
        best = course.best()
        fall = course.worsening(since=best)
        fall_before = fall - course.worsening(since=course.previous)  # that of the rating before, from the same best
        return course.where(
            fall >= self.points,
            back_to=best,
            renew=self._steps(fall) > np.maximum(self._steps(fall_before), 1),
            fall=fall,
            best=best,
            reason="{value:g} is {fall:g} worse than the best so far ({best:g})",
        )

    def _steps(self, fall: NDArray[np.float64]) -> NDArray[np.float64]:
        steps: NDArray[np.float64] = np.floor(fall / self.points + 1e-9)  # 0.6 is three times 0.2
        return steps


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [FallFromBest]
