"""The charts as numbers: a small table that says the same as the picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from fit_toolkit.language import say
from fit_toolkit.sheets.chart import number, places
from fit_toolkit.sheets.data import BandPoint, Panel, Point
from fit_toolkit.sheets.trim import cut


class TwinRow(Struct, frozen=True, kw_only=True):
    """One rater's values of one panel, or the range expected of them, a cell per session; empty where there is none."""

    label: str
    n: int | None  # answers behind each number unless the cell says otherwise; None for typed totals
    cells: tuple[str, ...]


class Twin(Struct, frozen=True, kw_only=True):
    """The newest sessions as columns, one row per line of the charts."""

    days: tuple[date, ...]
    rows: tuple[TwinRow, ...]
    earlier: int


def cell(point: Point | None, decimals: int = 2) -> str:
    """A value, with its n where not everything was answered."""
    if point is None:
        return ""
    text = number(point.value, decimals)
    if point.answered is not None and point.items is not None and point.answered < point.items:
        return f"{text} ({point.answered}/{point.items})"
    return text


def _range(point: BandPoint, panel: Panel) -> str:
    """The edges of a range as one cell, as far as there are such ratings."""
    low, high = (
        number(min(max(edge, panel.minimum), panel.maximum), places(panel)) for edge in (point.low, point.high)
    )
    return say("%(low)s to %(high)s", low=low, high=high)


def twin(panels: Sequence[Panel], *, last: int = 8, ranges: bool = True, letters: int | None = None) -> Twin:
    """The last sessions of all panels side by side; `ranges`: with those that were usual or expected.

    A title longer than `letters` is cut to that: it stands whole above its chart.
    """
    days = sorted({p.on for panel in panels for s in panel.series for p in s.points})
    shown = tuple(days[-last:])
    rows = []
    for panel in panels:
        title = panel.title if letters is None else cut(panel.title, letters)
        for series in panel.series:
            by_day = {p.on: p for p in series.points}
            label = f"{title}, {series.label}" if len(panel.series) > 1 else title
            n = max((p.items for p in series.points if p.items is not None), default=None)
            rows.append(TwinRow(label=label, n=n, cells=tuple(cell(by_day.get(d), places(panel)) for d in shown)))
        for band in (panel.band, panel.expected) if ranges else ():
            edges = {p.on: _range(p, panel) for p in band.points} if band is not None else {}
            cells = tuple(edges.get(d, "") for d in shown)
            if band is not None and any(cells):
                rows.append(TwinRow(label=f"{title}, {band.label}", n=None, cells=cells))
    return Twin(days=shown, rows=tuple(rows), earlier=len(days) - len(shown))
