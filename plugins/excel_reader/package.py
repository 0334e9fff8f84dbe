"""The archive that an .xlsx file is: measured and looked through before anything of it is believed."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from fit_toolkit import DataError

MAX_UNPACKED: Final = 256 * 1024 * 1024
MAX_PARTS: Final = 1_000
BLOCK: Final = 1 << 20
OVERLAP: Final = 4096  # a tag is never longer, but for those nobody asks for
ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx with a password
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
AGAIN: Final = "open it in a spreadsheet program and save it again as .xlsx"
_TAG: Final = re.compile(rb"<(?:\w+:)?(row|col|mergeCell|f)(\s[^<>]*?)?/?>")
_ATTRIBUTE: Final = re.compile(rb'\s(r|ref|hidden|min|max)="([^"]*)"')


class Marks(Struct, frozen=True):
    """What a sheet has beside its values: formulas, merged cells, and what is hidden."""

    formulas: bool = False
    merged: tuple[str, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[tuple[int, int], ...] = ()


def measure(path: Path) -> None:
    """Refuse an archive that would grow beyond all measure or declares entities, and what is no workbook."""
    with path.open("rb") as file:
        begins = file.read(8)
    if begins.startswith(OLE):
        problem = "this is a workbook of the old format .xls, or one locked by a password"
        raise DataError(problem, where=path.name, hint="open it and save it as .xlsx without a password")
    if not begins.startswith(ZIP):
        raise DataError("this is no .xlsx workbook", where=path.name, hint=AGAIN)
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                problem = f"unpacked the workbook is larger than {MAX_UNPACKED >> 20} MB"
                raise DataError(problem, where=path.name, hint="save the sheet as CSV, which may be of any size")
            if "[Content_Types].xml" not in archive.namelist():
                raise DataError("this archive is no .xlsx workbook", where=path.name, hint="save it as .xlsx or CSV")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _no_entities(archive, part, path.name)
    except DAMAGE as error:
        raise damaged(path) from error


def damaged(path: Path) -> DataError:
    """Say that a workbook cannot be read."""
    return DataError("the workbook is damaged", where=path.name, hint=AGAIN)


def look(path: Path, part: str) -> Marks:
    """Look through the part of a sheet for what its values do not tell; rows out of order are refused."""
    formulas, merged, rows, columns = False, [], set(), []
    last = 0
    with zipfile.ZipFile(path) as archive, archive.open(part) as stream:
        for tag, found in _tags(iter(lambda: stream.read(BLOCK), b"")):
            if tag == b"row":
                row = int(found.get(b"r") or last + 1)
                if row <= last:
                    raise DataError(f"row {row} of the sheet stands behind row {last}", where=path.name, hint=AGAIN)
                last = row
                if found.get(b"hidden") in {b"1", b"true"}:
                    rows.add(row)
            elif tag == b"col" and found.get(b"hidden") in {b"1", b"true"}:
                columns.append((int(found.get(b"min", b"1")), int(found.get(b"max", b"1"))))
            elif tag == b"mergeCell":
                merged.append(found.get(b"ref", b"").decode("ascii", "replace"))
            formulas = formulas or tag == b"f"
    return Marks(formulas, tuple(merged), frozenset(rows), tuple(columns))


def _tags(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    """Give each tag that matters with its attributes, block by block."""
    rest = b""
    for block in blocks:
        text = rest + block
        end = 0
        for hit in _TAG.finditer(text):
            end = hit.end()
            yield hit[1], dict(_ATTRIBUTE.findall(hit[2] or b""))
        opened = text.rfind(b"<", end)  # a tag that goes on in the next block
        rest = text[opened:] if opened >= 0 and len(text) - opened < OVERLAP else b""


def _no_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """Refuse a part that declares entities, as no spreadsheet program writes them, or that is not plain UTF-8."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            text = rest + block
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in block:
                raise DataError("the workbook declares XML entities", where=name, hint=AGAIN)
            rest = block[-16:]
