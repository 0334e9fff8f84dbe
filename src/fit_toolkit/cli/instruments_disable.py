"""`fit instruments disable ID`: take the policies an instrument suggested out of fit.toml again."""

from __future__ import annotations

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_enable import known, settings_file_text
from fit_toolkit.cli.output import count, dry_run_option, write_atomic
from fit_toolkit.settings import FILE


@click.command("disable")
@click.argument("id")
@click.option("--policy", "names", multiple=True, metavar="NAME", help="Only this one; may be repeated.")
@dry_run_option
@pass_app
def command(app: App, id: str, names: tuple[str, ...], dry_run: bool) -> None:
    """Take the policies that instrument ID suggested out of fit.toml, where they still stand as they were written.

    One that was changed is yours and stays. Alerts that were raised stay as they are, too.
    """
    from fit_toolkit.settings.suggested import offers, without_offers

    instrument = app.practice.catalog.get(id)
    before = settings_file_text(app)
    there = [each for each in known(instrument, offers(before, instrument, names), names) if each.state == "there"]
    text, gone = without_offers(before, there)
    if text != before and not dry_run:
        write_atomic(app.practice.root / FILE, text.encode("utf-8"), settings=True)
    for each in there:
        if each.id not in gone:
            app.say(f"{each.id} was changed since it was written: it stays, take it out yourself")
    if gone:
        app.done(f"{count(len(gone), 'policy', 'policies')} taken out of fit.toml: {', '.join(gone)}", dry_run=dry_run)
    else:
        app.say("fit.toml is as it was.")
