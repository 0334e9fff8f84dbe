"""`fit doctor`: what is missing on this machine or in this practice, and the command that mends it."""

from __future__ import annotations

from dataclasses import asdict

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import emit, format_option
from fit_toolkit.errors import ExitCode


@click.command("doctor")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """Look for what is missing on this machine or in this practice, and name the command that mends it.

    Nothing is changed. Ends with 5 when something does not work until it is mended.
    """
    from fit_toolkit.doctor import State, look

    verdicts = list(look(app.folder, plugins=app.plugins, clock=app.clock))
    emit("doctor", [{**asdict(verdict), "state": str(verdict.state)} for verdict in verdicts], fmt=fmt)
    broken = [verdict.check for verdict in verdicts if verdict.state is State.FAIL]
    doubtful = [verdict.check for verdict in verdicts if verdict.state is State.WARN]
    if broken:
        app.say(f"to mend: {', '.join(broken)}")
    if doubtful:
        app.say(f"worth a look: {', '.join(doubtful)}")
    if not broken and not doubtful:
        app.say("all is well")
    return ExitCode.CONFIG if broken else ExitCode.OK
