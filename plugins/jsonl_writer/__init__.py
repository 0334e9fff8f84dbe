"""Writer `jsonl`: one form a line with its answers and scores, for programs."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, ClassVar

from fit_toolkit import Export, ExportPart, Writer, hookimpl

PEOPLE = ("members", "assignments", "staff", "pauses", "appointments")
SOMETIMES = PEOPLE[2:]  # written where they have rows


class JsonlWriter(Writer, frozen=True):
    """JSON lines: forms with answers and scores, clients and who treated them; and the definitions in one JSON file."""

    kind: ClassVar[str] = "jsonl"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write line by line; text is as it is, because nobody opens this in a spreadsheet."""
        counts = {"instruments.json": len(export.instruments)}
        with ExitStack() as stack:
            files: dict[str, IO[str]] = {}
            for part in export.parts():
                told = {"administrations": _forms(part), **{name: _rows(getattr(part, name)) for name in PEOPLE}}
                for name, rows in told.items():
                    file = f"{name}.jsonl"
                    if name in SOMETIMES and not rows:
                        continue
                    if file not in files:
                        files[file] = stack.enter_context(_opened(folder / file))
                    counts[file] = counts.get(file, 0) + _lines(files[file], rows)
        definitions = {id: dict(export.instruments[id]) for id in sorted(export.instruments)}
        text = json.dumps(definitions, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        (folder / "instruments.json").write_text(text, encoding="utf-8")
        return counts


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Give the writer."""
    return [JsonlWriter]


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="\n")


def _lines(file: IO[str], rows: list[dict[str, Any]]) -> int:
    file.writelines(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
    return len(rows)


def _forms(part: ExportPart) -> list[dict[str, Any]]:
    answers: dict[int, dict[str, Any]] = {}
    scores: dict[int, dict[str, Any]] = {}
    for row in _rows(part.answers):
        answers.setdefault(row.pop("administration"), {})[row.pop("item")] = row
    for row in _rows(part.scores):
        scores.setdefault(row.pop("administration"), {})[row.pop("scale")] = row
    return [
        {**row, "answers": answers.get(row["administration"], {}), "scores": scores.get(row["administration"], {})}
        for row in _rows(part.administrations)
    ]


def _rows(frame: Any) -> list[dict[str, Any]]:
    """Give the rows of a frame; what is not there is null."""
    plain = frame.astype(object).where(frame.notna() & (frame != ""), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
