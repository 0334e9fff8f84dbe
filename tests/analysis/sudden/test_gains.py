"""Sudden gains and losses: the shared examples to the last interval, and by hand where the peer is wrong."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from statistics import mean, variance
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.analysis import SuddenGainRule, by_chance, sudden_gains
from fit_toolkit.analysis.sudden.gains import judge

DATA = Path(__file__).parents[1] / "data"
SETS = [("sudden_gains", "example_int_10"), ("sudden_gains_sgdata", "sgdata_bdi")]
CRITERIA: dict[str, tuple[int, dict[str, Any]]] = {
    "c1": (0, {}), "c2": (1, {}), "c3": (2, {}), "c3_student": (2, {"significance": "student"}),
    "c3_fixed": (2, {"missing": "fixed"}),
}  # fmt: skip
Floats = npt.NDArray[np.float64]
NUMBER: dict[str, Literal[1, 2, 3]] = {"1": 1, "2": 2, "3": 3}
BDI = SuddenGainRule(cutoff=7)


def ratings_of(folder: str, name: str) -> tuple[list[str], Floats]:
    case = json.loads((DATA / folder / "cases.json").read_text())["sets"][0]
    with (DATA / folder / "data" / f"{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["id"] for row in rows], np.array([[float(row[s] or "nan") for s in case["values"]] for row in rows])


@pytest.mark.parametrize(("folder", "name"), SETS)
@pytest.mark.parametrize("kind", ["gain", "loss"])
def test_every_interval_is_judged_as_in_the_example(folder: str, name: str, kind: str) -> None:
    ids, ratings = ratings_of(folder, name)
    with (DATA / folder / "expected" / f"{name}.intervals.csv").open(newline="") as file:
        expected = [row for row in csv.DictReader(file) if row["kind"] == kind]
    for column, (place, choices) in CRITERIA.items():
        met = judge(ratings, SuddenGainRule(cutoff=7, losses=kind == "loss", **choices)).met[place]
        found = {(ids[row], at + 2): int(met[row, at]) for row, at in np.ndindex(*met.shape)}
        told = {(row["id"], int(row["from"])): int(row[column] or -1) for row in expected}
        assert found == told


@pytest.mark.parametrize(("folder", "name"), SETS)
def test_the_counts_of_events_are_those_of_the_example(folder: str, name: str) -> None:
    _, ratings = ratings_of(folder, name)
    expected = json.loads((DATA / folder / "expected" / "events.json").read_text())[name]["events"]
    assert len(expected) == 30
    for words, count in expected.items():
        kind, criteria, *variant = words.split()
        rule = SuddenGainRule(
            cutoff=7, criteria=tuple(NUMBER[each] for each in criteria), losses=kind == "loss",
            missing="fixed" if "fixed" in variant else "adjust",
            significance="student" if "student" in variant else "pooled",
        )  # fmt: skip
        assert len(sudden_gains(ratings, rule)) == count, words


def test_sgdata_has_the_24_gains_that_are_published_with_it() -> None:
    _, ratings = ratings_of(*SETS[1])
    assert len(sudden_gains(ratings, BDI)) == 24


def test_an_event_says_where_how_large_and_whether_it_was_undone() -> None:
    found = sudden_gains([[30, 31, 30, 18, 17, 19, 18], [30, 31, 30, 18, 17, 24, 18]], BDI)
    assert found.row.tolist() == [0, 1]
    assert found.start.tolist() == [3, 3]
    assert (found.before.tolist(), found.after.tolist(), found.magnitude.tolist()) == ([30, 30], [18, 18], [12, 12])
    assert found.reversed.tolist() == [0, 1]  # 24 is half of the 12 points back: an edge counts


def test_half_a_gain_undone_counts_and_a_tick_less_does_not() -> None:
    rows = [[3.0, 3.0, 3.0, 1.9, 1.9, 1.9, back] for back in (2.45, 2.449999)]
    found = sudden_gains(rows, SuddenGainRule(cutoff=1.1, percent=25))
    assert found.reversed.tolist() == [1, 0]


def test_without_a_later_rating_nobody_can_say_whether_it_lasted() -> None:
    nan = np.nan
    found = sudden_gains([[30, 30, 30, 10, nan]], SuddenGainRule(cutoff=7, criteria=(1, 2)))
    assert found.reversed.tolist() == [-1]


def test_for_a_loss_the_rise_has_to_be_a_quarter_of_the_rating_before() -> None:
    # 40 to 47 is 17.5 %, 20 to 27 is 35 %. The peer asks 40 - 47 <= 10, which holds for every rise.
    steady = [[40, 40, 40, 47, 47, 47], [20, 20, 20, 27, 27, 27]]
    assert sudden_gains(steady, SuddenGainRule(cutoff=7, losses=True)).row.tolist() == [1]
    assert judge(steady, SuddenGainRule(cutoff=7, losses=True)).met[1][:, 1].tolist() == [0, 1]


def test_ties_count_on_exact_decimals() -> None:
    # in floats 1.2 - 0.9 is a little under .3, and .9 is a little over 75 % of 1.2
    found = judge([[1.2, 1.2, 1.2, 0.9, 0.9, 0.9]], SuddenGainRule(cutoff=0.3, percent=25)).met
    assert 1.2 - 0.9 < 0.3
    assert found[0, 0, 1] == found[1, 0, 1] == 1


def test_a_percentage_with_decimals_is_exact_too() -> None:
    rule = SuddenGainRule(cutoff=1, percent=33.3)
    assert judge([[10, 10, 10, 6.67, 6, 6], [10, 10, 10, 6.670001, 6, 6]], rule).met[1][:, 1].tolist() == [1, 0]


def test_where_higher_is_better_a_gain_goes_up() -> None:
    ratings = np.array([[30.0, 31, 30, 18, 17, 19, 18], [10, 11, 10, 22, 21, 22, 21]])
    up = sudden_gains(ratings, SuddenGainRule(cutoff=7, better="higher"))
    down = sudden_gains(ratings, SuddenGainRule(cutoff=7, better="higher", losses=True))
    assert (up.row.tolist(), up.magnitude.tolist()) == ([1], [12])
    assert (down.row.tolist(), down.magnitude.tolist()) == ([0], [12])


def test_criterion_three_by_hand_in_all_variants() -> None:
    # before 22 20 24: mean 22, variance 4; after 17 15 16: mean 16, variance 1; pooled SD sqrt(2.5) = 1.5811
    # published: 2.7764 * 1.5811 = 4.39 < 6. With 19 18.5 17 after (mean 18.1667, variance 1.0833): 3.83 < 4.43 but > 3.62
    ratings = np.array([[22, 20, 24, 17, 15, 16], [22, 20, 24, 19, 18.5, 17]])
    assert judge(ratings, BDI).met[2][:, 1].tolist() == [1, 0]
    assert judge(ratings, SuddenGainRule(cutoff=7, significance="student")).met[2][:, 1].tolist() == [1, 1]


def test_with_a_rating_missing_t_is_larger_unless_it_is_fixed() -> None:
    # two and three ratings: df 3, t 3.182; difference 21 - 16.5 = 4.5 = 3 pooled SDs (squares 2 + 4.75 over df 3 is 1.5^2)
    ratings = np.array([[np.nan, 20, 22, 17.75, 16.5, 15.25], [np.nan, 20, 22, 18, 16.5, 15]])
    squares = (2 + 2 * 1.25**2) / 3, (2 + 4.5) / 3
    assert 2.776 < 4.5 / squares[1] ** 0.5 < 3.182 < 4.5 / squares[0] ** 0.5
    assert judge(ratings, BDI).met[2][:, 1].tolist() == [1, 0]
    assert judge(ratings, SuddenGainRule(cutoff=7, missing="fixed")).met[2][:, 1].tolist() == [1, 1]


def test_two_ratings_on_each_side_are_the_least_for_criterion_three() -> None:
    nan = np.nan
    ratings = np.array([[nan, 20, 20, nan, 5, nan], [nan, nan, 20, 5, 5, 5], [nan, 20, nan, nan, 5, 5]])
    assert judge(ratings, BDI).met[2][:, 1].tolist() == [-1, -1, -1]
    assert judge(np.array([[20, 20, nan, nan, 5, 5]]), BDI).met[:, 0, 1].tolist() == [-1, -1, 1]


def test_an_event_by_criterion_three_alone_may_lack_a_neighbour() -> None:
    found = sudden_gains([[20, 20, np.nan, 5, 5, 5]], SuddenGainRule(criteria=(3,)))
    assert found.start.tolist() == [2, 3]  # the means on both sides of either interval differ
    assert np.isnan(found.magnitude).all()
    assert found.reversed.tolist() == [-1, -1]


def test_level_ratings_are_no_gain_however_little_they_vary() -> None:
    assert len(sudden_gains(np.full((3, 8), 0.1 + 0.2), SuddenGainRule(criteria=(3,)))) == 0


def test_courses_that_are_too_short_and_empty_tables_have_none() -> None:
    assert len(sudden_gains(np.full((2, 3), 30.0), BDI)) == 0
    assert len(sudden_gains(np.empty((0, 12)), BDI)) == 0


@settings(max_examples=80)
@given(st.lists(st.one_of(st.none(), st.integers(0, 630)), min_size=4, max_size=9), st.booleans(), st.booleans())
def test_it_agrees_with_the_rules_said_one_by_one_in_decimals(
    tenths: list[int | None], losses: bool, higher: bool
) -> None:
    course = [None if each is None else Decimal(each) / 10 for each in tenths]
    sign = -1 if losses == higher else 1
    expected = []
    for n in range(1, len(course) - 2):
        before, after = course[n], course[n + 1]
        left = [float(each) for each in course[max(n - 2, 0) : n + 1] if each is not None]
        right = [float(each) for each in course[n + 1 : n + 4] if each is not None]
        if before is None or after is None or len(left) < 2 or len(right) < 2:
            continue
        change = sign * (after - before)
        df = len(left) + len(right) - 2
        pooled = (((len(left) - 1) * variance(left) + (len(right) - 1) * variance(right)) / df) ** 0.5
        t = {2: 4.302652729911275, 3: 3.182446305284263, 4: 2.7764451051977987}[df]
        if change >= 5 and change >= before / 4 and sign * (mean(right) - mean(left)) > t * pooled + 1e-9:
            expected.append(n + 1)
    rule = SuddenGainRule(cutoff=5, losses=losses, better="higher" if higher else "lower")
    found = sudden_gains([[np.nan if each is None else float(each) for each in course]], rule)
    assert found.start.tolist() == expected


def test_turning_the_scale_around_turns_gains_into_gains_of_the_other_kind() -> None:
    _, ratings = ratings_of(*SETS[0])
    one = sudden_gains(ratings, SuddenGainRule(cutoff=7, criteria=(1, 3)))
    other = sudden_gains(63 - ratings, SuddenGainRule(cutoff=7, criteria=(1, 3), better="higher"))
    assert (one.row == other.row).all()
    assert (one.start == other.start).all()
    assert (one.reversed == other.reversed).all()


def test_many_clients_at_once_are_the_same_as_one_by_one() -> None:
    _, ratings = ratings_of(*SETS[0])
    found = sudden_gains(ratings, BDI)
    alone = [
        (row, int(start)) for row in range(len(ratings)) for start in sudden_gains(ratings[row : row + 1], BDI).start
    ]
    assert list(zip(found.row.tolist(), found.start.tolist(), strict=True)) == alone


def test_noise_alone_makes_as_many_gains_in_its_own_order_as_in_any() -> None:
    noise = np.rint(np.random.default_rng(4).normal(25, 5, (1500, 12)))
    found = by_chance(noise, BDI, permutations=40, seed=1)
    observed = len(sudden_gains(noise, BDI))
    assert observed > 0
    assert abs(observed - found.events.mean()) < 4 * observed**0.5
    assert found.share.mean() == pytest.approx(found.clients.mean() / 1500)


def test_steady_improvement_makes_gains_that_random_order_does_not_explain_but_the_line_does() -> None:
    random = np.random.default_rng(5)
    gradual = np.rint(40 - 2.5 * np.arange(12) + random.normal(0, 3, (800, 12)))
    observed = len(sudden_gains(gradual, BDI))
    in_any_order = by_chance(gradual, BDI, permutations=20, seed=1).events.mean()
    around_the_line = by_chance(gradual, BDI, permutations=20, seed=1, keep_trend=True).events.mean()
    assert in_any_order < observed / 3
    assert around_the_line == pytest.approx(observed, rel=0.2)


def test_random_orders_move_no_gap_lose_no_rating_and_come_again_with_their_seed() -> None:
    from fit_toolkit.analysis.sudden.chance import _shuffled

    _, ratings = ratings_of(*SETS[0])
    for shuffled in _shuffled(ratings, 5, np.random.default_rng(1)):
        assert (np.isnan(shuffled) == np.isnan(ratings)).all()
        assert np.array_equal(np.sort(shuffled, axis=1), np.sort(ratings, axis=1), equal_nan=True)
    first, again, other = (by_chance(ratings, BDI, permutations=20, seed=seed).events.tolist() for seed in (1, 1, 2))
    assert first == again != other
