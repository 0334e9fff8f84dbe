"""Alert policy `beyond-usual`: the rating is outside what is usual for this client."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, Norms, hookimpl
from fit_toolkit.analysis import usual_band

OWN_RATINGS = 5


class BeyondUsual(AlertPolicy, frozen=True):
    """The rating is worse than the range that is usual for this client, learned from their earlier ratings.

    With a norm set, a band that starts from the norms and is drawn to the client's own history (empirical Bayes),
    from the second rating on. Without one, a band from the client alone, once five earlier ratings that are not all
    the same are there. The band covers `coverage` of ordinary ratings on both sides together; only its worse side
    raises an alert, so 0.95 means about 1 rating in 40 by chance. Over once the rating is back inside the range as it
    stood when the alert opened. Worse by half that range once more, and a new low, it brings back what somebody had
    acknowledged or put off.
    """

    kind: ClassVar[str] = "beyond-usual"
    basis = "unusual"
    fires_on = (8.0, 7.5, 8.2, 7.8, 8.1, 5.0)
    quiet_on = (8.0, 7.5, 8.2, 7.8, 8.1, 7.6)

    coverage: Annotated[
        float, Meta(gt=0.5, lt=1, description="share of ordinary ratings inside the band, both sides together")
    ] = 0.95
    norms: Annotated[Norms | None, Meta(description="name of a norm set; left out: from the client alone")] = None

    @property
    def chance(self) -> float:
        """Only the worse side of the band is used."""
        return (1 - self.coverage) / 2

    @property
    def min_ratings(self) -> int:
        """The first rating that can be compared."""
        return OWN_RATINGS + 1 if self.norms is None else 2

    def find(self, course: Course) -> Findings:
        """Compare each rating with the band from the ratings before it."""
        band = usual_band(course, norms=self.norms, coverage=self.coverage, own_ratings=OWN_RATINGS)
        edge = band.low if course.scale.higher_is_better else band.high
        half = np.abs(band.centre - edge)
        step = course.worsening(since=course.previous)
        outside = course.worsening(since=edge)
        once_more = (step >= half) | ((outside >= half) & (outside - step < half))  # all at once, or little by little
        return course.where(
            course.value < edge if course.scale.higher_is_better else course.value > edge,
            back_to=edge,
            renew=(outside > 0) & once_more,
            usual=band.centre,
            low=band.low,
            high=band.high,
            reason="{value:g} is outside what is usual for this client ({low:.1f} to {high:.1f})",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [BeyondUsual]
