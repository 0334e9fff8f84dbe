"""One form scored by itself, for showing how a score comes about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from pandas import DataFrame

from fit_toolkit.model.instrument import Instrument, Person
from fit_toolkit.scoring.people import one
from fit_toolkit.scoring.rules import Rules
from fit_toolkit.scoring.score import score


def score_one(
    instrument: Instrument, answers: Mapping[str, float], rules: Rules | None = None, *, person: Person | None = None
) -> dict[str, dict[str, Any]]:
    """Score the answers of one form; gives for each scale what `score` gives in its row."""
    columns = [item.id for item in instrument.number_items]
    numbers = DataFrame([dict(answers)], columns=columns, dtype=np.float64)
    rows = score(instrument, numbers, rules, people=one(person)).to_dict("records")
    return {str(row["scale"]): cast("dict[str, Any]", row) for row in rows}
