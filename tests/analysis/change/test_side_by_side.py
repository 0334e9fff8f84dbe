"""All methods on the same clients, and how far they agree."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fit_toolkit.analysis import Cutoff, all_methods, label_agreement, percent_change, reliable_change
from fit_toolkit.errors import DataError, UsageError
from tests.analysis.change.shared import METHODS, case


def test_every_method_stands_beside_the_others_as_it_stands_alone() -> None:
    given = case("anxiety_low_int")
    made = all_methods(given.pre, given.post, reliability=0.88, reliability_post=0.83, better="lower")
    assert tuple(made.changes) == METHODS
    for method, change in made.changes.items():
        alone = reliable_change(
            given.pre, given.post, reliability=0.88, reliability_post=0.83, better="lower", method=method
        )
        assert change.reliable.tolist() == alone.reliable.tolist()
    assert made.refused == {}
    assert len(made.agreements) == 15
    assert {each.n for each in made.agreements} == {131}
    assert list(made.frame())[:5] == ["pre", "post", "change", "jt_index", "jt_reliable"]


def test_kappa_by_hand() -> None:
    """Four of six labels agree; by chance (3*2 + 2*3 + 1*1)/36 = 13/36; kappa = (24 - 13)/(36 - 13)."""
    one = ["improved", "improved", "improved", "unchanged", "unchanged", "deteriorated", "", "improved"]
    other = ["improved", "improved", "unchanged", "unchanged", "unchanged", "deteriorated", "improved", ""]
    made = label_agreement(one, other)
    assert made.n == 6
    assert made.share == 5 / 6
    chance = (3 * 2 + 2 * 3 + 1 * 1) / 36
    assert made.kappa == pytest.approx((5 / 6 - chance) / (1 - chance))


def test_without_any_difference_there_is_no_kappa() -> None:
    made = label_agreement(["unchanged"] * 3, ["unchanged"] * 3)
    assert (made.n, made.share) == (3, 1)
    assert math.isnan(made.kappa)
    assert math.isnan(label_agreement([""], [""]).share)


def test_categories_are_compared_where_all_have_them() -> None:
    given = case("anxiety_low_int")
    line = Cutoff(6.5, "lower")
    others = {"percent": percent_change(given.pre, given.post, better="lower", cutoff=line)}
    made = all_methods(given.pre, given.post, reliability=0.88, better="lower", cutoff=line, others=others)
    assert "jt_category" in made.frame()
    jt, percent = made.changes["jt"], made.changes["percent"]
    both = next(each for each in made.agreements if (each.one, each.other) == ("jt", "percent"))
    assert jt.category is not None
    assert percent.category is not None
    known = jt.category != ""
    assert both.share == pytest.approx(float(np.mean(jt.category[known] == percent.category[known])))


def test_a_method_that_cannot_be_computed_is_left_out_and_says_why() -> None:
    made = all_methods([10.0, 12, 14], [9.0, 11, 13], reliability=0.8, better="lower")
    assert set(made.refused) == {"ha"}
    assert "error of measurement" in made.refused["ha"]
    assert "ha" not in made.changes


def test_where_none_can_be_computed_the_reason_is_raised() -> None:
    with pytest.raises(DataError, match="SD 0"):
        all_methods([10.0, 10], [9.0, 11], reliability=0.8, better="lower")


def test_labels_of_different_length_are_refused() -> None:
    with pytest.raises(UsageError, match="same length"):
        label_agreement(["improved"], ["improved", "unchanged"])
