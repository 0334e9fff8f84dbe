"""`fit plan remove`: take an entry out of the plan."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option


@click.command("remove")
@click.argument("entry", type=int)
@dry_run_option
@pass_app
def command(app: App, *, entry: int, dry_run: bool) -> None:
    """Take the entry with the number ENTRY out of the plan."""
    from fit_toolkit.store import diary

    with app.practice.store.begin(dry_run=dry_run) as c:
        diary.remove_plan(c, entry, at=app.practice.now())
    app.done(f"Removed entry {entry} from the plan.", dry_run=dry_run)
