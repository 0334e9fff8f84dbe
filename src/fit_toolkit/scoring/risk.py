"""Answers that a person has to look at, read from the answers themselves, whether or not anything could be scored."""

from __future__ import annotations

import operator
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Instrument, ticks

_TESTS: Final = {"<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt}
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
            rows = np.flatnonzero(_TESTS[rule.operator](np.rint(values * TICK), ticks(rule.value)))
        part = DataFrame(
            {"row": rows, "risk": rule.id, "item": rule.item, "value": values[rows], "meaning": rule.meaning}
        )
        parts.append(part[part["value"].notna()])
    if not parts:
        return DataFrame({column: [] for column in COLUMNS})
    return pd.concat(parts, ignore_index=True).sort_values(["row", "item"], kind="stable", ignore_index=True)


def risk_left_out(instrument: Instrument, numbers: DataFrame) -> DataFrame:
    """List the administrations that leave a risk item unanswered: `row`, `item`."""
    items = list(dict.fromkeys(rule.item for rule in instrument.risk))
    found = [
        (row, item)
        for item in items
        for row in (np.flatnonzero(numbers[item].isna()) if item in numbers.columns else range(len(numbers)))
    ]
    return DataFrame(sorted(found), columns=["row", "item"])
