"""Spells: what opens one, what ends one, and what a flat week at the bottom does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.course import Ended, Spells, cut
from tests.builders import course_of
from tests.policies import policy


def spells_of(ratings: list[list[float]], kind: str = "drop", points: float = 1.0, **how: Any) -> Spells:
    return cut(policy(kind, points=points).find(course_of(ratings)), **how)


def stretches(found: Spells) -> list[tuple[int, int, int]]:
    return list(zip(found.opened.tolist(), found.last.tolist(), found.end.tolist(), strict=True))


def test_a_flat_week_at_the_bottom_is_no_recovery() -> None:
    assert stretches(spells_of([[8, 6, 6, 6]])) == [(1, 3, -1)]


def test_a_spell_ends_when_the_rating_is_back_where_it_stood_at_the_opening() -> None:
    assert stretches(spells_of([[8, 6, 7, 8, 8]])) == [(1, 2, 3)]


def test_a_deeper_fall_inside_a_spell_does_not_lower_what_counts_as_back() -> None:
    assert stretches(spells_of([[8, 6, 4, 6, 8]])) == [(1, 3, 4)]


def test_a_course_may_have_several_spells() -> None:
    assert stretches(spells_of([[8, 6, 8, 6, 8], [5, 5]])) == [(1, 1, 2), (3, 3, 4)]


def test_three_ratings_that_do_not_fire_end_a_convention_as_not_confirmed() -> None:
    found = spells_of([[8, 6, 6, 6, 6, 6]], lapse=3)
    assert stretches(found) == [(1, 3, 4)]
    assert found.ended.tolist() == [Ended.LAPSED]


def test_after_two_asks_for_two_in_a_row_and_goes_back_to_where_the_run_began() -> None:
    assert stretches(spells_of([[8, 7, 7, 6, 7]], after=2)) == []
    assert stretches(spells_of([[8, 7, 6, 7, 8]], after=2)) == [(2, 3, 4)]


def test_safety_never_ends_by_itself_and_marks_what_comes_after_a_calm_answer() -> None:
    found = spells_of([[8, 6, 8, 6]], stands=True)
    assert stretches(found) == [(1, 3, -1)]
    assert found.renewed.tolist() == [3]


ratings = st.lists(st.lists(st.integers(0, 10).map(float), max_size=9), min_size=1, max_size=5)


@given(ratings, st.sampled_from([("drop", {}), ("drop", {"lapse": 3}), ("drop", {"after": 2}), ("fall-from-best", {})]))
def test_spells_of_many_clients_are_the_spells_of_each(clinic: list[list[float]], setup: Any) -> None:
    kind, how = setup
    together = stretches(spells_of(clinic, kind, 2.0, **how))
    apart, skip = [], 0
    for own in clinic:
        apart += [
            (o + skip, k + skip, e + skip if e >= 0 else -1)
            for o, k, e in stretches(spells_of([own], kind, 2.0, **how))
        ]
        skip += len(own)
    assert together == apart


@given(ratings)
def test_spells_agree_with_a_plain_walk_along_one_client(clinic: list[list[float]]) -> None:
    assert stretches(spells_of(clinic, "drop", 2.0)) == plain_walk(clinic)


def plain_walk(clinic: list[list[float]]) -> list[tuple[int, int, int]]:
    out, skip = [], 0
    for own in clinic:
        level: float | None = None
        start = 0
        for i, value in enumerate(own):
            if level is not None and value >= level:
                out.append((start + skip, i - 1 + skip, i + skip))
                level = None
            if level is None and i and own[i - 1] - value >= 2:
                level, start = own[i - 1], i
        if level is not None:
            out.append((start + skip, len(own) - 1 + skip, -1))
        skip += len(own)
    return out


def test_findings_about_members_are_not_cut() -> None:
    course = course_of([[1.0]])
    findings = course.members.where(np.array([True]), reason="x")
    with pytest.raises(ValueError, match="about members"):
        cut(findings)
