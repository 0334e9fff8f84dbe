"""`fit curves import FILE`: take in a pack that was made elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import dry_run_option


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@dry_run_option
@pass_app
def command(app: App, file: Path, dry_run: bool) -> int:
    """Put the curve pack in FILE into this practice, after checking its figures and the form it is about.

    It is expected of clients like those it was made from. Whether yours are is not in the file: hold your own closed
    episodes against it with `fit curves check NAME --since DAY`.
    """
    from fit_toolkit.analysis import read_pack
    from fit_toolkit.cli.curves_common import place_pack
    from fit_toolkit.courses.packs import curve_of
    from fit_toolkit.courses.stream import Stream

    pack = read_pack(file.read_bytes(), str(file))
    instrument = app.practice.catalog.get(pack.instrument)
    curve_of(pack, instrument, Stream.of(instrument, pack.scale, pack.rater))
    place_pack(app, pack, dry_run=dry_run)
    app.say(f"made elsewhere: {pack.source}, {pack.period}, {pack.curve.n_clients} clients")
    return 0
