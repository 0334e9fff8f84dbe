"""What is tried with a reader: files that are its own, and files that are nobody's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from fit_toolkit.engine import guards, samples
from fit_toolkit.engine.conformance.bench import Bench
from fit_toolkit.engine.conformance.cases import Case, Hint, cases, label
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import Provided
from fit_toolkit.errors import ConfigError, DataError

HEADS = (b"", b"a,b\n1,2\n", bytes(range(256)), b"\xff\xfe" * 50)
RUBBISH = bytes(range(256)) * 40


def reader_cases(provided: Provided, given: Mapping[str, Any], _bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one reader."""
    trial = _Trial(provided, given)
    yield from cases(label(provided), {
        "made": ("it can be made from settings, or says what it needs", trial.made),
        "sniff": ("it says of any file how sure it is, from 0 to 1", trial.sniffs),
        "empty-file": ("an empty file is refused with a DataError, or is an empty table", lambda: trial.survives(b"")),
        "rubbish": ("a file of another kind is refused with a DataError, or read as text", lambda: trial.survives(RUBBISH)),
        "sample": ("it reads its own sample", trial.reads),
        "lines": ("every row of its sample knows its line", trial.knows_lines),
        "same-answer": ("the same file gives the same rows, and stays as it is", trial.repeats),
    })  # fmt: skip


class _Trial:
    """One reader; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any]) -> None:
        self.provided = provided
        self.settings = samples.parameters(provided.thing, required_only=True) | dict(given)
        self.suffixes = tuple(getattr(provided.cls, "suffixes", ()))
        sample = getattr(provided.cls, "sample", b"")
        self.sample: bytes = sample.encode() if isinstance(sample, str) else sample

    def made(self) -> str:
        try:
            self._reader()
        except ConfigError:
            return ""  # it says what it needs, which is as good
        return ""

    def sniffs(self) -> str:
        reader = self._reader()
        for head in (*HEADS, self.sample[: 1 << 16]):
            for suffix in ("", ".csv", ".xlsx", *self.suffixes):
                try:
                    sure = reader.sniff(head, suffix)
                except (Exception, SystemExit) as error:  # noqa: BLE001 - this is what the check is about
                    return f"sniff raised {type(error).__name__}"
                if not (isinstance(sure, (int, float)) and 0 <= sure <= 1):
                    return "sniff must give a number from 0 to 1"
        return ""

    def survives(self, data: bytes) -> str:
        try:
            return _shape(self._read(data))
        except DataError as error:
            return "" if str(error) else "its DataError says nothing"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - this is what the check is about
            return f"raised {type(error).__name__} where a DataError is due"

    def reads(self) -> str:
        if not self.sample:
            return Hint('add `sample = b"..."`: a small made-up file of this format')
        table = self._own()
        return "its sample has no rows" if not len(table) else _shape(table)

    def knows_lines(self) -> str:
        if not self.sample:
            return Hint("needs a sample")
        lines = list(self._own().lines)
        most = self.sample.count(b"\n") + 1
        if any(later <= earlier for earlier, later in pairwise(lines)):
            return "the lines do not go up"
        if b"\0" in self.sample and min(lines, default=1) >= 1:
            return ""  # no text, so its lines are rows of a sheet or numbers of cases
        return "" if all(1 <= line <= most for line in lines) else f"a line is outside the file, which has {most}"

    def repeats(self) -> str:
        if not self.sample:
            return Hint("needs a sample")
        with tempfile.TemporaryDirectory(prefix="fit-check-") as folder:
            path = self._lay(folder, self.sample)
            reader = self._reader()
            first, second = reader.rows(path), reader.rows(path)
            if path.read_bytes() != self.sample:
                return "the file is not the same afterwards"
        same = first.columns == second.columns and [*map(list, first.rows)] == [*map(list, second.rows)]
        return "" if same else "the rows differ"

    def _own(self) -> Any:
        try:
            return self._read(self.sample)
        except DataError:
            raise
        except (Exception, SystemExit) as error:
            raise DataError(f"it raised {type(error).__name__} on its own sample") from error

    def _read(self, data: bytes) -> Any:
        with tempfile.TemporaryDirectory(prefix="fit-check-") as folder:
            path = self._lay(folder, data)
            with guards.this_machine_only():
                return self._reader().rows(path)

    def _lay(self, folder: str, data: bytes) -> Path:
        path = Path(folder, "sample" + (self.suffixes[0] if self.suffixes else ""))
        path.write_bytes(data)
        return path

    def _reader(self) -> Any:
        return build_part(self.provided, self.settings)


def _shape(table: Any) -> str:
    """Say what is wrong with the form of a table of raw text."""
    from fit_toolkit.model.parts import RawTable

    if not isinstance(table, RawTable):
        return f"rows gave {type(table).__name__} where a RawTable is due"
    if len(table.rows) != len(table.lines):
        return f"there are {len(table.rows)} rows and {len(table.lines)} lines"
    if any(len(row) != len(table.columns) for row in table.rows):
        return "a row is not as long as the columns"
    cells = (cell for row in (table.columns, *table.rows) for cell in row)
    return "" if all(isinstance(cell, str) for cell in cells) else "a cell is not raw text"
