"""`fit clients list`: every client."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.late import say_if_late
from fit_toolkit.cli.output import emit, format_option


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> None:
    """List the clients by code, with how many episodes they have had."""
    import msgspec

    from fit_toolkit.store import people

    with app.practice.store.read() as c:
        rows = [msgspec.structs.asdict(client) for client in people.list_clients(c)]
    emit("clients", rows, fmt=fmt, columns=("code", "born_year", "sex", "episodes"))
    say_if_late(app)
