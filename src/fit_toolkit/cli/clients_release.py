"""`fit clients release`: release the holds on a client."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count


@click.command("release")
@click.argument("client")
@click.option("--reason", required=True, help="Why it is no longer needed; kept with the hold.")
@pass_app
def command(app: App, client: str, reason: str) -> None:
    """Release every hold on CLIENT; nothing is erased by that."""
    from fit_toolkit.store import holds

    practice = app.practice
    with practice.store.begin() as c:
        done = holds.release(c, client, reason=reason, at=practice.now(), by=app.actor, on=practice.today())
    app.say(f"Released {count(done, 'hold')}.")
