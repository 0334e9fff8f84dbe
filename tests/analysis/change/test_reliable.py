"""Each index by hand, what is refused, and what is said of those who have no pair."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis import Cutoff, clinical_cutoff, reliable_change
from fit_toolkit.errors import DataError, UsageError

PRE = [10.0, 20.0, 30.0, 20.0]
POST = [8.0, 12.0, 27.0, 25.0]
#: M1 20, S1^2 = 200/3; M2 18, S2^2 = 266/3; r .75; SEM^2 = S1^2 / 4 = 50/3
S1, SEM = math.sqrt(200 / 3), math.sqrt(50 / 3)


def one(method: str, **given: Any) -> Any:
    return reliable_change(PRE, POST, **{"reliability": 0.75, "better": "lower", "method": method, **given})


def test_jacobson_truax_by_hand() -> None:
    assert one("jt").index == pytest.approx([change / math.sqrt(100 / 3) for change in (-2, -8, -3, 5)])


def test_gulliksen_lord_novick_by_hand() -> None:
    top = [(8 - 20) + 7.5, 12 - 20, (27 - 20) - 7.5, 25 - 20]
    assert one("gln").index == pytest.approx([each / (S1 * math.sqrt(1 - 0.5625)) for each in top])


def test_hsu_linn_lord_asks_who_changed_more_than_the_group_did() -> None:
    top = [(8 - 18) + 7.5, 12 - 18, (27 - 18) - 7.5, 25 - 18]
    assert one("hll").index == pytest.approx([each / (S1 * math.sqrt(1 - 0.5625)) for each in top])


def test_edwards_nunnally_by_hand() -> None:
    assert one("en").index == pytest.approx([each / SEM for each in (-4.5, -8, -0.5, 5)])


def test_nunnally_kotsch_takes_the_reliability_of_the_last_ratings() -> None:
    bottom = math.sqrt(0.5625 * 200 / 3 * 0.25 + 200 / 3 * (1 - 0.5))
    assert one("nk", reliability_post=0.5).index == pytest.approx([each / bottom for each in (-4.5, -8, -0.5, 5)])
    assert one("nk").index == pytest.approx(one("nk", reliability_post=0.75).index)


def test_hageman_arrindell_by_hand() -> None:
    changes = np.array([-2.0, -8, -3, 5])
    rdd = 1 - 2 * (50 / 3) / changes.var(ddof=1)
    assert rdd == pytest.approx(1 - (100 / 3) / (86 / 3), abs=1e-12)  # below 0: the changes hold nothing but error
    with pytest.raises(DataError, match="no more than error"):
        one("ha")
    rdd = 1 - 2 * (200 / 3 * 0.05) / changes.var(ddof=1)
    wanted = (changes * rdd - 2 * (1 - rdd)) / (math.sqrt(rdd) * math.sqrt(2 * 200 / 3 * 0.05))
    assert one("ha", reliability=0.95).index == pytest.approx(wanted)


def test_the_sign_is_that_of_the_change_and_the_label_knows_the_direction() -> None:
    for better, words in (("lower", ["improved", "deteriorated"]), ("higher", ["deteriorated", "improved"])):
        made = reliable_change([30, 10], [10, 30], reliability=0.8, sd=5, better=better)  # type: ignore[arg-type]
        assert made.index[0] < 0 < made.index[1]
        assert made.reliable.tolist() == words


def test_figures_that_are_given_stand_in_for_those_of_the_file() -> None:
    made = reliable_change([10.0], [4.0], reliability=0.75, sd=4, mean=8, better="lower", method="en")
    assert made.index.tolist() == [pytest.approx((4 - (0.75 * 2 + 8)) / 2)]
    assert (made.basis["m_pre"], made.basis["sd_pre"], made.basis["sem"]) == (8, 4, 2)


def test_only_complete_pairs_count() -> None:
    nan = math.nan
    with_gaps = reliable_change([*PRE, nan, 99, nan], [*POST, 99, nan, nan], reliability=0.75, better="lower")
    assert with_gaps.n == 4
    assert with_gaps.index[:4].tolist() == one("jt").index.tolist()
    assert np.isnan(with_gaps.index[4:]).all()
    assert with_gaps.reliable[4:].tolist() == ["", "", ""]
    assert with_gaps.counts() == one("jt").counts()


def test_the_critical_value_is_two_sided_but_for_hageman_arrindell() -> None:
    assert one("jt").critical == pytest.approx(1.959964, abs=1e-6)
    assert one("jt", confidence=0.8).critical == pytest.approx(1.281552, abs=1e-6)
    assert one("ha", reliability=0.95).critical == pytest.approx(1.644854, abs=1e-6)


def test_a_one_sided_confidence_is_above_a_half() -> None:
    with pytest.raises(UsageError, match="one-sided"):
        one("ha", reliability=0.95, confidence=0.5)
    assert one("jt", confidence=0.4).critical > 0


def test_exactly_the_critical_value_counts_only_where_it_is_inclusive() -> None:
    sd = 5 / 1.959963984540054 / math.sqrt(2 * 0.25)  # makes 5 points the critical change
    for inclusive, word in ((False, "unchanged"), (True, "improved")):
        made = reliable_change([20.0], [15.0], reliability=0.75, sd=sd, better="lower", inclusive=inclusive)
        assert made.reliable.tolist() == [word]


@pytest.mark.parametrize(
    ("pre", "post", "word"),
    [
        (20, 5, "recovered"),
        (9, 1, "improved"),  # was not on the clinical side
        (30, 15, "improved"),
        (10, 2, "improved"),  # exactly on the line before: not clinical
        (18, 10, "improved"),  # exactly on the line after: not functional
        (20, 19, "unchanged"),
        (20, 30, "deteriorated"),
        (9, 20, "harmed"),
        (10, 20, "harmed"),  # exactly on the line before: not clinical
        (2, 9, "deteriorated"),  # still functional
        (2, 10, "harmed"),  # exactly on the line after: not functional
    ],
)
def test_categories_by_reliable_change_and_side_of_the_line(pre: float, post: float, word: str) -> None:
    line = Cutoff(10, "lower")
    made = reliable_change([pre], [post], reliability=0.8, sd=5, better="lower", cutoff=line)
    assert made.category is not None
    assert made.category.tolist() == [word]
    mirrored = reliable_change([-pre], [-post], reliability=0.8, sd=5, better="higher", cutoff=Cutoff(-10, "higher"))
    assert mirrored.category is not None
    assert mirrored.category.tolist() == [word]


def test_a_rating_on_the_line_is_what_the_instrument_says() -> None:
    def category(at: Any, pre: float, post: float) -> str:
        line = Cutoff(10, "lower", at=at)
        made = reliable_change([pre], [post], reliability=0.8, sd=5, better="lower", cutoff=line)
        return str(made.frame()["category"][0])

    assert [category(at, 10, 2) for at in ("neither", "clinical", "functional")] == [
        "improved",
        "recovered",
        "improved",
    ]
    assert [category(at, 20, 10) for at in ("neither", "clinical", "functional")] == [
        "improved",
        "improved",
        "recovered",
    ]


def test_a_cut_off_that_is_met_on_the_decimal_is_met() -> None:
    line = clinical_cutoff("b", better="lower", m_functional=0.1, sd_functional=0.1)
    assert line.value == 0.3  # 0.1 + 2 * 0.1 is not, in floats
    assert not line.functional(np.array([0.3]))[0]
    assert not line.clinical(np.array([0.3]))[0]


@pytest.mark.parametrize("reliability", [0, 1, -0.2, 1.01, math.nan])
def test_a_reliability_lies_between_0_and_1(reliability: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        one("jt", reliability=reliability)
    with pytest.raises(UsageError, match="between 0 and 1"):
        one("nk", reliability_post=reliability)


@pytest.mark.parametrize(
    ("pre", "post", "given", "message"),
    [
        ([], [], {}, "0 complete pairs"),
        ([1], [2], {}, "1 complete pair, "),
        ([math.nan], [2], {"sd": 3}, "no complete pair"),
        ([4, 4, 4], [1, 2, 3], {}, "SD 0"),
        ([0.1] * 7, [1, 2, 3, 4, 5, 6, 7], {}, "SD 0"),
        ([1, 2], [3, 5], {"method": "ha"}, "needs at least 3"),
        ([1, 2, 3], [2, 3, 4], {"method": "ha"}, "no more than error"),
    ],
)
def test_ratings_that_allow_no_index_are_refused(
    pre: list[float], post: list[float], given: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        reliable_change(pre, post, **{"reliability": 0.8, "better": "lower", **given})


@pytest.mark.parametrize(
    "given",
    [
        {"method": "rci"},
        {"sd": 0},
        {"sd": -1},
        {"sd": math.inf},
        {"mean": math.nan},
        {"confidence": 1},
        {"better": "up"},
    ],
)
def test_a_request_without_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        one(**{"method": "jt", **given})


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(UsageError, match="same length"):
        reliable_change([1, 2], [1], reliability=0.8, better="lower")


def test_the_frame_has_one_row_per_client() -> None:
    frame = one("jt").frame()
    assert list(frame) == ["pre", "post", "change", "index", "reliable"]
    assert len(frame) == 4
    assert list(one("jt", cutoff=Cutoff(15, "lower")).frame()) == [*frame, "category"]
