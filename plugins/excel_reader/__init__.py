"""Reader `excel`: one sheet of an .xlsx workbook as rows of text."""

from __future__ import annotations

from fit_toolkit import Reader, hookimpl

from .reader import ExcelReader


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [ExcelReader]
