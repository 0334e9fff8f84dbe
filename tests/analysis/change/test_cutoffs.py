"""Cut-offs a, b and c, and how sure c is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis import clinical_cutoff, cutoff_interval, declared_cutoff, reliable_change
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.scale import Cutoff as Declared

BOTH: dict[str, Any] = {"m_clinical": 20, "sd_clinical": 5, "m_functional": 8, "sd_functional": 3}


@pytest.mark.parametrize(
    ("kind", "better", "value"), [("a", "lower", 10), ("b", "lower", 14), ("c", "lower", 12.5), ("c", "higher", 12.5)]
)
def test_the_three_lines_by_hand(kind: str, better: Any, value: float) -> None:
    assert clinical_cutoff(kind, better=better, **BOTH).value == value


def test_where_higher_is_better_a_and_b_are_mirrored() -> None:
    given: dict[str, Any] = {"m_clinical": 18, "sd_clinical": 4, "m_functional": 30, "sd_functional": 5}
    assert clinical_cutoff("a", better="higher", **given).value == 26
    assert clinical_cutoff("b", better="higher", **given).value == 20


def test_b_rests_on_the_functional_group_where_a_peer_takes_the_clinical_sd() -> None:
    """M_func 3, SD_func 3.1, SD_clin 5: b = 3 + 2 * 3.1 = 9.2; with the clinical SD it would be 3 + 2 * 5 = 13.

    A client who comes down from 20 to 11 has not reached 9.2, though 13 would call that recovered.
    """
    ours = clinical_cutoff("b", better="lower", m_functional=3, sd_functional=3.1, m_clinical=12, sd_clinical=5)
    theirs = clinical_cutoff("b", better="lower", m_functional=3, sd_functional=5)
    assert (ours.value, theirs.value) == (9.2, 13)
    words = [
        reliable_change([20.0], [11.0], reliability=0.9, sd=5, better="lower", cutoff=line).frame()["category"][0]
        for line in (ours, theirs)
    ]
    assert words == ["improved", "recovered"]


@pytest.mark.parametrize(
    ("kind", "left"), [("a", "sd_clinical"), ("b", "sd_functional"), ("c", "m_functional"), ("c", "sd_clinical")]
)
def test_a_line_without_its_figures_is_refused_and_says_which(kind: str, left: str) -> None:
    with pytest.raises(UsageError, match=f"cut-off {kind} needs the {left.split('_')[1]}"):
        clinical_cutoff(kind, better="lower", **{name: value for name, value in BOTH.items() if name != left})


@pytest.mark.parametrize("given", [{"kind": "d"}, {"sd_clinical": -1}, {"at": "both"}, {"better": "up"}])
def test_a_line_without_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        clinical_cutoff(**{"kind": "a", "better": "lower", **BOTH, **given})


def test_c_needs_some_spread() -> None:
    with pytest.raises(DataError, match="SD above 0"):
        clinical_cutoff("c", better="lower", m_clinical=3, sd_clinical=0, m_functional=1, sd_functional=0)


def test_the_interval_of_c_is_the_same_for_the_same_seed_and_narrows_with_more_clients() -> None:
    rng = np.random.default_rng(5)
    few, many = rng.normal(20, 5, 30).round(), rng.normal(20, 5, 3000).round()
    wide = cutoff_interval(few, m_functional=8, sd_functional=3)
    assert wide == cutoff_interval(few, m_functional=8, sd_functional=3)
    assert wide != cutoff_interval(few, m_functional=8, sd_functional=3, seed=2)
    narrow = cutoff_interval(many, m_functional=8, sd_functional=3)
    assert narrow.high - narrow.low < (wide.high - wide.low) / 5
    assert (wide.n_clinical, wide.n_functional) == (30, 0)


def test_the_interval_of_c_is_that_of_drawing_clients_one_by_one() -> None:
    rng = np.random.default_rng(8)
    clinical, functional = rng.normal(20, 5, 40).round(), rng.normal(8, 3, 60).round()
    drawn = []
    for _ in range(4000):
        one, other = rng.choice(clinical, 40), rng.choice(functional, 60)
        sds = one.std(ddof=1), other.std(ddof=1)
        drawn.append((sds[0] * other.mean() + sds[1] * one.mean()) / sum(sds))
    made = cutoff_interval(clinical, functional, resamples=4000)
    assert [made.low, made.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.12)
    assert made.high - made.low > 1


def test_ratings_that_are_not_there_are_not_drawn() -> None:
    values = [12.0, 15, 18, 21, 24, math.nan]
    assert cutoff_interval(values, m_functional=8, sd_functional=3) == cutoff_interval(
        values[:5], m_functional=8, sd_functional=3
    )


def test_too_little_for_an_interval_is_refused() -> None:
    with pytest.raises(DataError, match="at least 2"):
        cutoff_interval([3.0], m_functional=8, sd_functional=3)
    with pytest.raises(UsageError, match="100 resamples"):
        cutoff_interval([3.0, 4, 5], m_functional=8, sd_functional=3, resamples=20)


@pytest.mark.parametrize(
    ("operator", "better", "at"),
    [
        (">=", "lower", "clinical"),  # "10 or more is a case"
        (">", "lower", "functional"),  # "above 10 is a case"
        ("<", "higher", "functional"),  # "below 25 is a case"
        ("<=", "higher", "clinical"),
        ("<", "lower", "clinical"),  # "below 10 is well"
        (">=", "higher", "functional"),  # "25 or more is well"
    ],
)
def test_a_published_line_is_inclusive_or_exclusive_as_it_is_declared(operator: Any, better: Any, at: str) -> None:
    line = Declared(value=10, operator=operator, label="a case", source="made-up", verified=True)
    made = declared_cutoff(line, better=better)
    assert (made.value, made.at) == (10, at)
    on_it = np.array([10.0])
    assert made.clinical(on_it)[0] == (at == "clinical")
    assert made.functional(on_it)[0] == (at == "functional")


def test_a_line_that_nobody_checked_labels_nobody() -> None:
    line = Declared(value=10, operator=">=", label="a case", source="made-up")
    with pytest.raises(UsageError, match="not verified"):
        declared_cutoff(line, better="lower")


def test_the_sd_of_a_draw_is_that_of_a_sample() -> None:
    """With SDs by n instead of n - 1 the middle 80 % of the draws would lie .2 and .35 higher."""
    clinical = np.array([12.0, 16, 18, 22, 25, 27])
    drawn = np.random.default_rng(3).choice(clinical, (20_000, 6))
    sds, means = drawn.std(axis=1, ddof=1), drawn.mean(axis=1)
    wanted = np.quantile((sds * 8 + 3 * means) / (sds + 3), [0.1, 0.9])
    made = cutoff_interval(clinical, m_functional=8, sd_functional=3, confidence=0.8, resamples=20_000)
    assert [made.low, made.high] == pytest.approx(wanted.tolist(), abs=0.1)
