"""`fit episodes reopen`: take back a closing made by mistake."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option


@click.command("reopen")
@click.argument("episode")
@dry_run_option
@pass_app
def command(app: App, *, episode: str, dry_run: bool) -> None:
    """Open EPISODE again, with the memberships and assignments that ended by its closing."""
    from fit_toolkit.store import people

    with app.practice.store.begin(dry_run=dry_run) as c:
        people.reopen_episode(c, episode, at=app.practice.now())
    app.done(f"Episode {episode} is open again.", dry_run=dry_run)
