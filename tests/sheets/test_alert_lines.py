"""How the sheet tells alerts: what a person did, until when something is planned, what comes and goes, what was left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack, snooze
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import find_member
from fit_toolkit.sheets.render import render_sheet
from tests.clinic import ARRIVING, POLICIES, START, Clinic

LEFT_OUT = '\n[[policies]]\nid = "no-answer"\nkind = "left-out"\ninstrument = "arriving-today"\n'


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", policies=POLICIES + LEFT_OUT, day=60)
    made.open("c1")
    return made


def sheet(clinic: Clinic) -> SheetData:
    on = START + timedelta(days=clinic.day)
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, find_member(c, "c1", as_of=on), as_of=on)


def weekly(clinic: Clinic, answers: Iterable[int | None]) -> None:
    for week, answer in enumerate(answers):
        clinic.rate("c1", week * 7, 6, instrument=ARRIVING, q7=answer)  # type: ignore[arg-type]
    clinic.run()


def put_off(clinic: Clinic, days: int) -> None:
    """Agree on a plan about everything that is live, for so many days."""
    today = START + timedelta(days=clinic.day)
    ids = [row["id"] for row in clinic.alerts()]
    who = Actor("anna", clinic.clock())
    snooze(clinic.practice.store, ids, who, reason="agreed", today=today, until=today + timedelta(days=days))


def test_a_plan_that_is_in_place_is_told_with_its_end(clinic: Clinic) -> None:
    weekly(clinic, [0, 1])
    put_off(clinic, 30)
    answer = sheet(clinic).risk.answers[0]
    assert answer.state == "seen: known, plan in place until 5 April"
    assert "known, plan in place until 5 April" in render_sheet(sheet(clinic))


def test_when_the_plan_is_over_it_is_new_and_says_what_was_before(clinic: Clinic) -> None:
    weekly(clinic, [0, 1])
    put_off(clinic, 10)
    clinic.day = 70
    clinic.run()
    assert sheet(clinic).risk.answers[0].state == "new: before, known and planned"


def test_what_is_put_off_says_until_when(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 8)
    clinic.rate("c1", 7, 6)
    clinic.run()
    put_off(clinic, 20)
    (line,) = sheet(clinic).alerts
    assert (line.state, line.done) == ("seen", "put off until 26 March")


def test_an_alert_that_tells_of_an_older_rating_names_its_day(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 8)
    clinic.rate("c1", 7, 6)
    clinic.run()
    (line,) = sheet(clinic).alerts
    assert line.rated is None, "it tells of the newest rating, whose figures stand everywhere on the page"
    clinic.rate("c1", 14, 6.5)
    clinic.run()
    (line,) = sheet(clinic).alerts
    assert line.rated == START + timedelta(days=7)
    assert "<b>The work together</b>, 12 Jan: down 2 " in render_sheet(sheet(clinic))


def test_what_comes_and_goes_says_so(clinic: Clinic) -> None:
    for week, value in enumerate((8, 3, 8, 3, 8, 3)):
        clinic.rate("c1", 7 * week, value)
    clinic.run()
    assert {"comes and goes" in line.reason for line in sheet(clinic).alerts} == {True}


def test_a_question_that_was_left_out_is_a_line_and_can_be_ticked_off(clinic: Clinic) -> None:
    weekly(clinic, [0, None])
    (line,) = sheet(clinic).alerts
    assert (line.severity, line.what, line.basis) == ("notice", "Arriving Today", "no answer")
    assert line.reason.startswith("a flagged question was left out")
    (row,) = clinic.alerts()
    ack(clinic.practice.store, [Tick(row["id"], "talked about it")], Actor("anna", clinic.clock()))
    assert [(line.state, line.done) for line in sheet(clinic).alerts] == [("seen", "talked about it")]


def test_how_far_people_are_with_an_answer_is_not_what_became_of_one_left_out(clinic: Clinic) -> None:
    weekly(clinic, [1, None, 1])  # the notice about the second form is over, the answer waits for a person
    assert sheet(clinic).risk.answers[0].state == "new: nobody has noted yet what was done"


def test_an_answer_of_today_is_not_told_in_days(clinic: Clinic) -> None:
    clinic.rate("c1", 60, 6, instrument=ARRIVING, q7=1)
    clinic.run()
    assert "<b>6 March 2026</b>, today" in render_sheet(sheet(clinic))


def test_what_a_person_did_does_not_make_the_sheet_say_that_nothing_was_checked(clinic: Clinic) -> None:
    weekly(clinic, [0, 1])
    put_off(clinic, 30)
    assert not [note for note in sheet(clinic).notes if note.startswith("not checked")]
