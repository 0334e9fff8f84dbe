"""`fit instruments check FILE`: every finding, not the first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand, rules_at_hand
from fit_toolkit.cli.output import emit, visible
from fit_toolkit.errors import ConfigError, ExitCode

SUFFIXES = (".yaml", ".yml", ".json")
COLUMNS = ("file", "line", "column", "code", "message")


@click.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path, exists=True))
@click.option("--format", "fmt", type=click.Choice(("text", "json", "csv")), default="text", show_default=True)
@pass_app
def command(app: App, files: tuple[Path, ...], fmt: str) -> int:
    """Check definition files (or folders of them): form, sense, sources and worked tests.

    Prints `file:line:column CODE message` for everything found, and ends with 3 if there is anything.
    """
    import msgspec

    from fit_toolkit.scoring import check_definition

    catalog = catalog_at_hand(app)
    paths = [path for file in files for path in _below(file)]
    with rules_at_hand(app) as rules:
        findings = [finding for path in paths for finding in check_definition(path, catalog, rules)]
    if fmt == "text":
        for finding in findings:
            click.echo(visible(str(finding)))
    else:
        emit("findings", [msgspec.structs.asdict(finding) for finding in findings], fmt=fmt, columns=COLUMNS)
    app.say(f"{len(paths)} {'file' if len(paths) == 1 else 'files'} checked, {len(findings)} found")
    return int(ExitCode.REJECTED if findings else ExitCode.OK)


def _below(path: Path) -> Iterator[Path]:
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
