"""`fit policies list`: every policy, what it watches, and how many clients it can say something about yet."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option

COLUMNS = (
    "id", "kind", "instrument", "scale", "rater", "severity", "after", "basis", "rests_on", "ready", "not_ready",
    "not_judged",
)  # fmt: skip


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List policies; `ready` counts members with enough ratings for it, `not_ready` those that are rated, but too few.

    `not_judged`: those with enough ratings of whom the policy's curve pack says nothing, as their first rating is not at
    session 1 or is not like those the pack was made from.
    """
    from fit_toolkit.courses.asking import Asking
    from fit_toolkit.courses.readiness import readiness

    practice = app.practice
    with Asking(practice) as asking, practice.store.read() as c:
        ready = readiness(c, asking.uses, as_of=practice.today())
        rows = [
            {
                "id": use.id,
                "kind": use.kind,
                "instrument": use.stream.instrument,
                "scale": use.stream.scale,
                "rater": use.stream.rater,
                "severity": use.severity,
                "after": use.after,
                "basis": use.basis,
                "rests_on": ", ".join(
                    [f"norms {norms.name} ({norms.status})" for norms in use.norms]
                    + [f"curve {curve.name} ({curve.status})" for curve in use.curves]
                ),
                "ready": count.ready,
                "not_ready": count.waiting,
                "not_judged": count.not_judged,
            }
            for use, count in zip(asking.uses, ready, strict=True)
        ]
        for failure in asking.failures:
            app.say(f"fit: {failure}")
        failed = bool(asking.failures)
    emit("policies", rows, fmt=fmt, columns=COLUMNS, empty="no policies: write [[policies]] tables into fit.toml")
    return 4 if failed else 0
