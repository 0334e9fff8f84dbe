"""Alerts that come and go: told apart from the ratings alone, and never for safety."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.course import cut
from fit_toolkit.courses.unstable import OPENINGS, RATINGS, unstable_among
from fit_toolkit.model.alerts import Alert, Key, Spell
from tests.alerts.outgoing import CARE, LOW, clinic_with
from tests.builders import course_of
from tests.clinic import ARRIVING, Clinic
from tests.policies import policy

UP_AND_DOWN = (8, 3, 8, 3, 8, 3)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = clinic_with(tmp_path, policies=LOW + CARE, day=300)
    made.open("c1")
    return made


def rated(clinic: Clinic, values: Sequence[float], *, runs: bool = False) -> list[bool]:
    """Rate week by week; say of every alert, oldest first, whether it is unstable."""
    for week, value in enumerate(values):
        clinic.rate("c1", 7 * week, value)
        if runs:
            clinic.run()
    clinic.run()
    with clinic.practice.store.read() as c:
        ids = sorted(row["id"] for row in clinic.alerts(states=None))
        found = unstable(c, ids)
    return [alert in found for alert in ids]


@pytest.mark.parametrize("runs", [True, False])
def test_what_opened_three_times_in_eight_ratings_is_unstable(clinic: Clinic, *, runs: bool) -> None:
    assert rated(clinic, UP_AND_DOWN, runs=runs) == [True, True, True]


def test_twice_is_not_yet_unstable(clinic: Clinic) -> None:
    assert rated(clinic, (8, 3, 8, 3, 8, 8)) == [False, False]


def test_it_is_over_when_the_eight_ratings_have_moved_on(clinic: Clinic) -> None:
    assert rated(clinic, (*UP_AND_DOWN, 3, 3, 3)) == [True, True, True], "nine ratings, eight from the first opening on"
    clinic.rate("c1", 7 * 9, 3)
    clinic.run()
    with clinic.practice.store.read() as c:
        assert unstable(c, [row["id"] for row in clinic.alerts(states=None)]) == frozenset()


def test_only_what_was_asked_about_is_named(clinic: Clinic) -> None:
    rated(clinic, UP_AND_DOWN)
    newest = max(row["id"] for row in clinic.alerts())
    with clinic.practice.store.read() as c:
        assert unstable(c, [newest]) == {newest}
        assert unstable(c, []) == frozenset()


def test_what_lost_its_ground_does_not_count(clinic: Clinic) -> None:
    rated(clinic, UP_AND_DOWN, runs=True)
    clinic.rate("c1", 21, 8)  # a misread form is corrected: the second alert is voided
    clinic.run()
    with clinic.practice.store.read() as c:
        assert unstable(c, [row["id"] for row in clinic.alerts(states=None)]) == frozenset()


def test_safety_is_never_unstable(clinic: Clinic) -> None:
    for week, answer in enumerate((0, 2, 0, 2, 0, 2)):
        clinic.rate("c1", 7 * week, 8, instrument=ARRIVING, q7=answer)
        clinic.run()
    with clinic.practice.store.read() as c:
        assert unstable(c, [row["id"] for row in clinic.alerts(states=None)]) == frozenset()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=25))
def test_it_is_what_counting_openings_among_the_last_eight_ratings_gives(values: list[int]) -> None:
    findings = policy("cutoff", line=5.0, operator="<").find(course_of([values], days=[list(range(len(values)))]))
    found = cut(findings)
    alerts = [alert_of(number + 1, int(opened), len(values)) for number, opened in enumerate(found.opened)]
    recent = {alert.id for alert in alerts if alert.opened >= len(values) - RATINGS}
    assert unstable_among(alerts) == (recent if len(recent) >= OPENINGS else set())
    assert unstable_among(msgspec.structs.replace(alert, severity="safety") for alert in alerts) == frozenset()


def alert_of(number: int, opened: int, ratings: int) -> Alert:
    """The alert that a run keeps about a spell that opened at a rating of so many."""
    days = tuple(range(opened, ratings))
    key = Key("p", 1, 0, "example", "total", "client", "end")
    spell = Spell(
        key=key, severity="notice", basis="convention", root=opened + 1, opened=opened, last=opened,
        ratings=days, roots=tuple(day + 1 for day in days),
    )  # fmt: skip
    return Alert(
        id=number, key=key, state="resolved", cause="", severity="notice", basis="convention", root=spell.root,
        opened=opened, last=opened, seen=spell.seen,
    )  # fmt: skip
