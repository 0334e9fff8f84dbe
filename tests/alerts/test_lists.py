"""The listing scripts rely on, and the story of one alert."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import lists
from fit_toolkit.alerts.acts import Actor, ack, resolve, snooze
from fit_toolkit.alerts.story import story
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DataError
from fit_toolkit.store import freshness, outbox
from fit_toolkit.store import schema as s
from fit_toolkit.store.outbox import Attempt
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, copy_of, day_of, leave
from tests.clinic import ARRIVING, Clinic


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """c1 (anna): low since day 7, and a drop; c2 (ben): a flagged answer; c3 (anna): over; c4 (ben): ticked off."""
    clinic = clinic_with(tmp_path_factory.mktemp("lists"), policies=LOW + DROP + CARE, day=30)
    for client, therapist in (("c1", "anna"), ("c2", "ben"), ("c3", "anna"), ("c4", "ben")):
        clinic.open(client, therapist=therapist)
    clinic.rate("c1", 0, 9)
    clinic.rate("c1", 7, 4)
    clinic.rate("c2", 3, 8, instrument=ARRIVING, q7=2)
    clinic.rate("c3", 0, 4)
    clinic.rate("c4", 14, 4)
    clinic.run()
    clinic.rate("c3", 7, 8)
    clinic.run()
    (mine,) = [alert for alert in clinic.alerts() if alert["client"] == "c4"]
    ack(clinic.practice.store, [Tick(mine["id"], "talked about it", "on Monday")], Actor("ben", clinic.clock()))
    return clinic


def listed(clinic: Clinic, **which: Any) -> list[dict[str, Any]]:
    with clinic.practice.store.read() as c:
        return lists.listing(c, on=day_of(30), **which)


def test_a_row_has_exactly_the_promised_names_in_their_order(built: Clinic) -> None:
    promised = (
        "id client episode therapist session_date policy kind severity state instrument scale rater occasion opened_at "
        "reason basis evidence"
    )
    assert [list(row) for row in listed(built)] == [promised.split()] * len(listed(built))


def test_a_row_says_what_was_found_in_words_and_figures(built: Clinic) -> None:
    row = next(row for row in listed(built) if row["policy"] == "low" and row["client"] == "c1")
    assert row["reason"] == "4 is below 5, 7 days after the rating before"
    assert (row["episode"], row["therapist"], row["session_date"]) == ("c1-1", "anna", day_of(7))
    assert (row["instrument"], row["scale"], row["rater"], row["occasion"]) == (
        "today-together-client", "total", "client", "end",
    )  # fmt: skip
    assert (row["kind"], row["basis"], row["state"]) == ("cutoff", "convention", "open")
    assert row["opened_at"].isoformat().endswith("+00:00")
    assert row["evidence"]["value"] == 4.0


def test_the_most_severe_come_first_and_then_the_newest(built: Clinic) -> None:
    rows = listed(built)
    assert [row["severity"] for row in rows] == ["safety", "attention", "attention", "notice"]
    assert [row["client"] for row in rows if row["severity"] == "attention"] == ["c4", "c1"]


@pytest.mark.parametrize(
    ("state", "clients"),
    [
        ("live", ["c1", "c1", "c2", "c4"]),
        ("new", ["c1", "c1", "c2"]),
        ("seen", ["c4"]),
        ("done", ["c3"]),
        ("all", ["c1", "c1", "c2", "c3", "c4"]),
    ],
)
def test_people_ask_for_new_seen_or_done(built: Clinic, state: str, clients: list[str]) -> None:
    assert sorted(row["client"] for row in listed(built, state=state)) == clients


def test_the_listing_can_be_narrowed(built: Clinic) -> None:
    assert {row["client"] for row in listed(built, therapist="anna")} == {"c1"}
    assert {row["client"] for row in listed(built, client="c4")} == {"c4"}
    assert {row["client"] for row in listed(built, severity="safety")} == {"c2"}
    assert listed(built, therapist="sue") == []
    with pytest.raises(DataError, match="no client has this code"):
        listed(built, client="nobody")


def test_the_therapist_is_the_one_of_today(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW, day=30)
    clinic.open("c1")
    clinic.rate("c1", 0, 4)
    leave(clinic, "anna", 10, heir="ben")
    clinic.run()
    assert [row["therapist"] for row in listed(clinic)] == ["ben"]
    with clinic.practice.store.read() as c:
        assert story(c, 1, on=day_of(30))["therapist"] == "ben"


def test_the_story_tells_what_it_is_worth_and_every_event(built: Clinic) -> None:
    alert = next(row["id"] for row in listed(built, client="c4"))
    with built.practice.store.read() as c:
        found = story(c, alert, on=day_of(30))
    assert (found["seen_as"], found["standing"]) == ("seen", "seen: talked about it: on Monday")
    assert found["rests_on"].startswith("a convention, not a test")
    assert found["worth"].startswith("Worth asking about")
    assert (found["action"], found["note"]) == ("talked about it", "on Monday")
    assert [(event["actor"], event["to"], event["seen_as"], event["words"]) for event in found["events"]] == [
        ("fit", "open", "new", "opened: 4 is below 5"),
        ("ben", "acknowledged", "seen", "talked about it: on Monday"),
    ]
    assert found["events"][0]["evidence"]["facts"]["value"] == 4.0


def test_the_story_tells_who_was_told_when_why_and_how_it_went(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=CARE, day=10)
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 7, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    with clinic.practice.store.begin() as c:
        (message,) = outbox.claim(c, "me", now=clinic.clock())
        outbox.record_attempt(c, message["id"], Attempt("sent", "sent", clinic.clock()))
    clinic.day = 12
    clinic.run(tell=True)
    with clinic.practice.store.read() as c:
        told = story(c, 1, on=day_of(12))["messages"]
    first, *rest = [(m["to"], m["channel"], m["reason"], m["words"], m["sent_at"] is None) for m in told]
    assert first == ("carl", "stdout", "new", "sent", False)
    assert ("carl", "stdout", "repeat", "waiting to go out", True) in rest


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"until": day_of(40)}, "seen: put off until 2026-02-14: a holiday"),
        ({"ratings": 1}, "seen: put off for 1 rating: a holiday"),
    ],
)
def test_what_is_put_off_says_until_when_and_why(built: Clinic, tmp_path: Path, how: dict[str, Any], said: str) -> None:
    clinic = copy_of(built, tmp_path)
    alert = next(row["id"] for row in listed(clinic, client="c1"))
    snooze(clinic.practice.store, [alert], Actor("anna", clinic.clock()), reason="a holiday", today=day_of(30), **how)
    with clinic.practice.store.read() as c:
        found = story(c, alert, on=day_of(30))
        beside = lists.remarks(c, [alert])
    assert found["standing"] == said
    assert found["events"][-1]["words"] == said.removeprefix("seen: ")
    assert beside == {alert: said.removeprefix("seen: ").removesuffix(": a holiday")}


def test_a_plan_for_safety_is_told_as_one(built: Clinic, tmp_path: Path) -> None:
    clinic = copy_of(built, tmp_path)
    alert = next(row["id"] for row in listed(clinic, client="c2"))
    until = day_of(60)
    snooze(clinic.practice.store, [alert], Actor("ben", clinic.clock()), reason="agreed", today=day_of(30), until=until)
    with clinic.practice.store.read() as c:
        assert story(c, alert, on=day_of(30))["standing"] == f"seen: known, plan in place until {until}: agreed"
        assert lists.remarks(c, [alert]) == {alert: f"known, plan in place until {until}"}


def test_what_comes_and_goes_is_said_beside_the_line_and_in_the_story(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW, day=300)
    clinic.open("c1")
    for week, value in enumerate((8, 3, 8, 3, 8, 3)):
        clinic.rate("c1", 7 * week, value)
    clinic.run()
    (alert,) = [row["id"] for row in clinic.alerts()]
    with clinic.practice.store.read() as c:
        assert lists.remarks(c, [alert]) == {alert: "unstable, it comes and goes"}
        assert story(c, alert, on=day_of(300))["unstable"] is True


def test_why_no_message_goes_out_about_an_alert_is_said(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW + CARE, day=10)
    clinic.open("c1")
    clinic.rate("c1", 7, 3)
    clinic.rate("c1", 7, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    held = "held back until somebody has seen the safety alert of the same client"
    low = next(row["id"] for row in clinic.alerts() if row["policy"] == "low")
    with clinic.practice.store.read() as c:
        assert lists.remarks(c, [row["id"] for row in clinic.alerts()]) == {low: held}
        assert story(c, low, on=day_of(10))["held"] == held


def test_an_ended_alert_says_in_words_why(built: Clinic) -> None:
    alert = next(row["id"] for row in listed(built, client="c3", state="done"))
    with built.practice.store.read() as c:
        assert story(c, alert, on=day_of(30))["standing"] == "done: over: the rating is back where it was"


def test_the_story_of_an_alert_that_is_not_there_is_refused(built: Clinic) -> None:
    with built.practice.store.read() as c, pytest.raises(DataError, match="no alert 99"):
        story(c, 99, on=day_of(30))


def test_a_resolved_alert_is_done(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW, day=30)
    clinic.open("c1")
    clinic.rate("c1", 0, 4)
    clinic.run()
    resolve(clinic.practice.store, [Tick(1, "other")], Actor("anna", clinic.clock()))
    assert listed(clinic) == []
    assert [row["state"] for row in listed(clinic, state="done")] == ["resolved"]


@pytest.mark.parametrize(
    ("hours", "said"),
    [(1, "Last looked at"), (36, "Last looked at"), (40, "WARNING: last looked at"), (24 * 5, "5 days ago")],
)
def test_it_says_when_alerts_were_last_looked_at_and_louder_when_that_is_long_ago(
    built: Clinic, hours: int, said: str
) -> None:
    with built.practice.store.read() as c:
        now = built.clock() + timedelta(hours=hours)
        assert said in freshness.in_words(freshness.last_looked(c, built.practice.settings, now=now))


def test_a_practice_whose_alerts_were_never_looked_at_is_told_so(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    with clinic.practice.store.read() as c:
        looked = freshness.last_looked(c, clinic.practice.settings, now=clinic.clock())
    assert "never looked at" in freshness.in_words(looked)


def test_every_state_of_the_store_is_new_seen_or_done() -> None:
    words = [set(lists.STATES[word] or ()) for word in ("new", "seen", "done")]
    assert set.union(*words) == set(s.ALERT_STATES)
    assert sum(len(states) for states in words) == len(s.ALERT_STATES)
