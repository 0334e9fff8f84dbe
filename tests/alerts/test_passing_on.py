"""What stands open goes to whoever has it now, and to somebody else when nobody notes anything; each step once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DeliveryError
from fit_toolkit.store import people
from fit_toolkit.store import schema as s
from fit_toolkit.store.reminders import SEEN_TO
from tests.alerts.outgoing import CARE, LOW, Post, clinic_with, copy_of, day_of, leave, messages, sent, use
from tests.clinic import ARRIVING, Clinic


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Carl, under Sue, has c1 with an alert of attention, told on Monday, day 21."""
    clinic = clinic_with(tmp_path_factory.mktemp("passing"), policies=LOW, day=21)
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 14, 3)
    assert told(clinic) == [("carl", "new")]
    return clinic


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    return copy_of(built, tmp_path)


def told(clinic: Clinic, state: str = "sent") -> list[tuple[str, str]]:
    """Who was told why in one more run; all of it has gone out, or could not."""
    clinic.run(tell=True)
    rows = sorted((row["to"], row["reason"]) for row in messages(clinic))
    sent(clinic)
    with clinic.practice.store.begin() as c:
        c.execute(s.outbox.update().where(s.outbox.c.state == "sent").values(state=state))
    return rows


def on(clinic: Clinic, *days: int) -> dict[int, list[tuple[str, str]]]:
    found = {}
    for clinic.day in days:
        if rows := told(clinic):
            found[clinic.day] = rows
    return found


def long_since(clinic: Clinic) -> None:
    """Many assignments were made since: these are among the old ones, not looked at for being new."""
    with clinic.practice.store.begin() as c:
        c.execute(s.meta.update().where(s.meta.c.key == SEEN_TO).values(value="100000"))


def safety(folder: Path, day: int) -> Clinic:
    """Anna has c1 with an alert of safety, told on a day."""
    clinic = clinic_with(folder, policies=CARE, day=day, alerts__safety_repeat_days=100)
    with clinic.practice.store.begin() as c:
        boss = c.execute(s.staff.select().where(s.staff.c.code == "sue")).one().id
        c.execute(s.staff.update().where(s.staff.c.code == "anna").values(supervisor_id=boss))
    clinic.open("c1")
    clinic.rate("c1", day, 8, instrument=ARRIVING, q7=2)
    assert told(clinic) == [("anna", "new")]
    return clinic


def test_after_a_transfer_the_new_therapist_is_told_once_of_what_stands_open(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.transfer(c, people.list_episodes(c)[0].code, "ben", on=day_of(22))
    assert on(clinic, 22, 23) == {22: [("ben", "escalated")]}


def test_a_transfer_with_a_day_to_come_is_told_on_that_day(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        people.transfer(c, people.list_episodes(c)[0].code, "ben", on=day_of(24))
    long_since(clinic)
    assert on(clinic, 22, 23, 24, 25) == {24: [("ben", "escalated")]}


def test_a_transfer_entered_late_is_told_in_the_next_run(clinic: Clinic) -> None:
    on(clinic, 22, 23)
    with clinic.practice.store.begin() as c:
        people.transfer(c, people.list_episodes(c)[0].code, "ben", on=day_of(15))
    assert on(clinic, 24, 25) == {24: [("ben", "escalated")]}


def test_what_a_leaver_leaves_open_goes_to_the_supervisor_also_when_it_is_said_late(clinic: Clinic) -> None:
    on(clinic, 22)
    leave(clinic, "carl", 15)
    long_since(clinic)
    assert on(clinic, 23, 24) == {23: [("sue", "escalated")]}


def test_what_somebody_has_seen_to_is_nobody_elses(clinic: Clinic) -> None:
    ack(clinic.practice.store, [Tick(1, "talked about it")], Actor("carl", clinic.clock()))
    leave(clinic, "carl", 15)
    assert on(clinic, 22, 23, 40) == {}


def test_attention_nobody_noted_goes_to_the_supervisor_and_then_to_the_administrators_once_each(clinic: Clinic) -> None:
    use(clinic, alerts__repeat_days=0)
    assert on(clinic, 22, 34, 35, 36, 48, 49, 50, 89) == {35: [("sue", "escalated")], 49: [("adam", "escalated")]}


def test_it_goes_nowhere_when_the_practice_says_never(clinic: Clinic) -> None:
    use(clinic, alerts__repeat_days=0, alerts__escalate_days=0)
    assert on(clinic, 22, 35, 49, 89) == {}


def test_after_a_note_nobody_else_is_told_and_when_it_comes_back_the_steps_begin_anew(clinic: Clinic) -> None:
    use(clinic, alerts__repeat_days=0)
    on(clinic, 35)
    ack(clinic.practice.store, [Tick(1, "talked about it")], Actor("carl", clinic.clock()))
    assert on(clinic, 36, 49, 59) == {}
    clinic.rate("c1", 60, 9)
    clinic.rate("c1", 61, 3)
    assert on(clinic, 62, 75, 76, 77, 89, 90) == {
        62: [("carl", "again")],
        76: [("sue", "escalated")],
        90: [("adam", "escalated")],
    }


def test_runs_that_were_missed_take_each_step_once(clinic: Clinic) -> None:
    use(clinic, alerts__repeat_days=7)
    assert on(clinic, 80, 81) == {80: [("adam", "escalated"), ("carl", "repeat"), ("sue", "escalated")]}


@pytest.mark.parametrize(("opened", "then"), [(21, 22), (25, 28), (26, 29)])  # a Monday, a Friday, a Saturday
def test_safety_goes_to_the_supervisor_after_a_working_day(tmp_path: Path, opened: int, then: int) -> None:
    clinic = safety(tmp_path, opened)
    days = on(clinic, *range(opened + 1, then + 1), then + 7, then + 8)
    assert days == {then: [("sue", "escalated")], then + 7: [("adam", "escalated")]}


def test_a_holiday_is_no_working_day(tmp_path: Path) -> None:
    clinic = safety(tmp_path, 21)
    use(clinic, alerts__safety_repeat_days=100, alerts__holidays=[str(day_of(22))])
    assert on(clinic, 22, 23) == {23: [("sue", "escalated")]}
    assert day_of(21) == date(2026, 1, 26)


def test_a_message_that_was_given_up_brings_the_supervisor_in_with_the_next_run(clinic: Clinic) -> None:
    def refuse(message: object) -> None:
        raise DeliveryError("no such person", permanent=True)

    with clinic.practice.store.begin() as c:
        c.execute(s.outbox.update().values(state="due"))
    with Post(before=refuse).installed():
        deliver(clinic.practice, now=clinic.clock())
    assert on(clinic, 22, 23) == {22: [("sue", "escalated")]}


def test_safety_that_failed_to_go_out_three_times_also_goes_to_whoever_stands_in_once(tmp_path: Path) -> None:
    clinic = safety(tmp_path, 21)
    with clinic.practice.store.begin() as c:
        c.execute(s.outbox.update().values(state="due", attempts=3))
    clinic.run(tell=True)
    clinic.run(tell=True)
    rows = [row for row in messages(clinic) if row["attempts"] == 0]
    assert [(row["to"], row["reason"], row["severity"]) for row in rows] == [("sue", "escalated", "safety")]
