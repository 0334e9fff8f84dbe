"""`fit episodes pause`: expect nothing for a while."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import dry_run_option


@click.command("pause")
@click.argument("episode")
@click.option("--from", "starts", type=DAY, help="The first day; today when left out.")
@click.option("--until", type=DAY, required=True, help="The last day; every pause has an end.")
@click.option("--reason", required=True, help="Why, such as: holidays, in hospital.")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, starts: date | None, until: date, reason: str, dry_run: bool) -> None:
    """Pause EPISODE: no rating is expected, so none is missing."""
    from fit_toolkit.store import diary

    first = starts or app.practice.today()
    with app.practice.store.begin(dry_run=dry_run) as c:
        diary.add_pause(c, episode, starts_on=first, ends_on=until, reason=reason, at=app.practice.now())
    app.done(f"Episode {episode} pauses from {first} to {until}.", dry_run=dry_run)
