"""Courses as loaded: whose they are, in which order, and that nobody is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.course import Rating
from fit_toolkit.courses.expected import day_number
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.store import people, runs
from tests.clinic import ARRIVING, START, TODAY, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path / "practice")
    yield made
    made.practice.store.close()


def load(clinic: Clinic, instrument: str = TODAY, scale: str = "total", *, day: int = 100, beside: str = "") -> Loaded:
    form = clinic.practice.catalog.get(instrument)
    partners = {}
    if beside:
        other = clinic.practice.catalog.get(beside)
        partners[Rating(rater="therapist")] = (Stream.of(other, scale, other.raters[0]), scale_view(other, scale))
    with clinic.practice.store.read() as c:
        part = Slice.of(c, runs.all_episodes(c), as_of=START + timedelta(days=day))
        return part.load(Stream.of(form, scale, form.raters[0]), scale_view(form, scale), partners)


def test_a_member_who_was_never_rated_is_there_as_an_empty_course(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.open("c2")
    clinic.rate("c2", 7)
    loaded = load(clinic)
    assert loaded.course.count.tolist() == [0, 1]
    assert loaded.occasion.tolist() == ["end", "end"]


def test_points_come_in_the_order_of_the_sessions_whenever_they_were_keyed(clinic: Clinic) -> None:
    clinic.open("c1")
    for day, value in ((14, 6), (0, 8), (7, 7)):
        clinic.rate("c1", day, value)
    course = load(clinic).course
    assert course.value.tolist() == [8, 7, 6]
    assert course.session.tolist() == [1, 2, 3]


def test_the_newest_correction_counts_and_keeps_the_root(clinic: Clinic) -> None:
    clinic.open("c1")
    first = clinic.rate("c1", 0, 8)
    second = clinic.rate("c1", 0, 3)
    loaded = load(clinic)
    assert loaded.course.value.tolist() == [3]
    assert (loaded.course.root.tolist(), loaded.entered.tolist()) == ([first], [second])


def test_another_therapist_starts_a_new_alliance_course_but_not_a_new_outcome_course(clinic: Clinic) -> None:
    episode = clinic.open("c1")
    clinic.rate("c1", 0, 8)
    clinic.rate("c1", 0, instrument=ARRIVING, q7=0)
    with clinic.practice.store.begin() as c:
        people.transfer(c, episode, "ben", on=START + timedelta(days=5))
    clinic.rate("c1", 7, 8)
    clinic.rate("c1", 7, instrument=ARRIVING, q7=0)
    assert load(clinic).course.count.tolist() == [1, 1]
    assert load(clinic, ARRIVING).course.count.tolist() == [2]


def test_members_of_one_episode_have_courses_of_their_own(clinic: Clinic) -> None:
    clinic.open("left", "right")
    clinic.rate("left", 0, 8)
    clinic.rate("right", 0, 3)
    loaded = load(clinic)
    assert loaded.course.count.tolist() == [1, 1]
    assert len(set(loaded.member.tolist())) == 2
    assert set(loaded.episode.tolist()) == {1}


def test_an_item_can_be_watched_like_a_scale(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, instrument=ARRIVING, q7=1)
    loaded = load(clinic, ARRIVING, "q7")
    assert loaded.course.value.tolist() == [1]
    assert loaded.course.scale.trigger == 1


def test_an_unscorable_form_is_no_point_but_its_day_is_the_last_rated(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 7, q1=float("nan"), q2=float("nan"), q3=float("nan"))
    course = load(clinic).course
    assert len(course) == 0
    assert course.members.last_rated.tolist() == [day_number(START) + 7]


def test_what_is_rated_later_than_the_day_is_not_seen_but_remembered_as_due(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0)
    clinic.rate("c1", 7)
    assert load(clinic, day=6).course.count.tolist() == [1]
    with clinic.practice.store.read() as c:
        part = Slice.of(c, runs.all_episodes(c), as_of=START + timedelta(days=6))
    assert part.next_day == {1: part.calendar.today + 1}


def test_the_other_side_is_cut_like_the_own_course(clinic: Clinic) -> None:
    clinic.open("c1")
    for day in (0, 7, 14):
        clinic.rate("c1", day, 9)
    clinic.rate("c1", 7, 5, instrument="today-together-therapist", q11=0)
    course = load(clinic, beside="today-together-therapist").course
    theirs = course.beside(Rating(rater="therapist")).tolist()
    assert theirs[1] == 5
    assert [value == value for value in theirs] == [False, True, False]  # noqa: PLR0124 - NaN is not itself
