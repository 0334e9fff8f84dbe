"""Writers of tables: CSV, and the formats of research that are made of tables."""

from __future__ import annotations

from fit_toolkit import Writer, hookimpl

from .plain import CsvWideWriter, CsvWriter


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Give the writers."""
    return [CsvWriter, CsvWideWriter]
