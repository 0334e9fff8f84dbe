"""Answers and totals of every form as numbers, checked against the instruments, and one mark to compare forms by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Index, Series

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.expand import Bools, Cells, Laid
from fit_toolkit.intake.piece import Ints
from fit_toolkit.intake.records import Problem
from fit_toolkit.intake.values import numbers as plain_numbers
from fit_toolkit.model.instrument import TICK, Instrument
from fit_toolkit.scoring import read_numbers, way_out

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What the forms of one instrument hold: numbers, and texts as they came (`raw`: places in `words`), by form.

    Totals were made elsewhere. `columns` are the items or scales that `raw` has texts of.
    """

    instrument: Instrument
    totals: bool
    numbers: DataFrame
    columns: tuple[str, ...]
    raw: Ints
    words: tuple[str, ...]

    def only(self, forms: Sequence[Any] | Index[Any]) -> Answers:
        """Leave out the other forms."""
        at = self.numbers.index.get_indexer(Index(forms))
        return Answers(self.instrument, self.totals, self.numbers.iloc[at], self.columns, self.raw[at], self.words)

    def texts(self, columns: Iterable[str]) -> DataFrame:
        """Give the texts of some items as they came; none for those without a column."""
        words = _objects(self.words)
        there = [id for id in columns if id in self.columns]
        return DataFrame({id: words[self.raw[:, self.columns.index(id)]] for id in there}, dtype=object)


@dataclass(frozen=True)
class Read:
    """All answers of a file, and the canonical text of each form (`canon`, by form)."""

    parts: tuple[Answers, ...]
    canon: Series[str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Grid:
    """The cells of the forms of one instrument, one row per form, one column per item or scale; -1: there is none."""

    cells: Cells
    forms: Ints
    ids: tuple[str, ...]
    at: Ints

    @classmethod
    def of(cls, cells: Cells) -> _Grid:
        """Lay cells out, of which no two are in one place."""
        forms, rows = np.unique(cells.form, return_inverse=True)
        used = sorted(np.unique(cells.id), key=lambda code: cells.ids[code])
        place = np.full(len(cells.ids), -1, dtype=np.int64)
        place[used] = np.arange(len(used))
        at = np.full((len(forms), len(used)), -1, dtype=np.int64)
        at[rows, place[cells.id]] = np.arange(len(cells))
        return cls(cells, forms, tuple(cells.ids[code] for code in used), at)

    def codes(self, which: Ints) -> Ints:
        """Give the places of texts; that of the empty text where there is no cell."""
        found = which[self.at]
        found[self.at < 0] = 0
        return found

    def problem(self, laid: Laid, form: int, column: int, text: str) -> Problem:
        """Make a problem about the cell of a form."""
        at = self.at[form, column]
        return laid.problem(int(self.cells.row[at]), int(self.cells.column[at]), text)


def read_answers(laid: Laid, forms: DataFrame, catalog: Catalog, *, comma: bool) -> Read:
    """Read the answers of all forms whose instrument is known."""
    problems: list[Problem] = []
    parts: list[Answers] = []
    canon: list[Series[str]] = []
    known = forms["instrument"].where(forms["known"].astype(bool), "")
    codes, ids = pd.factorize(known)
    of = np.full(int(forms.index.max()) + 1 if len(forms) else 0, -1, dtype=np.int64)
    of[forms.index] = codes
    texts = tuple(_point(text) for text in laid.cells.texts) if comma else laid.cells.texts
    for id in sorted(set(ids) - {""}):
        instrument = catalog.get(str(id))
        mine = laid.cells.only(of[laid.cells.form] == list(ids).index(id))
        good = _known_cells(laid, instrument, mine, problems)
        good = _not_mixed(laid, _once(laid, good, problems), problems)
        for totals in (False, True):
            cells = good.only(good.scale == totals)
            if not len(cells):
                continue
            grid = _Grid.of(cells)
            part, marks = (_totals if totals else _items)(laid, instrument, grid, texts, problems)
            parts.append(part)
            canon.append(marks)
    together = pd.concat(canon) if canon else Series([], dtype=object)
    return Read(tuple(parts), together[~together.index.duplicated()], tuple(problems))


def canonical(numbers: Mapping[str, float | None], words: Mapping[str, str]) -> str:
    """Write answers as one line that is the same for the same answers: 3, 3.0 and 03 are one, a blank is nothing."""
    ids = sorted({*words, *numbers})
    return "".join(_mark(id, numbers.get(id), words.get(id, "").strip()) for id in ids)


def _mark(id: str, number: float | None, text: str) -> str:
    if number is not None and not np.isnan(number):
        return f"{id}={round(number * TICK)};"
    return f"{id}='{way_out(text) or text.casefold()};" if text else ""


def _point(text: str) -> str:
    return text.replace(",", ".") if text.count(",") == 1 and text.replace(",", "").lstrip("+-").isdecimal() else text


def _known_cells(laid: Laid, instrument: Instrument, cells: Cells, problems: list[Problem]) -> Cells:
    """Keep the cells of items and scales the instrument has; what is answered elsewhere is reported."""
    items, scales = set(instrument.item_ids), {scale.id for scale in instrument.scales}
    item = np.array([id in items for id in cells.ids], dtype=np.bool_)
    scale = np.array([id in scales for id in cells.ids], dtype=np.bool_)
    if not len(cells):
        return cells
    good: Bools = np.where(cells.scale, scale[cells.id], item[cells.id])
    for at in np.flatnonzero(~good & (cells.text != 0)):
        kind = "scale" if cells.scale[at] else "item"
        text = f"{instrument.id} has no {kind} of this name"
        own = int(cells.column[at])
        column = laid.layout.roles.get(kind, own) if laid.layout.long else own
        problems.append(laid.problem(int(cells.row[at]), column, text))
    return cells.only(good)


def _once(laid: Laid, cells: Cells, problems: list[Problem]) -> Cells:
    """Keep one cell per form and item; a second one with another answer is reported."""
    key = cells.form * max(len(cells.ids), 1) + cells.id
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    if len(first) == len(key):
        return cells
    differs = cells.text != cells.text[first][group]
    differing = np.zeros(len(first), dtype=np.bool_)
    differing[group[differs]] = True
    for at in np.flatnonzero(differing[group]):
        text = f"{cells.ids[cells.id[at]]} is answered twice, differently"
        problems.append(laid.problem(int(cells.row[at]), int(cells.column[at]), text))
    return cells.only(np.sort(first))


def _not_mixed(laid: Laid, cells: Cells, problems: list[Problem]) -> Cells:
    """Leave totals out where the items are there too, and report them: the toolkit makes its own."""
    if not len(cells):
        return cells
    answered = cells.text != 0
    items, totals, mixed = (np.zeros(int(cells.form.max()) + 1, dtype=np.bool_) for _ in range(3))
    items[cells.form[answered & ~cells.scale]] = True
    totals[cells.form[answered & cells.scale]] = True
    both = answered & cells.scale & items[cells.form]
    text = "a total beside the items it is made from; leave one of them out (`ignore` in a map)"
    problems.extend(laid.problem(int(cells.row[at]), int(cells.column[at]), text) for at in np.flatnonzero(both))
    mixed[cells.form[both]] = True
    return cells.only(~mixed[cells.form] & np.where(cells.scale, totals[cells.form], items[cells.form]))


def _items(
    laid: Laid, instrument: Instrument, grid: _Grid, texts: Sequence[str], problems: list[Problem]
) -> tuple[Answers, Series[str]]:
    """Read the answers of items, each different text of an item once."""
    codes = grid.codes(grid.cells.text)
    numeric = {item.id for item in instrument.number_items}
    found = {id: pd.factorize(codes[:, at]) for at, id in enumerate(grid.ids)}
    longest = max(len(different) for _, different in found.values())
    words = _objects(texts)
    listed = {}
    for id, (_, different) in found.items():
        if id in numeric:
            listed[id] = np.full(longest, "", dtype=object)
            listed[id][: len(different)] = words[different]
    read, wrong = read_numbers(instrument, DataFrame(listed, index=range(longest), dtype=object))
    numbers = {
        item.id: read[item.id].to_numpy()[found[item.id][0]] if item.id in found else np.full(len(codes), np.nan)
        for item in instrument.number_items
    }
    for row, id, said in zip(wrong["row"], wrong["item"], wrong["problem"], strict=True):
        column = grid.ids.index(id)
        problems.extend(grid.problem(laid, int(form), column, said) for form in np.flatnonzero(found[id][0] == row))
    frame = DataFrame(numbers, index=Index(grid.forms))
    return _answers(instrument, grid, frame, totals=False), _marks(grid, frame, texts)


def _totals(
    laid: Laid, instrument: Instrument, grid: _Grid, texts: Sequence[str], problems: list[Problem]
) -> tuple[Answers, Series[str]]:
    """Read totals that were made elsewhere."""
    codes = grid.codes(grid.cells.text)
    words = _objects(texts)
    numbers = {}
    for at, id in enumerate(grid.ids):
        back, different = pd.factorize(codes[:, at])
        shown = words[different]
        read = plain_numbers(Series(shown, dtype=object)).to_numpy()
        scale = instrument.scale(id)
        steps = (read - scale.minimum) / (scale.step or 1 / TICK)
        fits = (read >= scale.minimum) & (read <= scale.maximum) & (np.abs(steps - np.rint(steps)) < 1e-6)
        text = f"expected {scale.minimum:g} to {scale.maximum:g}" + (
            f" in steps of {scale.step:g}" if scale.step else ""
        )
        wrong = np.flatnonzero(((shown != "") & ~fits)[back])
        problems.extend(grid.problem(laid, int(form), at, text) for form in wrong)
        numbers[id] = read[back]
    frame = DataFrame(numbers, index=Index(grid.forms))
    return _answers(instrument, grid, frame, totals=True), _marks(grid, frame, texts)


def _answers(instrument: Instrument, grid: _Grid, numbers: DataFrame, *, totals: bool) -> Answers:
    return Answers(instrument, totals, numbers, grid.ids, grid.codes(grid.cells.raw), grid.cells.raws)


def _marks(grid: _Grid, numbers: DataFrame, texts: Sequence[str]) -> Series[str]:
    """Write the canonical line of every form, each different answer of a column once."""
    codes = grid.codes(grid.cells.text)
    line = np.full(len(codes), "", dtype=object)
    for at, id in enumerate(grid.ids):
        back, different = pd.factorize(codes[:, at])
        _, first = np.unique(back, return_index=True)
        read = numbers[id].to_numpy()[first] if id in numbers else np.full(len(different), np.nan)
        marks = [_mark(id, float(number), texts[int(code)]) for number, code in zip(read, different, strict=True)]
        line = line + _objects(marks)[back]
    return Series(line, index=numbers.index, dtype=object)


@dataclass(frozen=True)
class StoredTexts:
    """Raw texts, numbers and free texts of forms as the store keeps them: JSON, a text per form; None for no free text."""

    raw: list[str]
    numbers: list[str]
    texts: list[str | None]


def stored_texts(part: Answers) -> StoredTexts:
    """Write the answers of all forms as JSON, each different answer of a column once."""
    free = {item.id for item in part.instrument.items if item.is_text}
    numbers = _object_texts(
        {id: pd.factorize(column.to_numpy(), use_na_sentinel=False) for id, column in part.numbers.items()},
        lambda value: None if np.isnan(value) else json.dumps(float(value) + 0.0),
        empty=None if part.totals else "null",
        count=len(part.numbers),
    )
    coded = {id: pd.factorize(part.raw[:, at]) for at, id in enumerate(part.columns)}

    def word(code: int) -> str | None:
        return json.dumps(part.words[code]) if part.words[code].strip() else None

    raw = _object_texts({k: v for k, v in coded.items() if k not in free}, word, count=len(part.numbers))
    texts = _object_texts({k: v for k, v in coded.items() if k in free}, word, count=len(part.numbers))
    return StoredTexts(raw, numbers, [None if text == "{}" else text for text in texts])


def _object_texts(
    columns: Mapping[Any, tuple[Any, Any]], write: Any, *, count: int, empty: str | None = None
) -> list[str]:
    """Write a JSON object per row; a value that `write` gives None for is written as `empty`, or not at all."""
    line = np.full(count, "", dtype=object)
    for id, (back, different) in columns.items():
        written = [write(value) or empty for value in different]
        pieces = [f", {json.dumps(id)}: {text}" if text is not None else "" for text in written]
        line = line + _objects(pieces)[back]
    return ["{" + text[2:] + "}" for text in line]


def _objects(texts: Sequence[str]) -> NDArray[Any]:
    made = np.empty(len(texts), dtype=object)
    made[:] = texts
    return made
