"""`fit verify`: whether the store is whole and everything in it agrees."""

from __future__ import annotations

from dataclasses import asdict

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count, emit, format_option
from fit_toolkit.errors import ExitCode


@click.command("verify")
@click.option("--quick", is_flag=True, help="Leave out scoring every form again.")
@format_option
@pass_app
def command(app: App, quick: bool, fmt: str) -> int:
    """Check that the store is whole and that everything in it agrees; nothing is written.

    Looks at the file (integrity, references), the tables, chains of corrections, alerts against their events, evidence,
    messages and deliveries, and scores every form again whose definition is still the same. Numbers are those of rows,
    never a client or an answer. Ends with 5 when something is wrong, or when the store cannot be opened.
    """
    from fit_toolkit.practice import verify

    found = list(verify(app.practice, scores=not quick))
    emit("verify", [asdict(each) for each in found], fmt=fmt, columns=("check", "sound", "found"))
    wrong = [each for each in found if not each.sound]
    if not wrong:
        app.say("the store is sound")
        return ExitCode.OK
    app.say(
        f"fit: {count(len(wrong), 'thing is', 'things are')} wrong; restore a backup, and keep this file to look into"
    )
    return ExitCode.CONFIG
