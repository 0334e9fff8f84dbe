"""`fit plugins list`: every plugin, what it brings and whether it works."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import as_table, emit, format_option, visible
from fit_toolkit.errors import ExitCode

SHORT = ("name", "version", "from", "API", "state", "load", "brings, or what is to be known")
FULL = ("name", "version", "source", "where", "state", "reason", "hooks", "api", "kinds", "isolated", "digest",
        "load_seconds", "changed", "deprecated")  # fmt: skip
WIDTH = 100
NARROWEST = 24


@click.command("list")
@format_option
@pass_app
def command(app: App, fmt: str) -> int:
    """List every plugin: bundled, in the practice's plugins/ folder, installed.

    Ends with 4 when one of them failed. Packages that are not enabled are listed from their metadata, unread. The
    hooks of each are in --format json and in `fit plugins show`.
    """
    import msgspec

    from fit_toolkit.cli.plugins_common import registry_of
    from fit_toolkit.engine.installing import how_to_install
    from fit_toolkit.practice import misplaced

    registry = registry_of(app)
    rows = [msgspec.structs.asdict(info) for info in registry.plugins]
    if fmt == "table":
        click.echo(as_table(list(_lines(rows)), SHORT), nl=False)
    else:
        emit("plugins", rows, fmt=fmt, columns=FULL)
    for failure in registry.failures:
        app.say(str(failure))
    for file in misplaced(app.practice.root) if app.in_practice else ():
        app.say(str(file))
    if fmt == "table" and app.plugins and all(row["source"] == "bundled" for row in rows):
        app.say(f"There are none but those that ship. To add one, {how_to_install()}")
    return ExitCode.PARTIAL if registry.failures else ExitCode.OK


def _lines(rows: list[dict[str, Any]]) -> Iterator[Mapping[str, str]]:
    """The rows of the table; what is long goes on in lines of its own, so that all fits a terminal."""
    cells = [_cells(row) for row in rows]
    taken = sum(max([len(name), *(len(row[name]) for row in cells)]) + 2 for name in SHORT[:-1])
    for row in cells:
        first, *more = textwrap.wrap(row[SHORT[-1]], max(WIDTH - taken, NARROWEST), break_on_hyphens=False) or [""]
        yield {**row, SHORT[-1]: first}
        for line in more:
            yield {SHORT[-1]: line}


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    said = row["reason"] or ", ".join(row["kinds"])
    values = (row["name"], row["version"], row["source"], row["api"], row["state"],
              f"{row['load_seconds'] * 1000:.0f} ms" if row["api"] else "", said)  # fmt: skip
    return {name: textwrap.shorten(visible(value), 28 if name != SHORT[-1] else 2000, placeholder="…")
            for name, value in zip(SHORT, values, strict=True)}  # fmt: skip
