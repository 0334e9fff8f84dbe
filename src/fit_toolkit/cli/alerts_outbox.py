"""`fit alerts outbox`: which messages have not gone out, and why."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option, output_option
from fit_toolkit.errors import ExitCode

STATES = ("stuck", "waiting", "given-up", "sent", "all")


@click.command("outbox")
@click.option(
    "--state", type=click.Choice(STATES), default="stuck", show_default=True, help="stuck: waiting or given up."
)
@click.option("--exit-code", "exit_code", is_flag=True, help="End with 10 when anything is listed.")
@format_option
@output_option
@pass_app
def command(app: App, *, state: str, exit_code: bool, fmt: str, output: Path | None) -> int:
    """List messages that have not gone out: on which channel, to which member of staff, how often tried, and what came of it.

    Nothing in it says which client a message is about. What was mended? fit alerts resend ID --reason TEXT.
    """
    from fit_toolkit.alerts import stuck

    with app.practice.store.read() as c:
        rows = stuck.messages(c, show=state)
    emit("messages", rows, fmt=fmt, columns=stuck.COLUMNS, output=output, empty="No messages.")
    return int(ExitCode.ALERTS if exit_code and rows else ExitCode.OK)
