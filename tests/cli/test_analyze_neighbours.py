"""`fit analyze neighbours`: each client beside the others who began most alike, by a second reckoning."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest

from tests.analysis.curves.shared import Floats
from tests.cli.conftest import Outside

Analyze = Callable[..., tuple[int, str, str]]
NAMES = ("--id", "client", "--time", "session", "--value", "score")
CLIENTS, SESSIONS = 304, 4
T_9 = 1.383028738396632  # 90th centile of Student's t with 9 degrees of freedom, from a printed table


def ratings() -> tuple[Floats, Floats]:
    """Ages, and scores by client and session; the last client has none at session 1, the last ten none at session 4."""
    rng = np.random.default_rng(12)
    level = rng.normal(18, 5, CLIENTS)
    scores: Floats = np.round(level[:, None] - 2 * np.arange(SESSIONS) + rng.normal(0, 2, (CLIENTS, SESSIONS)), 3)
    scores[-1, 0] = np.nan
    scores[-10:, 3] = np.nan
    return rng.integers(18, 80, CLIENTS).astype(float), scores


def as_text() -> str:
    age, scores = ratings()
    rows = [
        f"c{who},{age[who]:g},{at + 1},{'' if np.isnan(scores[who, at]) else scores[who, at]}"
        for who in range(CLIENTS)
        for at in range(SESSIONS)
    ]
    return "\n".join(["client,age,session,score", *rows]) + "\n"


@pytest.fixture
def analyze(tmp_path: Path, outside: Outside) -> Analyze:
    def call(text: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "long.csv").write_text(text)
        return outside("analyze", "neighbours", "long.csv", *options)

    return call


def nearest(features: Floats, own: int, k: int) -> list[int]:
    """Choose the others that are nearest, each column in its own SDs."""
    usable = np.isfinite(features).all(axis=1)
    distance = np.sqrt((((features - features[own]) / features[usable].std(axis=0)) ** 2).sum(axis=1))
    distance[own] = np.nan
    return [int(each) for each in np.argsort(distance)[:k]]


def test_each_rating_stands_beside_those_of_the_nearest_others(analyze: Analyze) -> None:
    code, out, err = analyze(as_text(), *NAMES, "-k", "10", "--and-in", "age")
    assert code == 0
    age, scores = ratings()
    rows = {(row["client"], int(row["time"])): row for row in csv.DictReader(io.StringIO(out))}
    assert all(time > 1 for _, time in rows), "at session 1 they are alike by choice"
    inside = of = 0
    for who in range(CLIENTS - 1):
        near = nearest(np.column_stack([scores[:, 0], age]), who, 10)
        for at in range(1, SESSIONS):
            theirs = [float(each) for each in scores[near, at] if not np.isnan(each)]
            if np.isnan(scores[who, at]):
                continue
            row = rows[f"c{who}", at + 1]
            assert int(row["n"]) == len(theirs)
            if len(theirs) < 10:
                assert row["mean"] == row["low"] == row["inside"] == ""
                continue
            reach = T_9 * stdev(theirs) * (1 + 1 / 10) ** 0.5
            assert float(row["mean"]) == pytest.approx(mean(theirs), abs=1e-9)
            assert float(row["low"]) == pytest.approx(mean(theirs) - reach, abs=1e-9)
            assert float(row["high"]) == pytest.approx(mean(theirs) + reach, abs=1e-9)
            inside, of = inside + (abs(scores[who, at] - mean(theirs)) <= reach), of + 1
    assert f"304 clients, 10 neighbours each; {inside} of {of} ratings inside the 80 % range" in err
    assert rows[f"c{CLIENTS - 1}", 2]["mean"] == "", "nothing to be alike in"
    assert "1 client without a rating or number to be alike in" in err


def test_they_may_be_alike_in_more_than_one_rating(analyze: Analyze) -> None:
    made = json.loads(analyze(as_text(), *NAMES, "-k", "30", "--alike", "2", "--format", "json")[1])
    assert made["schema"] == "fit/neighbours/1"
    _, scores = ratings()
    row = next(each for each in made["neighbours"] if (each["client"], each["time"]) == ("c7", 3))
    assert row["mean"] == pytest.approx(scores[nearest(scores[:, :2], 7, 30), 2].mean(), abs=1e-9)
    assert min(each["time"] for each in made["neighbours"]) == 3


def test_a_file_of_fewer_than_300_clients_is_refused_with_their_count(analyze: Analyze) -> None:
    few = "".join(line + "\n" for line in as_text().splitlines() if not line.startswith(("c1,", "c2,", "c3,", "c4,")))
    code, out, err = analyze(few, *NAMES)
    assert (code, out) == (3, "")
    assert "long.csv: 299 finished episodes can be compared; 300 are needed" in err


def test_what_is_known_of_a_client_has_to_be_the_same_in_every_row(analyze: Analyze) -> None:
    code, _, err = analyze(as_text(), *NAMES, "--and-in", "session")
    assert code == 3
    assert "long.csv:3: session: another value than in the client's first row" in err


def test_after_what_they_are_alike_in_there_has_to_be_a_rating(analyze: Analyze) -> None:
    code, _, err = analyze(as_text(), *NAMES, "--alike", "4")
    assert code == 2
    assert "alike in 4 ratings, there has to be a time after them" in err
