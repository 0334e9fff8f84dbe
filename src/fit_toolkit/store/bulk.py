"""Many rows at once, given by columns: the driver's own executemany, without a dictionary per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store.rows import CHUNK


@dataclass(frozen=True)
class Same:
    """A column that says the same in every row."""

    value: Any


def insert_columns(c: sa.Connection, table: sa.Table, columns: Mapping[str, Sequence[Any] | Same], count: int) -> None:
    """Insert so many rows; a JSON column takes its text as it is to be stored.

    Several rows go into one statement: SQLite makes the lists of its CHECKs anew for each, which is half the time.
    """
    if not count:
        return
    names = [name for name, given in columns.items() if not _nothing(given)]
    quote = c.dialect.identifier_preparer
    listed = ", ".join(quote.quote(name) for name in names)
    values = [_values(c, table.c[name], columns[name], count) for name in names]
    flat = chain.from_iterable(zip(*values, strict=True))
    together = max(CHUNK // len(names), 1)
    for rows, times in ((together, count // together), (count % together, 1)):
        if rows and times:
            marks = ", ".join(_marks(c, row * len(names), len(names)) for row in range(rows))
            taken = islice(flat, rows * times * len(names))
            c.exec_driver_sql(
                f"INSERT INTO {quote.format_table(table)} ({listed}) VALUES {marks}",  # noqa: S608 - names of our own tables
                list(zip(*[taken] * (rows * len(names)), strict=True)),
            )


def _nothing(given: Sequence[Any] | Same) -> bool:
    """Whether a column holds nothing in any row, and need not be named."""
    if isinstance(given, Same):
        return given.value is None
    return given.count(None) == len(given)


def _marks(c: sa.Connection, before: int, count: int) -> str:
    """Write the places of the values of a row as the driver has them."""
    mark = {"qmark": "?", "format": "%s", "pyformat": "%s", "numeric_dollar": ""}[c.dialect.paramstyle]
    return f"({', '.join(mark or f'${at}' for at in range(before + 1, before + count + 1))})"


def _values(c: sa.Connection, column: sa.Column[Any], given: Sequence[Any] | Same, count: int) -> Iterator[Any]:
    """Give the values as the driver wants them, each different one turned once."""
    turn = None if isinstance(column.type, sa.JSON) else column.type.dialect_impl(c.dialect).bind_processor(c.dialect)
    if isinstance(given, Same):
        return repeat(turn(given.value) if turn else given.value, count)
    if turn is None:
        return iter(given)
    turned = {value: turn(value) for value in set(given)}
    return map(turned.__getitem__, given)
