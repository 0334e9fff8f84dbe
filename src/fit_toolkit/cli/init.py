"""`fit init`: a practice with settings, an empty store and folders."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.practice.setting_up import STARTS_WITH


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False, metavar="[DIR]")
@click.option("--name", default="", help="The practice's name, printed on forms and sheets.")
@click.option("--time-zone", default="UTC", show_default=True, help="Decides what day it is, such as Europe/Berlin.")
@click.option("--language", "--lang", default="en", show_default=True, help="The language of forms and sheets.")
@click.option("--instrument", "instruments", multiple=True, metavar="ID", default=STARTS_WITH, show_default=True,
              help="Start with the policies this one suggests; may be repeated.")  # fmt: skip
@pass_app
def command(
    app: App, folder: Path | None, name: str, time_zone: str, language: str, instruments: tuple[str, ...]
) -> None:
    """Set up a practice in DIR (default: the folder of --practice, else here).

    Writes fit.toml with every setting explained and the policies its instruments suggest, an empty store, and folders
    for what is your own. A practice that is there already is left as it is.
    """
    from fit_toolkit.practice import set_up
    from fit_toolkit.settings import load_settings

    given = {"practice.name": name, "practice.time_zone": time_zone, "practice.language": language}
    given["alerts.digest"] = "monday"  # written, not a default: who has a practice already decides on a weekly message
    place = folder or app.folder or Path()
    set_up(place, given=given, instruments=instruments)
    app.say(f"Set up a practice in {place}.")
    if policies := [str(table.values["id"]) for table in load_settings(place, environment={}).policies]:
        app.say(f"It is told about: {', '.join(policies)} ([[policies]] in fit.toml; change what you like).")
    app.say("Next: write [safety] in fit.toml, then: fit staff add, fit clients add, fit episodes open.")
