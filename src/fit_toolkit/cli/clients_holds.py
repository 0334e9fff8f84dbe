"""`fit clients holds`: the holds in force."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option


@click.command("holds")
@format_option
@pass_app
def command(app: App, fmt: str) -> None:
    """List the holds in force: whom they are about, why, since and until when."""
    from fit_toolkit.store import holds

    with app.practice.store.read() as c:
        rows = holds.list_holds(c, on=app.practice.today())
    shown = [{**row, "until": row["ends_on"]} for row in rows]
    emit("holds", shown, fmt=fmt, columns=("client", "reason", "set_at", "set_by", "until"), empty="nothing is on hold")
