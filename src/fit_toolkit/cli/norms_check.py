"""`fit norms check`: norm sets read with their line and held against the instruments."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import count, visible
from fit_toolkit.errors import ConfigError, DataError, ExitCode


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME|FILE...]")
@pass_app
def command(app: App, names: tuple[str, ...]) -> int:
    """Check norm sets by name or file, or all that are at hand.

    Prints everything found and ends with 3 if there is anything. Says of each whether it was reviewed.
    """
    from fit_toolkit.catalog import load_norms
    from fit_toolkit.catalog.norms import norm_problems

    catalog = catalog_at_hand(app)
    found = 0
    for name in names or sorted(catalog.norm_files):
        path = catalog.norm_files.get(name, Path(name))
        if isinstance(path, Path) and not path.is_file():
            raise DataError(f"there is no file and no norm set '{name}'", hint="fit norms list")
        try:
            norms = load_norms(path)
        except ConfigError as error:
            click.echo(visible(str(error)))
            found += 1
            continue
        for problem in norm_problems(norms, path.name.rpartition(".")[0], catalog):
            click.echo(visible(f"{path}: {problem}"))
            found += 1
        if not norms.reviewed:
            app.say(visible(f"{norms.id} ({norms.kind}) is unreviewed: nobody has put `reviewed: true` into it"))
    app.say(f"{count(len(names or catalog.norm_files), 'norm set')} checked, {found} found")
    return int(ExitCode.REJECTED if found else ExitCode.OK)
