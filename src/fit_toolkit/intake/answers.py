"""Answers and totals of every form as numbers, checked against the instruments, and one mark to compare forms by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas import DataFrame, Series

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.expand import Laid, records
from fit_toolkit.intake.records import Problem
from fit_toolkit.intake.values import numbers as plain_numbers
from fit_toolkit.model.instrument import TICK, Instrument
from fit_toolkit.model.records import Administration
from fit_toolkit.scoring import read_numbers, way_out


@dataclass(frozen=True)
class Answers:
    """What the forms of one instrument hold: numbers and texts, one row per form; `totals` when made elsewhere."""

    instrument: Instrument
    totals: bool
    numbers: DataFrame
    raw: DataFrame


@dataclass(frozen=True)
class Read:
    """All answers of a file, and the canonical text of each form (`canon`, by form)."""

    parts: tuple[Answers, ...]
    canon: Series[str]
    problems: tuple[Problem, ...]


def read_answers(laid: Laid, forms: DataFrame, catalog: Catalog, *, comma: bool) -> Read:
    """Read the answers of all forms whose instrument is known."""
    problems: list[Problem] = []
    parts: list[Answers] = []
    canon: list[Series[str]] = []
    ids = forms["instrument"].where(forms["known"].astype(bool), "")
    cells = laid.cells.assign(instrument=laid.cells["form"].map(ids))
    for id, mine in cells[cells["instrument"] != ""].groupby("instrument", sort=True):
        instrument = catalog.get(str(id))
        good = _known_cells(laid, instrument, mine, problems)
        good = _not_mixed(laid, _once(laid, good, problems), problems)
        for kind, part in good.groupby("kind"):
            totals = kind == "scale"
            text = part["text"].map(lambda each: _point(each) if comma else each)
            wide = part.assign(text=text).pivot(index="form", columns="id", values="text")  # noqa: PD010 - text stays text
            wide = wide.fillna("")
            read = (
                _totals(laid, instrument, wide, part, problems)
                if totals
                else _items(laid, instrument, wide, part, problems)
            )
            raw = part.pivot(index="form", columns="id", values="raw").reindex(index=wide.index, columns=wide.columns)  # noqa: PD010
            parts.append(Answers(instrument, totals, read, raw.fillna("")))
            canon.append(canonical(read, wide))
    together = pd.concat(canon) if canon else pd.Series([], dtype=object)
    return Read(tuple(parts), together[~together.index.duplicated()], tuple(problems))


def canonical(numbers: DataFrame, texts: DataFrame) -> Series[str]:
    """Write each form as one line that is the same for the same answers: 3, 3.0 and +3 are one, a blank is nothing."""
    pieces = []
    for id in sorted(texts.columns):
        read = numbers[id].to_numpy(dtype=np.float64) if id in numbers else np.full(len(texts), np.nan)
        shown = np.where(np.isnan(read), 0, np.rint(read * TICK)).astype(np.int64).astype(str)
        blank = texts[id].str.strip()
        value = np.where(np.isnan(read), "'" + blank.map(_word), shown)
        pieces.append(np.where((blank == "") & np.isnan(read), "", id + "=" + value.astype(object) + ";"))
    joined = pieces[0] if pieces else np.array([], dtype=object)
    for piece in pieces[1:]:
        joined = joined + piece
    return pd.Series(joined, index=texts.index, dtype=object)


def canonical_stored(stored: Administration) -> str:
    """Write a stored administration in the same way."""
    words = {**stored.raw, **(stored.texts or {})}
    pieces = []
    for id in sorted({*words, *stored.numbers}):
        number = stored.numbers.get(id)
        if number is not None:
            pieces.append(f"{id}={round(number * TICK)};")
        elif words.get(id, "").strip():
            pieces.append(f"{id}='{_word(words[id].strip())};")
    return "".join(pieces)


def _word(text: str) -> str:
    return way_out(text) or text.casefold()


def _point(text: str) -> str:
    return text.replace(",", ".") if text.count(",") == 1 and text.replace(",", "").lstrip("+-").isdecimal() else text


def _known_cells(laid: Laid, instrument: Instrument, cells: DataFrame, problems: list[Problem]) -> DataFrame:
    """Keep the cells of items and scales the instrument has; what is answered elsewhere is reported."""
    known = {"item": set(instrument.item_ids), "scale": {scale.id for scale in instrument.scales}}
    good = pd.Series(
        [id in known[kind] for id, kind in zip(cells["id"], cells["kind"], strict=True)], index=cells.index
    )
    for cell in records(cells[~good & (cells["text"] != "")]):
        text = f"{instrument.id} has no {cell['kind']} of this name"
        column = laid.layout.roles.get(cell["kind"], cell["column"]) if laid.layout.long else cell["column"]
        problems.append(laid.problem(cell["row"], column, text))
    return cells[good]


def _once(laid: Laid, cells: DataFrame, problems: list[Problem]) -> DataFrame:
    """Keep one cell per form and item; a second one with another answer is reported."""
    double = cells[cells.duplicated(["form", "id"], keep=False)]
    if len(double):
        differing = double.groupby(["form", "id"])["text"].transform("nunique") > 1
        problems.extend(
            laid.problem(cell["row"], cell["column"], f"{cell['id']} is answered twice, differently")
            for cell in records(double[differing])
        )
    return cells.drop_duplicates(["form", "id"])


def _not_mixed(laid: Laid, cells: DataFrame, problems: list[Problem]) -> DataFrame:
    """Leave totals out where the items are there too, and report them: the toolkit makes its own."""
    answered = cells[cells["text"] != ""]
    with_items = set(answered.loc[answered["kind"] == "item", "form"])
    mixed = answered[(answered["kind"] == "scale") & answered["form"].isin(with_items)]
    text = "a total beside the items it is made from; leave one of them out (`ignore` in a map)"
    problems.extend(laid.problem(cell["row"], cell["column"], text) for cell in records(mixed))
    empty_totals = (cells["kind"] == "scale") & ~cells["form"].isin(
        set(answered.loc[answered["kind"] == "scale", "form"])
    )
    empty_items = (cells["kind"] == "item") & ~cells["form"].isin(with_items)
    return cells[~cells["form"].isin(set(mixed["form"])) & ~empty_totals & ~empty_items]


def _places(part: DataFrame) -> dict[tuple[int, str], tuple[int, int]]:
    return {
        (int(f), str(i)): (int(r), int(n))
        for f, i, r, n in zip(part["form"], part["id"], part["row"], part["column"], strict=True)
    }


def _items(laid: Laid, instrument: Instrument, wide: DataFrame, part: DataFrame, problems: list[Problem]) -> DataFrame:
    read, wrong = read_numbers(instrument, wide.reset_index(drop=True))
    read.index = wide.index
    places = _places(part) if len(wrong) else {}
    for each in records(wrong):
        row, column = places[int(wide.index[each["row"]]), each["item"]]
        problems.append(laid.problem(row, column, each["problem"]))
    return read


def _totals(laid: Laid, instrument: Instrument, wide: DataFrame, part: DataFrame, problems: list[Problem]) -> DataFrame:
    read = DataFrame({id: plain_numbers(wide[id]) for id in wide.columns}, index=wide.index)
    places: dict[tuple[int, str], tuple[int, int]] = {}
    for id in wide.columns:
        scale = instrument.scale(str(id))
        steps = (read[id] - scale.minimum) / (scale.step or 1 / TICK)
        fits = read[id].between(scale.minimum, scale.maximum) & ((steps - np.rint(steps)).abs() < 1e-6)
        wrong = wide.index[(wide[id] != "") & ~fits]
        if not len(wrong):
            continue
        places = places or _places(part)
        text = f"expected {scale.minimum:g} to {scale.maximum:g}" + (
            f" in steps of {scale.step:g}" if scale.step else ""
        )
        for form in wrong:
            row, column = places[int(form), str(id)]
            problems.append(laid.problem(row, column, text))
    return read


def stored_answers(
    part: Answers, forms: list[Any]
) -> list[tuple[dict[str, str], dict[str, float | None], dict[str, str] | None]]:
    """Give raw texts, numbers and free texts of each form as the store keeps them."""
    free = {item.id for item in part.instrument.items if item.is_text}
    made = []
    for raw, read in zip(records(part.raw.loc[forms]), records(part.numbers.loc[forms]), strict=True):
        texts = {id: text for id, text in raw.items() if id in free and text.strip()}
        answers = {id: text for id, text in raw.items() if id not in free and text.strip()}
        numbers = {id: None if np.isnan(value) else float(value) for id, value in read.items()}
        made.append((answers, numbers, texts or None))
    return made
