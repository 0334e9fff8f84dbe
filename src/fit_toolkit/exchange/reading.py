"""Foreign files opened with limits: how big, how deep, which encoding, which separator."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.exchange.text import plain

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 300
MAX_DEPTH = 60
NOTHING = "nothing was written"


class Row(Struct, frozen=True):
    """One row of a table with the line it begins in."""

    line: int
    cells: tuple[str, ...]


def content(file: Path) -> bytes:
    """Read a whole file that is not larger than any form is."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror or 'no such file'}", where=str(file)) from error
    if len(data) > MAX_BYTES:
        raise DataError(f"the file is larger than {MAX_BYTES // 1024**2} MB", where=str(file), hint=NOTHING)
    if not data.strip():
        raise DataError("the file is empty", where=f"{file}:1:1", hint=NOTHING)
    return data


def text(data: bytes, file: Path, encoding: str = "") -> str:
    """Decode a file; UTF-8 with or without a byte order mark, or the encoding that was named."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding:
        raise DataError("the file is UTF-16; save it as UTF-8", where=f"{file}:1:1", hint="or say --encoding utf-16")
    try:
        decoded = data.decode(encoding or "utf-8-sig")
    except LookupError as error:
        raise DataError(f"there is no encoding '{encoding}'", hint="try --encoding cp1252") from error
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        problem = f"the file is not {encoding or 'UTF-8'}"
        raise DataError(problem, where=f"{file}:{line}:1", hint="save it as UTF-8, or say --encoding cp1252") from error
    if "\0" in decoded:
        line = decoded[: decoded.index("\0")].count("\n") + 1
        raise DataError("a zero byte: this is no text file", where=f"{file}:{line}:1", hint=NOTHING)
    return decoded


def rows(decoded: str, file: Path, delimiter: str = "") -> Iterator[Row]:
    """Give the rows of a table of separated cells, each with the line it begins in; blank rows are passed over."""
    separator = delimiter or _separator(decoded)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for number, cells in enumerate(reader):
            if number > MAX_ROWS:
                raise DataError(f"more than {MAX_ROWS} rows", where=f"{file}:{line}:1", hint=NOTHING)
            if len(cells) > MAX_COLUMNS:
                raise DataError(f"more than {MAX_COLUMNS} columns", where=f"{file}:{line}:1", hint=NOTHING)
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error as error:
        where = f"{file}:{line}:1"
        why = str(error).replace("\t", "tab")
        raise DataError(f"the row beginning here cannot be read as CSV: {why}", where=where, hint=NOTHING) from error


def _separator(decoded: str) -> str:
    head = decoded.lstrip().partition("\n")[0]
    return max(",;\t", key=head.count)


def tree(decoded: str, file: Path) -> Any:
    """Read JSON that is not deeper than a form is, has no key twice and no number that is none."""
    _shallow(decoded, file)
    try:
        return json.loads(decoded, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}:{error.colno}"
        raise DataError(f"not valid JSON: {error.msg}", where=where, hint=NOTHING) from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"not usable JSON: {str(error)[:80]}", where=f"{file}:1:1", hint=NOTHING) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{plain(twice, 40)}' is given twice in one object")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _shallow(decoded: str, file: Path) -> None:
    """Refuse a document nested too deep, before a parser follows it down."""
    depth, inside, escaped = 0, False, False
    for position, sign in enumerate(decoded):
        if inside:
            inside = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            inside = True
        elif sign in "{[":
            depth += 1
            if depth > MAX_DEPTH:
                line = decoded.count("\n", 0, position) + 1
                message = f"nested more than {MAX_DEPTH} levels deep"
                raise DataError(message, where=f"{file}:{line}:1", hint=NOTHING)
        elif sign in "}]":
            depth -= 1
