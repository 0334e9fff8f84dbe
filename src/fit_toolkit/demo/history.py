"""The demo's past: week by week ratings come in, the alerts run, and people do something about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from fit_toolkit.alerts import acts
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.demo import people
from fit_toolkit.demo.days import IMPORTED_UNTIL, Days, SetClock
from fit_toolkit.demo.forms import Form, Session
from fit_toolkit.demo.ratings_in import bring_in, key_in
from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import Practice
from fit_toolkit.store import alerts

Say = Callable[[str], None]
ACTS: Final = (
    ("talked about it", "we look at it together again next time"),
    ("changed something", "slower, and with a plan for the hour"),
    ("talked about it", ""),
    ("took to supervision", ""),
    ("talked about it", "a bad week, not the therapy"),
    ("changed something", "the client chooses where we begin"),
    ("talked about it", "it was about the room being changed"),
)
PLAN: Final = "plan agreed with the client and written down, looked at in supervision"
WAIT: Final = 6  # days until somebody gets round to an alert


def live_through(practice: Practice, clock: SetClock, days: Days, sessions: Sequence[Session], say: Say) -> int:
    """Bring in all sessions in the order of time, with a run every week and one on the last day; return the ratings."""
    clock.set(days.day(IMPORTED_UNTIL, 0) - timedelta(days=3))
    people.move_in(practice, sessions)
    before = [session for session in sessions if session.week >= IMPORTED_UNTIL]
    clock.set(days.day(IMPORTED_UNTIL, 4))
    forms = _forms(before)
    count = bring_in(practice, forms).forms
    people.keep_diary(practice, before)
    say(f"imported {count} ratings from a file")
    _run(practice)
    for week in range(IMPORTED_UNTIL - 1, -1, -1):
        clock.set(days.day(week, 0), hour=7)
        people.change_hands(practice, week, days, start=True)
        clock.set(days.day(week, 4))
        these = [session for session in sessions if session.week == week]
        count += key_in(practice, _forms(these))
        people.keep_diary(practice, these)
        people.change_hands(practice, week, days, start=False)
        if week == 0:
            people.plan_ahead(practice, sessions, days)
        _run(practice)
        _act(practice, week)
        say(f"week of {days.day(week, 0)}: {len(these)} sessions, alerts run")
    clock.set(days.last, hour=20)
    _run(practice)
    return count


def _forms(sessions: Sequence[Session]) -> list[Form]:
    return [form for session in sessions for form in session.forms]


def _run(practice: Practice) -> None:
    result = run_alerts(practice)
    if result.failures:  # everything here is ours: a failure is one of this installation
        raise ConfigError(f"the alerts did not run: {result.failures[0]['error']}", hint="fit doctor; fit plugins list")
    deliver(practice, now=practice.now())


def _act(practice: Practice, week: int) -> None:
    """Let people get round to some of what is open: birch to all, hazel to every other one, rowan to none yet."""
    today = practice.today()
    with practice.store.read() as c:
        rows = [row for row in alerts.list_alerts(c, on=today) if row["state"] == "open"]
    known = [row for row in rows if (today - row["first_seen"]).days >= WAIT]
    safety = [row for row in known if row["severity"] == "safety"]
    if safety:
        until = today + timedelta(days=60)
        actor = acts.Actor(_therapist(safety[0]), practice.now())
        acts.snooze(practice.store, [row["id"] for row in safety], actor, reason=PLAN, today=today, until=until)
    for row in known:
        number = int(row["id"])
        if row["severity"] == "safety" or row["therapist"] not in {"birch", "hazel"}:
            continue
        if row["therapist"] == "hazel" and number % 2:
            continue
        action, note = ACTS[number % len(ACTS)]
        actor = acts.Actor(_therapist(row), practice.now())
        if row["severity"] == "notice" and week == 2 and number % 3 == 0:
            acts.resolve(practice.store, [Tick(number, "false alarm", "")], actor)
        else:
            acts.ack(practice.store, [Tick(number, action, note)], actor)


def _therapist(row: Mapping[str, Any]) -> str:
    return str(row["therapist"] or "maple")
