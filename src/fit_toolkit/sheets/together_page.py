"""Lays out the page of a couple or group: one column per member, all charts on one date axis and the same ranges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.sheets.chart import Chart, Plot, chart, number, places
from fit_toolkit.sheets.data import Panel, RiskAnswer, SheetData
from fit_toolkit.sheets.language import say_day, say_short
from fit_toolkit.sheets.look import PLAIN, Look
from fit_toolkit.sheets.pdf import write_pdf
from fit_toolkit.sheets.render import Folder, render
from fit_toolkit.sheets.trim import cut, trim
from fit_toolkit.sheets.twin import Twin, twin

WIDTH, BETWEEN = 181.8, 6.0  # millimetres: the page less a hair, so that the last column never drops; between columns
FEW = 4  # up to so many people two columns are enough
PAGES = 2  # for a group of eight
# by density: how high a chart is where there are two columns, and where there are three
HEIGHT = {"normal": (24.0, 17.0), "close": (19.0, 14.0), "tight": (15.0, 11.0), "scant": (11.0, 9.0)}
# by density: about how wide a letter of the text is, and how high a line
LINES = {"normal": (1.42, 4.13), "close": (1.36, 3.82), "tight": (1.29, 3.53), "scant": (1.19, 3.15)}
RULE = 3.4  # the rule left of a risk answer, and the room beside it
SAFE = "Staying safe: "
ASIDE = 17.0  # room for the last value and whose it is; more where its name is long
BOLD, PLAIN_LETTER = 1.5, 1.2  # about how wide a letter beside a chart is
NAME = 20  # letters of a member's name in a table


class Together(Struct, frozen=True, kw_only=True):
    """One episode and the sheets of its members; nothing in it is made of more than one of them."""

    episode: str
    therapist: str
    as_of: date
    session_on: date | None
    session_over: bool
    members: tuple[SheetData, ...]  # with the panels of `scales`, in their order
    scales: tuple[str, ...]  # titles of what is drawn of everybody
    contact: str = ""
    late: str = ""
    version: str = ""
    language: str = "en"


class Last(Struct, frozen=True, kw_only=True):
    """A member's newest value of one scale, in words."""

    value: str = ""
    on: Any = None
    before: str = ""
    ratings: int = 0


class Row(Struct, frozen=True, kw_only=True):
    """Members beside each other; `lead` millimetres are kept above their charts, so that these lie level."""

    columns: tuple[Column, ...]
    lead: float


class Column(Struct, frozen=True, kw_only=True):
    """One member: their own sheet, and their own charts with the newest value of each."""

    sheet: SheetData
    charts: tuple[tuple[Plot, Last], ...]


class Numbers(Struct, frozen=True, kw_only=True):
    """One scale as numbers: a row for each member, and one for what the therapist rated about them."""

    title: str
    n: int | None  # answers behind each number unless a cell says otherwise
    table: Twin


def render_together(
    data: Together, *, folders: Sequence[Folder] = (), density: str = "normal", look: Look = PLAIN
) -> str:
    """The page as a complete HTML document."""
    across = 1 if look.large else 2 if len(data.members) <= FEW else 3
    width = (WIDTH - BETWEEN * (across - 1)) / across
    laid, columns = _columns(data, (width - 0.5) / look.scale, HEIGHT[density][across == 3], density)
    values = {
        "sheet": data,
        "rows": [_row(columns[at : at + across], width, density) for at in range(0, len(columns), across)],
        "chart": laid,
        "numbers": _numbers(data, last=4 if look.large else 5),
        "column": round(width, 2),
        "between": BETWEEN,
        "density": density,
    }
    return render("sheets/together.html", values, folders=folders, language=data.language, look=look)


def _row(columns: Sequence[Column], width: float, density: str) -> Row:
    """One row; how many lines a risk answer takes is guessed from its letters."""
    letter, line = LINES[density]
    lines = [
        1 + sum(len(wrap(_said(risk), int((width - RULE) / letter))) for risk in column.sheet.risk.answers)
        for column in columns
    ]
    most = max(lines)
    return Row(columns=tuple(columns), lead=round(most * line + (2.6 if most > 1 else 0), 2))


def _said(risk: RiskAnswer) -> str:
    """A flagged answer about as it is printed."""
    state = f" · {risk.state}" if risk.state else ""
    return f"{SAFE}{risk.item} {risk.answer}: {say_day(risk.dates[0])}{state}"


def _columns(data: Together, width: float, height: float, density: str) -> tuple[Chart, list[Column]]:
    """One layout for all panels of all members, so that a day and a value lie at the same place in every column."""
    panels = [panel for sheet in data.members for panel in sheet.panels]
    laid = chart(panels, say_date=say_short, width=round(width, 2), height=height, right_room=_aside(panels))
    plots = iter(laid.plots)
    columns = []
    for sheet in data.members:
        charts = tuple((next(plots), _last(panel)) for panel in sheet.panels)
        columns.append(Column(sheet=trim(sheet, "scant" if density == "scant" else "tight"), charts=charts))
    return laid, columns


def _aside(panels: Sequence[Panel]) -> float:
    """Room for the longest last value with its name: no picture may end within a word."""
    both = [series for panel in panels if len(panel.series) > 1 for series in panel.series]
    widths = [(BOLD if s.rater == "client" else PLAIN_LETTER) * (len(s.label) + 4) for s in both]
    return round(max([ASIDE, *(2.5 + width for width in widths)]), 2)


def _numbers(data: Together, *, last: int) -> list[Numbers]:
    """The charts once more, scale by scale, so that everybody's numbers stand below each other."""
    made = []
    for panels in zip(*(sheet.panels for sheet in data.members), strict=True):
        named = [replace(p, title=cut(m.client, NAME)) for m, p in zip(data.members, panels, strict=True)]
        table = twin(named, last=last, ranges=False)
        n = max((row.n for row in table.rows if row.n is not None), default=None)
        rows = tuple(replace(row, n=None if row.n == n else row.n) for row in table.rows)
        if rows:
            made.append(Numbers(title=panels[0].title, n=n, table=replace(table, rows=rows)))
    return made


def _last(panel: Panel) -> Last:
    own = next((s.points for s in panel.series if s.rater == "client"), ())
    if not own:
        return Last()
    before = number(own[-2].value, places(panel)) if len(own) > 1 and not own[-1].starts else ""
    return Last(value=number(own[-1].value, places(panel)), on=own[-1].on, before=before, ratings=len(own))


def together_pdf(data: Together, *, folders: Sequence[Folder] = (), look: Look = PLAIN) -> bytes:
    """The page as PDF: set tighter until up to eight people are on two pages; more people take more."""
    most = 1 if len(data.members) <= 2 else PAGES
    pdf = b""
    for density in HEIGHT:
        pdf, pages = write_pdf(render_together(data, folders=folders, density=density, look=look), assets=look.assets)
        if pages <= most or look.large:
            break
    return pdf
