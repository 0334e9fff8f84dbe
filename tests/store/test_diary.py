from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.model.people import Asked
from fit_toolkit.store import Store, diary, people
from tests.store.making import DAY, NOW, forget_touched, make_episode, touched


def asked(**changes: Any) -> Asked:
    values: dict[str, Any] = {
        "instrument": "arriving-today",
        "rater": "client",
        "occasion": "start",
        "every_sessions": 1,
    }
    return Asked(**(values | changes))


def test_an_appointment_is_planned_once_a_day_and_then_becomes_something(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        forget_touched(c)
        diary.add_appointment(c, "c1-1", on=DAY, staff="anna", time=datetime.fromisoformat("2026-03-12T14:00"))
        with pytest.raises(DataError, match="appointment on 2026-03-12 already"):
            diary.add_appointment(c, "c1-1", on=DAY)
        diary.set_appointment(c, "c1-1", on=DAY, status="not-attended")
        (entry,) = diary.list_appointments(c)
        assert (entry.therapist, entry.status, entry.at) == (
            "anna",
            "not-attended",
            datetime.fromisoformat("2026-03-12T14:00"),
        )
        assert len(touched(c)) == 2


def test_a_cancelled_appointment_has_a_reason(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        diary.add_appointment(c, "c1-1", on=DAY)
        with pytest.raises(DataError, match="needs a reason"):
            diary.set_appointment(c, "c1-1", on=DAY, status="cancelled")
        with pytest.raises(DataError, match="no appointment on"):
            diary.set_appointment(c, "c1-1", on=DAY + timedelta(days=1), status="held")


def test_nothing_is_planned_outside_the_episode(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, on=date(2026, 1, 5))
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        for day, problem in ((date(2026, 1, 4), "opened later"), (DAY + timedelta(days=1), "closed before")):
            with pytest.raises(DataError, match=problem):
                diary.add_appointment(c, "c1-1", on=day)


def test_the_diary_is_read_between_two_days(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        for week in range(4):
            diary.add_appointment(c, "c1-1", on=DAY + timedelta(weeks=week))
        found = diary.list_appointments(c, since=DAY + timedelta(days=1), until=DAY + timedelta(weeks=2))
        assert [entry.on for entry in found] == [DAY + timedelta(weeks=1), DAY + timedelta(weeks=2)]


def test_a_pause_has_an_end_a_reason_and_no_second_pause_within(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        with pytest.raises(DataError, match="before it starts"):
            diary.add_pause(c, "c1-1", starts_on=DAY, ends_on=DAY - timedelta(days=1), reason="holidays")
        with pytest.raises(DataError, match="needs a reason"):
            diary.add_pause(c, "c1-1", starts_on=DAY, ends_on=DAY, reason="")
        diary.add_pause(c, "c1-1", starts_on=DAY, ends_on=DAY + timedelta(days=9), reason="holidays")
        with pytest.raises(DataError, match="overlaps"):
            diary.add_pause(c, "c1-1", starts_on=DAY + timedelta(days=9), ends_on=DAY + timedelta(days=12), reason="x")
        assert [pause.reason for pause in diary.list_pauses(c)] == ["holidays"]


def test_what_an_episode_has_of_its_own_hides_the_default_of_that_instrument_and_rater(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1")
        make_episode(c, "c2")
        diary.add_plan(c, asked())
        diary.add_plan(c, asked(instrument="today-together-client", occasion="end"))
        diary.add_plan(c, asked(every_sessions=0), episode="c1-1")
        entries = diary.list_plan(c)
        one, two = (diary.plan_for(entries, people.episode_id(c, code), on=DAY) for code in ("c1-1", "c2-1"))
    assert [entry.instrument for entry in one] == ["today-together-client"]
    assert {entry.instrument for entry in two} == {"arriving-today", "today-together-client"}


def test_a_plan_holds_between_its_days(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        diary.add_plan(c, asked(starts_on=DAY, ends_on=DAY))
        entries = diary.list_plan(c)
    held = [len(diary.plan_for(entries, 1, on=DAY + timedelta(days=shift))) for shift in (-1, 0, 1)]
    assert held == [0, 1, 0]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"every_sessions": None}, "how often"),
        ({"every_days": 7}, "how often"),
        ({"every_sessions": -1}, "above 0"),
        ({"rater": "patient"}, "rater must be one of"),
        ({"occasion": "noon"}, "occasion must be one of"),
        ({"starts_on": DAY, "ends_on": DAY - timedelta(days=1)}, "before it starts"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(store: Store, changes: dict[str, Any], problem: str) -> None:
    with store.begin() as c, pytest.raises(DataError, match=problem):
        diary.add_plan(c, asked(**changes))


def test_a_change_of_the_default_touches_every_open_episode_and_no_closed_one(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1")
        make_episode(c, "c2")
        people.close_episode(c, "c2-1", on=DAY, reason="planned end", at=NOW)
        forget_touched(c)
        entry = diary.add_plan(c, asked())
        with pytest.raises(DataError, match=f"entry {entry}"):
            diary.add_plan(c, asked())
        diary.remove_plan(c, entry)
        assert touched(c) == [people.episode_id(c, "c1-1")] * 2
        with pytest.raises(DataError, match="no entry"):
            diary.remove_plan(c, entry)
