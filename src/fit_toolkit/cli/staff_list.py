"""`fit staff list`: who works here."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option

COLUMNS = ("code", "role", "name", "email", "supervisor", "starts_on", "ends_on")


@click.command("list")
@click.option("--all", "everyone", is_flag=True, help="Those who have left, too.")
@format_option
@pass_app
def command(app: App, everyone: bool, fmt: str) -> None:
    """List the staff by code."""
    import msgspec

    from fit_toolkit.store import people

    today = None if everyone else app.practice.today()
    with app.practice.store.read() as c:
        rows = [msgspec.structs.asdict(entry) for entry in people.list_staff(c, on=today)]
    emit("staff", rows, fmt=fmt, columns=COLUMNS)
