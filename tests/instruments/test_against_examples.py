"""All definitions for which there are worked cases from elsewhere, beside other software and hand computation (see data/README.md)."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pandas as pd
import pytest

from fit_toolkit import catalog, scoring
from fit_toolkit.model import Instrument

HERE = Path(__file__).parent / "data"
THERE = Path(__file__).parents[1] / "scoring" / "data"  # the first eleven are kept there
IDS = (
    "audit", "audit-c", "brs", "core-10", "dass-21", "gad-7", "ghq-12", "k10", "k6", "oasis", "ors", "pcl-5", "phq-4", "phq-9",
    "sdq", "srs-3", "swemwbs", "wai-sr-client", "who-5", "wsas", "yp-core",
)  # fmt: skip
CASES = [f"{id}{part}" for id in IDS for part in ("", ".incomplete")]
# The other published form of a total, where it is a scale of its own in our file.
OTHER_FORM = {"ghq-12": "bimodal", "who-5": "percent", "wsas": "without-work"}
# Bands known only from memory label nothing here, though the cases name them (for the parts of the PHQ-4 even those of its total).
UNLABELLED = ("phq-4",)
SHIPPED = catalog.build([catalog.bundled()])


def rows_of(name: str) -> list[dict[str, str]]:
    path = HERE / name if (HERE / name).exists() else THERE / name
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def scored(instrument: Instrument, case: str) -> tuple[dict[tuple[str, str], dict[str, Any]], dict[str, str]]:
    """Score a file of answers: scores by row id and scale, risk items by row id."""
    given = rows_of(f"{case}.csv")
    numbers, problems = scoring.read_numbers(instrument, pd.DataFrame(given).drop(columns="id"))
    assert problems.empty
    found = scoring.score(instrument, numbers).to_dict("records")
    risk = scoring.risk(instrument, numbers)
    flagged = {row["id"]: ";".join(risk[risk["row"] == place]["item"]) for place, row in enumerate(given)}
    return {
        (given[score["row"]]["id"], str(score["scale"])): {str(k): v for k, v in score.items()} for score in found
    }, flagged


def check(score: dict[str, Any], wanted: dict[str, str]) -> None:
    assert score["n_answered"] == int(wanted["n_answered"])
    if score["status"] == "unscorable":
        assert math.isnan(score["value"])
        assert wanted["status"] == "unscorable" or wanted["may_be_unscorable"] == "1"
    else:
        assert score["status"] == wanted["status"]
        assert score["value"] == pytest.approx(float(wanted["value"]), abs=5.1e-7)


@pytest.mark.parametrize("case", CASES)
def test_scores_and_risk_agree_with_other_software(case: str) -> None:
    id = case.partition(".")[0]
    found, flagged = scored(SHIPPED.get(id), case)
    for wanted in rows_of(f"{case}.expected.csv"):
        score = found[wanted["id"], wanted["scale"]]
        check(score, wanted)
        assert flagged[wanted["id"]] == wanted["risk"]
        if wanted["status"] == "complete" and id not in UNLABELLED:
            assert score["band"] == wanted["band"]


@pytest.mark.parametrize("id", OTHER_FORM)
def test_the_other_published_form_is_a_scale_of_its_own(id: str) -> None:
    seen = 0
    for case in (id, f"{id}.incomplete"):
        found, _ = scored(SHIPPED.get(id), case)
        for wanted in rows_of(f"{case}.expected.csv"):
            if wanted["value_alt"]:
                seen += 1
                score = found[wanted["id"], OTHER_FORM[id]]
                assert (score["status"], score["value"]) == ("complete", float(wanted["value_alt"]))
    assert seen


def test_a_band_from_memory_labels_nothing_though_others_print_it() -> None:
    found, _ = scored(SHIPPED.get("phq-4"), "phq-4")
    assert {score["band"] for score in found.values()} == {""}


def test_the_cases_hold_every_status_and_every_kind_of_scale() -> None:
    rows = [row for case in CASES for row in rows_of(f"{case}.expected.csv")]
    assert {row["status"] for row in rows} == {"complete", "prorated", "unscorable"}
    assert len({row["scale"] for row in rows}) > 10
    assert len(rows) == 1782


@pytest.mark.parametrize(("id", "total", "other"), [("k6", "K6_total", None), ("who-5", "WHO5_raw", "WHO5_percent")])
def test_healthmarkers_gives_the_same_totals_and_where_it_prorates_we_give_none(
    id: str, total: str, other: str | None
) -> None:
    instrument = SHIPPED.get(id)
    raw = pd.read_csv(HERE / f"healthmarkers-{id}.csv", dtype=str)
    raw.columns = pd.Index(instrument.item_ids)
    numbers, problems = scoring.read_numbers(instrument, raw)
    assert problems.empty
    found = scoring.score(instrument, numbers)
    whole = numbers.notna().all(axis=1)
    assert 0 < whole.sum() < len(whole)
    for run in json.loads((HERE / f"healthmarkers-{id}.json").read_text()):
        for scale, theirs in [("total", run["result"][total]), *([("percent", run["result"][other])] if other else [])]:
            ours = found[found["scale"] == scale]["value"].reset_index(drop=True)
            assert ours[whole].tolist() == [value for value, full in zip(theirs, whole, strict=True) if full]
            assert ours[~whole].isna().all()


def test_healthmarkers_and_the_published_line_of_the_k6_find_the_same_people() -> None:
    line = next(each for each in SHIPPED.get("k6").scale("total").cutoffs if each.value == 13)
    run = json.loads((HERE / "healthmarkers-k6.json").read_text())[0]["result"]
    assert (line.operator, line.verified) == (">=", True)
    pairs = [pair for pair in zip(run["K6_total"], run["K6_case"], strict=True) if pair[0] is not None]
    assert all((total >= line.value) == case for total, case in pairs)
    assert {case for _, case in pairs} == {True, False}


@pytest.mark.parametrize(
    "run", json.loads((HERE / "proscorer.json").read_text()), ids=lambda run: f"{run['okmiss']}-{run['revitems']}"
)
def test_proscorer_gives_the_same_sums_with_gaps(run: dict[str, Any]) -> None:
    ids = [f"q{number}" for number in range(1, 9)]
    least = math.ceil(8 * (1 - run["okmiss"]))
    scale = {
        "id": "total",
        "items": ids,
        "range": [0, 32],
        "reverse": [f"q{number}" for number in run["revitems"]],
        "missing": {"min_answered": least, "prorate": True},
    }
    instrument = msgspec.convert(
        {
            "format": "fit-instrument/1", "id": "eight", "version": "1", "title": "Eight", "construct": "symptoms", "raters": ["client"],
            "direction": "higher_is_worse", "licence": {"status": "open", "electronic_use": "allowed", "text_included": False},
            "validation": {"status": "unknown"}, "items": [{"id": id, "range": [0, 4]} for id in ids], "scales": [scale],
        },
        Instrument,
    )  # fmt: skip
    numbers = pd.read_csv(HERE / "proscorer.csv", dtype="float64")
    found = scoring.score(instrument, numbers)["value"].tolist()
    for ours, theirs in zip(found, run["scores"], strict=True):
        assert math.isnan(ours) if theirs is None else ours == pytest.approx(theirs, abs=5.1e-7)
