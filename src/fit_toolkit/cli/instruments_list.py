"""`fit instruments list`: what can be given to clients here, and what its licence asks for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.instruments_at_hand import catalog_at_hand
from fit_toolkit.cli.output import as_table, count, emit, format_option, visible
from fit_toolkit.errors import ConfigError, ExitCode

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.model import Instrument

COLUMNS = (
    "id", "version", "title", "construct", "raters", "items", "languages", "licence", "electronic_use", "validation",
    "hash",
)  # fmt: skip
CONSTRUCTS = ("alliance", "outcome", "symptoms", "functioning", "other")
SHOWN = ("id", "title", "rated_by", "items", "words", "licence", "screen", "validation")
_SCREEN = {"allowed": "yes", "licence-required": "licence", "not-allowed": "no", "unknown": "unknown"}
_NARROW, _WIDE, _LEAST_TITLE = 80, 160, 20


@click.command("list")
@click.argument("search", nargs=-1, metavar="[WORD...]")
@click.option("--construct", type=click.Choice(CONSTRUCTS), help="Only what is about this.")
@click.option("--printable", is_flag=True, help="Only those with words, which `fit form` can print.")
@format_option
@pass_app
def command(app: App, search: tuple[str, ...], construct: str | None, printable: bool, fmt: str) -> int:
    """List the instruments at hand, all or those in which every WORD occurs.

    `words`: the languages a form can be printed in; `fit instruments wording` adds one. `licence`: what a practice needs
    before it uses the form. `screen`: whether clients may be given it on one. JSON and CSV hold more than the table.
    """
    catalog = catalog_at_hand(app)
    rows, failed = [], False
    for id in catalog.ids():
        try:
            instrument = catalog.get(id)
        except ConfigError as error:  # one faulty file does not hide the others
            app.say(f"fit: {error}")
            failed = True
            continue
        if _wanted(instrument, catalog, search, construct, printable=printable):
            rows.append(_row(instrument, catalog))
            for language in catalog.languages(id):
                if not catalog.usable_wording(id, language):
                    app.say(f"fit: {id}: its words in {language} cannot be used (fit instruments check)")
    if fmt == "table" and rows:
        for line in _table(rows):
            click.echo(line)
        app.say(f"{count(len(rows), 'instrument')}; fit instruments show ID tells figures, sources and terms")
    else:
        emit("instruments", rows, fmt=fmt, columns=COLUMNS, empty="no instrument is like that")
    return int(ExitCode.PARTIAL if failed else ExitCode.OK)


def _wanted(
    instrument: Instrument, catalog: Catalog, words: Sequence[str], construct: str | None, *, printable: bool
) -> bool:
    if construct is not None and instrument.construct != construct:
        return False
    if printable and not any(_prints(instrument, catalog, language) for language in catalog.languages(instrument.id)):
        return False
    told = [instrument.id, instrument.title, instrument.title_short, instrument.construct, instrument.intended_use,
            instrument.licence.holder, instrument.licence.status, *instrument.raters, *catalog.languages(instrument.id),
            *(item.label for item in instrument.items), *(scale.title for scale in instrument.scales)]  # fmt: skip
    text = " ".join(told).casefold()
    return all(word.casefold() in text for word in words)


def _prints(instrument: Instrument, catalog: Catalog, language: str) -> bool:
    """Say whether there are words that can be used, and a licence is named for them where one is needed."""
    try:
        wording = catalog.wording(instrument.id, language)
    except ConfigError:  # `check` and `show` say what is wrong with it
        return False
    return wording is not None and not wording.lacking_licence(instrument)


def _row(instrument: Instrument, catalog: Catalog) -> dict[str, Any]:
    return {
        "id": instrument.id,
        "version": instrument.version,
        "title": instrument.title,
        "construct": instrument.construct,
        "raters": list(instrument.raters),
        "items": len(instrument.items),
        "languages": [each for each in catalog.languages(instrument.id) if _prints(instrument, catalog, each)],
        "licence": instrument.licence.status,
        "electronic_use": instrument.licence.electronic_use,
        "validation": instrument.validation.status,
        "hash": catalog.hash(instrument.id)[:12],
    }


def _table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Lay the rows out by construct, as wide as the screen; titles give way first, then who rates."""
    shown = [
        {
            **row,
            "rated_by": row["raters"][0] + (f" +{len(row['raters']) - 1}" if len(row["raters"]) > 1 else ""),
            "items": row["items"] or "totals",
            "words": " ".join(row["languages"]) or "-",
            "screen": _SCREEN[row["electronic_use"]],
        }
        for row in sorted(rows, key=lambda row: (CONSTRUCTS.index(row["construct"]), row["id"]))
    ]
    width = max(_NARROW, shutil.get_terminal_size().columns) if sys.stdout.isatty() else _WIDE
    head, rule, *lines = as_table(
        _fitted(shown, width), [name for name in SHOWN if name in _fitted(shown, width)[0]]
    ).splitlines()
    yield head
    yield rule
    before = ""
    for row, line in zip(shown, lines, strict=True):
        if row["construct"] != before:
            before = row["construct"]
            yield f"{before}:"
        yield line


def _fitted(rows: list[dict[str, Any]], width: int) -> list[dict[str, Any]]:
    """Cut titles to the room that is left, or leave them out, and who rates with them."""
    for kept in (SHOWN, tuple(name for name in SHOWN if name != "rated_by")):
        taken = sum(max(len(name), *(len(visible(row[name])) for row in rows)) + 2 for name in kept if name != "title")
        if width - taken >= _LEAST_TITLE:
            room = width - taken
            return [{name: _cut(row[name], room) if name == "title" else row[name] for name in kept} for row in rows]
    return [{name: row[name] for name in kept if name != "title"} for row in rows]


def _cut(title: str, room: int) -> str:
    return title if len(title) <= room else title[: room - 1].rstrip() + "…"
