"""Internal consistency: the shared examples, sums worked out by hand, and what a bootstrap may not do."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.analysis import consistency, consistency_intervals
from fit_toolkit.analysis.reliability import one_factor, reverse
from fit_toolkit.analysis.reliability.factor import omega
from fit_toolkit.errors import DataError, UsageError

DATA = Path(__file__).parents[1] / "data" / "reliability"
SETS = json.loads((DATA / "cases.json").read_text())["sets"]
Floats = npt.NDArray[np.float64]


def answers_of(case: dict[str, Any]) -> Floats:
    with (DATA / "data" / f"{case['name']}.csv").open(newline="") as file:
        rows = [[float(row[item] or "nan") for item in case["items"]] for row in csv.DictReader(file)]
    return reverse(np.array(rows), [item in case["reverse"] for item in case["items"]], case["min"], case["max"])


def expected_of(case: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "expected" / f"{case['name']}.json").read_text())
    return found


@pytest.mark.parametrize("case", SETS, ids=lambda case: case["name"])
@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_the_figures_are_those_of_psych(case: dict[str, Any], missing: Any) -> None:
    found, expected = consistency(answers_of(case), missing=missing), expected_of(case)[missing]
    assert found.alpha == pytest.approx(expected["alpha"], abs=1e-9)
    assert found.alpha_std == pytest.approx(expected["alpha_standardised"], abs=1e-9)
    assert found.average_r == pytest.approx(expected["mean_inter_item_r"], abs=1e-9)
    assert found.item_rest_r == pytest.approx(list(expected["item_rest_r"].values()), abs=1e-9)
    assert found.alpha_if_dropped == pytest.approx(list(expected["alpha_if_dropped"].values()), abs=1e-9)
    if missing == "complete":
        assert found.n == expected_of(case)["n_complete"]
        assert found.mean == pytest.approx(expected["mean_sum"], abs=1e-9)
        assert found.sd == pytest.approx(expected["sd_sum"], abs=1e-9)
        assert found.sem == pytest.approx(expected["sem_sum"], abs=1e-9)


@pytest.mark.parametrize("case", SETS, ids=lambda case: case["name"])
def test_omega_is_that_of_one_factor_by_minimum_residuals(case: dict[str, Any]) -> None:
    expected = expected_of(case)["omega_total"]
    found = consistency(answers_of(case)).omega_total
    assert found == pytest.approx(expected["minres_standardised"], abs=1e-6)
    assert min(abs(found - figure) for figure in expected.values()) < 0.002


def test_alpha_of_a_table_small_enough_to_work_out_by_hand() -> None:
    # answers 1 2 / 2 2 / 3 5: variances 1 and 3, covariance 1.5; sum of all 7; alpha = 2 (1 - 4/7) = 6/7
    found = consistency([[1, 2], [2, 2], [3, 5]])
    assert found.alpha == pytest.approx(6 / 7)
    assert (found.mean, found.sd) == pytest.approx((5, np.sqrt(7)))
    assert found.sem == pytest.approx(1)  # sqrt(7) sqrt(1/7)
    assert found.average_r == pytest.approx(1.5 / np.sqrt(3))
    assert np.isnan(found.omega_total)  # two items do not determine a factor
    assert np.isnan(found.alpha_if_dropped).all()


@settings(max_examples=60)
@given(st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=4, max_size=12))
def test_alpha_agrees_with_fractions(rows: list[list[int]]) -> None:
    def variance(values: list[int]) -> Fraction:
        mean = Fraction(sum(values), len(values))
        return sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)

    total = variance([sum(row) for row in rows])
    found = consistency(rows)
    if total:
        own = sum((variance(list(column)) for column in zip(*rows, strict=True)), Fraction())
        assert found.alpha == pytest.approx(float(Fraction(4, 3) * (1 - own / total)), abs=1e-9)
    assert found.sd == pytest.approx(float(total) ** 0.5, abs=1e-7)


def test_turning_an_item_around_twice_changes_nothing_and_turns_its_correlation() -> None:
    answers = answers_of(SETS[0])
    turned = reverse(answers, [True] + [False] * 7, 0, 4)
    assert (reverse(turned, [True] + [False] * 7, 0, 4) == answers).all()
    assert consistency(turned).item_rest_r[0] < 0 < consistency(answers).item_rest_r[0]


def test_loadings_that_made_the_correlations_are_found_again() -> None:
    loadings = np.array([0.8, 0.7, 0.6, -0.3, 0.5])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1)
    assert one_factor(correlations) == pytest.approx(loadings, abs=1e-6)
    common = loadings.sum() ** 2
    assert omega(loadings) == pytest.approx(common / (common + (1 - loadings**2).sum()))


def test_an_item_that_one_factor_would_explain_more_than_wholly_stops_at_wholly() -> None:
    correlations = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1]])  # the first loading would be 1.27
    assert one_factor(correlations)[0] == 1


def test_an_item_that_everybody_answers_alike_leaves_only_what_needs_no_correlation() -> None:
    found = consistency([[1, 2, 3], [2, 2, 4], [4, 2, 3], [0, 2, 1]])
    assert np.isfinite(found.alpha)
    assert np.isfinite(found.sd)
    assert np.isnan([found.alpha_std, found.omega_total, found.item_rest_r[1]]).all()
    assert np.isfinite(found.item_rest_r[[0, 2]]).all()


def test_large_numbers_lose_nothing() -> None:
    answers = answers_of(SETS[0])
    assert consistency(answers + 1e7).alpha == pytest.approx(consistency(answers).alpha, abs=1e-9)


def test_too_little_is_refused_with_the_count() -> None:
    with pytest.raises(UsageError, match="at least two items"):
        consistency([[1], [2]])
    with pytest.raises(DataError, match="1 of 3 rows have no gap"):
        consistency(np.array([[1, 2], [np.nan, 1], [2, np.nan]]))


def test_the_same_seed_gives_the_same_interval_and_another_another() -> None:
    answers = answers_of(SETS[2])
    first, again, other = (consistency_intervals(answers, resamples=200, seed=seed) for seed in (1, 1, 2))
    assert first.low["alpha"] == again.low["alpha"] != other.low["alpha"]
    assert first.low["alpha"] < consistency(answers).alpha < first.high["alpha"]
    assert first.groups == 119


def test_drawing_a_row_twice_counts_as_two_rows() -> None:
    from fit_toolkit.analysis.reliability.moments import moments

    answers = np.array([[1, 2, np.nan], [2, 2, 1], [3, 5, 4], [1, np.nan, 2], [0, 1, 1]], dtype=float)
    weights = np.array([[2, 1, 3, 0, 2]])
    drawn = moments(np.repeat(answers, weights[0], axis=0), np.ones((1, 8)))
    weighted = moments(answers, weights.astype(float))
    assert weighted.covariance == pytest.approx(drawn.covariance)
    assert weighted.mean == pytest.approx(drawn.mean)
    assert weighted.n == drawn.n == 8


def test_rows_of_one_client_are_drawn_together_so_the_interval_is_wider() -> None:
    answers = np.repeat(answers_of(SETS[0])[:60], 4, axis=0)
    clients = np.repeat(np.arange(60), 4)
    apart = consistency_intervals(answers, resamples=300, seed=3)
    together = consistency_intervals(answers, resamples=300, seed=3, clients=clients)
    width = {name: float(each.high["alpha"] - each.low["alpha"]) for name, each in (("a", apart), ("t", together))}
    assert width["t"] > 1.5 * width["a"]
    assert (apart.groups, together.groups) == (240, 60)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    random, loadings = np.random.default_rng(5), np.array([0.8, 0.7, 0.6, 0.7, 0.5])
    truth = 5 / 4 * (1 - 5 / (loadings.sum() ** 2 + (1 - loadings**2).sum()))  # alpha of unit variances
    held = 0
    for nth in range(120):
        factor, own = random.normal(size=(150, 1)), random.normal(size=(150, 5))
        found = consistency_intervals(factor * loadings + own * np.sqrt(1 - loadings**2), resamples=199, seed=nth)
        held += found.low["alpha"] <= truth <= found.high["alpha"]
    assert 105 <= held <= 119
