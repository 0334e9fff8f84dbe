"""Reader `csv`: separated text as rows of raw text, every cell as it was received."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter, methodcaller
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TextIO, TypeAlias

from msgspec import Meta

from fit_toolkit import DataError, RawTable, Reader, hookimpl

DELIMITERS = (",", ";", "\t")
RARE = ("|", "^")  # as REDCap may export; only where the header line has none of the others
HEAD = 64 * 1024
BLOCK = 1 << 20
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"\xfd7zXZ\0", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd")
UNMARKED = {each: f"{each}-{'le' if sys.byteorder == 'little' else 'be'}" for each in ("utf-16", "utf-32")}
Encoding = Literal["", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1250", "iso-8859-1", "iso-8859-15"]
Records: TypeAlias = Sequence[Sequence[str]]
Delimiter = Literal["", ",", ";", "\t", "|", "^"]


class CsvReader(Reader, frozen=True):
    """Comma, semicolon or tab separated text with a header line; where it has none of them, `|` or `^`.

    The delimiter is taken from the header line and the encoding from the file's byte order mark, else UTF-8, unless
    they are given. Its notes say which it took: `encoding: ...` and `delimiter: ...`.
    """

    kind: ClassVar[str] = "csv"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".txt")
    sample: ClassVar[bytes] = b'client;date;q1\r\nk01;2026-01-05;7\r\nk02;2026-01-06;"8\r\n"\r\nk03;2026-01-07;9\r\n'

    encoding: Annotated[Encoding, Meta(description="how the text is encoded; empty: its mark, else utf-8")] = ""
    delimiter: Annotated[Delimiter, Meta(description="what separates cells; empty: as the header line has it")] = ""

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Any text may be a separated file; a usual file name makes it likely. Packed ones are none, whatever their name."""
        marked = head.startswith(tuple(mark for mark, _ in MARKS))
        if head.startswith(PACKED) and not marked:
            return 0.0
        if filename_suffix in self.suffixes:
            return 0.9
        return 0.3 if marked or b"\0" not in head else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read all rows; what cannot be read for certain is refused with its line."""
        (whole,) = self.parts(path, sys.maxsize)
        return whole

    def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
        """Read so many rows at a time; the same is refused, with the same line, however they are cut."""
        with path.open("rb") as file:
            begins = file.read(6)
        marked = _marked(begins)
        if begins.startswith(PACKED) and not marked:
            raise DataError("the file is packed", where=path.name, hint="unpack it and import what is in it")
        encoding = marked or self.encoding or "utf-8"
        codec = encoding if marked else UNMARKED.get(encoding, encoding)
        try:
            yield from self._parts(path, encoding, codec, rows)
        except (UnicodeDecodeError, DataError):
            _refuse_unreadable(path, encoding, codec)  # what is no text is the graver fault, wherever it stands
            raise

    def _parts(self, path: Path, encoding: str, codec: str, rows: int) -> Iterator[RawTable]:
        with path.open(encoding=codec, newline="") as file:
            head = file.read(HEAD)
        delimiter: str = self.delimiter
        said = head[:4].lower() == "sep=" and head[4:5] in (
            *DELIMITERS,
            *RARE,
        )  # a line spreadsheets write for themselves
        if said:
            delimiter = delimiter or head[4]
        delimiter = delimiter or _delimiter(head, path.name)
        with path.open(encoding=codec, newline="") as file:
            taken = _taken(_blocks(file, path.name), delimiter, path.name)
            lines: list[int] = []
            records: list[Sequence[str]] = []
            while len(records) <= said and (more := next(taken, None)):
                lines, records = [*lines, *more[0]], [*records, *more[1]]
            if len(records) <= said:
                raise DataError("the file is empty", where=path.name)
            body = chain([(lines[said + 1 :], records[said + 1 :])], taken)
            yield from _tables(records[said], body, rows, (f"encoding: {encoding}", f"delimiter: {delimiter}"))


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Give the reader."""
    return [CsvReader]


def _marked(begins: bytes) -> str:
    """Give the encoding that the file's first bytes name, or nothing."""
    return next((marked for mark, marked in MARKS if begins.startswith(mark)), "")


def _blocks(file: TextIO, name: str) -> Iterator[str]:
    """Give the text in blocks of whole lines, a megabyte at a time; a NUL is refused."""
    before = 0
    while block := file.read(BLOCK):
        block += file.readline()
        if (at := block.find("\0")) >= 0:
            line = before + block.count("\n", 0, at) + 1
            raise DataError(
                "there is a NUL character in the text", where=f"{name}:{line}", hint="export the file again"
            )
        before += block.count("\n")
        yield block


def _refuse_unreadable(path: Path, encoding: str, codec: str) -> None:
    """Refuse a file that is not text in this encoding from its first byte to its last, with the line."""
    decoder = codecs.getincrementaldecoder(codec)()
    lines, nul, text_lines = 1, 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + (pending + block).count(b"\n", 0, error.start) - pending.count(b"\n")
                hint = "save it as UTF-8, or name its encoding (--encoding cp1252 for an older Excel)"
                raise DataError(f"this is not {encoding}", where=f"{path.name}:{line}", hint=hint) from None
            if not nul and (at := text.find("\0")) >= 0:
                nul = text_lines + text.count("\n", 0, at)
            lines += block.count(b"\n")
            text_lines += text.count("\n")
            if not block:
                break
    if nul:
        raise DataError(
            "there is a NUL character in the text", where=f"{path.name}:{nul}", hint="export the file again"
        )


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
    if counts[0][0]:
        return counts[0][1]
    rare = [each for each in RARE if each in bare]
    return rare[0] if len(rare) == 1 else ","


def _taken(blocks: Iterator[str], delimiter: str, name: str) -> Iterator[tuple[Sequence[int], Records]]:
    """Give the records that are not blank, with the lines they begin on, as many at a time as stand in a block."""
    before, block = 0, ""
    for more in blocks:
        block += more
        try:
            ends, records = _parsed(block, delimiter)
        except _OpenError:  # a quote is open at the end of the block: its row goes on in the next
            continue
        except csv.Error:
            break
        begins = range(before + 1, before + len(ends) + 1)
        yield _filled(begins if isinstance(ends, range) else [before + 1, *(before + end + 1 for end in ends)], records)
        before, block = before + ends[-1], ""
    if block:  # what is wrong with it is found row by row
        yield _filled(*_slowly(block, before, delimiter, name))


class _OpenError(Exception):
    """A quote is open at the end of a block."""


def _parsed(block: str, delimiter: str) -> tuple[Sequence[int], Records]:
    """Read whole records, and say on which line of the block each ends."""
    if (plain := _plain_cells(block, delimiter)) is not None:
        return range(1, len(plain) + 1), plain
    lines = list(io.StringIO(block, newline=""))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        records = list(reader)
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise _OpenError from None
        raise
    if len(records) == len(lines):  # each on a line of its own
        return range(1, len(lines) + 1), records
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    return [reader.line_num for _ in reader], records


def _plain_cells(block: str, delimiter: str) -> list[tuple[str, ...]] | None:
    """Read a block that has no quotes and as many cells in every line, all at once; None where it is not so plain."""
    if '"' in block:
        return None
    if "\r" in block:
        block = block.replace("\r\n", "\n")
    if "\r" in block or not block.endswith("\n"):
        return None
    lines = block[:-1].split("\n")
    counts = {*map(methodcaller("count", delimiter), lines)}
    if len(counts) > 1 or len(max(lines, key=len)) > csv.field_size_limit():
        return None
    cells = iter(block[:-1].replace("\n", delimiter).split(delimiter))
    return list(zip(*[cells] * (counts.pop() + 1), strict=True))


def _filled(begins: Sequence[int], records: Records) -> tuple[Sequence[int], Records]:
    """Leave blank records out."""
    if all(records) and all(map(str.strip, map(itemgetter(0), records))):  # as in nearly every file
        return begins[: len(records)], records
    full = [bool(each) and bool(each[0].strip() or any(cell.strip() for cell in each)) for each in records]
    return list(compress(begins, full)), list(compress(records, full))


def _slowly(block: str, before: int, delimiter: str, name: str) -> tuple[list[int], Records]:
    """Read records one by one, so that the line on which a faulty one begins can be named."""
    reader = csv.reader(io.StringIO(block, newline=""), delimiter=delimiter, strict=True)
    begins = [before + 1]
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append(record)
            begins.append(before + reader.line_num + 1)
    except csv.Error as error:
        line = begins[-1]
        raise DataError(_plain(str(error)), where=f"{name}:{line}", hint="nothing of the file was taken") from None
    return begins, records


def _plain(problem: str) -> str:
    if "unexpected end" in problem:
        return "a quote that opens in this row is never closed"
    if "field larger" in problem:
        return "a cell is longer than 131,072 characters; a quote may be missing"
    if "expected after" in problem:
        return "text follows a closing quote; a quote inside a cell is written twice"
    return "the row cannot be read as separated text"


def _tables(
    header: Sequence[str], taken: Iterable[tuple[Sequence[int], Records]], count: int, notes: tuple[str, ...]
) -> Iterator[RawTable]:
    """Cut records into tables; of rows that are shorter than the header line, how many there are is said at the end."""
    short, first = 0, 0
    lines: list[int] = []
    records: list[Sequence[str]] = []
    for more, body in taken:
        some = min(map(len, body), default=len(header)) < len(header)
        few = [at for at, record in enumerate(body) if len(record) < len(header)] if some else []
        first = first or (more[few[0]] if few else 0)
        short += len(few)
        lines.extend(more)
        records.extend(body)
        while len(records) > count:
            yield _table(header, lines[:count], records[:count], notes)
            lines, records = lines[count:], records[count:]
    if short:
        notes = (*notes, f"{short} rows have fewer cells than the header line, the first in line {first}")
    yield _table(header, lines, records, notes)


def _table(header: Sequence[str], lines: list[int], records: Records, notes: tuple[str, ...]) -> RawTable:
    """Make rows as long as the longest; columns beyond the header have no name."""
    lengths = {len(header), *map(len, records)}
    width = max(lengths)
    return RawTable(
        columns=(*header, *[""] * (width - len(header))),
        rows=records if len(lengths) == 1 else [[*record, *[""] * (width - len(record))] for record in records],
        lines=lines,
        notes=notes,
    )
