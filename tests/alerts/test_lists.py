"""The listing scripts rely on, and the story of one alert."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import lists
from fit_toolkit.alerts.acts import Actor, ack, resolve
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DataError
from fit_toolkit.store import freshness
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, day_of, leave
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
        assert lists.story(c, 1, on=day_of(30))["therapist"] == "ben"


def test_the_story_tells_what_it_is_worth_and_every_event(built: Clinic) -> None:
    alert = next(row["id"] for row in listed(built, client="c4"))
    with built.practice.store.read() as c:
        story = lists.story(c, alert, on=day_of(30))
    assert story["seen_as"] == "seen"
    assert story["rests_on"].startswith("a convention, not a test")
    assert story["worth"].startswith("Worth asking about")
    assert (story["action"], story["note"]) == ("talked about it", "on Monday")
    assert [(event["actor"], event["to"]) for event in story["events"]] == [("fit", "open"), ("ben", "acknowledged")]
    assert story["events"][0]["evidence"]["facts"]["value"] == 4.0


def test_the_story_of_an_alert_that_is_not_there_is_refused(built: Clinic) -> None:
    with built.practice.store.read() as c, pytest.raises(DataError, match="no alert 99"):
        lists.story(c, 99, on=day_of(30))


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
