"""Answers that a person has to look at, read from the answers themselves, whether or not anything could be scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from pandas import DataFrame

from fit_toolkit.model.instrument import TICK, Instrument, ticks
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

    `raw` are the same answers as they came; one that says `not-applicable` was not left out.
    """
    items = list(dict.fromkeys(rule.item for rule in instrument.risk))
    found = []
    for item in items:
        silent = numbers[item].isna().to_numpy() if item in numbers.columns else np.ones(len(numbers), dtype=np.bool_)
        if raw is not None and item in raw.columns:
            silent = silent & np.array([way_out(str(text)) != "not-applicable" for text in raw[item]], dtype=np.bool_)
        found += [(int(row), item) for row in np.flatnonzero(silent)]
    return DataFrame(sorted(found), columns=["row", "item"])


def left_out_of(instrument: Instrument, raw: Mapping[str, str], numbers: Mapping[str, float | None]) -> list[str]:
    """List the risk items that one form leaves unanswered; one that does not apply was not left out."""
    items = dict.fromkeys(rule.item for rule in instrument.risk)
    return [id for id in items if numbers.get(id) is None and way_out(raw.get(id, "")) != "not-applicable"]
