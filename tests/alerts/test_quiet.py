"""Quiet hours, weekends, holidays and working days, in the practice's time zone, over the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.alerts.quiet import Quiet
from fit_toolkit.settings import load_settings

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Quiet(BERLIN, time(19), time(7))


def utc(local: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


NEW_YEAR = utc("2026-01-01 01:00")


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("2026-05-12 18:59", "2026-05-12 18:59"),
        ("2026-05-12 19:00", "2026-05-13 07:00"),
        ("2026-05-12 23:30", "2026-05-13 07:00"),
        ("2026-05-13 00:00", "2026-05-13 07:00"),
        ("2026-05-13 06:10", "2026-05-13 07:00"),
        ("2026-05-13 07:00", "2026-05-13 07:00"),
        ("2026-03-28 22:00", "2026-03-29 07:00"),  # an hour is missing in this night
        ("2026-10-24 22:00", "2026-10-25 07:00"),  # an hour comes twice
    ],
)
def test_a_message_of_the_night_waits_for_the_morning(now: str, then: str) -> None:
    assert NIGHT.until(utc(now)) == utc(then)


def test_hours_within_one_day_are_quiet_too() -> None:
    noon = Quiet(BERLIN, time(12), time(13))
    assert noon.until(utc("2026-05-12 12:30")) == utc("2026-05-12 13:00")
    assert noon.until(utc("2026-05-12 13:00")) == utc("2026-05-12 13:00")
    assert noon.until(utc("2026-05-12 23:00")) == utc("2026-05-12 23:00")


def test_without_hours_nothing_waits() -> None:
    assert Quiet().until(utc("2026-05-12 00:00")) == utc("2026-05-12 00:00")
    assert Quiet.of(load_settings(None, environment={})) == Quiet()


def test_weekends_and_holidays_are_left_out_with_the_night_after_them() -> None:
    long = Quiet(BERLIN, time(19), time(7), weekends=True, holidays=frozenset({date(2026, 5, 25)}))
    assert long.until(utc("2026-05-22 19:30")) == utc("2026-05-26 07:00")  # Friday evening, Whit Monday
    assert Quiet(BERLIN, weekends=True).until(utc("2026-05-23 10:00")) == utc("2026-05-25 00:00")


def test_an_end_that_falls_into_the_missing_hour_comes_right_after_it() -> None:
    short = Quiet(BERLIN, time(22), time(2, 30))
    assert short.until(utc("2026-03-28 23:00")) in {utc("2026-03-29 03:00"), utc("2026-03-29 03:30")}


@given(
    st.datetimes(NEW_YEAR, NEW_YEAR + timedelta(days=365)), st.times(), st.times(), st.booleans(),
    st.sampled_from(["Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe", "America/St_Johns", "UTC"]),
)  # fmt: skip
def test_a_message_waits_for_a_time_that_is_not_quiet_and_never_for_the_past(
    now: datetime, start: time, end: time, weekends: bool, zone: str
) -> None:
    quiet = Quiet(ZoneInfo(zone), start, end, weekends)
    then = quiet.until(now)
    assert now <= then <= now + timedelta(days=5)
    assert quiet.until(then) == then


@pytest.mark.parametrize(
    ("since", "days", "then"),
    [
        ("2026-05-12 06:10", 1, "2026-05-13 06:10"),
        ("2026-05-15 16:00", 1, "2026-05-18 16:00"),  # from Friday to Monday
        ("2026-05-16 10:00", 1, "2026-05-19 00:00"),  # nobody works on Saturday: counted from Monday
        ("2026-05-22 16:00", 1, "2026-05-26 16:00"),  # Whit Monday is on the list
        ("2026-05-12 06:10", 5, "2026-05-19 06:10"),
        ("2026-03-27 06:10", 1, "2026-03-30 06:10"),  # local time, though the clocks changed
    ],
)
def test_working_days_leave_out_weekends_and_holidays(since: str, days: int, then: str) -> None:
    quiet = Quiet(BERLIN, holidays=frozenset({date(2026, 5, 25)}))
    assert quiet.after_working_days(utc(since), days) == utc(then)
