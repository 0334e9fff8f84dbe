"""Alert policy `example-name`: the rating has been falling for some sessions in a row."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta

from fit_toolkit import AlertPolicy, Course, Findings, hookimpl

fit_hook_api = "1.0"  # the version of the hooks this is written for


class ExampleName(AlertPolicy, frozen=True):
    """Each of the last `times` ratings was worse than the one before it."""

    kind: ClassVar[str] = "example-name"  # its name in fit.toml
    severity = "notice"  # unless fit.toml says otherwise: safety, attention or notice

    # A parameter: fit.toml may set it beside `kind`. Its type and its bounds are checked there.
    times: Annotated[int, Meta(ge=2, description="how many falls in a row, at least")] = 3

    # Its own proof, on a scale from 0 to 10: it has to fire at the last of these, and nowhere in those.
    fires_on = (8.0, 7.0, 6.0, 5.0)
    quiet_on = (8.0, 7.0, 6.0, 6.0, 5.0, 9.0)

    def find(self, course: Course) -> Findings:
        """Answer yes or no for every rating; what stands here looks back only, never at a later rating."""
        worse = course.worsening(since=course.previous) > 0  # whichever way the scale runs
        row = course.streak(worse)
        return course.where(
            row >= self.times,
            row=row,  # evidence: kept with the alert, and what `reason` may tell
            reason="fall number {row:.0f} in a row, {gap:.0f} days after the rating before",
        )


@hookimpl
def register_alert_policies() -> list[type[AlertPolicy]]:
    """Tell the toolkit which policies are here."""
    return [ExampleName]
