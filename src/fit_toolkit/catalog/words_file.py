"""Words of a form from a file somebody has, and the wording file that is written."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from fit_toolkit.catalog.convert import nearest
from fit_toolkit.catalog.quoting import quoted
from fit_toolkit.catalog.typed_words import keys
from fit_toolkit.errors import DataError
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.wording import Wording

_NUMBERED = re.compile(r"^\s*\(?\d{1,3}[.):]\s*")
_KEYED = re.compile(r"^([A-Za-z0-9_.-]+)\s*[:=]\s*(.*)$")
_FIRST = ("item", "key", "id", "name")


def from_lines(instrument: Instrument, text: str, file: str) -> dict[str, str]:
    """Read plain text: `key: words`, and every other line is the next item in its published order."""
    known, plain, given = keys(instrument), [], dict[str, str]()
    for number, line in enumerate(text.splitlines(), 1):
        keyed = _KEYED.match(line)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if keyed and keyed[1] in known:
            _put(given, keyed[1], keyed[2], f"{file}:{number}")
        else:
            plain.append(_NUMBERED.sub("", line).strip())
    waiting = [item.id for item in instrument.items if item.id not in given]
    if plain and len(plain) != len(waiting):
        raise DataError(
            f"{len(plain)} lines for {len(waiting)} items",
            where=file,
            hint="one line for each item, in published order; everything else as `key: words`, such as `answer.0: ...`",
        )
    return given | dict(zip(waiting, plain, strict=False))


def from_csv(instrument: Instrument, text: str, file: str) -> dict[str, str]:
    """Read a table: a column `item` (or `key`), a column `text`, and columns `low`, `high`, `help` or an answer's code."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head = [cell.strip().lower() for cell in next(rows, [])]
    if len(head) < 2 or head[0] not in _FIRST or head[1] not in {"text", "words"}:
        raise DataError(
            "the first line has to name the columns", where=f"{file}:1", hint="item,text[,low,high,help,0,1,...]"
        )
    known, given = keys(instrument), dict[str, str]()
    for cells in rows:
        where, key = f"{file}:{rows.line_num}", cells[0].strip() if cells else ""
        if not key:
            continue
        for column, cell in zip(head[1:], cells[1:], strict=False):
            if not cell.strip():
                continue
            whole = key if column == head[1] else f"{key}.{column}"
            if whole not in known:
                raise DataError(f"there is no '{whole}' in {instrument.id}", where=where, hint=nearest(whole, known))
            _put(given, whole, cell, where)
    return given


def _put(given: dict[str, str], key: str, words: str, where: str) -> None:
    if key in given:
        raise DataError(f"'{key}' is given twice", where=where)
    given[key] = " ".join(words.split())


_ORDER = (
    "format", "instrument", "version", "language", "title", "licence", "licence_status", "licence_reference",
    "electronic_use", "holder", "translator", "validated", "banner", "lead_in", "who_sees", "anchors", "ways_out", "items",
)  # fmt: skip
_PLAIN = {"format", "instrument", "language", "licence_status", "electronic_use"}


def as_yaml(wording: Wording, origin: str = "") -> str:
    """Write a wording file; every text stands in quotes. `origin` is the first line, where nobody typed the words in."""
    typed = f"# The words of {wording.instrument} ({wording.language}), typed in by this practice under the licence named here."
    head = [
        origin or typed,
        "# They belong to whoever holds the rights: pass the file on only as that licence allows.",
    ]
    values: dict[str, Any] = msgspec.to_builtins(wording)
    order = sorted(values, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    return "\n".join([*head, *_lines({key: values[key] for key in order})]) + "\n"


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    before = False
    for key, value in values.items():
        block = isinstance(value, (dict, list, tuple))
        if block or before:
            yield ""
        before = block
        if isinstance(value, dict):
            yield f"{key}:"
            yield from (f"  {_key(inner)}: {_flow(words)}" for inner, words in value.items())
        elif isinstance(value, (list, tuple)):
            yield f"{key}:"
            yield from (f"  - {_flow(each)}" for each in value)
        else:
            yield f"{key}: {value if key in _PLAIN else _flow(value)}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z][a-z0-9_]*", key) and key not in {"true", "false", "null"} else quoted(key)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    return quoted(value) if isinstance(value, str) else json.dumps(value)
