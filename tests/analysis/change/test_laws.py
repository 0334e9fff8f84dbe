"""Laws that hold for any ratings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fit_toolkit.analysis import Cutoff, percent_change, points_change, reliable_change
from fit_toolkit.errors import DataError
from tests.analysis.change.shared import METHODS

rating = st.integers(0, 270).map(lambda tenth: tenth / 10)
pairs = st.lists(st.tuples(rating, rating), min_size=3, max_size=25)
methods = st.sampled_from(METHODS)
few = settings(max_examples=60, deadline=None)
OTHER = {"improved": "deteriorated", "deteriorated": "improved"}


def judged(both: list[tuple[float, float]], method: str, **given: Any) -> Any:
    pre, post = ([pair[place] for pair in both] for place in (0, 1))
    try:
        return reliable_change(pre, post, **{"reliability": 0.85, "better": "lower", "method": method, **given})
    except DataError:
        assume(False)


def scale_of(made: Any) -> float:
    return float(1 + np.nanmax(np.abs(made.index)))


@few
@given(pairs, methods)
def test_the_other_direction_mirrors_the_labels_and_leaves_the_index(
    both: list[tuple[float, float]], method: str
) -> None:
    lower, higher = judged(both, method), judged(both, method, better="higher")
    assert lower.index.tolist() == higher.index.tolist()
    assert [OTHER.get(word, word) for word in lower.reliable] == higher.reliable.tolist()


@few
@given(pairs, methods, st.integers(-40, 40))
def test_turning_the_scale_round_with_its_direction_leaves_every_category(
    both: list[tuple[float, float]], method: str, line: int
) -> None:
    one = judged(both, method, cutoff=Cutoff(line, "lower"))
    turned = [(-a, -b) for a, b in both]
    other = judged(turned, method, better="higher", cutoff=Cutoff(-line, "higher"))
    assert other.category.tolist() == one.category.tolist()
    assert other.index == pytest.approx(-one.index, abs=1e-9 * scale_of(one))


@few
@given(pairs, methods, st.integers(-100, 100), st.sampled_from([0.1, 0.5, 2, 10]))
def test_another_zero_and_another_unit_leave_the_index(
    both: list[tuple[float, float]], method: str, shift: int, unit: float
) -> None:
    one = judged(both, method)
    assume(one.basis["sd_pre"] > 0.01)
    other = judged([(round(unit * a + shift, 6), round(unit * b + shift, 6)) for a, b in both], method)
    assert other.index == pytest.approx(one.index, abs=1e-6 * scale_of(one))


@few
@given(pairs, methods, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(both: list[tuple[float, float]], method: str, random: Any) -> None:
    one = judged(both, method, cutoff=Cutoff(10, "lower"))
    order = list(range(len(both)))
    random.shuffle(order)
    other = judged([both[place] for place in order], method, cutoff=Cutoff(10, "lower"))
    assert other.index == pytest.approx(one.index[order], abs=1e-9 * scale_of(one))
    assert other.category.tolist() == one.category[order].tolist()


@few
@given(pairs, methods, st.lists(rating, max_size=6))
def test_ratings_without_a_partner_change_nothing(
    both: list[tuple[float, float]], method: str, lone: list[float]
) -> None:
    one = judged(both, method)
    more = [(each, math.nan) if nth % 2 else (math.nan, each) for nth, each in enumerate(lone)]
    other = judged([*both, *more], method)
    assert other.index[: len(both)].tolist() == one.index.tolist()
    assert other.reliable[len(both) :].tolist() == [""] * len(more)
    assert other.counts() == one.counts()


@few
@given(pairs, st.integers(1, 100), st.integers(1, 100))
def test_plain_rules_by_whole_numbers(both: list[tuple[float, float]], up: int, down: int) -> None:
    pre, post = ([pair[place] for pair in both] for place in (0, 1))
    tenths = [(round(10 * a), round(10 * b)) for a, b in both]
    percent = percent_change(pre, post, improvement=up, deterioration=down, better="lower").reliable.tolist()
    points = points_change(pre, post, improvement=up / 10, deterioration=down / 10, better="lower").reliable.tolist()
    for (a, b), by_percent, by_points in zip(tenths, percent, points, strict=True):
        if not a:
            assert by_percent == "undefined"
        else:
            fell, rose = a > b and 100 * (a - b) >= up * a, b > a and 100 * (b - a) >= down * a
            assert by_percent == ("improved" if fell else "deteriorated" if rose else "unchanged")
        assert by_points == ("improved" if a - b >= up else "deteriorated" if b - a >= down else "unchanged")
