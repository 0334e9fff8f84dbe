"""Reader `csv`: separated text as rows of raw text, every cell as it was received."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader, hookimpl

DELIMITERS = (",", ";", "\t")
HEAD = 64 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
Encoding = Literal["", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1250", "iso-8859-1", "iso-8859-15"]
Delimiter = Literal["", ",", ";", "\t"]


class CsvReader(Reader, frozen=True):
    """Comma, semicolon or tab separated text with a header line.

    The delimiter is taken from the header line and the encoding from the file's byte order mark, else UTF-8, unless
    they are given. Its notes say which it took: `encoding: ...` and `delimiter: ...`.
    """

    kind: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt")
    sample: ClassVar[bytes] = b'client;date;q1\r\nk01;2026-01-05;7\r\nk02;2026-01-06;"8\r\n"\r\nk03;2026-01-07;9\r\n'

    encoding: Annotated[Encoding, Meta(description="how the text is encoded; empty: its mark, else utf-8")] = ""
    delimiter: Annotated[Delimiter, Meta(description="what separates cells; empty: as the header line has it")] = ""

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Any text may be a separated file; a usual file name makes it likely."""
        if filename_suffix in self.suffixes:
            return 0.9
        marked = head.startswith(tuple(mark for mark, _ in MARKS))
        return 0.3 if marked or b"\0" not in head else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read all rows; what cannot be read for certain is refused with its line."""
        encoding: str = self.encoding or "utf-8"
        data = path.read_bytes()
        for mark, marked in MARKS:
            if data.startswith(mark):
                encoding = marked
                break
        text = _decoded(data, encoding, path.name)
        delimiter: str = self.delimiter
        start = 0
        if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:  # a line spreadsheets write for themselves
            delimiter, start = delimiter or text[4], 1
        records = list(_records(text, delimiter or _delimiter(text, path.name), path.name))[start:]
        if not records:
            raise DataError("the file is empty", where=path.name)
        delimiter = delimiter or _delimiter(text, path.name)
        return _table(records, (f"encoding: {encoding}", f"delimiter: {delimiter}"))


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [CsvReader]


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8, or name its encoding (--encoding cp1252 for an older Excel)"
        raise DataError(f"this is not {encoding}", where=f"{name}:{line}", hint=hint) from None
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise DataError("there is a NUL character in the text", where=f"{name}:{line}", hint="export the file again")
    return text


def _delimiter(text: str, name: str) -> str:
    """Take the delimiter the header line has most of, outside quotes."""
    lines = [line for line in text[:HEAD].splitlines() if line.strip()]
    if lines and lines[0][:4].lower() == "sep=":
        lines = lines[1:]
    header = ""
    for line in lines:
        header += line
        if header.count('"') % 2 == 0:  # a quoted name may go over several lines
            break
    bare = "".join(header.split('"')[::2])
    counts = sorted(((bare.count(each), each) for each in DELIMITERS), reverse=True)
    if counts[0][0] and counts[0][0] == counts[1][0]:
        raise DataError("the header line has as many of one delimiter as of another", where=f"{name}:1",
                        hint="say which in a map: delimiter")  # fmt: skip
    return counts[0][1] if counts[0][0] else ","


def _records(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Give each record that is not blank with the line it begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                yield line, record
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(_plain(str(error)), where=f"{name}:{line}", hint="nothing of the file was taken") from None


def _plain(problem: str) -> str:
    if "unexpected end" in problem:
        return "a quote that opens in this row is never closed"
    if "field larger" in problem:
        return "a cell is longer than 131,072 characters; a quote may be missing"
    if "expected after" in problem:
        return "text follows a closing quote; a quote inside a cell is written twice"
    return "the row cannot be read as separated text"


def _table(records: list[tuple[int, list[str]]], notes: tuple[str, ...]) -> RawTable:
    """Make rows as long as the longest; columns beyond the header have no name."""
    header, body = records[0][1], records[1:]
    width = max((len(record) for _, record in records), default=0)
    short = [line for line, record in body if len(record) < len(header)]
    if short:
        notes = (*notes, f"{len(short)} rows have fewer cells than the header line, the first in line {short[0]}")
    return RawTable(
        columns=(*header, *[""] * (width - len(header))),
        rows=[record + [""] * (width - len(record)) for _, record in body],
        lines=[line for line, _ in body],
        notes=notes,
    )
