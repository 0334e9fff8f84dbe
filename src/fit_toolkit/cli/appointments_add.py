"""`fit appointments add`: plan contacts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY, has_been
from fit_toolkit.cli.output import count, dry_run_option


@click.command("add")
@click.argument("episode")
@click.option("--on", type=DAY, required=True, help="The day.")
@click.option("--time", type=click.DateTime(["%H:%M"]), metavar="HH:MM", help="The local time.")
@click.option("--staff", metavar="CODE", help="With whom, where it is not the therapist.")
@click.option("--status", type=click.Choice(("planned", "held", "cancelled", "not-attended")), default="planned",
              show_default=True, help="What became of it.")  # fmt: skip
@click.option("--reason", help="Why it was cancelled.")
@click.option("--repeat", type=click.IntRange(1, 200), default=1, show_default=True, help="How many of them.")
@click.option("--every", "days", type=click.IntRange(1, 366), default=7, show_default=True, help="Days between them.")
@dry_run_option
@pass_app
def command(
    app: App, *, episode: str, on: date, time: datetime | None, staff: str | None, status: str, reason: str | None,
    repeat: int, days: int, dry_run: bool,
) -> None:  # fmt: skip
    """Plan one or more contacts of EPISODE; at most one a day."""
    from fit_toolkit.store import diary

    practice = app.practice
    has_been(app, on + timedelta(days=(repeat - 1) * days), status)
    with practice.store.begin(dry_run=dry_run) as c:
        for number in range(repeat):
            day = on + timedelta(days=number * days)
            moment = datetime.combine(day, time.time(), practice.zone) if time is not None else None
            diary.add_appointment(
                c, episode, on=day, staff=staff, time=moment, status=status, reason=reason, at=practice.now()
            )
    app.done(f"Added {count(repeat, 'appointment')} from {on}.", dry_run=dry_run)
