"""Tables as text: rows of a frame appended to a file, with numbers written plainly and text guarded where people read it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from fit_toolkit import Export, ExportPart

if TYPE_CHECKING:
    from pandas import DataFrame

Cells: TypeAlias = dict[tuple[int, str], Any]
MOST_KNOWN = 20_000  # different cells, so that what is known of them stays small
# What `fit import` reads without a map, in its words.
IMPORTED = ("client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument")
SOMETIMES = ("staff", "pauses", "appointments")  # tables that are written where they have rows
CODEBOOK = ("instrument", "version", "what", "id", "label", "type", "minimum", "maximum", "step", "options", "direction",
            "method", "made_of")  # fmt: skip


class Tables:
    """The files of one export by name, each opened when its first rows come; closes them and tells their rows."""

    def __init__(self, export: Export, folder: Path, *, delimiter: str = ",", missing: str = "") -> None:
        self._cell = export.cell
        self._folder = folder
        self._delimiter = delimiter
        self._missing = missing
        self._files: dict[str, Any] = {}
        self._known: dict[Any, str] = {}
        self.rows: dict[str, int] = {}

    def __enter__(self) -> Self:
        """Begin with no file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all files."""
        for file, _table in self._files.values():
            file.close()

    def begin(self, name: str, columns: Sequence[str]) -> None:
        """Open a file with its header line, unless it is open already."""
        if name in self._files:
            return
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w", encoding="utf-8", newline="")
        # both signs end a line here, so that a cell with either of them is quoted
        table = csv.writer(file, delimiter=self._delimiter, lineterminator="\r\n" if self._delimiter == "," else "\n")
        table.writerow(columns)
        self._files[name] = (file, table)
        self.rows[name] = 0

    def add(self, name: str, columns: Mapping[str, Iterable[Any]]) -> None:
        """Append rows, given by columns, to a file."""
        self.begin(name, list(columns))
        texts = [[self._text(cell) for cell in column] for column in columns.values()]
        _, table = self._files[name]
        table.writerows(zip(*texts, strict=True))
        self.rows[name] += len(texts[0]) if texts else 0

    def _text(self, cell: Any) -> str:
        """Write one cell; a number or text that comes again is worked out once."""
        if type(cell) is int:
            return str(cell)
        found = self._known.get((type(cell), cell))
        if found is None:
            found = text_of(cell, self._cell)
            if self._delimiter == "\t":
                found = " ".join(found.split()) if any(sign in found for sign in "\t\r\n") else found
            found = found or self._missing
            if len(self._known) < MOST_KNOWN:
                self._known[type(cell), cell] = found
        return found


def text_of(cell: Any, guard: Callable[[str], str] = str) -> str:
    """Write a number plainly, nothing for what is missing, and a text as `guard` gives it."""
    if isinstance(cell, str):
        return guard(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if cell is None or type(cell).__name__ == "NAType" or cell != cell:  # noqa: PLR0124 - NaN alone is not itself
        return ""
    return f"{cell:.6f}".rstrip("0").rstrip(".") if isinstance(cell, float) else str(cell)


def columns_of(frame: DataFrame, *names: str) -> dict[str, list[Any]]:
    """Give columns of a frame as lists of plain values."""
    return {name: frame[name].tolist() for name in names or frame.columns}


def with_context(part: ExportPart, frame: DataFrame) -> DataFrame:
    """Put what is known of each form beside its answers or scores."""
    return frame.merge(part.administrations, on="administration", how="left", validate="many_to_one")


def cells_of(frame: DataFrame, name: str, values: Iterable[Any]) -> Cells:
    """Give values by the number of their form and the item or scale."""
    return dict(zip(zip(frame["administration"].tolist(), frame[name].tolist(), strict=True), values, strict=True))


class Given:
    """What was answered, as an import takes it: the number, the way out that was taken, or the text.

    Where two answers of a list count the same (not sure, would rather not say), it is the text: a number would lose
    which of them it was.
    """

    def __init__(self, export: Export) -> None:
        self._by_text = {
            (id, item["id"])
            for id, instrument in export.instruments.items()
            for item in instrument.get("items", ())
            if is_ambiguous(options_of(instrument, item))
        }

    def of(self, answers: DataFrame) -> list[Any]:
        """Give the cells of answers that know their instrument."""
        columns = (answers[name].tolist() for name in ("instrument", "item", "value", "raw", "missing"))
        return [
            ("" if missing in {"left-out", "withheld"} else missing)
            if missing
            else raw
            if value != value or (instrument, item) in self._by_text  # noqa: PLR0124 - NaN alone is not itself
            else value
            for instrument, item, value, raw, missing in zip(*columns, strict=True)
        ]


def is_ambiguous(options: Sequence[Mapping[str, Any]]) -> bool:
    """Whether two answers of a closed list count the same."""
    return len({each["value"] for each in options}) < len(options)


def codebook(export: Export) -> dict[str, list[Any]]:
    """Describe every item and scale in a row."""
    rows = [row for id in sorted(export.instruments) for row in _described(export.instruments[id])]
    return {name: [row.get(name, "") for row in rows] for name in CODEBOOK}


def _described(instrument: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    own = {"instrument": instrument["id"], "version": instrument["version"]}
    for item in instrument.get("items", ()):
        low, high = item.get("range") or ("", "")
        options = options_of(instrument, item)
        if options:
            low, high = min(each["value"] for each in options), max(each["value"] for each in options)
        yield own | {
            "what": "item", "id": item["id"], "label": item.get("label", ""), "minimum": low, "maximum": high,
            "type": "choice" if options else item.get("type", "number"), "direction": item.get("direction") or "",
            "step": "" if options or item.get("type") == "text" else item.get("step", 1.0),
            "options": "; ".join(f"{text_of(float(each['value']))} = {each.get('label') or each.get('code') or ''}".rstrip(" =")
                                 for each in options),
        }  # fmt: skip
    for scale in instrument.get("scales", ()):
        low, high = scale["range"]
        made_of = scale.get("items") or scale.get("scales") or ()
        yield own | {
            "what": "scale", "id": scale["id"], "label": scale.get("title", ""), "type": "number", "minimum": low,
            "maximum": high, "direction": scale.get("direction") or instrument["direction"],
            "method": scale.get("method", ""), "made_of": " ".join(made_of),
        }  # fmt: skip


def options_of(instrument: Mapping[str, Any], item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Give the answers of a closed list, in place or by the name of a list that several items share."""
    named = instrument.get("option_sets", {}).get(item.get("option_set", ""), ())
    found: Sequence[Mapping[str, Any]] = item.get("options") or named
    return found
