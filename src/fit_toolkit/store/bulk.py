"""Many rows at once, given by columns: the driver's own executemany, without a dictionary per row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Same:
    """A column that says the same in every row."""

    value: Any


def insert_columns(c: sa.Connection, table: sa.Table, columns: Mapping[str, Sequence[Any] | Same], count: int) -> None:
    """Insert so many rows; a JSON column takes its text as it is to be stored."""
    if not count:
        return
    names = [name for name, given in columns.items() if not _nothing(given)]
    quote = c.dialect.identifier_preparer
    marks = ", ".join(_mark(c, at) for at in range(1, len(names) + 1))
    listed = ", ".join(quote.quote(name) for name in names)
    values = [_values(c, table.c[name], columns[name], count) for name in names]
    c.exec_driver_sql(
        f"INSERT INTO {quote.format_table(table)} ({listed}) VALUES ({marks})",  # noqa: S608 - names of our own tables
        list(zip(*values, strict=True)),
    )


def _nothing(given: Sequence[Any] | Same) -> bool:
    """Whether a column holds nothing in any row, and need not be named."""
    if isinstance(given, Same):
        return given.value is None
    return given.count(None) == len(given)


def _mark(c: sa.Connection, at: int) -> str:
    """Write the place of a value as the driver has it."""
    style = c.dialect.paramstyle
    return {"qmark": "?", "format": "%s", "pyformat": "%s", "numeric_dollar": f"${at}"}[style]


def _values(c: sa.Connection, column: sa.Column[Any], given: Sequence[Any] | Same, count: int) -> Iterator[Any]:
    """Give the values as the driver wants them, each different one turned once."""
    turn = None if isinstance(column.type, sa.JSON) else column.type.dialect_impl(c.dialect).bind_processor(c.dialect)
    if isinstance(given, Same):
        return repeat(turn(given.value) if turn else given.value, count)
    if turn is None:
        return iter(given)
    turned = {value: turn(value) for value in set(given)}
    return map(turned.__getitem__, given)
