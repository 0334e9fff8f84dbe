"""`fit curves neighbours` and `fit curves calibration`: their figures by a second reckoning, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import pytest

from tests.analysis.curves.shared import Floats
from tests.cli.conftest import Run
from tests.clinic import Clinic
from tests.rated import rated_clinic

POOL, SESSIONS = 310, 4
T_9 = 1.833112932656237  # 95th centile of Student's t with 9 degrees of freedom, from a printed table


def answers() -> Floats:
    """The answer to every item of the PHQ-9 by client and session: the total is nine times that."""
    rng = np.random.default_rng(2)
    begin = rng.choice([1.0, 2.0, 3.0], POOL, p=[0.3, 0.4, 0.3])
    steps = rng.choice([-1.0, 0.0, 1.0], (POOL, SESSIONS - 1), p=[0.4, 0.4, 0.2])
    course: Floats = np.clip(begin[:, None] + np.column_stack([np.zeros(POOL), steps.cumsum(axis=1)]), 0, 3)
    course[begin == 1, 3] = np.where(np.arange((begin == 1).sum()) < 9, course[begin == 1, 3], np.nan)
    return course


def ended(course: Floats) -> list[float]:
    return [each for each in course.tolist() if not np.isnan(each)]


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("alike") / "clinic"
    courses = {f"k{nth:03}": ended(row) for nth, row in enumerate(answers())}
    clinic: Clinic = rated_clinic(folder, courses, instrument="phq-9", closed=40)
    clinic.open("now", "none", "low", day=50)
    for client, value in (("now", 1), ("low", 0)):
        clinic.rate(client, 50, value, instrument="phq-9")
    clinic.rate("now", 57, 3, instrument="phq-9")
    clinic.practice.store.close()
    return clinic.root


@pytest.fixture
def fit(rated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(Path(shutil.copytree(rated, tmp_path / "practice")), capsys)


def listed(fit: Run, *arguments: str) -> list[dict[str, object]]:
    made = fit("curves", *arguments, "--format", "json")
    assert made.code == 0, made.err
    return list(json.loads(made.out)[{"neighbours": "sessions", "calibration": "cells"}[arguments[0]]])


def test_a_client_stands_beside_those_who_began_alike(fit: Run) -> None:
    alike = answers()[answers()[:, 0] == 1]  # exactly as many as are asked for, so that no equal one has to be left out
    rows = listed(fit, "neighbours", "now", "--instrument", "phq-9", "-k", str(len(alike)))
    assert [(row["session"], row["rated"], row["neighbours"]) for row in rows] == [
        (1, 9.0, len(alike)), (2, 27.0, len(alike)), (3, None, len(alike))
    ], "at session 4 fewer than 10 of them were rated"  # fmt: skip
    assert rows[0]["low"] is None, "they were chosen by it"
    for nth in (1, 2):
        assert rows[nth]["mean"] == pytest.approx(mean(9 * alike[:, nth]), abs=0.005)


def test_the_range_is_where_one_more_rating_of_theirs_would_lie(fit: Run) -> None:
    rows = listed(fit, "neighbours", "now", "--instrument", "phq-9", "-k", "10", "--percent", "90")
    taken = (9 * answers()[answers()[:, 0] == 1][:10, 1]).tolist()  # of equal ones the ten stored first
    reach = T_9 * stdev(taken) * (1 + 1 / 10) ** 0.5
    assert rows[1]["low"] == pytest.approx(max(0, mean(taken) - reach), abs=0.005)
    assert rows[1]["high"] == pytest.approx(min(27, mean(taken) + reach), abs=0.005)


def test_the_own_earlier_episode_is_no_neighbour(fit: Run) -> None:
    assert "of 310 closed episodes" in fit("curves", "neighbours", "now", "--instrument", "phq-9").err
    assert "of 309 closed episodes" in fit("curves", "neighbours", "k000", "--instrument", "phq-9").err


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        (("none",), "no rating of phq-9 total at session 1, so nobody can be called alike"),
        (("now", "--alike", "3"), "at every one of sessions 1 to 3"),
        (("low",), "outside the 5th to 95th centile of the closed episodes, so nobody can be called alike"),
        (("now", "--as-of", "2026-02-01"), "the client has no episode yet"),
    ],
)
def test_who_cannot_be_compared_is_refused(fit: Run, arguments: tuple[str, ...], because: str) -> None:
    made = fit("curves", "neighbours", *arguments, "--instrument", "phq-9")
    assert made.code != 0
    assert because in made.err
    assert not made.out


def test_under_300_closed_episodes_are_refused_with_their_count(fit: Run) -> None:
    made = fit("curves", "neighbours", "now", "--instrument", "phq-9", "--alike", "2")
    assert made.code == 0, made.err
    few = fit("curves", "neighbours", "k000", "--instrument", "phq-9", "--alike", "4")
    assert few.code != 0
    assert "finished episodes can be compared; 300 are needed" in few.err


def test_the_calibration_of_a_pack_is_listed_by_first_rating_and_session(fit: Run) -> None:
    assert fit("curves", "fit", "ours", "--instrument", "phq-9").code == 0
    rows = listed(fit, "calibration", "ours", "--percent", "80")
    assert {row["percent"] for row in rows} == {80.0}
    pack = json.loads((fit.folder / "instruments" / "curves" / "ours.json").read_text(encoding="utf-8"))
    whole = next(c for c in pack["calibration"] if c["percent"] == 80 and "quintile" not in c and "session" not in c)
    assert (rows[0]["inside"], rows[0]["clients"]) == (whole["inside"], whole["n_clients"])
    assert min(int(str(row["clients"])) for row in rows) >= 10
    assert "lowest fifth" in {row["first_rating"] for row in rows}


def test_own_episodes_are_counted_against_a_pack(fit: Run) -> None:
    assert fit("curves", "fit", "ours", "--instrument", "phq-9").code == 0
    curve = json.loads((fit.folder / "instruments" / "curves" / "ours.json").read_text(encoding="utf-8"))["curve"]
    rows = listed(fit, "calibration", "ours", "--own", "--percent", "80")
    two = next(row for row in rows if row["session"] == 2 and row["first_rating"] is None)
    first, second = 9 * answers()[:, 0], 9 * answers()[:, 1]
    x = np.log(2)
    expected = curve["intercept"] + curve["intake"] * first + (curve["slope"] + curve["slope_by_intake"] * first) * x
    variance = curve["intercept_variance"] + 2 * x * curve["covariance"] + x**2 * curve["slope_variance"]
    reach = 1.2815515655446004 * (variance + curve["residual_sd"] ** 2) ** 0.5
    low, high = np.clip(expected - reach, 0, 27), np.clip(expected + reach, 0, 27)
    assert two["inside"] == pytest.approx(np.mean((second >= low) & (second <= high)), abs=5e-5)
    assert two["clients"] == POOL

    none = fit("curves", "calibration", "ours", "--since", "2026-01-01")
    assert none.code == 2
    assert "add --own" in none.err
