"""Columns of a file as numbers, and the columns that say whose row it is; a cell that is no number is named, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from fit_toolkit.analysis.files import Table
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.instrument import TICK
from fit_toolkit.scoring.answers import Decimal

#: What stands for "no answer" in a cell, in any case: nothing, and what other software writes for nothing.
NO_VALUE: Final = frozenset({"", "na", "n/a", "#n/a", "nan", "null"})
_COMMA: Final = re.compile(r"\s*-?[0-9]*,[0-9]+\s*", re.ASCII)
_THOUSANDS: Final = re.compile(r"\s*-?[1-9][0-9]{0,2},[0-9]{3}\s*", re.ASCII)
_POINT: Final = re.compile(r"\s*-?[0-9]*\.[0-9]+\s*", re.ASCII)
_PLAIN: Final = re.compile(r"[+-]?([0-9]{1,9}(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", re.ASCII)
Floats = npt.NDArray[np.float64]


class Problem(Struct, frozen=True):
    """A cell that cannot be used: its row from 0, its column, and what would be one; never what it holds."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, eq=False)
class Numbers:
    """Columns as numbers, one row per line of the file and NaN where there is none; and the cells that hold no number."""

    values: Floats
    problems: tuple[Problem, ...]


def read_numbers(table: Table, columns: Sequence[str], *, low: float = -math.inf, high: float = math.inf) -> Numbers:
    """Read columns as numbers between `low` and `high`; no value (`NO_VALUE`) is no number, anything else a problem.

    A cell with a problem counts as NaN, so that the caller may go on with the others or refuse the file.
    """
    require(table, columns)
    decimal = decimal_sign(table, columns)
    values = np.full((len(table), len(columns)), np.nan)
    problems: list[Problem] = []
    ends = f" between {low:g} and {high:g}" if math.isfinite(low) and math.isfinite(high) else ""
    for place, column in enumerate(columns):
        cells = table.column(column)
        read = {text: _number(text, decimal) for text in set(cells)}
        wrong = {
            text for text, number in read.items() if not no_value(text) and not low <= number <= high
        }  # NaN, for what cannot be read, is between nothing
        for text in wrong:
            read[text] = math.nan
        values[:, place] = np.fromiter(map(read.__getitem__, cells), np.float64, len(cells))
        if wrong:
            message = f"expected a number{ends}, or an empty cell"
            problems += [Problem(row, column, message) for row, text in enumerate(cells) if text in wrong]
    problems.sort(key=lambda each: each.row)
    return Numbers(values, tuple(problems))


def no_value(text: str) -> bool:
    """Say whether a cell stands for "no answer"."""
    return text.strip().casefold() in NO_VALUE


def require(table: Table, columns: Iterable[str], *, hint: str = "") -> None:
    """Refuse a file that lacks one of the columns, and a column that is named twice."""
    named = list(columns)
    missing = [name for name in dict.fromkeys(named) if name not in table.columns]
    if missing:
        like = [found for name in missing if (found := _like(name, table.columns))]
        hint = hint or (f"there is {', '.join(like)}" if like else "")
        raise DataError(f"there is no column {', '.join(missing)}", where=f"{table.name}:1", hint=hint)
    repeated = sorted({name for name in named if named.count(name) > 1})
    if repeated:
        raise UsageError(f"a column is named twice: {', '.join(repeated)}")


def _like(name: str, columns: Sequence[str]) -> str:
    """Give the column that was probably meant. Others are not named: where a file lacks its header, they are ratings."""
    plain_names = {column.casefold(): column for column in columns if column}
    return next((plain_names[each] for each in get_close_matches(name.casefold(), plain_names, n=1, cutoff=0.75)), "")


def id_cells(table: Table, ids: Sequence[str], taken: Iterable[str]) -> dict[str, list[str]]:
    """Give the columns that say whose row it is, unchanged; without any, `row` from 1. `taken`: columns of the result."""
    clash = [name for name in ids if name in set(taken)]
    if clash:
        raise UsageError(
            f"an id column cannot be called {clash[0]}: the result has one of that name",
            hint=f"give it another name in the first line of {table.name}, as client_{clash[0]}",
        )
    require(table, dict.fromkeys(ids))
    if not ids:
        return {"row": [str(number) for number in table.numbers]}
    return {name: list(table.column(name)) for name in dict.fromkeys(ids)}


def decimal_sign(table: Table, columns: Iterable[str]) -> Decimal:
    """Take a comma for the decimal sign where every fraction has one, and a point otherwise; both are refused."""
    columns = list(columns)
    texts = {text for column in columns for text in set(table.column(column))}
    comma, point = (any(form.fullmatch(text) for text in texts) for form in (_COMMA, _POINT))
    if comma and point:
        commas, points = (_first(table, columns, form) for form in (_COMMA, _POINT))
        message = f"some numbers have a decimal comma ({commas}) and some a point ({points})"
        raise DataError(message, where=table.name, hint="write all numbers in one way")
    if comma and table.delimiter == "," and all(_THOUSANDS.fullmatch(text) for text in texts if _COMMA.fullmatch(text)):
        hint = "write thousands without a comma, or separate the cells by semicolons"
        raise DataError("a comma before three digits may mark thousands or decimals", where=table.name, hint=hint)
    return "," if comma else "."


def _first(table: Table, columns: Sequence[str], form: re.Pattern[str]) -> str:
    """Say where the first number of a form stands."""
    found = ((row, name) for name in columns for row, text in enumerate(table.column(name)) if form.fullmatch(text))
    row, name = min(found, key=lambda each: each[0])
    return f"line {table.line(row)}: {name}"


def exact(tick: int) -> str:
    """Write whole millionths as a decimal without anything to spare: 30, 5.2, -0.333333."""
    whole, part = divmod(abs(tick), TICK)
    text = f"{whole}.{part:06d}".rstrip("0").rstrip(".")
    return f"-{text}" if tick < 0 else text


def plain(value: float) -> str:
    """Write a computed figure so that it reads back the same: at most ten digits after the point; nothing for NaN."""
    if not math.isfinite(value):
        return ""
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _number(text: str, decimal: Decimal) -> float:
    stripped = text.strip()
    if decimal == ",":
        stripped = stripped.replace(",", ".") if "." not in stripped else "?"
    return float(stripped) if _PLAIN.fullmatch(stripped) else math.nan
