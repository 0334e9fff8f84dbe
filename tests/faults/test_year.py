"""A quiet year of a clinic, run every morning: nothing is missing in a pause, nobody is flooded, and no day mattered."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.process import process
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.practice import open_practice
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import outbox
from fit_toolkit.store import schema as s
from fit_toolkit.store.process import Period
from tests.alerts.outgoing import Post
from tests.faults.year import DAYS, START, Year, days

LONG: Final = os.environ.get("FIT_TEST_LONG") == "1"
CLINIC: Final = {"therapists": 30, "weekly": 30, "transfers": 3, "leavers": 2} if LONG else {
    "therapists": 4, "weekly": 26, "transfers": 1, "leavers": 1,
}  # fmt: skip
BUDGET: Final = 10  # alerts of attention and notice per 100 sessions, as settings have it
MORNING: Final = timedelta(hours=6)
Told = tuple[str, date]


class Lived:
    """The clinic after its year, with what was told on which morning."""

    def __init__(self, root: Path) -> None:
        self.year = Year(root, **CLINIC)
        self.practice = self.year.practice
        self.unpaused: dict[int, list[date]] = {}
        with Post().installed():
            for day in days():
                self.year.live(day)
                self._morning(day + timedelta(days=1))
        self.sessions = sum(self.year.sessions.values())

    def _morning(self, day: date) -> None:
        self.year.now = midnight(day) + MORNING
        assert not run_alerts(self.practice).failed
        assert not deliver(self.practice, now=self.year.now).failed
        if day.weekday() == 4:
            self._friday()

    def _friday(self) -> None:
        """Two of three alerts have been talked about by the end of the week."""
        with self.practice.store.read() as c:
            new = [row["id"] for row in stored.alert_rows(c, live_only=True) if row["state"] == "open"]
        if ticks := [Tick(alert, "talked about it") for alert in new if alert % 3]:
            ack(self.practice.store, ticks, Actor("desk", self.year.now))

    def rows(self) -> list[dict[str, Any]]:
        with self.practice.store.read() as c:
            return stored.alert_rows(c)

    def messages(self) -> list[dict[str, Any]]:
        with self.practice.store.read() as c:
            return outbox.list_messages(c)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    lived = Lived(tmp_path_factory.mktemp("year") / "practice")
    yield lived
    lived.practice.store.close()


def test_the_year_is_as_large_as_it_says_and_alerts_were_raised(lived: Lived) -> None:
    assert lived.sessions > (33_000 if LONG else 3_500)
    assert len({row["policy"] for row in lived.rows()}) >= 4


def test_nothing_is_missing_in_a_planned_pause(lived: Lived) -> None:
    """Each alert of `overdue` has three weeks without a rating behind it that were no pause."""
    overdue = [row for row in lived.rows() if row["kind"] == "overdue"]
    assert overdue  # some clients did not come three weeks running
    with lived.practice.store.read() as c:
        pauses = list(c.execute(s.pause.select()))
        rated = list(
            c.execute(
                s.administration.select().with_only_columns(s.administration.c.member_id, s.administration.c.session_on)
            )
        )
    off: dict[int, set[date]] = {}
    for pause in pauses:
        length = (pause.ends_on - pause.starts_on).days + 1
        off.setdefault(pause.episode_id, set()).update(pause.starts_on + timedelta(days=n) for n in range(length))
    sessions: dict[int, list[date]] = {}
    for member, day in rated:
        sessions.setdefault(member, []).append(day)
    for row in overdue:
        opened = row["first_seen"]
        last = max((day for day in sessions.get(row["member_id"], []) if day < opened), default=START)
        quiet = [last + timedelta(days=n) for n in range(1, (opened - last).days + 1)]
        assert sum(day not in off.get(row["episode_id"], set()) for day in quiet) >= 21


def test_nobody_is_told_more_than_once_a_morning_and_nobody_exceeds_the_budget(
    lived: Lived, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [row for row in lived.messages() if row["state"] == "sent"]
    a_run = Counter((row["recipient_staff_id"], row["run_id"]) for row in told if row["reason"] != "all-done")
    assert set(a_run.values()) == {1}
    weeks = Counter((row["recipient_staff_id"], (row["created_at"].date() - START).days // 7) for row in told)
    period = Period(since=START, until=START + timedelta(days=DAYS), begins=midnight(START), ends=lived.year.now)
    with lived.practice.store.read() as c:
        found = process(c, period, by="therapist", now=lived.year.now)
    rates = {each.group: each.per_100 or 0 for each in found if each.sessions >= 100}
    with capsys.disabled():
        people, mean = len(rates), sum(weeks.values()) / (len(rates) * DAYS / 7)
        print(
            f"\na quiet year: {people} therapists, {lived.sessions} sessions, {len(told)} messages; {mean:.2f} a therapist "
            f"and week, at most {max(weeks.values())}; alerts per 100 sessions {min(rates.values()):.1f} to {max(rates.values()):.1f}"
        )
    assert max(rates.values()) <= BUDGET
    assert max(weeks.values()) <= 7


def test_the_state_at_the_end_is_that_of_one_run_over_everything(lived: Lived, tmp_path: Path) -> None:
    lived.practice.store.close()
    twin = Path(shutil.copytree(lived.year.root, tmp_path / "twin"))
    forget(twin / "store.db")
    practice = open_practice(twin, clock=lambda: lived.year.now)
    run_alerts(practice, tell=False)
    with practice.store.read() as c:
        anew = stored.alert_rows(c)
    practice.store.close()
    assert live(anew) == live(lived.rows())
    assert spells(anew) == spells(lived.rows())
    assert len(spells(anew)) > 100


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def forget(store: Path) -> None:
    """Take every alert, run and message out of a store, as if nobody had ever looked."""
    with sqlite3.connect(store) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f'DROP TRIGGER "{name}"')
        for table in ("delivery", "outbox", "alert_event", "alert", "run", "policy_seen", "touched"):
            raw.execute(f"DELETE FROM {table}")
        raw.execute("UPDATE episode SET due_at = NULL")
    raw.close()


def key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("policy", "member_id", "staff_id", "instrument", "scale", "rater", "occasion"))


def live(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(*key(row), row["opened_day"]) for row in rows if row["state"] in s.LIVE_STATES}


def spells(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """Every spell there was, of policies that do not look at the calendar: a missing rating that came leaves none."""
    return {
        (*key(row), row["opened_day"], row["ended_day"], row["root_id"])
        for row in rows
        if row["kind"] != "overdue" and row["state"] not in ("voided", "superseded")
    }
