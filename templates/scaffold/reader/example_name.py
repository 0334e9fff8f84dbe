"""Reader `example-name`: a file with one JSON object a line, as tablets and web forms often give it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import ClassVar

from fit_toolkit import DataError, RawTable, Reader, hookimpl

fit_hook_api = "1.0"  # the version of the hooks this is written for


class ExampleName(Reader, frozen=True):
    """One JSON object a line; the names in it are the columns. No value is interpreted here."""

    kind: ClassVar[str] = "example-name"  # its name for `fit import --reader`
    suffixes: ClassVar[tuple[str, ...]] = (".jsonl", ".ndjson")

    def sniff(self, head: bytes, filename_suffix: str) -> float:
        """Say how sure this is one of ours, from 0 to 1; the surest reader is taken."""
        return 0.9 if filename_suffix in self.suffixes and head.lstrip()[:1] == b"{" else 0.0

    def rows(self, path: Path) -> RawTable:
        """Read the whole file as text, and keep the number of each line for messages."""
        columns: dict[str, None] = {}  # in the order in which they appear
        records: list[tuple[int, dict[str, str]]] = []
        for number, line in enumerate(_text(path).splitlines(), start=1):
            if line.strip():
                record = _record(line, where=f"{path.name}:{number}")
                columns.update(dict.fromkeys(record))
                records.append((number, record))
        return RawTable(
            columns=tuple(columns),
            rows=[[record.get(column, "") for column in columns] for _, record in records],
            lines=[number for number, _ in records],
        )


def _text(path: Path) -> str:
    """Read the file; one that is no text is refused, never guessed."""
    try:
        return path.read_text(encoding="utf-8-sig")  # with or without the mark that Windows likes to put in front
    except UnicodeDecodeError:
        raise DataError("this is not UTF-8", where=path.name, hint="export the file again") from None


def _record(line: str, where: str) -> dict[str, str]:
    """Read one line; numbers stay as they are written (`3.10` is not `3.1`)."""
    try:
        record = json.loads(line, parse_int=str, parse_float=str)
    except ValueError:
        raise DataError("this line is no JSON", where=where, hint="export the file again") from None
    if not isinstance(record, dict) or any(isinstance(value, (dict, list)) for value in record.values()):
        raise DataError("this line is no flat JSON object", where=where, hint="one form a line: names and values")
    return {name: "" if value is None else str(value) for name, value in record.items()}


@hookimpl
def register_readers() -> list[type[Reader]]:
    """Tell the toolkit which readers are here."""
    return [ExampleName]
