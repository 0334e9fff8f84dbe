"""Forms that do not ship, to see that the format can hold what they need (see data/README.md)."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fit_toolkit import scoring
from fit_toolkit.model import Instrument
from tests.scoring.making import instrument

DATA = Path(__file__).parent / "data"
DASS = {
    "depression": (3, 5, 10, 13, 16, 17, 21),
    "anxiety": (2, 4, 7, 9, 15, 19, 20),
    "stress": (1, 6, 8, 11, 12, 14, 18),
}


def ids(*numbers: int) -> list[str]:
    return [f"q{number}" for number in numbers]


def form(count: int, low: float, high: float, **scale: Any) -> dict[str, Any]:
    items = [{"id": id, "range": [low, high]} for id in ids(*range(1, count + 1))]
    total = {"id": "total", "items": ids(*range(1, count + 1)), "range": [count * low, count * high], **scale}
    return {"items": items, "scales": [total]}


def audit() -> Instrument:
    """Early completion; two items whose answers count 0, 2, 4."""
    made = form(10, 0, 4)
    for place in (8, 9):
        made["items"][place] = {"id": f"q{place + 1}", "options": [{"value": value} for value in (0, 2, 4)]}
    never = {"when": ["q1"], "equals": 0, "items": ids(*range(2, 9)), "count_as": 0, "source": "test"}
    little = {"when": ["q2", "q3"], "equals": 0, "items": ids(*range(4, 9)), "count_as": 0, "source": "test"}
    return instrument(**made, skips=[never, little])


def brs() -> Instrument:
    """A mean of whatever was answered, every second item reversed."""
    rule = {"min_answered": 1, "prorate": True}
    return instrument(**form(6, 1, 5, method="mean", range=[1, 5], reverse=ids(2, 4, 6), missing=rule))


def dass() -> Instrument:
    """Three scales, each doubled."""
    scales = [
        {"id": id, "items": ids(*of), "method": "weighted", "weights": dict.fromkeys(ids(*of), 2), "range": [0, 42]}
        for id, of in DASS.items()
    ]
    return instrument(items=form(21, 0, 3)["items"], scales=scales)


def wsas() -> Instrument:
    """One item that need not apply."""
    return instrument(**form(5, 0, 8, missing={"min_answered": 4, "prorate": True, "may_miss": ["q1"]}))


FORMS = {"audit": audit, "brs": brs, "dass-21": dass, "wsas": wsas}


@pytest.mark.parametrize("part", ["", ".incomplete"])
@pytest.mark.parametrize("id", FORMS)
def test_scores_agree_with_other_software(id: str, part: str) -> None:
    made = FORMS[id]()
    raw = pd.read_csv(DATA / f"{id}{part}.csv", dtype=str, keep_default_na=False)
    with (DATA / f"{id}{part}.expected.csv").open(newline="") as file:
        expected = {(row["id"], row["scale"]): row for row in csv.DictReader(file)}
    numbers, problems = scoring.read_numbers(made, raw.drop(columns="id"))
    found = scoring.score(made, numbers).to_dict("records")

    assert problems.empty
    assert len(found) == len(expected)
    for score in found:
        wanted = expected[raw["id"].iloc[score["row"]], score["scale"]]
        assert score["n_answered"] == int(wanted["n_answered"])
        if math.isnan(score["value"]):
            assert wanted["status"] == "unscorable" or wanted["may_be_unscorable"] == "1"
        else:
            assert (score["status"], score["value"]) == (
                wanted["status"],
                pytest.approx(float(wanted["value"]), abs=1e-6),
            )
