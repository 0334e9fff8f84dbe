"""The laws of the lifecycle on random lives in a real store: ratings, mistakes mended, people who act, days that pass, runs."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fit_toolkit.alerts.acts import Actor, ack, resolve, snooze
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DataError
from fit_toolkit.model.records import Change
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import people, ratings
from tests.alerts.outgoing import CARE, DROP, LOW, copy_of
from tests.clinic import ARRIVING, START, TODAY, Clinic
from tests.conftest import LONG

REST = """
[[policies]]
id = "no-answer"
kind = "left-out"
instrument = "arriving-today"

[[policies]]
id = "nothing-heard"
kind = "overdue"
instrument = "arriving-today"
days = 14
"""
NUMBER = itertools.count()
LIVE = ("open", "acknowledged", "snoozed")


@pytest.fixture(scope="module")
def template() -> Iterator[Clinic]:
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder) / "template", policies=LOW + DROP + CARE + REST, day=60)
        clinic.open("c1")
        yield clinic


class Life:
    """One client of a practice of their own, and whether the laws hold after every run."""

    def __init__(self, template: Clinic, *, runs: bool, people: bool) -> None:
        self.clinic = copy_of(template, template.root.parent / str(next(NUMBER)))
        self.clinic.day = 60
        self.runs, self.people = runs, people
        self.forms: list[int] = []

    def live(self, what: str, number: int, value: int) -> None:
        """Let one thing happen; what cannot be (an episode that is over, a form that is gone) does not."""
        try:
            getattr(self, what)(number, value)
        except DataError:
            return

    def rate(self, week: int, value: int) -> None:
        self.forms.append(self.clinic.rate("c1", 7 * (week % 9), value % 10, instrument=TODAY))

    def arrive(self, week: int, value: int) -> None:
        answer = None if value % 4 == 3 else value % 4
        self.forms.append(self.clinic.rate("c1", 7 * (week % 9), 6, instrument=ARRIVING, q7=answer))  # type: ignore[arg-type]

    def void(self, number: int, _: int) -> None:
        with self.clinic.practice.store.begin() as c:
            ratings.void(c, self.forms[number % len(self.forms)], self.why) if self.forms else None

    def close(self, _: int, __: int) -> None:
        with self.clinic.practice.store.begin() as c:
            people.close_episode(c, "c1-1", on=START + timedelta(days=self.clinic.day), reason="completed")

    def reopen(self, _: int, __: int) -> None:
        with self.clinic.practice.store.begin() as c:
            people.reopen_episode(c, "c1-1")

    def later(self, days: int, _: int) -> None:
        self.clinic.day += 1 + days

    def run(self, _: int, __: int) -> None:
        if self.runs:
            self.morning()

    def ack(self, number: int, _: int) -> None:
        ack(self.clinic.practice.store, [Tick(self.chosen(number), "talked about it")], self.anna)

    def resolve(self, number: int, _: int) -> None:
        resolve(self.clinic.practice.store, [Tick(self.chosen(number), "changed something")], self.anna)

    def snooze(self, number: int, value: int) -> None:
        today = START + timedelta(days=self.clinic.day)
        end: dict[str, Any] = {"ratings": 1 + value % 3} if value % 2 else {"until": today + timedelta(days=1 + value)}
        snooze(self.clinic.practice.store, [self.chosen(number)], self.anna, reason="agreed", today=today, **end)

    def chosen(self, number: int) -> int:
        alerts = sorted(row["id"] for row in self.clinic.alerts()) if self.people else []
        return int(alerts[number % len(alerts)]) if alerts else 0

    @property
    def anna(self) -> Actor:
        return Actor("anna", self.clinic.clock())

    @property
    def why(self) -> Change:
        return Change("anna", "a mistake", self.clinic.clock())

    def morning(self) -> None:
        self.clinic.run()
        before = self.history()
        assert self.clinic.run().changes == [], "a second run changes nothing"
        assert self.history() == before
        assert self.broken_laws() == []

    def history(self) -> dict[int, list[dict[str, Any]]]:
        with self.clinic.practice.store.read() as c:
            return {row["id"]: stored.events_of(c, row["id"]) for row in stored.alert_rows(c)}

    def broken_laws(self) -> list[str]:
        """The laws that some alert, as it stands now, does not keep."""
        history = self.history()
        broken = [
            law for row in self.clinic.alerts(states=None) for law, kept in laws(row, history[row["id"]]) if not kept
        ]
        keys = Counter((row["policy"], row["scale"], row["staff_id"]) for row in self.clinic.alerts())
        if max(keys.values(), default=0) > 1:
            broken.append("at most one live alert of a key")
        return broken

    def end(self) -> set[tuple[Any, ...]]:
        self.morning()
        found = {
            (row["policy"], row["scale"], row["opened_day"], row["last_day"] if row["root_id"] else "looked at since")
            for row in self.clinic.alerts()
        }
        self.clinic.practice.store.close()
        return found


def laws(row: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """What holds of every alert and its events at any time, and whether it does."""
    yield "events are numbered from one", [event["seq"] for event in events] == list(range(1, len(events) + 1))
    begun = [event["from_state"] for event in events]
    yield "each goes on from the one before", begun == [None, *(event["to_state"] for event in events[:-1])]
    yield "the state is what its events come to", events[-1]["to_state"] == row["state"]
    by_person = any(event["actor"] != "fit" for event in events)
    safe = row["severity"] == "safety" and row["state"] in {"resolved", "closed"}
    yield "safety is never done without a person", by_person or not safe
    put_off = row["state"] == "snoozed"
    yield "nothing is put off without an end", bool(row["snooze_until"] or row["snooze_ratings"]) or not put_off
    yield "what was handled was handled by a person", by_person or not row["handled"]


data = st.sampled_from(["rate", "rate", "arrive", "arrive", "void", "close", "reopen", "later"])
step = st.tuples(st.one_of(data, data, st.sampled_from(["ack", "resolve", "snooze"]), st.just("run")),
                 st.integers(0, 20), st.integers(0, 20))  # fmt: skip
lives = st.lists(step, min_size=3, max_size=16)


BRIEF = tuple(phase for phase in Phase if phase != Phase.shrink)  # a life takes too long to be shortened


@settings(max_examples=300 if LONG else 12, phases=BRIEF)
@given(lives)
def test_the_laws_hold_whatever_happens(template: Clinic, steps: list[tuple[str, int, int]]) -> None:
    life = Life(template, runs=True, people=True)
    for what, number, value in steps:
        life.live(what, number, value)
        assert life.broken_laws() == []
    life.end()


@settings(max_examples=200 if LONG else 8, phases=BRIEF)
@given(lives)
def test_what_stands_at_the_end_depends_on_the_data_alone(template: Clinic, steps: list[tuple[str, int, int]]) -> None:
    often, once = (Life(template, runs=runs, people=False) for runs in (True, False))
    for life in (often, once):
        for what, number, value in steps:
            life.live(what, number, value)
    assert often.end() == once.end()
