"""What is tried with a writer: nothing, one form, many, texts that mean harm to a spreadsheet; each in a folder of its own."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fit_toolkit.engine import guards, sample_export, samples
from fit_toolkit.engine.conformance.bench import Bench
from fit_toolkit.engine.conformance.cases import Case, cases, label
from fit_toolkit.engine.policies import build_part
from fit_toolkit.engine.records import Provided
from fit_toolkit.engine.writing import COLUMNS, write
from fit_toolkit.errors import ConfigError
from fit_toolkit.model.writing import Export, ExportPart

MANY = 60  # clients, each with a few forms


def writer_cases(provided: Provided, given: Mapping[str, Any], _bench: Bench) -> Iterator[Case]:
    """Give everything that is tried with one writer."""
    trial = _Trial(provided, given)
    yield from cases(label(provided), {
        "made": ("it can be made from settings, or says what it needs", trial.made),
        "empty": ("it writes where there is no rating at all", lambda: trial.writes(sample_export.example_export(0))),
        "one-row": ("it writes one form", lambda: trial.writes(sample_export.example_export(1, forms=1))),
        "thousand-rows": ("it writes many forms, part by part", lambda: trial.writes(sample_export.example_export(MANY))),
        "all-missing": ("it writes forms without an answer or a score", lambda: trial.writes(sample_export.example_export(2, missing=True))),
        "hostile": ("strange text in an answer is written, and for people guarded", trial.survives),
        "inputs-unchanged": ("it changes nothing that it is given", trial.keeps),
        "same-answer": ("the same ratings give the same bytes", trial.repeats),
    })  # fmt: skip


class _Trial:
    """One writer; every method gives what is wrong, or nothing."""

    def __init__(self, provided: Provided, given: Mapping[str, Any]) -> None:
        self.provided = provided
        self.settings = samples.parameters(provided.thing, required_only=True) | dict(given)

    def made(self) -> str:
        try:
            self._writer()
        except ConfigError:
            return ""  # it says what it needs, which is as good
        return ""

    def writes(self, export: Export) -> str:
        self._files(export)
        return ""

    def survives(self) -> str:
        self._files(sample_export.example_export(3, texts=sample_export.STRANGE, raw=True))
        self._files(sample_export.example_export(3, texts=sample_export.STRANGE))
        return ""

    def keeps(self) -> str:
        parts = list(sample_export.example_export(2).parts())
        before = [_copies(part) for part in parts]
        export = sample_export.example_export(2)
        self._files(Export(lambda: iter(parts), export.instruments, export.made_at))
        same = all(
            frame.equals(kept)
            for part, copies in zip(parts, before, strict=True)
            for frame, kept in zip(_frames(part), copies, strict=True)
        )
        return "" if same else "the ratings are not the same afterwards"

    def repeats(self) -> str:
        first, second = (self._files(sample_export.example_export(5)) for _ in range(2))
        differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
        return f"{differing[0]} differs" if differing else ""

    def _files(self, export: Export) -> dict[str, str]:
        """Write and give the hash of every file."""
        with tempfile.TemporaryDirectory(prefix="fit-check-") as folder:
            place = Path(folder, "files")
            place.mkdir()
            with guards.this_machine_only():
                rows = write(self.provided, self._writer(), export, place)
            return {name: hashlib.sha256((place / name).read_bytes()).hexdigest() for name in rows}

    def _writer(self) -> Any:
        return build_part(self.provided, self.settings)


def _frames(part: ExportPart) -> list[Any]:
    return [getattr(part, name) for name in COLUMNS]


def _copies(part: ExportPart) -> list[Any]:
    return [frame.copy(deep=True) for frame in _frames(part)]
