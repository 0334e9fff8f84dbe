"""Every reader that ships, and the shortest way to read a text with one of them, or with the one that is surest."""

from __future__ import annotations

from pathlib import Path

from fit_toolkit.engine import build_registry
from fit_toolkit.intake.read import read_table
from fit_toolkit.model.parts import RawTable, Reader

READERS: dict[str, type[Reader]] = {
    kind: each.cls for kind, each in build_registry().readers.items() if each.cls is not None
}


def read(folder: Path, text: str | bytes, kind: str = "", name: str = "export.csv", **settings: object) -> RawTable:
    """Read a text as a file of that name."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_table(path, READERS, reader=kind, settings=settings)


def column(table: RawTable, name: str) -> list[str]:
    """Give the cells of a column."""
    at = table.columns.index(name)
    return [row[at] for row in table.rows]
