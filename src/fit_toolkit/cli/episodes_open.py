"""`fit episodes open`: open an episode for a client, a couple or a group."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY, begins
from fit_toolkit.cli.output import dry_run_option
from fit_toolkit.errors import UsageError


@click.command("open")
@click.argument("clients", nargs=-1, required=True)
@click.option("--therapist", metavar="CODE", required=True, help="Who treats.")
@click.option("--on", type=DAY, help="The first day; today when left out.")
@click.option("--kind", type=click.Choice(("individual", "couple", "family", "group")),
              help="Left out: individual for one client, couple for two, group for more.")  # fmt: skip
@click.option("--code", help="The episode's code; left out, the first client's with a running number.")
@click.option("--until", type=DAY, help="Its last day, for one that is over already; needs --reason.")
@click.option("--reason", default="", help="Why it ended.")
@dry_run_option
@pass_app
def command(
    app: App, *, clients: tuple[str, ...], therapist: str, on: date | None, kind: str | None, code: str | None,
    until: date | None, reason: str, dry_run: bool,
) -> None:  # fmt: skip
    """Open an episode for one or more CLIENTS, given by code; with --until one that is over already."""
    from fit_toolkit.store import people

    practice, day = app.practice, begins(app, on)
    if (until is None) != (not reason.strip()):
        raise UsageError("an episode that is over needs both --until and --reason")
    with practice.store.begin(dry_run=dry_run) as c:
        made = people.open_episode(
            c, clients, therapist=therapist, opened_on=day, kind=kind, code=code, closed_on=until, at=practice.now()
        )
        (episode,) = people.list_episodes(c, ids=[made])
        if until is not None:
            people.close_episode(c, episode.code, on=until, reason=reason, at=practice.now())
    app.done(f"Opened {episode.kind} episode {episode.code} on {episode.opened_on}.", dry_run=dry_run)
