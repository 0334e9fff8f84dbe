"""`fit curves export NAME`: a pack as a file to hand on."""

from __future__ import annotations

from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import write_atomic
from fit_toolkit.errors import UsageError


@click.command("export")
@click.argument("name")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="FILE.json, new.")
@pass_app
def command(app: App, name: str, output: Path) -> int:
    """Write the curve pack NAME to a file: figures about many clients together, and no row about anybody.

    In the file it is of kind `elsewhere`, which is what it is for whoever takes it in.

    Every figure rests on the pack's minimum cell of clients or more, which is checked once more before anything is written.
    """
    from fit_toolkit.analysis import write_pack
    from fit_toolkit.courses.packs import find_pack, handed_on

    pack = find_pack(app.practice.catalog, name)
    if output.is_file():
        raise UsageError("this file is there already, and it stays as it is", where=str(output))
    write_atomic(output, write_pack(handed_on(pack)))
    app.say(f"{name}: {pack.curve.n_clients} clients, no figure on fewer than {pack.minimum_cell}. {pack.source}")
    return 0
