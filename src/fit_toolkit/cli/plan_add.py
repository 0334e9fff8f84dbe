"""`fit plan add`: plan an instrument."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option

RATERS = ("client", "therapist", "carer", "observer", "supervisor")


@click.command("add")
@click.argument("instrument")
@click.option("--episode", metavar="CODE", help="For this episode alone; left out, the default of the practice.")
@click.option("--rater", type=click.Choice(RATERS), help="Who rates; left out, the instrument's first.")
@click.option("--occasion", type=click.Choice(("start", "end", "between")),
              help="When in the session; left out, as the instrument says.")  # fmt: skip
@click.option("--every-sessions", type=click.IntRange(0), metavar="N", help="Every N sessions; 0: not expected.")
@click.option("--every-days", type=click.IntRange(1), metavar="N", help="Every N days.")
@click.option("--from", "starts", type=DAY, help="From this day on.")
@click.option("--until", type=DAY, help="Up to this day.")
@dry_run_option
@pass_app
def command(
    app: App, *, instrument: str, episode: str | None, rater: str | None, occasion: str | None,
    every_sessions: int | None, every_days: int | None, starts: date | None, until: date | None, dry_run: bool,
) -> None:  # fmt: skip
    """Plan INSTRUMENT: what is asked of whom, when and how often.

    What an episode has of its own for an instrument and rater takes the place of the practice's default.
    """
    from fit_toolkit.model.people import Asked
    from fit_toolkit.store import diary

    practice = app.practice
    known = practice.catalog.get(instrument)
    if rater is not None and rater not in known.raters:
        raise click.UsageError(f"{known.id} is rated by: {', '.join(known.raters)}")
    asked = Asked(
        instrument=known.id,
        rater=rater or known.raters[0],
        occasion=occasion or known.usual_occasion,
        every_sessions=every_sessions,
        every_days=every_days,
        starts_on=starts,
        ends_on=until,
    )
    with practice.store.begin(dry_run=dry_run) as c:
        entry = diary.add_plan(c, asked, episode=episode, at=practice.now())
    app.done(f"Planned {known.id} as entry {entry}.", dry_run=dry_run)
