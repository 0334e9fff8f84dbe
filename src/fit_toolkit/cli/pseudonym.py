"""`fit pseudonym`: what somebody is called in this practice, and the key that decides it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.errors import UsageError


@click.command("pseudonym")
@click.option("--new-key", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Make a key in FILE, outside the practice, and do nothing else.")  # fmt: skip
@pass_app
def command(app: App, new_key: Path | None) -> None:
    """Print the pseudonym of a code, as `fit import` gives it with pseudonyms on.

    What the other system calls the person is asked for, or read from stdin, a line each; never give it as an argument,
    where others could read it in the list of processes. Capitals and blanks make no difference.
    """
    from fit_toolkit.practice.pseudonyms import key_of

    if new_key is not None:
        _make(app, new_key)
        return
    names = key_of(app.practice)
    if sys.stdin.isatty():
        asked = [click.prompt("What the other system calls the client", err=True)]
    else:
        asked = [line for line in sys.stdin.read().splitlines() if line.strip()]
    if not asked:
        raise UsageError("no code was given", hint="type it when asked, or give one a line on stdin")
    for text in asked:
        click.echo(names.of(text))


def _make(app: App, file: Path) -> None:
    from fit_toolkit.intake.identity import make_key

    make_key(file, *([app.practice.root] if app.in_practice else []))
    app.say(f'The key is in {file}. Name it in fit.toml: [import] pseudonym_key_file = "{file.resolve()}"')
    app.say(
        "Keep a copy in another safe place: without it nobody's next file can be joined to the ratings that are here."
    )
