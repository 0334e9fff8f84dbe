"""The day from which an expected rating is missing: from the plan, the diary and the pauses."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from fit_toolkit.courses.expected import EPOCH, Calendar
from fit_toolkit.model.people import Appointment, Pause, PlanEntry

TODAY = 100
NEVER = math.nan


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def appointment(on: int, status: str = "held", episode: int = 1) -> Appointment:
    return Appointment(
        id=1,
        episode_id=episode,
        episode="e",
        therapist=None,
        staff_id=None,
        on=day(on),
        at=None,
        status=status,
        reason=None,
    )


def plan(**how: Any) -> PlanEntry:
    asked = {"instrument": "a", "rater": "client", "occasion": "start", "id": 1, "episode_id": None, "episode": None}
    return PlanEntry(**{**asked, **how})


def pause(first: int, last: int) -> Pause:
    return Pause(id=1, episode_id=1, starts_on=day(first), ends_on=day(last), reason="holiday")


def due(
    *appointments: Appointment,
    pauses: tuple[Pause, ...] = (),
    entries: tuple[PlanEntry, ...] = (),
    rated: float = 50,
    started: float = 10,
    ended: float = NEVER,
    sessions: tuple[int, ...] = (),
) -> float:
    days = {"episode_id": np.ones(len(sessions), np.int64), "day": np.array(sessions, np.int64)}
    calendar = Calendar.of(appointments, pauses, entries, days, today=TODAY)
    found = calendar.due(
        "a",
        "client",
        episode=np.array([1]),
        started=np.array([started]),
        ended=np.array([ended]),
        last_rated=np.array([rated]),
    )
    return float(found[0])


def test_without_a_diary_the_days_since_the_last_rating_count() -> None:
    assert due() == 50


def test_never_rated_counts_from_the_start() -> None:
    assert due(rated=NEVER) == 10


def test_with_a_diary_only_a_contact_that_was_not_rated_is_due() -> None:
    assert due(appointment(50), appointment(57), appointment(64)) == 57
    assert math.isnan(due(appointment(50)))


@pytest.mark.parametrize(
    ("status", "expected"), [("held", 57.0), ("planned", 57.0), ("cancelled", NEVER), ("not-attended", NEVER)]
)
def test_what_did_not_take_place_expects_nothing(status: str, expected: float) -> None:
    np.testing.assert_equal(due(appointment(57, status)), expected)


def test_a_contact_still_ahead_expects_nothing() -> None:
    assert math.isnan(due(appointment(101, "planned")))


def test_every_third_session_is_due_at_the_third() -> None:
    contacts = [appointment(on) for on in (57, 64, 71, 78)]
    assert due(*contacts, entries=(plan(every_sessions=3),)) == 71


def test_every_so_many_days_may_lie_ahead() -> None:
    assert due(entries=(plan(every_days=28),)) == 78
    assert due(entries=(plan(every_days=60),)) == 110


def test_a_plan_that_does_not_ask_for_it_expects_nothing() -> None:
    assert math.isnan(due(entries=(plan(instrument="b", every_sessions=1),)))
    assert math.isnan(due(entries=(plan(every_sessions=0),)))


def test_an_episodes_own_plan_has_the_last_word() -> None:
    assert math.isnan(due(entries=(plan(every_sessions=1), plan(every_sessions=0, episode_id=1))))


def test_a_plan_that_is_over_expects_nothing() -> None:
    assert math.isnan(due(entries=(plan(every_sessions=1, ends_on=day(99)),)))


def test_nothing_is_due_in_a_pause_and_its_days_do_not_count_afterwards() -> None:
    assert math.isnan(due(pauses=(pause(60, 110),)))
    assert due(pauses=(pause(60, 69),)) == 60
    assert due(pauses=(pause(40, 69),)) == 70


def test_nothing_is_due_after_the_end_or_before_the_start() -> None:
    assert math.isnan(due(ended=100))
    assert math.isnan(due(started=101, rated=NEVER))


def test_a_session_somebody_else_rated_counts_as_a_contact() -> None:
    assert due(sessions=(50, 57)) == 57
