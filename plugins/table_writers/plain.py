"""Writers `csv` and `csv-wide`: one answer a row, or one form a row; both as `fit import` reads them without a map."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from fit_toolkit import Export, ExportPart, Writer

from .tables import (
    IMPORTED,
    SOMETIMES,
    Cells,
    Given,
    Tables,
    cells_of,
    codebook,
    columns_of,
    with_context,
)

FORM = ("mode", "language", "rated_at", "dates_assumed")  # how it was filled in, for who takes it in again
MORE = ("administration", "state")  # with ratings that were corrected or taken back these tell them apart
SCORES = ("client", "episode", "therapist", "date", "session", "rater", "occasion", "instrument", "scale", "value",
          "status", "reason", "n_answered", "n_items", "band", "administration")  # fmt: skip


class CsvWriter(Writer, frozen=True):
    """Tables as CSV, one answer a row: answers, ready-made totals, scores, forms, clients, and a codebook."""

    kind: ClassVar[str] = "csv"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the tables part by part."""
        with Tables(export, folder) as tables:
            begun, given = False, Given(export)
            for part in export.parts():
                answers = with_context(part, part.answers)
                if len(answers) or not begun:
                    context = columns_of(answers.assign(session=answers["session_given"]), *_context(export))
                    tables.add(
                        "answers.csv", _in_order(context, item=answers["item"].tolist(), value=given.of(answers))
                    )
                totals = with_context(part, part.scores)
                totals = totals[totals["totals"]]
                if len(totals):
                    context = columns_of(totals.assign(session=totals["session_given"]), *_context(export))
                    made = {name: totals[name].tolist() for name in ("scale", "value")}
                    tables.add("totals.csv", _in_order(context, **made))
                _common(tables, part)
                begun = True
            tables.add("codebook.csv", codebook(export))
        return tables.rows


class CsvWideWriter(Writer, frozen=True):
    """Tables as CSV, one form a row and a file for each instrument; beside them scores, forms, clients, a codebook."""

    kind: ClassVar[str] = "csv-wide"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the tables part by part; which columns there are is known after a first look."""
        given = Given(export)
        items, scales = _ids(export, "answers", "item"), _ids(export, "scores", "scale")
        with Tables(export, folder) as tables:
            for part in export.parts():
                answers = with_context(part, part.answers)
                _wide(tables, part, export, totals=False, cells=cells_of(answers, "item", given.of(answers)), ids=items)
                values = part.scores["value"].tolist()
                _wide(tables, part, export, totals=True, cells=cells_of(part.scores, "scale", values), ids=scales)
                _common(tables, part)
            tables.add("codebook.csv", codebook(export))
        return tables.rows


def _wide(
    tables: Tables, part: ExportPart, export: Export, *, totals: bool, cells: Cells, ids: dict[str, list[str]]
) -> None:
    forms = part.administrations[part.administrations["totals"] == totals]
    for instrument, mine in forms.groupby("instrument", sort=True):
        context = columns_of(mine.assign(session=mine["session_given"]), *_context(export))
        numbers = mine["administration"].tolist()
        made = {id: [cells.get((number, id), "") for number in numbers] for id in ids[str(instrument)]}
        tables.add(f"{instrument}{'-totals' if totals else ''}.csv", _in_order(context, **made))


def _ids(export: Export, frame: str, name: str) -> dict[str, list[str]]:
    """Give the items or scales of each instrument: in its own order, then what older versions had besides."""
    found = {
        id: {each["id"]: None for each in definition.get(f"{name}s", ())}
        for id, definition in export.instruments.items()
    }
    for part in export.parts():
        seen = with_context(part, getattr(part, frame))[["instrument", name]].drop_duplicates()
        for instrument, id in zip(seen["instrument"], seen[name], strict=True):
            found.setdefault(instrument, {}).setdefault(id)
    return {instrument: list(ids) for instrument, ids in found.items()}


def _context(export: Export) -> tuple[str, ...]:
    return (*IMPORTED, *FORM, *(MORE if export.all_states else ()))


def _in_order(context: dict[str, list[object]], **more: list[object]) -> dict[str, list[object]]:
    """Put what tells forms apart at the end; days that were known are not worth a word."""
    last = {name: context.pop(name) for name in MORE if name in context}
    context["dates_assumed"] = [each or "" for each in context["dates_assumed"]]
    return {**context, **more, **last}


def _common(tables: Tables, part: ExportPart) -> None:
    tables.add("scores.csv", columns_of(with_context(part, part.scores), *SCORES))
    tables.add("administrations.csv", columns_of(part.administrations))
    tables.add("members.csv", columns_of(part.members))
    tables.add("assignments.csv", columns_of(part.assignments))
    for name in SOMETIMES:
        frame = getattr(part, name)
        if len(frame):
            tables.add(f"{name}.csv", columns_of(frame))
