"""`fit alerts list`: what is new, seen or done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option, output_option
from fit_toolkit.errors import ExitCode

SHOWN = ("id", "state", "severity", "client", "therapist", "session_date", "instrument", "scale", "reason", "basis")


@click.command("list")
@click.option("--state", type=click.Choice(("live", "new", "seen", "done", "all")), default="live", show_default=True,
              help="live: new or seen.")  # fmt: skip
@click.option("--therapist", metavar="CODE", help="Only those of a therapist, by today's assignment.")
@click.option("--client", metavar="CODE", help="Only those of a client.")
@click.option("--severity", type=click.Choice(("safety", "attention", "notice")), help="Only those of one severity.")
@click.option("--exit-code", "exit_code", is_flag=True, help="End with 10 when anything is listed.")
@format_option
@output_option
@pass_app
def command(
    app: App,
    *,
    state: str,
    therapist: str | None,
    client: str | None,
    severity: str | None,
    exit_code: bool,
    fmt: str,
    output: Path | None,
) -> int:
    """List alerts, the most severe and newest first. What a line is worth: fit alerts show ID."""
    from fit_toolkit.alerts import lists
    from fit_toolkit.model.alerts import seen_as
    from fit_toolkit.store import freshness

    practice = app.practice
    with practice.store.read() as c:
        rows = lists.listing(
            c, on=practice.today(), state=state, severity=severity, client=client, therapist=therapist
        )  # fmt: skip
        beside = lists.remarks(c, [row["id"] for row in rows]) if fmt == "table" else {}
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    if fmt == "table":
        shown = [{**row, "state": seen_as(row["state"]), "reason": _reason(row, beside)} for row in rows]
        emit("alerts", shown, fmt=fmt, columns=SHOWN, output=output, empty="No alerts.")
    else:
        emit("alerts", rows, fmt=fmt, columns=lists.COLUMNS, output=output)
    app.say(freshness.in_words(looked, practice.zone))
    return int(ExitCode.ALERTS if exit_code and rows else ExitCode.OK)


def _reason(row: dict[str, Any], beside: dict[int, str]) -> str:
    """The reason, and what is to be said beside it: until when it is put off, or that it comes and goes."""
    return " | ".join(part for part in (row["reason"], beside.get(row["id"], "")) if part)
