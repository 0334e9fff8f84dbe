"""`fit move`: move a form that was keyed to the wrong client."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.forms import typist
from fit_toolkit.cli.output import dry_run_option


@click.command("move")
@click.argument("administration", type=click.IntRange(min=1))
@click.argument("client")
@click.option("--reason", required=True, help="Why it is moved.")
@click.option("--episode", default="", help="Which episode, where the client had several open on that day.")
@dry_run_option
@pass_app
def command(app: App, administration: int, client: str, reason: str, episode: str, dry_run: bool) -> None:
    """Move ADMINISTRATION to CLIENT: it is voided where it was and stored anew where it belongs.

    The ids are printed by `fit import`, `fit enter` and `fit void --list CLIENT`. Both episodes are looked at again by
    the next run.
    """
    from fit_toolkit.intake.mend import move
    from fit_toolkit.model.records import Change

    practice = app.practice
    change = Change(typist(app), reason, practice.now())
    made = move(practice.store, practice.catalog, administration, client, change, episode=episode, dry_run=dry_run)
    now = "" if dry_run else f"; it is administration {made} now"
    app.done(f"Moved administration {administration} to client {client}{now}.", dry_run=dry_run)
