"""Alert policy `divergence`: client and therapist saw the same session differently."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Example, Findings, Rating, hookimpl


class Divergence(AlertPolicy, frozen=True):
    """The two ratings of one session lie `gap` or more apart, by default twice in a row.

    Sessions that only one of the two rated neither count nor break the row. Over once they are less than half of
    `gap` apart. A conversation aid: disagreement does not by itself mean a worse course.
    """

    kind: ClassVar[str] = "divergence"
    severity = "notice"
    after: ClassVar[int] = 2
    fires_on = Example((8.0, 5.0, 4.0), other=(8.0, 8.0, 8.0))
    quiet_on = Example((8.0, 8.0, 8.0), other=(7.0, None, 6.0))

    other: Annotated[Rating, Meta(description="whose rating of the same session to compare with")] = Rating(
        rater="therapist"
    )
    gap: Annotated[float, Meta(gt=0, description="how many points apart, at least")] = 3.0

    def find(self, course: Course) -> Findings:
        """Compare each rating with the other side's rating of the same session."""
        theirs = course.beside(self.other)
        apart = course.change(since=theirs)
        np.abs(apart, out=apart)
        return course.where(
            apart >= self.gap,
            until=apart < self.gap / 2,
            apart=apart,
            theirs=theirs,
            reason="{apart:g} apart about the same session ({value:g} and {theirs:g})",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [Divergence]
