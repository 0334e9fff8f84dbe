"""How many alerts there were and what became of them, counted by hand beside it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.process import Process, half_after, over_budget, process
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.store import people
from fit_toolkit.store.process import Period
from tests.clinic import START, Clinic

DROPS = '\n[[policies]]\nid = "drop"\nkind = "drop"\ninstrument = "today-together-client"\npoints = 2.0\n'
CARE = '\n[[policies]]\nid = "safe"\nkind = "risk"\ninstrument = "arriving-today"\nscale = "q7"\n'


def days(first: int, last: int) -> Period:
    on = [START + timedelta(days=day) for day in (first, last)]
    begins, ends = (
        datetime.combine(day, time(), UTC).replace(tzinfo=None) for day in (on[0], on[1] + timedelta(days=1))
    )
    return Period(since=on[0], until=on[1], begins=begins, ends=ends)


def counted(clinic: Clinic, period: Period, by: str = "policy") -> dict[str, Process]:
    with clinic.practice.store.read() as c:
        return {each.group: each for each in process(c, period, by=by, now=clinic.clock())}  # type: ignore[arg-type]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """Three of four clients fell on day 7, told the same day; one of them had somebody talk to them on day 9."""
    clinic = Clinic(tmp_path / "practice", policies=DROPS + CARE, day=7)
    for number in range(4):
        clinic.open(f"k{number}", therapist="ben" if number == 3 else "anna")
        clinic.rate(f"k{number}", 0, 8)
        clinic.rate(f"k{number}", 7, 5 if number < 3 else 8)
    clinic.run()
    clinic.day = 9
    ids = [alert["id"] for alert in clinic.alerts()]
    ack(clinic.practice.store, [Tick(ids[0], "talked about it")], Actor("anna", clinic.clock()))
    return clinic


def test_alerts_are_counted_per_hundred_sessions_with_what_people_did(clinic: Clinic) -> None:
    found = counted(clinic, days(0, 9))["drop"]
    assert (found.sessions, found.raised, found.acted, found.waiting, found.ended) == (8, 3, 1, 2, 0)
    assert found.per_100 == 37.5
    assert found.notes == {"talked about it": 1}
    assert found.median_days is None  # three are too few


def test_an_alert_that_ended_before_anybody_acted_is_said_apart(clinic: Clinic) -> None:
    clinic.day = 14
    clinic.rate("k1", 14, 8)
    clinic.rate("k2", 14, 8)
    clinic.run()
    found = counted(clinic, days(0, 14))["drop"]
    assert (found.raised, found.acted, found.waiting, found.ended) == (3, 1, 0, 2)


def test_what_was_raised_outside_the_period_does_not_count_and_neither_do_its_sessions(clinic: Clinic) -> None:
    assert counted(clinic, days(0, 6)) == {}
    assert counted(clinic, days(0, 6), "all")["all"].sessions == 4
    assert counted(clinic, days(7, 7))["drop"].sessions == 4
    assert counted(clinic, days(8, 9)) == {}


def test_by_therapist_a_session_belongs_to_who_had_the_client_that_day(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.transfer(c, "k2-1", "ben", on=START + timedelta(days=8), at=clinic.clock())
    clinic.day = 14
    clinic.rate("k2", 14, 5)
    found = counted(clinic, days(0, 14), "therapist")
    assert list(found) == ["anna", "ben"]
    assert (found["anna"].sessions, found["anna"].raised) == (6, 3)
    assert (found["ben"].sessions, found["ben"].raised) == (3, 0)


def test_a_therapist_without_an_alert_is_listed_and_safety_has_no_budget(clinic: Clinic) -> None:
    clinic.rate("k3", 9, 0, instrument="arriving-today", q7=1)
    clinic.run()
    assert counted(clinic, days(0, 9), "severity")["safety"].raised == 1
    with clinic.practice.store.read() as c:
        assert over_budget(c, days(0, 9), 30) == (3, 9)
        assert over_budget(c, days(0, 9), 34) is None
        assert over_budget(c, days(0, 9), 0) is None


def test_the_median_counts_those_nobody_has_acted_on() -> None:
    acted = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], bool)
    waited = np.array([1, 2, 3, 4, 30, 30, 30, 30, 30, 30], float)
    assert half_after(waited, acted) is None  # of those acted on it would be 2.5
    acted[4] = True
    waited[4] = 9
    assert half_after(waited, acted) == 9
    # by hand: at 1, of 4, one: 3/4; at 2, of 2 (one was looked at last on day 1): 3/8
    assert half_after(np.array([1.0, 1.0, 2.0, 5.0]), np.array([True, False, True, False])) == 2
    assert half_after(np.array([]), np.array([], bool)) is None


@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_without_anything_open_the_median_is_the_plain_one(waited: list[float]) -> None:
    found = half_after(np.array(waited), np.ones(len(waited), bool))
    assert found == sorted(waited)[(len(waited) + 1) // 2 - 1]
