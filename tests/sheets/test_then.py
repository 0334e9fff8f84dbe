"""A sheet of a day that has passed shows the alerts as they stood on that day."""

from __future__ import annotations

from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fit_toolkit.alerts.acts import Actor, ack, resolve, snooze
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import AlertLine, SheetData
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.sheets.then import stood
from fit_toolkit.store import alerts as stored
from tests.clinic import START, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """Rated weekly; the fall of day 7 is found on day 8, talked about on day 10, and resolved by a person on day 15."""
    made = Clinic(tmp_path / "practice", day=0)
    made.open("c1")
    made.rate("c1", 0, 9)
    made.run()
    made.day = 8
    made.rate("c1", 7, 6)
    made.run()
    return made


def sheet(clinic: Clinic, day: int) -> SheetData:
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, 1, as_of=START + timedelta(days=day))


def alert(clinic: Clinic, day: int) -> AlertLine:
    (line,) = sheet(clinic, day).alerts
    return line


def act(clinic: Clinic, day: int, action: str, *, done: bool = False) -> None:
    clinic.day = day
    (resolve if done else ack)(clinic.practice.store, [Tick(1, action)], Actor("anna", clinic.clock()))


def test_what_people_did_later_is_not_there_yet(clinic: Clinic) -> None:
    act(clinic, 10, "talked about it")
    act(clinic, 15, "changed something", done=True)
    assert (alert(clinic, 9).state, alert(clinic, 9).done) == ("new", "")
    assert (alert(clinic, 10).state, alert(clinic, 14).done) == ("seen", "talked about it")
    assert (alert(clinic, 15).state, alert(clinic, 15).done) == ("done", "changed something")


def test_what_was_put_off_was_put_off_until_it_was_not(clinic: Clinic) -> None:
    clinic.day = 9
    until = START + timedelta(days=12)
    actor = Actor("anna", clinic.clock())
    snooze(clinic.practice.store, [1], actor, reason="away", today=clinic.clock().date(), until=until)
    clinic.day = 13
    clinic.run()
    assert alert(clinic, 8).state == "new"
    assert alert(clinic, 11).done == "put off until 17 January"
    assert alert(clinic, 13).state == "new"


def test_an_alert_that_went_by_itself_stands_on_the_day_it_stood(clinic: Clinic) -> None:
    clinic.day = 15
    clinic.rate("c1", 14, 9)
    clinic.run()
    assert sheet(clinic, 15).alerts == ()
    assert alert(clinic, 9).state == "new"
    assert alert(clinic, 9).reason == "down 3 since the rating before, 7 days ago"


def test_one_found_later_is_counted_and_nothing_is_said_to_be_calm(clinic: Clinic) -> None:
    made = sheet(clinic, 7)
    assert made.alerts == ()
    assert made.notes[0] == "1 alert about these ratings was found later"
    assert "Nothing stands out" not in render_sheet(made)


def test_one_about_a_later_rating_is_no_word_on_the_sheet(clinic: Clinic) -> None:
    made = sheet(clinic, 6)
    assert made.alerts == ()
    assert not any("found later" in note for note in made.notes)


def test_a_day_ends_when_it_ends_where_the_practice_is(clinic: Clinic) -> None:
    day = clinic.clock().date()  # found at noon UTC, two o'clock of the next day on Kiritimati
    with clinic.practice.store.read() as c:
        rows = stored.alert_rows(c)
        assert stood(c, rows, day, UTC)[1] == 0
        assert stood(c, rows, day, ZoneInfo("Pacific/Kiritimati")) == ((), 1)
