"""Alert policy `slow-erosion`: many ratings a little worse than usual add up."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, Norms, hookimpl
from fit_toolkit.analysis import erosion_run_length, slow_erosion

OWN_RATINGS = 3
MOST = 2.0  # SDs that one rating can add at the most


class SlowErosion(AlertPolicy, frozen=True):
    """Ratings a little worse than those before them have added up to `limit` (one-sided cumulative sum, CUSUM).

    Each rating is compared with what the ratings before it lead to expect, in SDs; what it is worse by, less `allowance`,
    is added up, never below 0. One rating counts for 2 SDs at the most, so it takes several. With a norm set, from the
    second rating on; without one, from the client's own SD, once three earlier ratings that are not all the same are
    there. By chance the sum of a steady client reaches the default limit about once in 160 ratings, computed for ratings
    that vary normally and independently round a steady level. Where a rating takes after the one before, it is far more
    often: about once in 62 with an autocorrelation of .3. Over once the sum is back at half of the limit or less.
    """

    kind: ClassVar[str] = "slow-erosion"
    basis = "unusual"
    fires_on = (8.0, 8.3, 7.9, 8.1, 7.7, 7.5, 7.2, 6.8)
    quiet_on = (8.0, 8.3, 7.9, 8.1, 7.7, 8.2, 7.8, 8.1)

    limit: Annotated[float, Meta(gt=0, le=20, description="the sum, in SDs, that raises the alert (h)")] = 3.0
    allowance: Annotated[
        float, Meta(ge=0, lt=2, description="SDs worse that count as ordinary: half of the shift looked for (k)")
    ] = 0.5
    norms: Annotated[Norms | None, Meta(description="name of a norm set; left out: from the client alone")] = None

    @property
    def chance(self) -> float:
        """One in the mean number of ordinary ratings until the sum reaches the limit."""
        return 1 / erosion_run_length(self.allowance, self.limit, MOST)

    @property
    def min_ratings(self) -> int:
        """The first rating that can be compared."""
        return OWN_RATINGS + 1 if self.norms is None else 2

    def find(self, course: Course) -> Findings:
        """Add up along each course."""
        found = slow_erosion(course, norms=self.norms, k=self.allowance, cap=MOST)
        known = ~np.isnan(found.away)
        return course.where(
            known & (found.sum >= self.limit),
            until=known & (found.sum <= self.limit / 2),
            known=known,
            run=found.run,
            usual=found.usual,
            sum=found.sum,
            reason="{value:g}, {gap:.0f} days after the rating before; over {run:.0f} ratings small steps away from what"
            " was usual before ({usual:.1f}) have added up",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [SlowErosion]
