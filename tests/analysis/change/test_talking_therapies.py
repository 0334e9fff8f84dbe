"""The rules of NHS Talking Therapies, case by case."""

from __future__ import annotations

import math
from typing import Any

import pytest

from fit_toolkit.analysis import anxiety_pair, talking_therapies
from fit_toolkit.analysis.change.talking_therapies import INSTEAD_OF_GAD7, MEASURES, Figures
from fit_toolkit.errors import UsageError

nan = math.nan
ANSWERS = (
    "case_at_start",
    "case_at_end",
    "recovery",
    "reliable_improvement",
    "reliable_recovery",
    "reliable_deterioration",
)


def answers(phq: tuple[float, float], gad: tuple[float, float], **given: Any) -> dict[str, float | None]:
    """Give the answers about one client; None is unknown."""
    made = talking_therapies([phq[0]], [phq[1]], [gad[0]], [gad[1]], **given).frame()
    return {name: None if math.isnan(made[name][0]) else float(made[name][0]) for name in ANSWERS}


@pytest.mark.parametrize(
    ("phq", "gad", "wanted"),
    [
        ((15, 5), (12, 4), (1, 0, 1, 1, 1, 0)),
        ((10, 9), (3, 3), (1, 0, 1, 0, 0, 0)),  # recovered by one point: not reliably
        ((9, 9), (8, 7), (1, 0, 1, 0, 0, 0)),  # a case by GAD-7 alone
        ((9, 3), (7, 7), (0, 0, None, 1, None, 0)),  # no case: recovery is not asked
        ((16, 10), (9, 7), (1, 1, 0, 1, 0, 0)),  # 6 points fewer, 10 is still a case
        ((16, 11), (9, 6), (1, 1, 0, 0, 0, 0)),  # 5 and 3 points: neither is reliable
        ((15, 5), (5, 9), (1, 1, 0, 0, 0, 0)),  # one falls, the other rises by its 4: neither way
        ((15, 5), (5, 8), (1, 1, 0, 1, 0, 0)),  # rises by 3 only
        ((8, 14), (6, 6), (0, 1, None, 0, None, 1)),
        ((8, 8), (4, 8), (0, 1, None, 0, None, 1)),
        ((20, 14), (8, 12), (1, 1, 0, 0, 0, 0)),
        ((8, 14), (12, 8), (1, 1, 0, 0, 0, 0)),
    ],
)
def test_the_pair_of_measures(phq: Any, gad: Any, wanted: tuple[float | None, ...]) -> None:
    assert tuple(answers(phq, gad)[name] for name in ANSWERS) == wanted


def test_one_rating_missing_leaves_all_unknown() -> None:
    for phq, gad in (((15, nan), (12, 4)), ((nan, 5), (12, 4)), ((15, 5), (nan, 4)), ((15, 5), (12, nan))):
        assert set(answers(phq, gad).values()) == {None}


def test_a_course_of_one_contact_is_not_finished() -> None:
    assert set(answers((15, 5), (12, 4), contacts=[1]).values()) == {None}
    assert answers((15, 5), (12, 4), contacts=[2])["recovery"] == 1
    assert set(answers((15, 5), (12, 4), contacts=[nan]).values()) == {None}


def test_how_many_of_how_many() -> None:
    made = talking_therapies([15, 9, 15, nan], [5, 3, 14, 4], [12, 7, 9, 9], [4, 7, 9, 9])
    assert made.counts() == {
        "case_at_start": (2, 3),
        "case_at_end": (1, 3),
        "recovery": (1, 2),
        "reliable_improvement": (2, 3),
        "reliable_recovery": (1, 2),
        "reliable_deterioration": (0, 3),
    }


@pytest.mark.parametrize("measure", sorted(set(MEASURES) - {"phq-9", "gad-7"}))
def test_figures_that_nobody_checked_label_nobody(measure: str) -> None:
    assert not MEASURES[measure].verified
    with pytest.raises(UsageError, match=f"{measure} are not verified") as caught:
        answers((15, 5), (30, 10), anxiety_measure=measure)
    assert "figures=" in caught.value.hint


def test_figures_that_the_caller_gives_are_used() -> None:
    given = {"anxiety_measure": "spin", "figures": {"spin": Figures(21, 9)}}
    assert answers((5, 5), (21, 12), **given)["case_at_start"] == 1
    assert answers((5, 5), (21, 12), **given)["reliable_recovery"] == 1
    assert answers((5, 5), (20, 12), **given)["case_at_start"] == 0
    assert answers((5, 5), (21, 13), **given)["reliable_improvement"] == 0


def test_an_unchecked_measure_of_a_client_without_ratings_stops_nobody() -> None:
    made = talking_therapies([15, nan], [5, nan], [12, nan], [4, nan], anxiety_measure=["gad-7", "spin"])
    assert made.counts()["recovery"] == (1, 1)


def test_a_measure_without_figures_is_refused() -> None:
    with pytest.raises(UsageError, match="no figures for worry-9"):
        answers((15, 5), (12, 4), anxiety_measure="worry-9")


def test_figures_with_decimals_are_met_exactly() -> None:
    given = {"anxiety_measure": "mi", "figures": {"mi": Figures(2.3, 0.73)}}
    assert answers((5, 5), (2.33, 1.6), **given)["reliable_improvement"] == 1
    assert answers((5, 5), (2.3, 2.29), **given)["recovery"] == 1


def test_the_measure_of_the_problem_takes_the_place_of_gad7_where_it_was_filled_in() -> None:
    start, end, names = anxiety_pair(
        ["OCD", "ocd", "depression", ""], [10.0, 11, 12, 13], [1.0, 2, 3, 4], [50, 51, 52, 53], [20, nan, 22, 23]
    )
    assert names.tolist() == ["oci", "gad-7", "gad-7", "gad-7"]
    assert start.tolist() == [50, 11, 12, 13]
    assert end.tolist() == [20, 2, 3, 4]
    assert set(INSTEAD_OF_GAD7.values()) <= set(MEASURES)


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(UsageError, match="same length"):
        talking_therapies([15], [5, 4], [12], [4])
