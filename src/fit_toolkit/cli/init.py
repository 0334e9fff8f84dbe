"""`fit init`: a practice with settings, an empty store and folders."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[DIR]")
@click.option("--name", default="", help="The practice's name, printed on forms and sheets.")
@click.option("--time-zone", default="UTC", show_default=True, help="Decides what day it is, such as Europe/Berlin.")
@click.option("--language", default="en", show_default=True, help="The language of forms and sheets.")
@pass_app
def command(app: App, folder: Path | None, name: str, time_zone: str, language: str) -> None:
    """Set up a practice in DIR (default: the folder of --practice, else here).

    Writes fit.toml with every setting explained, an empty store, and folders for what is your own. A practice that is
    there already is left as it is.
    """
    from fit_toolkit.practice import set_up

    given = {"practice.name": name, "practice.time_zone": time_zone, "practice.language": language}
    place = folder or app.folder or Path()
    set_up(place, given=given)
    app.say(f"Set up a practice in {place}.")
    app.say("Next: write [safety] in fit.toml, then: fit staff add, fit clients add, fit episodes open.")
