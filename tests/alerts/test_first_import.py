"""Years of history at once: what was old when it was first seen is told in one message, what is new by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.store import people
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, LOW, clinic_with, copy_of, day_of, messages, sent, use
from tests.clinic import ARRIVING, Clinic

OLD = ("c1", "c2", "c3")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Three clients with a flagged answer of long ago and a later one below the line; the first run is still to come."""
    clinic = clinic_with(tmp_path_factory.mktemp("import"), policies=LOW + CARE, day=301)
    for client in (*OLD, "new"):
        clinic.open(client)
    for client in OLD:
        clinic.rate(client, 3, 8, instrument=ARRIVING, q7=3)
        clinic.rate(client, 10, 8, instrument=ARRIVING, q7=0)
    return clinic


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    return copy_of(built, tmp_path)


def told(clinic: Clinic) -> list[tuple[str, str, str]]:
    clinic.run(tell=True)
    rows = sorted((row["to"], row["subject"], row["reason"]) for row in messages(clinic))
    sent(clinic)
    return rows


LOOK = "FIT: 3 items about safety from earlier to look through"


def test_answers_of_long_ago_are_one_message_that_says_what_they_are_and_each_an_alert(clinic: Clinic) -> None:
    clinic.run(tell=True)
    (row,) = messages(clinic)
    assert (row["to"], row["subject"], row["severity"]) == ("anna", LOOK, "safety")
    assert "more than 90 days old when it was first seen" in row["body"]
    assert [alert["severity"] for alert in clinic.alerts(("open",))] == ["safety"] * 3


def test_a_new_answer_is_told_by_itself_beside_them(clinic: Clinic) -> None:
    clinic.rate("new", 300, 8, instrument=ARRIVING, q7=2)
    assert told(clinic) == [("anna", "FIT: 1 item to review now", "new"), ("anna", LOOK, "new")]


@pytest.mark.parametrize("later", [None, 2])
def test_an_old_answer_without_a_later_one_below_the_line_is_told_by_itself(clinic: Clinic, later: int | None) -> None:
    clinic.rate("new", 3, 8, instrument=ARRIVING, q7=2)
    if later is not None:
        clinic.rate("new", 40, 8, instrument=ARRIVING, q7=later)
    clinic.run(tell=True)
    assert [row["subject"] for row in messages(clinic)].count("FIT: 1 item to review now") == 1
    (own,) = [row for row in messages(clinic) if row["payload"]["kind"] == "safety"]
    assert f"The answer is {301 - (3 if later is None else 40)} days old" in own["body"]


def test_an_old_answer_in_an_episode_that_has_ended_is_told_with_the_others(clinic: Clinic) -> None:
    clinic.rate("new", 3, 8, instrument=ARRIVING, q7=2)
    with clinic.practice.store.begin() as c:
        episode = next(one for one in people.list_episodes(c) if one.members[0].client == "new")
        people.close_episode(c, episode.code, on=day_of(100), reason="done")
    assert told(clinic) == [("anna", LOOK.replace("3", "4"), "new")]


def test_a_new_answer_of_a_client_with_an_old_one_is_told_by_itself_at_once(clinic: Clinic) -> None:
    told(clinic)
    clinic.rate("c1", 301, 8, instrument=ARRIVING, q7=2)
    assert told(clinic) == [("anna", "FIT: 1 item to review now", "again")]


def test_they_hold_back_nothing_of_their_clients(clinic: Clinic) -> None:
    clinic.rate("c1", 300, 3)
    assert told(clinic) == [("anna", "FIT: 1 item to review", "new"), ("anna", LOOK, "new")]


def test_they_are_told_again_every_week_and_go_to_the_supervisor_as_attention_does(clinic: Clinic) -> None:
    with clinic.practice.store.begin() as c:
        boss = c.execute(s.staff.select().where(s.staff.c.code == "sue")).one().id
        c.execute(s.staff.update().where(s.staff.c.code == "anna").values(supervisor_id=boss))
    found = {}
    for clinic.day in (301, 302, 307, 308, 315):
        found[clinic.day] = [(to, reason) for to, _, reason in told(clinic)]
    assert found == {
        301: [("anna", "new")],
        302: [],
        307: [],
        308: [("anna", "repeat")],
        315: [("anna", "repeat"), ("sue", "escalated")],
    }


def test_a_practice_may_want_each_by_itself(clinic: Clinic) -> None:
    use(clinic, alerts__safety_old_days=0)
    assert told(clinic) == [("anna", "FIT: 1 item to review now", "new")] * 3


def test_whatever_waits_for_the_morning_these_are_no_part_of_it(clinic: Clinic) -> None:
    use(clinic, alerts__quiet="10:00-14:00")
    clinic.run(tell=True)
    assert [row["not_before"] - clinic.clock() for row in messages(clinic)] == [timedelta(0)]
