"""`fit instruments check FILE`: every finding, not the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, rules_at_hand
from fit_toolkit.cli.output import count, emit, visible
from fit_toolkit.errors import ConfigError, DataError, ExitCode, UsageError

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.catalog.files import File

SUFFIXES = (".yaml", ".yml", ".json")
COLUMNS = ("file", "line", "column", "code", "message")


@click.command("check")
@click.argument("files", nargs=-1, metavar="[FILE...]")
@click.option("--format", "fmt", type=click.Choice(("text", "json", "csv")), default="text", show_default=True)
@pass_app
def command(app: App, files: tuple[str, ...], fmt: str) -> int:
    """Check definition files, folders of them or instruments by id: form, sense, sources and worked tests.

    Without any, checks what is this practice's own. Prints `file:line:column CODE message` for everything found, and ends with 3 if there is anything.
    """
    import msgspec

    from fit_toolkit.scoring import check_definition

    catalog = catalog_at_hand(app)
    own = [str(app.practice.root / "instruments")] if not files and app.in_practice else []
    if not files and not own:
        raise UsageError("which file?", hint="fit instruments check FILE, a folder, or the id of an instrument")
    paths = [path for file in files or own for path in _below(file, catalog)]
    with rules_at_hand(app) as rules:
        findings = [finding for path in paths for finding in check_definition(path, catalog, rules)]
    if fmt == "text":
        for finding in findings:
            click.echo(visible(str(finding)))
    else:
        emit("findings", [msgspec.structs.asdict(finding) for finding in findings], fmt=fmt, columns=COLUMNS)
    app.say(f"{count(len(paths), 'file')} checked, {len(findings)} found")
    return int(ExitCode.REJECTED if findings else ExitCode.OK)


def _below(name: str, catalog: Catalog) -> Iterator[File]:
    path = Path(name)
    if not path.exists():
        if name not in catalog:
            raise DataError(f"there is no file and no instrument '{name}'", hint="fit instruments list")
        yield catalog.files[name]
        return
    if path.is_file():
        yield path
        return
    found = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file() and not _aside(each))
    if not found:
        raise ConfigError("there is no definition file in this folder", where=str(path))
    yield from found


def _aside(file: Path) -> bool:
    """Say whether a file lies beside the definitions without being one, such as an editor's schema."""
    return file.name.startswith((".", "_"))
