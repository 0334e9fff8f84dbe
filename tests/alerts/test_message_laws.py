"""What holds of messages whatever happens: nothing is lost, nothing is told twice, safety is never put together."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.alerts import run as running
from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.compose import OLD, REVIEW, SAFETY
from fit_toolkit.alerts.escalate import Ladder
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.quiet import Quiet
from fit_toolkit.alerts.recipients import Told
from fit_toolkit.alerts.repeats import JITTER, Facts, Pace, decide
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.store import outbox, people
from fit_toolkit.store import schema as s
from fit_toolkit.store.outbox import Telling
from fit_toolkit.store.reminders import Opening
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, copy_of, day_of, messages, sent, use
from tests.clinic import ARRIVING, Clinic
from tests.conftest import LONG

CLIENTS = ("c1", "c2", "c3")
ANNA, SUE = 1, 2


class KilledError(Exception):
    """Stands for a run that ends in the middle."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = clinic_with(tmp_path_factory.mktemp("laws"), policies=LOW + DROP + CARE, day=10)
    for client in CLIENTS:
        clinic.open(client)
    return clinic


def something_happens(clinic: Clinic, chance: random.Random) -> None:
    what = chance.choice(("rate", "rate", "rate", "answer", "ack", "transfer"))
    client = chance.choice(CLIENTS)
    day = clinic.day - chance.choice((0, 0, 1, 9))
    if what == "rate":
        clinic.rate(client, day, chance.choice((2, 4, 6, 9)))
    elif what == "answer":
        clinic.rate(client, day, 8, instrument=ARRIVING, q7=chance.choice((0, 0, 2, 3)))
    elif what == "ack":
        open_ones = clinic.alerts(("open",))
        if open_ones:
            tick = Tick(chance.choice(open_ones)["id"], "talked about it")
            ack(clinic.practice.store, [tick], Actor("anna", clinic.clock()))
    else:
        with clinic.practice.store.begin() as c:
            episode = next(one for one in people.list_episodes(c) if one.members[0].client == client)
            held = episode.therapist_on(day_of(clinic.day))
            if held is not None and held.starts_on < day_of(clinic.day):
                people.transfer(c, episode.code, "ben" if held.staff == "anna" else "anna", on=day_of(clinic.day))


def check(clinic: Clinic) -> None:
    """What must hold after a run that came to its end."""
    with clinic.practice.store.read() as c:
        rows = outbox.list_messages(c)
        newest = c.scalar(sa.select(sa.func.max(s.run.c.id)))
        tellings = outbox.told_of(c, {row.id for row in c.execute(sa.select(s.alert.c.id))})
        whose = {one.id: one.therapist_on(day_of(clinic.day)) for one in people.list_episodes(c)}
    for alert in clinic.alerts(("open",)):
        if alert["held"] is None:  # whoever has the client today was told of it
            held = whose[alert["episode_id"]]
            assert held is not None
            assert [one for one in tellings if one.alert == alert["id"] and one.staff == held.staff_id], alert["id"]
        else:
            assert alert["severity"] != "safety"
    live = [row for row in rows if row["state"] != "cancelled"]
    assert all(len(row["payload"]["alerts"]) == 1 for row in live if row["payload"].get("kind") == SAFETY)
    assert not [row for row in live if row["severity"] == "safety" and row["payload"].get("kind") == REVIEW]
    grouped = Counter(
        (row["recipient_staff_id"], row["channel"], row["payload"]["kind"])
        for row in live if row["run_id"] == newest and row["payload"].get("kind") in {REVIEW, OLD}
    )  # fmt: skip
    assert max(grouped.values(), default=0) <= 1
    noted = Counter((one.key, one.alert, one.seq, one.lap) for one in tellings)
    said = Counter((row["key"], *told[:3]) for row in live for told in row["payload"].get("alerts", ()))
    said += Counter(
        (row["key"], *told, 0) for row in live if "over" in row["payload"] for told in row["payload"]["what"][1:]
    )
    assert noted == said


def live_keys(clinic: Clinic) -> list[str]:
    return sorted(row["key"] for row in messages(clinic, "due", "sent"))


@pytest.mark.parametrize("seed", range(60 if LONG else 3))
def test_whatever_happens_whoever_has_a_client_today_is_told_once_and_again_adds_nothing(
    built: Clinic, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(running, "EPISODES_A_SLICE", chance.choice((1, 2, 4000)))
    clinic = copy_of(built, tmp_path)
    use(clinic, alerts__channels=["file", "stdout"], alerts__quiet=chance.choice(("", "10:00-14:00")))
    for _ in range(8 if LONG else 5):
        clinic.day += chance.choice((1, 1, 3, 9))  # of some days there is no run
        for _ in range(chance.randrange(4)):
            something_happens(clinic, chance)
        clinic.run(tell=True)
        check(clinic)
        before = live_keys(clinic)
        clinic.run(tell=True)
        assert live_keys(clinic) == before
        if chance.random() < 0.7:
            sent(clinic)


@contextmanager
def killed_at(clinic: Clinic, number: int) -> Iterator[list[int]]:
    """End the program's run at a statement; the list is empty when there were not so many."""
    hit: list[int] = []
    left = [number]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            hit.append(number)
            raise KilledError

    engine = clinic.practice.store.engine
    sa.event.listen(engine, "before_cursor_execute", count)
    try:
        yield hit
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)


def test_a_run_that_is_cut_off_anywhere_tells_the_same_under_the_same_keys_when_it_runs_again(
    built: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "EPISODES_A_SLICE", 1)
    clinic = copy_of(built, tmp_path)
    for client, value in zip(CLIENTS, (3, 2, 4), strict=True):
        clinic.rate(client, 9, value)
    clinic.rate("c2", 9, 8, instrument=ARRIVING, q7=2)
    whole = copy_of(clinic, tmp_path / "whole")
    use(clinic)
    whole.run(tell=True)
    number, step = 1, 1 if LONG else 11
    while True:
        twin = copy_of(clinic, tmp_path / str(number))
        with killed_at(twin, number) as hit, suppress(KilledError):
            twin.run(tell=True)
        twin.run(tell=True)
        check(twin)
        assert live_keys(twin) == live_keys(whole), number
        twin.practice.store.close()
        if not hit:
            break
        number += step
    assert number > 30


def test_after_missed_days_the_state_as_it_is_now_is_told_once(built: Clinic, tmp_path: Path) -> None:
    clinic = copy_of(built, tmp_path)
    for day, value in ((9, 3), (12, 9), (14, 3), (17, 2)):
        clinic.rate("c1", day, value)
    clinic.rate("c2", 12, 2)
    clinic.day = 30
    clinic.run(tell=True)
    (row,) = messages(clinic)
    assert row["subject"] == "FIT: 3 items to review"  # low and drop of c1, low of c2; what came and went is not told
    assert "Seen late: the oldest of them opened 18 days ago." in row["body"]


def simulate(severity: str, days: list[int], pace: Pace, ladder: Ladder) -> dict[int, dict[int, Reason]]:
    """Tell of one alert that opened on day 0 in runs on these days; whom and why, by day."""
    start = datetime(2026, 1, 5, 6, 10, tzinfo=UTC).replace(tzinfo=None)  # as the store keeps it
    told: list[Telling] = []
    found: dict[int, dict[int, Reason]] = {}
    again: datetime | None = start
    for day in days:
        now = start + timedelta(days=day)
        if again is None or again > now + JITTER:
            continue
        facts = Facts(severity, False, Opening(1, start, again=False), told, Told((ANNA,), responsible=(ANNA,)))
        due = decide(facts, pace, ladder, now)
        again = due.again
        for person, reason in due.tell.items():
            told.append(Telling(1, person, 1, facts.lap + bool(told), reason.value, now, "sent", "file", ""))
            found.setdefault(day, {})[person] = reason
    return found


RUN_DAYS = st.lists(st.integers(0, 400), min_size=1, max_size=60, unique=True).map(sorted)


@given(RUN_DAYS, st.sampled_from(["safety", "attention", "notice"]), st.integers(0, 10), st.integers(1, 3))
def test_nobody_is_told_again_before_the_time_and_safety_always_is_when_it_has_come(
    days: list[int], severity: str, every: int, safety_every: int
) -> None:
    pace, ladder = Pace(every, safety_every, digest=False), Ladder(0, 1, Quiet())
    found = simulate(severity, days, pace, ladder)
    told = list(found)
    assert told[0] == days[0]
    assert [reason for each in found.values() for reason in each.values()] == [Reason.NEW] + [Reason.REPEAT] * (
        len(told) - 1
    )
    usual = safety_every if severity == "safety" else every
    assert all(later - earlier >= usual for earlier, later in pairwise(told))
    if severity == "safety":
        gaps = [day - max(one for one in told if one <= day) for day in days]
        assert max(gaps) < max(7, safety_every)
    if not every and severity != "safety":
        assert told == [days[0]]


def test_safety_is_told_daily_for_a_month_then_weekly_without_an_end() -> None:
    found = simulate("safety", list(range(200)), Pace(7, 1, digest=False), Ladder(14, 1, Quiet()))
    days = list(found)
    assert days[:31] == list(range(31))
    assert {later - earlier for earlier, later in pairwise(days[31:])} == {7}


def test_a_notice_is_not_repeated_beside_a_digest() -> None:
    assert list(simulate("notice", list(range(60)), Pace(7, 1, digest=True), Ladder(14, 1, Quiet()))) == [0]
