"""A file laid out as forms and their answers: wide or long, one instrument or several, all by whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Index

from fit_toolkit.intake.layout import CONTEXT, Group, Layout
from fit_toolkit.intake.mapping import Target
from fit_toolkit.intake.piece import Coded, Ints, Piece, group
from fit_toolkit.intake.records import Problem
from fit_toolkit.intake.values import in_unit
from fit_toolkit.model.writing import unguarded

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cells:
    """One entry per answer: its form, its row, column, item or scale, and its text, as it came and as it is read.

    `id`, `raw` and `text` are places in `ids`, `raws` and `texts`; the first of `raws` and `texts` is the empty text.
    `scale` says which of them hold a total.
    """

    form: Ints
    row: Ints
    column: Ints
    scale: Bools
    id: Ints
    raw: Ints
    text: Ints
    ids: tuple[str, ...]
    raws: tuple[str, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        """How many there are."""
        return len(self.form)

    def only(self, which: Any) -> Cells:
        """Leave out the others."""
        if isinstance(which, np.ndarray) and which.dtype == np.bool_ and which.all():
            return self
        arrays = (self.form, self.row, self.column, self.scale, self.id, self.raw, self.text)
        form, row, column, scale, id, raw, text = (each[which] for each in arrays)
        return Cells(form, row, column, scale, id, raw, text, self.ids, self.raws, self.texts)


@dataclass(frozen=True)
class Laid:
    """Forms (one row each, their context as text) and cells (one entry per answer); `links` ties forms to file rows.

    `seq` of a form is its place among all forms of the file; `numbered` says that some form of the file gives the
    number of its session.
    """

    piece: Piece
    layout: Layout
    forms: DataFrame
    cells: Cells
    links: tuple[Ints, Ints]
    stray: tuple[Problem, ...]
    numbered: bool

    def problem(self, row: int, column: int | str, text: str, value: str | None = None) -> Problem:
        """Make a problem about a cell of the file, or about a role that has no column."""
        if isinstance(column, str):
            column = self.layout.roles.get(column, -1)
        name = self.layout.columns[column] if column >= 0 else ""
        found = self.piece.cell(row, column) if column >= 0 and value is None else value or ""
        return Problem(int(row), self.piece.line(row), name, found, text)


def records(frame: DataFrame) -> list[dict[str, Any]]:
    """Give the rows of a small frame as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def lay_out(piece: Piece, layout: Layout, instrument: str, *, numbered: bool | None = None) -> Laid:
    """Turn rows into forms and cells; a form without any answer is left out.

    `numbered` is what is known of the whole file, where the piece is not all of it.
    """
    forms, cells, links = _long(piece, layout, instrument) if layout.long else _wide(piece, layout, instrument)
    if numbered is None:
        numbered = bool((forms["session"] != "").any())
    return Laid(piece, layout, forms, cells, links, tuple(_stray(piece, layout)), numbered)


def _context(piece: Piece, layout: Layout, fixed: dict[str, str], instrument: str) -> dict[str, Coded]:
    made = {}
    for name in CONTEXT:
        if name in fixed:
            made[name] = Coded.always(fixed[name], len(piece))
        elif name in layout.roles:
            made[name] = meant(piece.columns[layout.roles[name]].strip(), layout.target(name))
        else:
            made[name] = Coded.always("", len(piece))
    made["instrument"] = made["instrument"].map(lambda text: text or instrument)
    return made


def meant(column: Coded, target: Target) -> Coded:
    """Put what a map says in the place of the words of a role, and nothing in the place of what stands for nothing."""
    if not target.words and not target.missing:
        return column
    nothing = {text.strip() for text in target.missing}
    words = {word.strip(): meaning for word, meaning in target.words.items()}
    return column.map(lambda text: "" if text in nothing else words.get(text, text))


def _answered(column: Coded, missing: frozenset[str]) -> Coded:
    """Leave the texts out that a map calls no answer."""
    return column.map(lambda text: "" if text.strip() in missing else text) if missing else column


def _forms(piece: Piece, context: dict[str, Coded], which: Ints, seq: Ints, index: Index[Any]) -> DataFrame:
    """Give the context of the forms that begin in some rows."""
    texts = {name: context[name].codes[which] for name in CONTEXT}
    frame = {name: Coded(codes, context[name].texts).cells() for name, codes in texts.items()}
    forms = DataFrame(frame, index=index, dtype=object)
    forms.insert(0, "row", piece.rows[which])
    forms.insert(1, "seq", seq)
    return forms


def _wide(piece: Piece, layout: Layout, instrument: str) -> tuple[DataFrame, Cells, tuple[Ints, Ints]]:
    words = _Words()
    contexts, parts, start = [], [], 0
    for number, each in enumerate(layout.groups):
        filled = np.zeros(len(piece), dtype=np.bool_)
        for slot in each.slots:
            column = _answered(piece.columns[slot.column], slot.missing)
            filled |= column.among(lambda text: bool(text.strip()))
        rows = np.flatnonzero(filled)
        seq = piece.rows[rows] * len(layout.groups) + number
        context = _context(piece, layout, each.fixed, instrument)
        contexts.append((context, rows, seq, start))
        parts += _slots(piece, each, rows, start, words)
        start += len(rows)
    forms = [_forms(piece, context, rows, seq, Index(range(at, at + len(rows)))) for context, rows, seq, at in contexts]
    cells = words.cells(parts)
    every = np.concatenate([piece.rows[rows] for _, rows, _, _ in contexts])
    return _stacked(forms), cells, (np.arange(start), every)


def _stacked(frames: Sequence[DataFrame]) -> DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames)


def _slots(piece: Piece, each: Group, rows: Ints, start: int, words: _Words) -> list[tuple[Any, ...]]:
    forms = np.arange(start, start + len(rows))
    made = []
    for slot in each.slots:
        column = _answered(piece.columns[slot.column], slot.missing)
        raw, text = words.read(column.take(rows), slot.values, slot.factor)
        made.append((forms, piece.rows[rows], slot.column, slot.kind == "scale", slot.id, raw, text))
    return made


def _long(piece: Piece, layout: Layout, instrument: str) -> tuple[DataFrame, Cells, tuple[Ints, Ints]]:
    kind = "item" if "item" in layout.roles else "scale"
    context = _context(piece, layout, {}, instrument)
    alike = [context[name] for name in CONTEXT if name != "date"] + [context["date"].map(_day(layout))]
    if "response_id" in layout.roles:  # of two that are otherwise alike each is a form, and not half of one
        alike.append(piece.columns[layout.roles["response_id"]].strip())
    form = group(alike)
    words = _Words()
    target = layout.target("value")
    missing = frozenset(text.strip() for text in (*layout.mapping.missing, *target.missing))
    column = _answered(piece.columns[layout.roles["value"]], missing)
    raw, text = words.read(column, {**layout.mapping.values, **target.values}, target.factor)
    column = piece.columns[layout.roles[kind]].strip()
    passed = column.among({word.strip() for word in layout.target(kind).missing}.__contains__)
    text = np.where(passed, 0, text)  # an item that the map says is none of the instrument's
    count = int(form.max()) + 1 if len(form) else 0
    answered = np.zeros(count, dtype=np.bool_)
    answered[form[text != 0]] = True
    first = np.full(count, len(form), dtype=np.int64)
    first[form[::-1]] = np.arange(len(form))[::-1]  # the last one written is the first row
    kept = np.flatnonzero(answered)
    forms = _forms(piece, context, first[kept], piece.rows[first[kept]], Index(kept))
    names = meant(column, layout.target(kind))
    cells = Cells(
        form=form,
        row=piece.rows,
        column=np.full(len(form), layout.roles["value"], dtype=np.int64),
        scale=np.full(len(form), kind == "scale", dtype=np.bool_),
        id=names.codes,
        raw=raw,
        text=text,
        ids=names.texts,
        raws=tuple(words.raws),
        texts=tuple(words.texts),
    ).only(answered[form] if count else np.zeros(0, dtype=np.bool_))
    return forms, cells, (cells.form, cells.row)


def _day(layout: Layout) -> Callable[[str], str]:
    """Give the day of a date, so that answers given at different times of it make one form."""

    def day(text: str) -> str:
        found = layout.dates.read(text)
        return text if isinstance(found, str) else found.day.isoformat()

    return day


class _Words:
    """The different texts of all answers, as they came and as they are read."""

    def __init__(self) -> None:
        self.raws: dict[str, int] = {"": 0}
        self.texts: dict[str, int] = {"": 0}

    def read(self, column: Coded, values: dict[str, float], factor: float) -> tuple[Ints, Ints]:
        """Give the places of the cells of a column, as they came and as they are read."""
        known = _reader(values, factor)
        came = [unguarded(text) for text in column.texts]  # an export of ours puts a quote mark before a formula
        raw = np.array([self.raws.setdefault(text, len(self.raws)) for text in came], dtype=np.int64)
        read = [known(text) for text in came]
        text = np.array([self.texts.setdefault(text, len(self.texts)) for text in read], dtype=np.int64)
        return (raw[column.codes], text[column.codes]) if len(raw) else (column.codes, column.codes)

    def cells(self, parts: Sequence[tuple[Any, ...]]) -> Cells:
        """Put the cells of several columns together."""
        ids: dict[str, int] = {}
        count = [len(part[0]) for part in parts]
        form, row, _, _, _, raw, text = zip(*parts, strict=True)
        return Cells(
            form=np.concatenate(form),
            row=np.concatenate(row),
            column=np.repeat([part[2] for part in parts], count),
            scale=np.repeat(np.array([part[3] for part in parts], dtype=np.bool_), count),
            id=np.repeat([ids.setdefault(part[4], len(ids)) for part in parts], count),
            raw=np.concatenate(raw),
            text=np.concatenate(text),
            ids=tuple(ids),
            raws=tuple(self.raws),
            texts=tuple(self.texts),
        )


def _reader(values: dict[str, float], factor: float) -> Callable[[str], str]:
    """Put numbers in the place of words a map knows, and others into the instrument's unit; the rest stays as it is."""
    known = {word.strip(): format(number, ".6f").rstrip("0").rstrip(".") for word, number in values.items()}
    if factor == 1:
        return lambda text: known.get(text.strip(), text.strip())
    return lambda text: known.get(text.strip()) or in_unit(text.strip(), factor)


def _stray(piece: Piece, layout: Layout) -> list[Problem]:
    """Report cells beyond the last named column: they belong nowhere, so the row cannot be trusted."""
    found = []
    for position in layout.unnamed:
        for at in np.flatnonzero(piece.columns[position].among(lambda text: bool(text.strip()))):
            text = f"a cell in column {position + 1}, which has no name; is there a delimiter too many in the row?"
            row = int(piece.rows[at])
            found.append(Problem(row, int(piece.lines[at]), "", piece.cell(row, position), text))
    return found
