"""Every answer about the relationship at every session that was held, for a page of its own.

It is a table with numbers on shaded cells: the shade shows at a glance what moved when, the number says it in grey,
and to a reader of screens. A second page costs paper and attention, so it is made only where it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from babel.dates import format_date
from msgspec import Struct

from fit_toolkit.language import say, spoken
from fit_toolkit.sheets.apart import far_apart, far_from
from fit_toolkit.sheets.chart import number
from fit_toolkit.sheets.data import History, HistoryRow
from fit_toolkit.sheets.relationship import beside, items_of
from fit_toolkit.sheets.strip import EDGES, shade

if TYPE_CHECKING:  # who only draws loads none of these, and nothing of the store with them
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.model.instrument import Instrument
    from fit_toolkit.model.records import Administration
    from fit_toolkit.sheets.reading import Reading

NAMES = 33.0  # millimetres for the names of the rows
CELL = 4.96  # for one session
LINE = 3.9  # the height of a row
HEADS = 3.6  # rows' worth of caption, heads and the room between two tables
PAGE = 216.0  # the height there is for tables on A4
MONTH_AND_YEAR = 3  # sessions of one month from which on its year has room


class Cell(Struct, frozen=True, kw_only=True):
    """One answer as printed; `look` names its shade and what is special about it."""

    text: str
    look: str


class Line(Struct, frozen=True, kw_only=True):
    """One row of a table."""

    label: str
    total: bool
    cells: tuple[Cell, ...]


class Table(Struct, frozen=True, kw_only=True):
    """As many sessions as have room beside each other."""

    days: tuple[date, ...]
    months: tuple[tuple[str, int], ...]
    lines: tuple[Line, ...]
    width: float


class Tables(Struct, frozen=True, kw_only=True):
    """A history as it lies on the page, the newest sessions last."""

    tables: tuple[Table, ...]
    earlier: int
    edges: tuple[str, ...]
    rising: bool
    apart: str
    gap: int


def history_of(reading: Reading, form: Instrument | None, catalog: Catalog) -> History | None:
    """Gather every answer to the alliance form that the sheet shows; None where only totals are kept, or nothing."""
    if form is None or form.totals_only or not (items := items_of(form)):
        return None
    own = {a.session_on: a for a in reading.of(form.id, form.raters[0])}
    other = catalog.get(form.counterpart) if form.counterpart in catalog else None
    theirs = {a.session_on: a for a in reading.of(other.id, other.raters[0])} if other is not None else {}
    if not own and not theirs:
        return None
    days = tuple(sorted({*reading.sessions, *own, *theirs}))
    low, high = min(item.minimum for item in items), max(item.maximum for item in items)
    rows = []
    for item in items:
        values = tuple(own[day].numbers.get(item.id) if day in own else None for day in days)
        partner = [beside(theirs.get(day), form, item, catalog) for day in days]
        far = {
            at for at, (a, b) in enumerate(zip(values, partner, strict=True))
            if a is not None and b is not None and far_apart(a, b, low, high)
        }  # fmt: skip
        label = say(item.label or item.facet or item.id)
        rows.append(
            HistoryRow(label=label, values=values, apart=frozenset(far), minimum=item.minimum, maximum=item.maximum)
        )
    rows.append(_total(form, own, days))
    if other is not None and theirs and other.raters[0] != form.raters[0]:
        rows.append(_total(other, theirs, days))
    return History(
        days=days, rows=tuple(rows), better="higher" if form.direction == "higher_is_better" else "lower",
        apart=far_from(low, high), max_gap_days=reading.part.max_gap_days,
    )  # fmt: skip


def _total(form: Instrument, given: dict[date, Administration], days: Sequence[date]) -> HistoryRow:
    view = form.watchable(form.main_scale)
    scores = [given[day].score(form.main_scale) if day in given else None for day in days]
    return HistoryRow(
        label=say("%(who)s, score", who=say(form.raters[0])), total=True,
        values=tuple(None if score is None else score.value for score in scores),
        minimum=view.minimum, maximum=view.maximum,
    )  # fmt: skip


def tables(history: History, *, large: bool = False) -> Tables:
    """Lay a history out: as many sessions side by side as have room, as many tables as fit on the page."""
    wide = 12 if large else 30
    most = None if large else wide * max(1, int(PAGE / ((len(history.rows) + HEADS) * LINE)))
    first = 0 if most is None else max(0, len(history.days) - most)
    room = len(history.days) - first
    count = -(-room // wide)
    wide = -(-room // max(count, 1))  # tables of about the same width
    starts = range(first, len(history.days), max(wide, 1))
    item = history.rows[0]
    rising = history.better == "higher"
    span = item.maximum - item.minimum
    return Tables(
        tables=tuple(_table(history, start, min(start + wide, len(history.days)), large=large) for start in starts),
        earlier=first,
        edges=tuple(number(item.minimum + (edge if rising else 1 - edge) * span) for edge in EDGES),
        rising=rising,
        apart=number(history.apart),
        gap=history.max_gap_days,
    )


def _table(history: History, start: int, end: int, *, large: bool) -> Table:
    days = history.days[start:end]
    gaps = {at for at, (a, b) in enumerate(pairwise(history.days), 1) if (b - a).days > history.max_gap_days}
    lines = tuple(
        Line(
            label=row.label,
            total=row.total,
            cells=tuple(_cell(history, row, at, gap=at in gaps) for at in range(start, end)),
        )
        for row in history.rows
    )
    months = []
    for _, same in groupby(days, key=lambda day: (day.year, day.month)):
        of_month = list(same)
        style = "LLL y" if len(of_month) >= MONTH_AND_YEAR else "LLL"
        months.append((str(format_date(of_month[0], style, locale=spoken().locale)), len(of_month)))
    names, cell = (60.0, 10.0) if large else (NAMES, CELL)
    return Table(days=days, months=tuple(months), lines=lines, width=round(names + cell * len(days), 2))


def _cell(history: History, row: HistoryRow, at: int, *, gap: bool) -> Cell:
    value = row.values[at]
    look = ["gap"] if gap else []
    look += ["apart"] if at in row.apart else []
    if value is None:
        return Cell(text="", look=" ".join([*look, "none"]))
    look.append(f"s{shade(value, row.minimum, row.maximum, history.better)}")
    return Cell(text=number(value, 0 if row.maximum - row.minimum >= 100 else 1), look=" ".join(look))
