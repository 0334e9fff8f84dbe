"""The page a therapist opens: who comes when, the sheet of each, and whether something is worth asking about first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from msgspec import Struct

import fit_toolkit
from fit_toolkit.language import mark, say
from fit_toolkit.sheets.batch_folder import Kept
from fit_toolkit.sheets.batch_list import Source
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.look import Look
from fit_toolkit.sheets.render import Folder as Templates
from fit_toolkit.sheets.render import render

INDEX: Final = "index.html"
MARKS: Final = {"safety": "■", "attention": "▲", "notice": "□"}
MOST: Final = 3  # lines under one client
SHEET: Final = re.compile(r"(\d+)(-client|-together)?\.(pdf|html)")
NAMES: Final = {"therapist": mark("sheet"), "client": mark("client's page"), "together": mark("page of all")}


class Line(Struct, frozen=True, kw_only=True):
    """One thing that is worth asking about, without its figures."""

    mark: str
    what: str
    new: bool = False


class Row(Struct, kw_only=True):
    """One member on the page; the links are filled in as their sheets are made."""

    client: str
    time: str
    number: str
    lines: tuple[Line, ...] = ()
    more: int = 0
    checked: bool = True
    links: dict[str, str] = {}  # words -> file
    failed: bool = False
    members: tuple[str, ...] = ()  # of a couple's or a group's own page: everybody on it
    numbers: tuple[str, ...] = ()  # of their sheets


class Page(Struct, frozen=True, kw_only=True):
    """What the page says beside its rows."""

    practice: str
    therapist: str
    day: date
    source: Source
    language: str
    locked: bool = False  # the PDFs are encrypted, so this page names nobody
    whole: dict[str, str] = {}  # words -> merged file
    late: str = ""
    changed: tuple[str, ...] = ()


def row_of(sheet: SheetData, time: str) -> Row:
    """Say of one sheet what is to be asked first: safety, then what is new, as the sheet has it."""
    lines = (
        [Line(mark=MARKS["safety"], what=say("Staying safe") + ". " + say("Talk about it first."))]
        if sheet.risk.answers
        else []
    )
    for alert in sheet.alerts:
        if not alert.good_news and not (lines and alert.severity == "safety"):
            lines.append(Line(mark=MARKS[alert.severity], what=alert.what, new=alert.state == "new"))
    more = max(len(lines) - MOST, 0) + sheet.more_alerts
    return Row(
        client=sheet.client, time=time, number=sheet.number, lines=tuple(lines[:MOST]), more=more, checked=sheet.checked
    )


def index_of(
    page: Page, rows: Sequence[Row], files: Mapping[str, Kept], *, templates: Sequence[Templates], look: Look
) -> str:
    """Write the page; everything it links to is there."""
    values: dict[str, Any] = {
        "page": page, "rows": rows, "earlier": _earlier(files, page.day), "as_of": page.day, "density": "index",
        "sheet": {"language": page.language, "version": fit_toolkit.__version__},
        "timed": any(row.time for row in rows),
    }  # fmt: skip
    return render("sheets/index.html", values, folders=templates, language=page.language, look=look)


def _earlier(files: Mapping[str, Kept], today: date) -> list[tuple[date, list[tuple[str, str]]]]:
    """Sheets of other days that are still there, the newest day first; by number, as nothing else is known of them."""
    days: dict[date, list[tuple[str, str]]] = {}
    for name in sorted(files):
        if files[name].day != today and SHEET.fullmatch(name):
            days.setdefault(files[name].day, []).append((name.partition(".")[0], name))
    return sorted(days.items(), reverse=True)
