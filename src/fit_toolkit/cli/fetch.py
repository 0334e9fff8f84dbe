"""`fit fetch NAME -o FILE`: the export of REDCap or LimeSurvey into a private file, for `fit import`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.days import DAY
from fit_toolkit.cli.output import count, write_atomic


@click.command("fetch")
@click.argument("name")
@click.option("--output", "-o", required=True, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where to write; replaced only when all of it came.")  # fmt: skip
@click.option("--since", type=DAY, help="Only records changed since this day (REDCap).")
@pass_app
def command(app: App, /, name: str, output: Path, since: date | None) -> None:
    """Fetch the export of a source of fit.toml, a table [sources.NAME] of the kind redcap or limesurvey, into FILE.

    FILE is readable by you alone; read it with `fit import`, and remove it afterwards. The token or password stands in a
    file of its own (mode 600) or in the variable FIT_SOURCE_NAME, never in fit.toml. Nothing else is asked, and nothing
    is changed on the server.
    """
    from fit_toolkit.intake.fetch import fetch, secret_of, source_of

    source = source_of(app.practice.settings.tables.get("sources", {}), name, app.practice.root)
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for piece in fetch(source, secret_of(name, source, app.practice.root), since=since):
            size += len(piece)
            yield piece

    write_atomic(output, counted())
    app.say(f"Fetched {count(size, 'byte')} into {output}. Next: fit import {output} --map MAP; then remove it.")
