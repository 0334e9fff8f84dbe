"""Answers that a person has to look at, read from the answers themselves, whether or not anything could be scored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Instrument, Skip, ticks
from fit_toolkit.model.terms import COMPARE
from fit_toolkit.scoring.answers import way_out

COLUMNS: Final = ("row", "risk", "item", "value", "meaning")


def risk(instrument: Instrument, numbers: DataFrame) -> DataFrame:
    """List the answers that reach a trigger: `row` (position in `numbers`), `risk`, `item`, `value`, `meaning`.

    An answer that the item does not permit is not spared: it counts when it is beyond the trigger.
    """
    parts = []
    for rule in instrument.risk:
        if rule.item not in numbers.columns:
            continue
        values = numbers[rule.item].to_numpy(dtype=np.float64)
        with np.errstate(invalid="ignore"):
            rows = np.flatnonzero(COMPARE[rule.operator](np.rint(values * TICK), ticks(rule.value)))
        part = DataFrame(
            {"row": rows, "risk": rule.id, "item": rule.item, "value": values[rows], "meaning": rule.meaning}
        )
        parts.append(part[part["value"].notna()])
    if not parts:
        return DataFrame({column: [] for column in COLUMNS})
    return pd.concat(parts, ignore_index=True).sort_values(["row", "item"], kind="stable", ignore_index=True)


def risk_left_out(instrument: Instrument, numbers: DataFrame, raw: DataFrame | None = None) -> DataFrame:
    """List the administrations that leave a risk item unanswered: `row`, `item`.

    `raw` are the same answers as they came; one that says `not-applicable` was not left out. Neither was one that is not
    on every form, or that the form itself lets out after other answers.
    """
    found = []
    for item in _on_every_form(instrument):
        silent = numbers[item].isna().to_numpy() if item in numbers.columns else np.ones(len(numbers), dtype=np.bool_)
        for skip in instrument.skips:
            if item in skip.items and set(skip.when) <= set(numbers.columns):
                silent = silent & (ticks_of(numbers, skip.when) != ticks(skip.equals))
        if raw is not None and item in raw.columns:
            words = raw[item].to_numpy(dtype=object)
            excused = [row for row in np.flatnonzero(silent) if way_out(str(words[row])) == "not-applicable"]
            silent = silent & ~np.isin(np.arange(len(silent)), excused)
        found += [(int(row), item) for row in np.flatnonzero(silent)]
    return DataFrame(sorted(found), columns=["row", "item"])


def left_out_of(instrument: Instrument, raw: Mapping[str, str], numbers: Mapping[str, float | None]) -> list[str]:
    """List the risk items that one form leaves unanswered, as `risk_left_out` does for many."""
    known = {item.id for item in instrument.number_items}
    given = {id: value for id, value in numbers.items() if id in known and value is not None and not math.isnan(value)}

    def let_out(skip: Skip) -> bool:
        answers = [given.get(id) for id in skip.when]
        return None not in answers and sum(ticks(value) for value in answers if value is not None) == ticks(skip.equals)

    return sorted(
        item
        for item in _on_every_form(instrument)
        if item not in given
        and not any(item in skip.items and let_out(skip) for skip in instrument.skips)
        and not (item in known and way_out(raw.get(item) or "") == "not-applicable")
    )


def _on_every_form(instrument: Instrument) -> list[str]:
    return [id for id in dict.fromkeys(rule.item for rule in instrument.risk) if instrument.item(id).asked is None]


def ticks_of(numbers: DataFrame, items: Sequence[str]) -> NDArray[np.float64]:
    """Add up answers in whole millionths; NaN where one of them is missing."""
    total: NDArray[np.float64] = np.rint(numbers[list(items)].to_numpy(dtype=np.float64) * TICK).sum(axis=1)
    return total
