"""What comes up for messages is found by what is due, not by what there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fit_toolkit.store import people, reminders
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import LOW, clinic_with, day_of
from tests.clinic import Clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    clinic = clinic_with(tmp_path_factory.mktemp("reminders"), policies=LOW)
    for client in ("c1", "c2"):
        clinic.open(client)
        clinic.rate(client, 0, 3)
    clinic.run(tell=True)
    yield clinic
    clinic.practice.store.close()


def test_an_alert_comes_up_from_its_time_on(clinic: Clinic) -> None:
    week = clinic.clock() + timedelta(days=7)
    with clinic.practice.store.read() as c:
        assert reminders.due(c, week - timedelta(minutes=1)) == []
        assert len(reminders.due(c, week)) == 2


def test_it_no_longer_comes_up_once_it_is_said_so(clinic: Clinic) -> None:
    week = clinic.clock() + timedelta(days=7)
    with clinic.practice.store.begin(dry_run=True) as c:
        first, second = reminders.due(c, week)
        reminders.remind(c, {first: (None, None), second: (week, "safety")})
        assert reminders.due(c, week) == [second]
        assert [row.held for row in c.execute(s.alert.select().order_by(s.alert.c.id))] == [None, "safety"]


def test_openings_are_the_newest_and_say_whether_it_was_there_before(clinic: Clinic) -> None:
    with clinic.practice.store.begin(dry_run=True) as c:
        event = {"alert_id": 1, "at": clinic.clock(), "actor": "x", "evidence": {}, "cause": "by a person"}
        states = (("open", "acknowledged"), ("acknowledged", "open"), ("open", "open"))
        for seq, (before, after) in enumerate(states, start=2):
            c.execute(s.alert_event.insert().values(**event, seq=seq, from_state=before, to_state=after))
        found = reminders.openings(c, [1, 2])
    assert (found[1].seq, found[1].again) == (3, True)
    assert (found[2].seq, found[2].again) == (1, False)


def test_who_may_have_changed_is_looked_at_once(clinic: Clinic) -> None:
    today = day_of(20)
    other = {"episode_id": 1, "staff_id": 1, "role": "supervisor", "starts_on": today}
    with clinic.practice.store.begin(dry_run=True) as c:
        assert len(reminders.changed_hands(c, today, today)) == 2  # within the margin
        c.execute(s.assignment.insert().values(id=5000, **other))
        assert len(reminders.changed_hands(c, today, today)) == 2  # up to here it had been looked before
        assert reminders.changed_hands(c, today, today) == []
        people.transfer(c, people.list_episodes(c)[0].code, "ben", on=day_of(15))
        assert len(reminders.changed_hands(c, today, None)) == 1


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (sa.select(s.alert.c.id).where(s.alert.c.remind_at <= sa.literal("2026-05-12")), "ix_alert_remind"),
        (
            sa.select(s.assignment.c.episode_id).where(s.assignment.c.starts_on > "2026-05-12"),
            "ix_assignment_starts_on",
        ),
        (sa.select(s.told.c.id).where(s.told.c.alert_id == 1), "ix_told_alert_id"),
    ],
)
def test_what_is_asked_every_morning_goes_through_an_index(clinic: Clinic, query: sa.Select[int], index: str) -> None:
    if clinic.practice.store.engine.dialect.name != "sqlite":
        pytest.skip("asks SQLite how it reads")
    with clinic.practice.store.read() as c:
        text = query.compile(c.engine, compile_kwargs={"literal_binds": True})
        plan = c.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
    assert index in str(plan)
