"""What people do about alerts: it is kept, it lasts, and something worse brings the alert back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts.acts import Actor, ack, resolve, snooze
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DataError, StoreError
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import runs
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, LOW, clinic_with, copy_of, day_of
from tests.clinic import ARRIVING, Clinic

LOW_ALERT, SAFETY_ALERT = 1, 2


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """One alert that the rating is low, then one about a flagged answer."""
    clinic = clinic_with(tmp_path_factory.mktemp("acts"), policies=LOW + CARE, day=30)
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run()
    clinic.rate("c1", 7, 8, instrument=ARRIVING, q7=2)
    clinic.run()
    assert {alert["id"]: alert["severity"] for alert in clinic.alerts()} == {1: "attention", 2: "safety"}
    return clinic


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    return copy_of(built, tmp_path)


def actor(clinic: Clinic, *, dry_run: bool = False) -> Actor:
    return Actor("anna", clinic.clock(), dry_run)


def row(clinic: Clinic, alert: int) -> dict[str, Any]:
    with clinic.practice.store.read() as c:
        return stored.get_alert(c, alert)


def events(clinic: Clinic, alert: int) -> list[dict[str, Any]]:
    with clinic.practice.store.read() as c:
        return stored.events_of(c, alert)


def test_ticking_off_keeps_the_action_the_note_and_what_was_known(clinic: Clinic) -> None:
    assert ack(clinic.practice.store, [Tick(LOW_ALERT, "talked about it", "on Monday")], actor(clinic)) == [LOW_ALERT]
    after = row(clinic, LOW_ALERT)
    assert (after["state"], after["cause"], after["action"], after["note"]) == (
        "acknowledged", "by a person", "talked about it", "on Monday",
    )  # fmt: skip
    assert after["handled"] == after["seen"] is not None


def test_every_act_appends_an_event_with_who_when_and_what(clinic: Clinic) -> None:
    before = events(clinic, LOW_ALERT)
    ack(clinic.practice.store, [Tick(LOW_ALERT, "referred")], actor(clinic))
    resolve(clinic.practice.store, [Tick(LOW_ALERT, "other", "ended well")], actor(clinic))
    told = events(clinic, LOW_ALERT)
    assert told[: len(before)] == before
    assert [(e["actor"], e["from_state"], e["to_state"], e["at"]) for e in told[len(before) :]] == [
        ("anna", "open", "acknowledged", clinic.clock()),
        ("anna", "acknowledged", "resolved", clinic.clock()),
    ]
    kept = {name: value for name, value in told[-1]["evidence"].items() if value is not None}
    assert kept == {"action": "other", "note": "ended well"}


@pytest.mark.parametrize("change", ["update", "delete"])
def test_events_can_be_neither_changed_nor_taken_away(clinic: Clinic, change: str) -> None:
    statement = s.alert_event.delete() if change == "delete" else s.alert_event.update().values(actor="nobody")
    with pytest.raises(StoreError), clinic.practice.store.begin() as c:
        c.execute(statement)


def test_the_next_run_looks_at_the_episode_and_leaves_what_a_person_did(clinic: Clinic) -> None:
    ack(clinic.practice.store, [Tick(LOW_ALERT, "talked about it")], actor(clinic))
    with clinic.practice.store.read() as c:
        assert len(runs.pending(c, as_of=day_of(30)).touched) == 1
    clinic.run()
    assert row(clinic, LOW_ALERT)["state"] == "acknowledged"
    resolve(clinic.practice.store, [Tick(LOW_ALERT, "other")], actor(clinic))
    clinic.run()
    clinic.rate("c1", 14, 2)
    clinic.run()
    assert row(clinic, LOW_ALERT)["state"] == "resolved"


def test_a_higher_flagged_answer_brings_an_acknowledged_or_put_off_alert_back(clinic: Clinic) -> None:
    ack(clinic.practice.store, [Tick(SAFETY_ALERT, "talked about it")], actor(clinic))
    clinic.rate("c1", 14, 8, instrument=ARRIVING, q7=2)
    clinic.run()
    assert row(clinic, SAFETY_ALERT)["state"] == "acknowledged"
    clinic.rate("c1", 21, 8, instrument=ARRIVING, q7=3)
    clinic.run()
    assert (row(clinic, SAFETY_ALERT)["state"], row(clinic, SAFETY_ALERT)["cause"]) == ("open", "asks again")
    snooze(
        clinic.practice.store, [SAFETY_ALERT], actor(clinic), reason="plan", today=day_of(30), until=day_of(60)
    )  # fmt: skip
    clinic.rate("c1", 28, 8, instrument=ARRIVING, q7=3)
    clinic.run()
    assert row(clinic, SAFETY_ALERT)["state"] == "snoozed"
    clinic.rate("c1", 29, 8, instrument=ARRIVING, q7=4)
    clinic.run()
    assert row(clinic, SAFETY_ALERT)["state"] == "open"


def test_what_is_put_off_until_a_day_comes_back_on_it(clinic: Clinic) -> None:
    done = snooze(
        clinic.practice.store, [LOW_ALERT], actor(clinic), reason="holiday", today=day_of(30), until=day_of(40)
    )  # fmt: skip
    assert done == [LOW_ALERT]
    clinic.run()
    assert row(clinic, LOW_ALERT)["snooze_reason"] == "holiday"
    clinic.day = 39
    clinic.run()
    assert row(clinic, LOW_ALERT)["state"] == "snoozed"
    clinic.day = 40
    clinic.run()
    assert (row(clinic, LOW_ALERT)["state"], row(clinic, LOW_ALERT)["cause"]) == ("open", "snooze over")


def test_what_is_put_off_for_some_ratings_comes_back_after_them(clinic: Clinic) -> None:
    snooze(clinic.practice.store, [LOW_ALERT], actor(clinic), reason="too early", today=day_of(30), ratings=2)
    states = []
    for day in (14, 21):
        clinic.rate("c1", day, 3)
        clinic.run()
        states.append(row(clinic, LOW_ALERT)["state"])
    assert states == ["snoozed", "open"]


@pytest.mark.parametrize(
    ("how", "problem"),
    [
        ({"until": day_of(40), "reason": " "}, "needs a reason"),
        ({}, "until when"),
        ({"until": day_of(40), "ratings": 2}, "until when"),
        ({"until": day_of(30)}, "after today"),
        ({"until": day_of(30 + 367)}, "within 366 days"),
        ({"ratings": 0}, "from 1 to 50"),
    ],
)
def test_putting_off_needs_a_reason_and_an_end_in_sight(clinic: Clinic, how: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        snooze(clinic.practice.store, [LOW_ALERT], actor(clinic), **{"reason": "x", "today": day_of(30), **how})
    assert row(clinic, LOW_ALERT)["state"] == "open"


def test_a_safety_alert_is_put_off_only_as_known_and_planned_until_a_day_within_ninety(clinic: Clinic) -> None:
    store, today = clinic.practice.store, day_of(30)
    with pytest.raises(DataError, match="until a day, not for a number of ratings"):
        snooze(store, [SAFETY_ALERT], actor(clinic), reason="plan", today=today, ratings=2)
    with pytest.raises(DataError, match="at most 90 days"):
        snooze(store, [SAFETY_ALERT], actor(clinic), reason="plan", today=today, until=today + timedelta(days=91))
    with pytest.raises(DataError, match="has an end"):
        ack(store, [Tick(SAFETY_ALERT, "known and planned")], actor(clinic))
    snooze(store, [SAFETY_ALERT], actor(clinic), reason="plan", today=today, until=today + timedelta(days=90))
    after = row(clinic, SAFETY_ALERT)
    assert (after["state"], after["action"], after["snooze_until"]) == ("snoozed", "known and planned", day_of(120))


def test_an_alert_that_is_done_or_never_was_is_refused(clinic: Clinic) -> None:
    resolve(clinic.practice.store, [Tick(LOW_ALERT, "other")], actor(clinic))
    before = events(clinic, LOW_ALERT)
    with pytest.raises(DataError, match="alert 1 is done already"):
        ack(clinic.practice.store, [Tick(LOW_ALERT, "other")], actor(clinic))
    with pytest.raises(DataError, match="there is no alert 99"):
        ack(clinic.practice.store, [Tick(99, "other")], actor(clinic))
    assert events(clinic, LOW_ALERT) == before


def test_a_list_is_ticked_off_whole_or_not_at_all_with_every_problem_named(clinic: Clinic) -> None:
    ticks = [
        Tick(LOW_ALERT, "talked about it", "", "line:1: "),
        Tick(SAFETY_ALERT, "known and planned", "", "line:2: "),
        Tick(77, "other", "", "line:4: "),
    ]
    with pytest.raises(DataError) as caught:
        ack(clinic.practice.store, ticks, actor(clinic), findings=["line:3: this is no action"])
    assert [str(finding).split(" ")[0] for finding in caught.value.findings] == ["line:3:", "line:2:", "line:4:"]
    assert {row(clinic, alert)["state"] for alert in (LOW_ALERT, SAFETY_ALERT)} == {"open"}
    assert len(events(clinic, LOW_ALERT)) == 1


def test_a_dry_run_checks_everything_and_keeps_nothing(clinic: Clinic) -> None:
    ack(clinic.practice.store, [Tick(LOW_ALERT, "other")], actor(clinic, dry_run=True))
    assert row(clinic, LOW_ALERT)["state"] == "open"
    with pytest.raises(DataError, match="no alert 99"):
        ack(clinic.practice.store, [Tick(99, "other")], actor(clinic, dry_run=True))


def test_somebody_has_to_say_who_acts_and_on_what(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="say who acts"):
        ack(clinic.practice.store, [Tick(LOW_ALERT, "other")], Actor("  ", clinic.clock()))
    with pytest.raises(DataError, match="no alert is named"):
        ack(clinic.practice.store, [], actor(clinic))
