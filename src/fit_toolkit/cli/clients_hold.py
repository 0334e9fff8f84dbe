"""`fit clients hold`: keep a client from being erased."""

from __future__ import annotations

from datetime import date

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY


@click.command("hold")
@click.argument("client")
@click.option("--reason", required=True, help="Why nothing may be erased, such as the number of a complaint.")
@click.option("--until", type=DAY, help="The last day on which it is in force. Default: until it is released.")
@pass_app
def command(app: App, client: str, reason: str, until: date | None) -> None:
    """Put what is kept about CLIENT on hold: `fit erase` refuses it, also when the retention period is over."""
    from fit_toolkit.store import holds

    practice = app.practice
    with practice.store.begin() as c:
        holds.set_hold(c, client, reason=reason, at=practice.now(), by=app.actor, today=practice.today(), ends_on=until)
    app.say("On hold" + (f" until {until}." if until is not None else " until it is released."))
