"""Scores of the shipped instruments beside those of other software and of hand computation (see data/README.md)."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pandas as pd
import pytest

from fit_toolkit import catalog, scoring

DATA = Path(__file__).parent / "data"
IDS = ("phq-9", "gad-7", "core-10", "ors", "srs-3")
CASES = [f"{id}{part}" for id in IDS for part in ("", ".incomplete")]


@pytest.fixture(scope="module")
def shipped() -> catalog.Catalog:
    return catalog.build([catalog.bundled()])


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", CASES)
def test_totals_bands_and_risk_agree_with_other_software(shipped: catalog.Catalog, case: str) -> None:
    instrument = shipped.get(case.partition(".")[0])
    given, expected = rows_of(f"{case}.csv"), rows_of(f"{case}.expected.csv")
    raw = pd.DataFrame(given).drop(columns="id")
    numbers, problems = scoring.read_numbers(instrument, raw)
    found = scoring.score(instrument, numbers).to_dict("records")
    risk = scoring.risk(instrument, numbers)

    assert problems.empty
    assert [row["id"] for row in given] == [row["id"] for row in expected]
    for position, (score, wanted) in enumerate(zip(found, expected, strict=True)):
        assert score["n_answered"] == int(wanted["n_answered"])
        assert ";".join(risk[risk["row"] == position]["item"]) == wanted["risk"]
        if score["status"] == "unscorable":
            assert math.isnan(score["value"])
            assert wanted["status"] == "unscorable" or wanted["may_be_unscorable"] == "1"
        else:
            assert score["status"] == wanted["status"]
            assert score["value"] == pytest.approx(float(wanted["value"]), abs=5e-7)
        if wanted["status"] == "complete":
            assert score["band"] == wanted["band"]


def test_the_cases_hold_both_scorable_and_unscorable_forms() -> None:
    statuses = {row["status"] for case in CASES for row in rows_of(f"{case}.expected.csv")}
    assert statuses == {"complete", "prorated", "unscorable"}
