"""Which day a run takes for granted when the clock went back, jumped, or is in another zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.errors import DataError
from fit_toolkit.practice import Practice
from fit_toolkit.settings import load_settings
from fit_toolkit.store import outbox, runs
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, LOW, clinic_with, messages, sent
from tests.clinic import ARRIVING, START, Clinic

BERLIN = "Europe/Berlin"
NIGHT = datetime.fromisoformat("2026-10-25 00:30")  # half past two in Berlin; an hour later it is that again


def utc(text: str) -> datetime:
    """An instant as the store keeps it: naive UTC."""
    return datetime.fromisoformat(text)


class At:
    """A practice whose clock stands where the test puts it."""

    def __init__(self, clinic: Clinic, zone: str = "UTC") -> None:
        self.moment = utc("2026-03-12 06:10")
        settings = load_settings(clinic.root, flags={"practice.time_zone": zone})
        self.practice = Practice(clinic.root, settings, True, lambda: self.moment)
        self.clinic = clinic

    def run(self, moment: datetime, *, back: bool = False) -> dict[str, object]:
        self.moment = moment
        result = run_alerts(self.practice, back=back)
        with self.practice.store.read() as c:
            return (runs.newest_run(c, runs.RUN) or {}) | {"warnings": result.warnings}


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return clinic_with(tmp_path, policies=LOW + CARE, day=30)


def test_a_clock_that_is_a_little_behind_is_told_and_time_does_not_go_back(clinic: Clinic) -> None:
    at = At(clinic)
    at.run(utc("2026-03-12 06:10"))
    told = at.run(utc("2026-03-12 03:10"))
    assert told["warnings"] == ("the clock is 180 minutes behind the last run: is it right?",)
    assert told["started_at"] == told["finished_at"] == utc("2026-03-12 06:10")


def test_a_clock_that_went_back_over_midnight_keeps_the_later_day(clinic: Clinic) -> None:
    at = At(clinic)
    at.run(utc("2026-03-12 00:10"))
    told = at.run(utc("2026-03-11 23:10"))
    assert str(told["as_of"]) == "2026-03-12"
    assert len(told["warnings"]) == 2  # type: ignore[arg-type]


def test_a_clock_more_than_a_day_behind_is_refused_until_somebody_says_that_it_is_right(clinic: Clinic) -> None:
    at = At(clinic)
    at.run(utc("2031-01-01 06:10"))
    with pytest.raises(DataError, match="--accept-clock"):
        at.run(utc("2026-03-12 06:10"))
    told = at.run(utc("2026-03-12 06:10"), back=True)
    assert (str(told["as_of"]), told["warnings"]) == ("2026-03-12", ())
    assert at.run(utc("2026-03-13 06:10"))["warnings"] == ()


def test_a_run_that_never_ended_says_what_time_it_was_too(clinic: Clinic) -> None:
    at = At(clinic)
    with clinic.practice.store.begin() as c:
        runs.start_run(c, runs.RUN, at=utc("2026-03-14 06:10"), as_of=START)
    with pytest.raises(DataError, match="the last run was at 2026-03-14 06:10"):
        at.run(utc("2026-03-12 06:10"))


def test_what_a_clock_that_was_ahead_has_put_off_is_due_again(clinic: Clinic) -> None:
    at = At(clinic)
    at.moment = utc("2031-01-01 06:10")
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, instrument=ARRIVING, q7=2)
    at.run(at.moment)
    with clinic.practice.store.begin() as c:
        outbox.claim(c, "a worker of the future", now=at.moment)
    at.run(utc("2026-03-12 06:10"), back=True)
    (row, *_) = messages(clinic)
    assert (row["not_before"], row["lease_until"]) == (utc("2026-03-12 06:10"), None)
    with clinic.practice.store.read() as c:
        opened = c.execute(s.alert.select()).one().opened_at
    assert opened == utc("2026-03-12 06:10")


def test_who_was_told_by_a_clock_that_was_ahead_is_reminded_by_the_right_one(clinic: Clinic) -> None:
    at = At(clinic)
    at.moment = utc("2031-01-01 06:10")
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, instrument=ARRIVING, q7=2)
    at.run(at.moment)
    sent(clinic)
    at.run(utc("2026-03-12 06:10"), back=True)
    sent(clinic)
    at.run(utc("2026-03-13 06:10"))
    assert {(row["to"], row["reason"]) for row in messages(clinic)} >= {("carl", "repeat")}


def test_half_past_two_comes_twice_and_both_runs_are_good(clinic: Clinic) -> None:
    at = At(clinic, BERLIN)
    assert at.practice.local(NIGHT).hour == at.practice.local(NIGHT + timedelta(hours=1)).hour == 2
    at.run(NIGHT)
    assert at.run(NIGHT + timedelta(hours=1))["warnings"] == ()


def test_the_hour_that_is_missing_in_spring_is_no_day_lost(clinic: Clinic) -> None:
    at = At(clinic, BERLIN)
    before = at.run(utc("2026-03-28 05:10"))
    after = at.run(utc("2026-03-29 04:10"))
    assert [str(run["as_of"]) for run in (before, after)] == ["2026-03-28", "2026-03-29"]
    assert after["warnings"] == ()


def test_a_practice_that_moves_west_stays_on_its_day_for_a_night(clinic: Clinic) -> None:
    At(clinic, "Pacific/Kiritimati").run(utc("2026-03-12 12:00"))
    told = At(clinic, "America/Los_Angeles").run(utc("2026-03-12 13:00"))
    assert str(told["as_of"]) == "2026-03-13"
    assert told["warnings"] == (
        "today is 2026-03-12, and the last run was as of 2026-03-13: this one is as of that day too",
    )


def test_a_rating_dated_ahead_waits_for_its_day(clinic: Clinic) -> None:
    at = At(clinic)
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", (utc("2026-03-15 00:00").date() - START).days, 2)
    at.run(utc("2026-03-12 06:10"))
    assert clinic.alerts(None) == []
    at.run(utc("2026-03-14 06:10"))
    assert clinic.alerts(None) == []
    at.run(utc("2026-03-15 06:10"))
    assert [alert["policy"] for alert in clinic.alerts()] == ["low"]
