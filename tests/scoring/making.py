"""Small instruments made up for tests."""

from __future__ import annotations

from typing import Any

import msgspec
import pandas as pd
from pandas import DataFrame

from fit_toolkit.model import Instrument

BASE: dict[str, Any] = {
    "format": "fit-instrument/1",
    "id": "made-up",
    "version": "1",
    "title": "Made up",
    "construct": "symptoms",
    "raters": ["client"],
    "direction": "higher_is_worse",
    "licence": {"status": "open", "electronic_use": "allowed", "text_included": False},
    "validation": {"status": "unknown"},
    "items": [{"id": f"q{n}", "range": [0, 4]} for n in range(1, 5)],
    "scales": [{"id": "total", "items": ["q1", "q2", "q3", "q4"], "range": [0, 16]}],
}


def instrument(**changes: Any) -> Instrument:
    """Make an instrument of four items from 0 to 4, changed as asked."""
    return msgspec.convert({**BASE, **changes}, Instrument)


def one_scale(**changes: Any) -> Instrument:
    """Make an instrument of four items with one changed scale."""
    scale = {**BASE["scales"][0], **{key: value for key, value in changes.items() if key != "item_changes"}}
    return instrument(scales=[scale])


def answers(*rows: list[float | None]) -> DataFrame:
    """Make a table of answers to q1, q2, ...; None is unanswered."""
    columns = [f"q{number}" for number in range(1, len(rows[0]) + 1)]
    return pd.DataFrame(list(rows), columns=columns, dtype="float64")
