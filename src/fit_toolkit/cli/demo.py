"""`fit demo`: a synthetic practice end to end."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.errors import ExitCode


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default="demo", metavar="[DIR]")
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Another seed, other ratings.")
@click.option("--no-pdf", is_flag=True, help="Sheets as HTML only, which is quicker.")
@pass_app
def command(app: App, folder: Path, seed: int, no_pdf: bool) -> int:
    """Make a synthetic practice in DIR (default: ./demo): three therapists, forty clients, alerts and sheets.

    Everybody in it is invented, and nothing is sent anywhere. It ends yesterday. The same seed gives the same ratings
    on the same day. A folder that holds anything is left as it is.
    """
    from fit_toolkit.demo import make_demo
    from fit_toolkit.demo.folder import PLUGIN
    from fit_toolkit.demo.index import PICKS

    now = app.clock() if app.clock is not None else datetime.now(UTC)
    demo = make_demo(folder, today=now.date(), seed=seed, pdf=not no_pdf, say=_progress())
    if sys.stderr.isatty():
        app.say("")
    if demo.no_pdf and not no_pdf:
        app.say(f"No PDFs: {demo.no_pdf}.")
    figures = demo.figures
    click.echo(
        f"A practice with {figures['clients']} clients, {figures['ratings']} ratings and {figures['live']} live alerts"
        f" as of {demo.as_of}."
    )
    sheet = next((made for made in demo.sheets if made.client == PICKS[0]), demo.sheets[0])
    click.echo(f"Open in a browser:  {folder / 'index.html'}")
    click.echo(f"A sheet:            {folder / 'sheets' / sheet.therapist / (sheet.pdf or sheet.html)}")
    click.echo(f"The alerts:         fit --practice {folder} alerts list")
    click.echo(f"A plugin:           {folder / PLUGIN}")
    problems = dict.fromkeys(problem for made in demo.sheets for problem in made.problems)
    for problem in problems:
        app.say(f"fit: {problem}")
    return ExitCode.PARTIAL if problems else ExitCode.OK


def _progress() -> Callable[[str], None]:
    """Say how far it is, on a terminal on one line."""
    moving = sys.stderr.isatty()

    def say(text: str) -> None:
        click.echo(f"\r{text:<60}" if moving else text, err=True, nl=not moving)

    return say
