"""Sheets of an .xlsx workbook as rows of text, without trusting the file: sizes first, formulas refused."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.exchange.reading import MAX_COLUMNS, MAX_ROWS, NOTHING, Row
from fit_toolkit.exchange.text import decimal

MAX_UNPACKED = 20 * 1024 * 1024
MAX_PARTS = 500
_DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
INSTALL = "pip install 'fit-toolkit[excel]'"


def is_workbook(data: bytes) -> bool:
    """Say whether a file begins like a zip archive, which an .xlsx file is."""
    return data[:4] == b"PK\x03\x04"


def sheets(data: bytes, file: Path, wanted: tuple[str, ...]) -> dict[str, list[Row]]:
    """Read the sheets that are wanted, those that are there."""
    _measure(data, file)
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError as error:
        raise ConfigError("reading .xlsx files needs openpyxl", where=str(file), hint=INSTALL) from error
    try:
        with warnings.catch_warnings(), closing(_opened(load_workbook, data)) as book:
            warnings.simplefilter("ignore")
            names = {name.strip().lower(): name for name in book.sheetnames}
            return {each: list(_rows(book[names[each]], each, file)) for each in wanted if each in names}
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError, SyntaxError, OSError) as error:
        problem = f"the workbook cannot be read ({type(error).__name__})"
        raise DataError(problem, where=str(file), hint="open it in a spreadsheet program and save it again") from error
    except _DAMAGE as error:
        raise DataError("the workbook is damaged or locked by a password", where=str(file), hint=NOTHING) from error


def _opened(load_workbook: Callable[..., Any], data: bytes) -> Any:
    """Open a workbook without hearing of its styles and links, which are nothing to us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)


def _measure(data: bytes, file: Path) -> None:
    """Refuse an archive that would grow beyond all measure, before anything of it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or size > MAX_UNPACKED:
                raise DataError(
                    f"unpacked it is larger than {MAX_UNPACKED // 1024**2} MB", where=str(file), hint=NOTHING
                )
            if "[Content_Types].xml" not in archive.namelist():
                raise DataError("this archive is no .xlsx workbook", where=str(file), hint=NOTHING)
            for part in parts:
                _no_entities(archive, part, file)
    except (*_DAMAGE, OSError, ValueError) as error:
        raise DataError("the workbook is damaged or locked by a password", where=str(file), hint=NOTHING) from error


def _no_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: Path) -> None:
    """Refuse a part that declares entities, as no spreadsheet program writes them, or is larger than it says."""
    if not part.filename.endswith((".xml", ".rels")):
        return
    with archive.open(part) as stream:
        text = stream.read()
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise DataError("the workbook declares XML entities", where=str(file), hint=NOTHING)


def _rows(sheet: Any, name: str, file: Path) -> Iterator[Row]:
    for line, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS), start=1):
        texts = []
        for cell in cells:
            if cell.data_type == "f":
                where = f"{file}:{name}!{cell.coordinate}"
                raise DataError("the cell holds a formula", where=where, hint="write its result into the cell")
            texts.append(_text(cell.value))
        if line > MAX_ROWS:
            raise DataError(f"more than {MAX_ROWS} rows", where=f"{file}:{name}", hint=NOTHING)
        if any(texts):
            yield Row(line, tuple(texts))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return decimal(float(value))
    return str(value).strip()
