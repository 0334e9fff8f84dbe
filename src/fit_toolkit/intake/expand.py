"""A file laid out as forms and their answers: wide or long, one instrument or several, all by whole columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.intake.layout import CONTEXT, Group, Layout
from fit_toolkit.intake.records import Problem
from fit_toolkit.model.parts import RawTable


@dataclass(frozen=True)
class Laid:
    """Forms (one row each, their context as text) and cells (one row per answer); `links` ties forms to file rows."""

    table: RawTable
    layout: Layout
    forms: DataFrame
    cells: DataFrame
    links: DataFrame
    stray: tuple[Problem, ...]

    def problem(self, row: int, column: int | str, text: str, value: str | None = None) -> Problem:
        """Make a problem about a cell of the file, or about a role that has no column."""
        if isinstance(column, str):
            column = self.layout.roles.get(column, -1)
        name = self.layout.columns[column] if column >= 0 else ""
        found = self.table.rows[row][column] if column >= 0 and value is None else value or ""
        return Problem(row, self.table.lines[row], name, found, text)


def records(frame: DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a small frame as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def lay_out(table: RawTable, layout: Layout, instrument: str) -> Laid:
    """Turn rows into forms and cells; a form without any answer is left out."""
    frame = DataFrame([list(row) for row in table.rows], columns=range(len(table.columns)), dtype=object)
    if layout.long:
        forms, cells = _long(frame, layout, instrument)
    else:
        forms, cells = _wide(frame, layout, instrument)
    links = cells[["form", "row"]].drop_duplicates(ignore_index=True)
    return Laid(table, layout, forms, cells, links, tuple(_stray(table, layout)))


def _context(frame: DataFrame, layout: Layout, fixed: dict[str, str], instrument: str) -> DataFrame:
    made = {}
    for name in CONTEXT:
        if name in fixed:
            made[name] = pd.Series(fixed[name], index=frame.index, dtype=object)
        elif name in layout.roles:
            made[name] = frame[layout.roles[name]].str.strip()
        else:
            made[name] = pd.Series("", index=frame.index, dtype=object)
    made["instrument"] = made["instrument"].where(made["instrument"] != "", instrument)
    return DataFrame(made, dtype=object)


def _wide(frame: DataFrame, layout: Layout, instrument: str) -> tuple[DataFrame, DataFrame]:
    parts, answers, start = [], [], 0
    for group in layout.groups:
        context = _context(frame, layout, group.fixed, instrument)
        context.insert(0, "row", np.arange(len(frame)))
        filled = np.zeros(len(frame), dtype=bool)
        for slot in group.slots:
            filled |= (frame[slot.column].str.strip() != "").to_numpy(dtype=bool)
        context = context[filled].reset_index(drop=True)
        context.index += start
        parts.append(context)
        answers.append(_slots(frame, group, context))
        start += len(context)
    return pd.concat(parts), pd.concat(answers, ignore_index=True)


def _slots(frame: DataFrame, group: Group, context: DataFrame) -> DataFrame:
    rows = context["row"].to_numpy()
    parts = []
    for slot in group.slots:
        raw = frame[slot.column].iloc[rows]
        part = {"form": context.index.to_numpy(), "row": rows, "column": slot.column, "kind": slot.kind, "id": slot.id}
        parts.append(DataFrame({**part, "raw": raw.to_numpy(), "text": _words(raw, slot.values).to_numpy()}))
    return pd.concat(parts, ignore_index=True)


def _long(frame: DataFrame, layout: Layout, instrument: str) -> tuple[DataFrame, DataFrame]:
    kind = "item" if "item" in layout.roles else "scale"
    context = _context(frame, layout, {}, instrument)
    form = context.groupby(list(CONTEXT), sort=False, dropna=False).ngroup().to_numpy()
    raw = frame[layout.roles["value"]]
    cells = DataFrame(
        {
            "form": form,
            "row": np.arange(len(frame)),
            "column": layout.roles["value"],
            "kind": kind,
            "id": frame[layout.roles[kind]].str.strip().to_numpy(),
            "raw": raw.to_numpy(),
            "text": raw.str.strip().to_numpy(),
        }
    )
    context.insert(0, "row", np.arange(len(frame)))
    context.index = pd.Index(form)
    forms = context[~context.index.duplicated()]
    answered = cells.loc[cells["text"] != "", "form"].unique()
    return forms.loc[forms.index.isin(answered)], cells[cells["form"].isin(answered)].reset_index(drop=True)


def _words(raw: pd.Series[str], values: dict[str, float]) -> pd.Series[str]:
    """Put numbers in the place of words a map knows; everything else stays as it is."""
    text = raw.str.strip()
    if not values:
        return text
    known = {word.strip(): format(number, ".6f").rstrip("0").rstrip(".") for word, number in values.items()}
    return text.map(lambda word: known.get(word, word))


def _stray(table: RawTable, layout: Layout) -> list[Problem]:
    """Report cells beyond the last named column: they belong nowhere, so the row cannot be trusted."""
    found = []
    for position in layout.unnamed:
        for row, cells in enumerate(table.rows):
            if cells[position].strip():
                text = f"a cell in column {position + 1}, which has no name; is there a delimiter too many in the row?"
                found.append(Problem(row, table.lines[row], "", cells[position], text))
    return found
