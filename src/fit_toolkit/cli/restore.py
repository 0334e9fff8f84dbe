"""`fit restore`: put a practice back from a backup."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import count
from fit_toolkit.errors import ExitCode


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, metavar="DIR",
              help="The practice's folder: a new or empty one, unless --replace.")  # fmt: skip
@click.option("--replace", is_flag=True, help="Take the place of the practice that is there; it is kept aside.")
@click.option("--erased", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="A .fit-erased.json from elsewhere: who was erased, besides those known here.")  # fmt: skip
@pass_app
def command(app: App, file: Path, *, folder: Path, replace: bool, erased: Path | None) -> int:
    """Put the practice in FILE back into DIR.

    The backup is checked whole first, in a folder beside DIR: a damaged one, or one of a newer version, changes nothing.
    An older one is brought up to date. Clients who were erased since it was made are erased again, as far as that is
    known: from .fit-erased.json beside FILE, and from the practice that is replaced. Sheets, messages and passwords are
    not in a backup; a practice that was replaced still has its own.
    """
    from fit_toolkit.practice import utc_now
    from fit_toolkit.practice.erasing import read_stones
    from fit_toolkit.practice.restoring import restore

    extra = read_stones(erased) if erased is not None else []
    done = restore(file, folder, replace=replace, clock=app.clock or utc_now, extra=extra)
    click.echo(done.folder)
    app.say(f"As it was on {done.manifest.made_at:%Y-%m-%d %H:%M} UTC; looked through, and sound.")
    if done.aside is not None:
        app.say(f"What was there is in {done.aside}: it still holds everything; remove it when it is no longer needed.")
    if done.erased:
        app.say(f"{count(done.erased, 'client')} erased since then: erased again.")
    if done.elsewhere:
        app.say(f"fit.toml names another place for the store; this one is {done.store}: set [store] path.")
    app.say("Then: fit verify, fit alerts run, and a look at crontab and password files.")
    return ExitCode.OK
