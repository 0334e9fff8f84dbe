"""Alert policy `control-chart`: the rating is beyond the control limit of this client's earlier ratings."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl
from fit_toolkit.analysis import control_chance, control_limits

LONGEST = 11  # earlier ratings at the last of 12 sessions


class ControlChart(AlertPolicy, frozen=True):
    """The rating is worse than the control limit (XmR chart) that this client's earlier ratings set.

    The limit is their mean less 2.66 times their mean step from one rating to the next. It needs `least` earlier ratings
    that are not all the same. With so few, the limit is itself uncertain: an ordinary rating of a course of 12 is beyond
    it about 1 time in 58, not 1 in 741 as the textbooks have it for limits that are known. That figure is computed for
    ratings that vary normally and independently round a steady level. It is more often where a rating takes after the one
    before (1 in 39 with an autocorrelation of .3), where ratings are whole numbers and vary little (1 in 33 with an SD of
    0.7), and where they bunch at the best there is (1 in 37 for a client whose mean lies 1 SD below it). Over once the
    rating is back at the limit as it stood when the alert opened.
    """

    kind: ClassVar[str] = "control-chart"
    basis = "unusual"
    fires_on = (8.0, 7.5, 8.2, 7.8, 8.1, 5.0)
    quiet_on = (8.0, 7.5, 8.2, 7.8, 8.1, 7.2)

    least: Annotated[int, Meta(ge=3, le=30, description="how many earlier ratings before there is a limit")] = 5

    @property
    def chance(self) -> float:
        """Computed for a course of 12 ratings, or for its first rating that can be judged where that comes later."""
        return control_chance(self.least, max(self.least, LONGEST))

    @property
    def min_ratings(self) -> int:
        """The first rating that can be compared."""
        return self.least + 1

    def find(self, course: Course) -> Findings:
        """Compare each rating with the limit from the ratings before it."""
        limits = control_limits(course, least=self.least)
        edge = limits.low if course.scale.higher_is_better else limits.high
        return course.where(
            course.worsening(since=edge) > 0,
            back_to=edge,
            usual=limits.centre,
            limit=edge,
            reason="{value:g}, {gap:.0f} days after the rating before, is beyond the control limit ({limit:.2f}) of this"
            " client's earlier ratings (mean {usual:.1f})",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Give the policy."""
    return [ControlChart]
