"""A file of answers scored without a practice: one line per administration and scale, written exactly."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from msgspec import Struct
from pandas import DataFrame

from fit_toolkit.analysis.columns import Problem, decimal_sign, exact, id_cells, no_value, require
from fit_toolkit.analysis.files import Table, written
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.instrument import Instrument, Item
from fit_toolkit.scoring import Rules, entered, read_answer, risk, score
from fit_toolkit.scoring.answers import Decimal, UnreadableError, plain_number

COLUMNS: Final = ("scale", "value", "n_answered", "status", "band", "risk")
_SEX: Final = {"female": "female", "f": "female", "male": "male", "m": "male", "other": "other", "": ""}
Bools = npt.NDArray[np.bool_]


class Wish(Struct, frozen=True):
    """What is asked of a file: which columns are the items, the ids, and who was asked."""

    ids: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    age: str = ""
    sex: str = ""
    rater: str = ""


@dataclass(frozen=True)
class Scored:
    """The scores of a file; all lists have one entry per administration and scale."""

    ids: dict[str, list[str]]  # one entry per administration
    scales: int
    lines: list[tuple[str, ...]]  # the different lines there are, without ids: the cells of `COLUMNS`
    place: npt.NDArray[np.int64]  # which of them each line is
    problems: tuple[Problem, ...]
    failures: dict[str, int]  # what a scoring rule could not do, and how often
    statuses: dict[str, int]
    numbered: bool  # the rows have no other id than their number

    def csv(self) -> str:
        """Write them as CSV; ids are those of the file, unchanged."""
        head = ",".join(written([*self.ids, *COLUMNS])) + "\n"
        cells = [written(column) for column in self.ids.values()]
        prefixes = cells[0] if len(cells) == 1 else [",".join(each) for each in zip(*cells, strict=True)]
        ends = ["," + ",".join(written(line)) + "\n" for line in self.lines]
        suffixes = [ends[place] for place in self.place.tolist()]
        if self.scales == 1:
            return head + "".join([a + b for a, b in zip(prefixes, suffixes, strict=True)])
        lines = [prefix for prefix in prefixes for _ in range(self.scales)]
        return head + "".join([a + b for a, b in zip(lines, suffixes, strict=True)])

    def records(self) -> Iterator[dict[str, Any]]:
        """Give them as rows of plain data; a value that is not there is None."""
        names = list(self.ids)
        columns = list(zip(*self.ids.values(), strict=True))
        for position, place in enumerate(self.place.tolist()):
            scale, value, answered, *rest = self.lines[place]
            number = None if not value else float(value) if "." in value else int(value)
            made = (scale, number, int(answered), *rest)
            given = dict(zip(names, columns[position // self.scales], strict=True))
            number_of_row = {"row": int(given["row"])} if self.numbered else {}
            yield {**given, **number_of_row, **dict(zip(COLUMNS, made, strict=True))}


def score_table(instrument: Instrument, table: Table, wish: Wish, rules: Rules | None = None) -> Scored:
    """Score every row of a file.

    A cell that is no permitted answer is named in `problems`; the scales that it belongs to have no score in its row.
    """
    ids = _ids(table, wish)
    if instrument.totals_only:
        return _totals(instrument, table, wish, ids)
    columns = item_columns(instrument, table, wish.items)
    decimal = decimal_sign(table, [columns[id] for id in columns])
    problems: list[Problem] = []
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    watched: dict[str, npt.NDArray[np.float64]] = {}  # as they stand, permitted or not: no flagged answer is spared
    refused: dict[str, Bools] = {}
    risky = {each.item for each in instrument.risk}
    for id, column in columns.items():
        cells = table.column(column)
        read, wrong = _read(instrument.item(id), set(cells), decimal)
        numbers[id] = np.fromiter(map(read.__getitem__, cells), np.float64, len(cells))
        if wrong:
            refused[id] = np.fromiter(map(wrong.__contains__, cells), np.bool_, len(cells))
            rows = np.flatnonzero(refused[id])
            problems += [Problem(int(row), column, wrong[cells[row]]) for row in rows]
        if id in risky:
            seen = read | {text: plain_number(text, decimal) for text in wrong}
            watched[id] = np.fromiter(map(seen.__getitem__, cells), np.float64, len(cells))
    frame = DataFrame(numbers, index=range(len(table)))
    people = _people(table, wish, problems)
    found = score(instrument, frame, rules, people=people)
    flagged = _flagged(instrument, DataFrame(watched, index=range(len(table))))
    gone = _gone(instrument, refused)
    problems.sort(key=lambda each: each.row)
    return _scored(found, ids, [each.id for each in instrument.scales], flagged, gone, problems, numbered=not wish.ids)


def item_columns(instrument: Instrument, table: Table, named: Sequence[str]) -> dict[str, str]:
    """Say in which column each item stands: by order where columns are named, else by its id or another name of it."""
    items = instrument.number_items
    if named:
        if len(named) not in (len(items), len(instrument.items)):
            raise UsageError(f"--items names {len(named)} columns, {instrument.id} has {len(items)} items")
        order = items if len(named) == len(items) else instrument.items
        chosen = {item.id: name for item, name in zip(order, named, strict=True) if not item.is_text}
    else:
        chosen = {item.id: _own(item, table) for item in items}
        needed = _needed(instrument)
        chosen = {id: name for id, name in chosen.items() if name in table.columns or id in needed}
    missing = [name for name in chosen.values() if name not in table.columns]
    if missing:
        like = {re.sub(r"[\s_-]", "", name.casefold()): name for name in table.columns}
        meant = [name if name in table.columns else like.get(id, "COL") for id, name in chosen.items()]
        options = ",".join(f'"{name}"' if "," in name else name for name in meant)
        shown = "COL,COL,..." if "COL" in meant else f"'{options}'"
        hint = f"give the columns of {instrument.id} in published order: --items {shown}"
        raise DataError(f"there is no column {', '.join(missing)}", where=f"{table.name}:1", hint=hint)
    repeated = sorted({name for name in chosen.values() if list(chosen.values()).count(name) > 1})
    if repeated:
        raise UsageError(f"one column is given for two items: {', '.join(repeated)}")
    return chosen


def _own(item: Item, table: Table) -> str:
    here = [name for name in (item.id, *item.aliases) if name in table.columns]
    if len(here) > 1 and item.id not in here:
        raise DataError(f"{' and '.join(here)} are both {item.id}", where=f"{table.name}:1")
    return here[0] if here else item.id


def _needed(instrument: Instrument) -> set[str]:
    """Give the items that a file has to have a column for: all that are scored or flagged, and on every form."""
    used = {id for scale in instrument.scales for id in scale.items} | {each.item for each in instrument.risk}
    return {item.id for item in instrument.number_items if item.id in used and item.asked is None}


def _ids(table: Table, wish: Wish) -> dict[str, list[str]]:
    ids = id_cells(table, wish.ids, COLUMNS)
    require(table, dict.fromkeys(name for name in (wish.age, wish.sex) if name))
    return ids


def _read(item: Item, texts: set[str], decimal: Decimal) -> tuple[dict[str, float], dict[str, str]]:
    """Read each different text once: what it counts (NaN: nothing), and what is wrong with those that are no answer."""
    read, wrong = {}, {}
    for text in texts:
        try:
            read[text] = read_answer(item, text, decimal)
        except UnreadableError as error:
            read[text] = math.nan
            if not no_value(text):  # asked last: where NA is a code of the item, it is an answer
                wrong[text] = str(error)
    return read, wrong


def _people(table: Table, wish: Wish, problems: list[Problem]) -> DataFrame | None:
    """Say who was asked, as far as the file tells."""
    known: dict[str, Any] = {}
    if wish.age:
        cells = table.column(wish.age)
        ages = {text: plain_number(text, ".") for text in set(cells)}
        wrong = {text for text, age in ages.items() if not no_value(text) and not 0 <= age <= 130}
        problems += [Problem(row, wish.age, "expected an age in years") for row, t in enumerate(cells) if t in wrong]
        known["age_low"] = known["age_high"] = [math.nan if text in wrong else ages[text] for text in cells]
    if wish.sex:
        words = ["" if no_value(text) else text.strip().casefold() for text in table.column(wish.sex)]
        message = "expected female, male or other"
        problems += [Problem(row, wish.sex, message) for row, word in enumerate(words) if word not in _SEX]
        known["sex"] = [_SEX.get(word, "") for word in words]
    if wish.rater:
        known["rater"] = [wish.rater] * len(table)
    return DataFrame(known) if known else None


def _flagged(instrument: Instrument, numbers: DataFrame) -> npt.NDArray[Any]:
    """Give the flagged items of each row, in published order, as one text."""
    found = risk(instrument, numbers)
    texts = np.full(len(numbers), "", dtype=object)
    order = {id: place for place, id in enumerate(instrument.item_ids)}
    places = sorted({(int(row), order[str(item)]) for row, item in zip(found["row"], found["item"], strict=True)})
    for row, place in places:
        before = texts[row]
        texts[row] = f"{before};{instrument.item_ids[place]}" if before else instrument.item_ids[place]
    return texts


def _gone(instrument: Instrument, refused: Mapping[str, Bools]) -> list[Bools | None]:
    """Mark for each scale the rows in which an answer to it, or to a scale it is made of, cannot be read."""
    marks: list[Bools | None] = []
    for scale in instrument.scales:
        mine = [refused[id] for id in instrument.items_of(scale.id) if id in refused]
        marks.append(np.logical_or.reduce(mine) if mine else None)
    return marks


def _scored(
    found: DataFrame,
    ids: dict[str, list[str]],
    scales: list[str],
    flagged: npt.NDArray[Any],
    gone: list[Bools | None],
    problems: list[Problem],
    *,
    numbered: bool,
) -> Scored:
    """Reduce the scores to the different lines there are: few, however long the file."""
    width = len(scales)
    ticks = found["value_ticks"].fillna(-1).to_numpy(dtype=np.int64)
    blank = found["value_ticks"].isna().to_numpy(copy=True)
    status, names = found["status"].cat.codes.to_numpy(copy=True), list(found["status"].cat.categories)
    band, bands = found["band"].cat.codes.to_numpy(copy=True), list(found["band"].cat.categories)
    lost = names.index("unscorable")
    for nth, mark in enumerate(gone):
        if mark is not None:
            rows = np.flatnonzero(mark) * width + nth
            blank[rows], status[rows], band[rows] = True, lost, bands.index("")
    ticks[blank] = 0
    value, values = pd.factorize(ticks)
    risky, risks = pd.factorize(flagged, use_na_sentinel=False)
    parts = (
        (np.tile(np.arange(width), len(found) // width), width), (value, len(values)), (blank, 2),
        (found["n_answered"].to_numpy(), 32_768), (status, len(names)), (band, len(bands)),
        (np.repeat(risky, width), max(len(risks), 1)),
    )  # fmt: skip
    key = np.zeros(len(found), dtype=np.int64)
    for part, size in parts:
        key = key * size + part
    codes, different = pd.factorize(key)
    place = np.asarray(codes, dtype=np.int64)
    first = np.zeros(len(different), dtype=np.int64)
    first[place[::-1]] = np.arange(len(key))[::-1]
    answered = found["n_answered"].to_numpy()
    lines: list[tuple[str, ...]] = [
        (scales[at % width], "" if blank[at] else exact(int(ticks[at])), str(answered[at]), names[status[at]],
         bands[band[at]], str(flagged[at // width]))
        for at in first.tolist()
    ]  # fmt: skip
    counts = {name: int((status == code).sum()) for code, name in enumerate(names)}
    return Scored(
        ids, width, lines, place, tuple(problems), _failures(found), {n: c for n, c in counts.items() if c}, numbered
    )


def _failures(found: DataFrame) -> dict[str, int]:
    """Count what a scoring rule could not do."""
    counts = found["reason"].value_counts()
    return {str(reason): int(count) for reason, count in counts.items() if count and "scoring rule '" in str(reason)}


def _totals(instrument: Instrument, table: Table, wish: Wish, ids: dict[str, list[str]]) -> Scored:
    """Take the scores of a form that comes with ready-made totals, one column per scale."""
    if wish.items:
        raise UsageError(f"{instrument.id} has no items; its columns are its scales")
    scales = [scale.id for scale in instrument.scales if scale.id in table.columns]
    if not scales:
        known = ", ".join(scale.id for scale in instrument.scales)
        raise DataError("there is no column with a score", where=f"{table.name}:1", hint=f"known: {known}")
    decimal = decimal_sign(table, scales)
    problems: list[Problem] = []
    totals = {}
    for id in scales:
        scale, cells = instrument.scale(id), table.column(id)
        read = {text: plain_number(text, decimal) for text in set(cells)}
        wrong = {text for text, n in read.items() if not no_value(text) and not scale.minimum <= n <= scale.maximum}
        message = f"expected {scale.minimum:g} to {scale.maximum:g}"
        problems += [Problem(row, id, message) for row, text in enumerate(cells) if text in wrong]
        totals[id] = [read[text] for text in cells]
    found = entered(instrument, DataFrame(totals, dtype=np.float64), people=_people(table, wish, problems))
    problems.sort(key=lambda each: each.row)
    flagged = np.full(len(table), "", dtype=object)
    return _scored(found, ids, scales, flagged, [None] * len(scales), problems, numbered=not wish.ids)
