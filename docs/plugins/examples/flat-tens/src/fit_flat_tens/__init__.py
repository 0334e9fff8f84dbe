"""Alert policy `flat-tens`: perfect ratings, several times running."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl

fit_hook_api = "1.0"


class FlatTens(AlertPolicy, frozen=True):
    """The highest rating there is, `times` times in a row: worth asking what would make it better."""

    kind: ClassVar[str] = "flat-tens"
    severity = "notice"

    times: Annotated[int, Meta(ge=2, description="how many perfect ratings in a row")] = 3

    # Its own proof, on a scale from 0 to 10: it has to fire at the last of these, and nowhere in those.
    fires_on = (8.0, 10.0, 10.0, 10.0)
    quiet_on = (10.0, 10.0, 9.9, 10.0, 10.0)

    def find(self, course: Course) -> Findings:
        """Look for the best there is, several times running."""
        best = course.scale.high if course.scale.higher_is_better else course.scale.low
        row = course.streak(course.value == best)
        return course.where(row >= self.times, row=row, reason="the best rating there is, {row:.0f} times in a row")


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Tell the toolkit which policies are here."""
    return [FlatTens]
