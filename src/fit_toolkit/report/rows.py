"""Rows, blocks and sections of the report's page: a figure in words, as marks on an axis, and as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.language import say
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.labels import name_of, percent, points
from fit_toolkit.report.marks import Axis, Mark, placed, shares


class Row(Struct, frozen=True, kw_only=True):
    """One line: words, marks, and the same as numbers. Without `mark` the `note` says why."""

    label: str
    mark: Mark | None = None
    value: str = ""
    interval: str = ""
    of: str = ""
    note: str = ""
    spoken: str = ""
    strong: bool = False


class Block(Struct, frozen=True, kw_only=True):
    """Rows on one axis under a heading; `heads` are those of the three columns of numbers."""

    title: str
    about: str = ""
    axis: Axis | None = None
    rows: tuple[Row, ...] = ()
    heads: tuple[str, str, str] = ("", "", "")
    notes: tuple[str, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """A numbered part of the report."""

    title: str
    lead: str
    blocks: tuple[Block, ...]
    caution: str = ""


def row_of(each: Figure, axis: Axis, label: str = "", *, strong: bool = False) -> Row:
    """Turn a figure into a row."""
    words = label or name_of(each.figure)
    if not each.shown:
        return Row(label=words, note=each.note)
    number = (
        "" if each.value is None else percent(each.value) if each.unit == "share" else points(each.value, signed=True)
    )
    of = (
        say("%(count)s of %(n)s", count=each.count, n=each.n)
        if each.count is not None and each.n is not None
        else f"{each.n}"
    )
    bounds = each.value is None
    mark = placed(axis, Mark(each.value, each.low, each.high, None, bounds))
    value = "" if bounds else number
    return Row(label=words, mark=mark, value=value, interval=interval_of(each), of=of, strong=strong,
               spoken=f"{words}: {number} {interval_of(each)}".replace("  ", " "))  # fmt: skip


def interval_of(each: Figure) -> str:
    """Say a figure's interval in words; "" where there is none."""
    if each.low is None or each.high is None:
        return ""
    if each.unit == "share":
        return say("%(low)s to %(high)s%%", low=round(100 * each.low), high=round(100 * each.high))
    return say("%(low)s to %(high)s", low=points(each.low, signed=True), high=points(each.high, signed=True))


def block_of(figures: Iterable[Figure], title: str, about: str = "", *, notes: Sequence[str] = (), n: str) -> Block:
    """Put shares in rows on one axis from 0 to 100 %."""
    axis = shares()
    rows = tuple(row_of(each, axis) for each in figures)
    return Block(
        title=title,
        about=about,
        axis=axis,
        rows=rows,
        heads=(say("share"), say("95 % interval"), n),
        notes=tuple(notes),
    )


def not_measured(title: str, measured: Figure) -> Block:
    """Show how many have two ratings where that is all there is to show: none, or too few."""
    return replace(block_of([measured], title, n=say("courses")), axis=shares() if measured.shown else None)


def range_in_words(low: float, high: float, better: str) -> str:
    """Say a scale's range and which end of it is the better one."""
    return say("%(low)s to %(high)s, %(better)s", low=f"{low:g}", high=f"{high:g}", better=better_in_words(better))


def better_in_words(better: str) -> str:
    """Say which end of a scale is the better one."""
    return say("higher = better") if better == "higher" else say("lower = better")
