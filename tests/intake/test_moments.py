"""A date with a time of day becomes a day of the practice, by its offset or by the zone that a person named."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fit_toolkit.errors import UsageError
from fit_toolkit.intake.moments import NO_ZONE, Moments, When, time_of


def read(text: str, pattern: str = "", zone: str = "", practice: str = "Europe/Berlin") -> When | str:
    return Moments(pattern, zone, practice).read(text)


def moment(text: str, pattern: str = "", zone: str = "", practice: str = "Europe/Berlin") -> When:
    found = read(text, pattern, zone, practice)
    assert isinstance(found, When), found
    return found


@pytest.mark.parametrize(
    ("text", "day", "offset"),
    [
        ("2026-03-01T23:30:00Z", date(2026, 3, 2), 0),
        ("2026-03-01T23:30:00.123+00:00", date(2026, 3, 2), 0),
        ("2026-03-01 23:30+01:00", date(2026, 3, 1), 60),
        ("2026-03-01T23:30:00-0500", date(2026, 3, 2), -300),
        ("2026-03-01 00:10:00 UTC", date(2026, 3, 1), 0),
    ],
)
def test_a_moment_with_its_offset_is_a_day_of_the_practice_and_keeps_the_offset(
    text: str, day: date, offset: int
) -> None:
    found = moment(text)
    assert (found.day, found.offset) == (day, offset)


def test_a_moment_is_kept_in_utc() -> None:
    assert moment("2026-03-01T23:30:00+01:00").at == datetime.fromisoformat("2026-03-01T22:30:00")


def test_a_time_without_a_zone_is_never_guessed() -> None:
    assert read("2026-03-01 23:30") == NO_ZONE
    assert moment("2026-03-01 23:30", zone="UTC").day == date(2026, 3, 2)
    assert moment("2026-03-01 23:30", zone="Europe/Berlin") == When(
        date(2026, 3, 1), datetime.fromisoformat("2026-03-01T22:30:00"), 60
    )


def test_a_day_without_a_time_stays_that_day_whatever_the_zone() -> None:
    assert moment("2026-03-01", zone="America/New_York") == When(date(2026, 3, 1))


def test_a_time_the_clocks_left_out_is_refused() -> None:
    assert "did not exist" in str(read("2026-03-29 02:30", zone="Europe/Berlin"))


def test_a_time_that_came_twice_is_the_first_and_that_is_said() -> None:
    found = moment("2026-10-25 02:30", zone="Europe/Berlin")
    assert (found.day, found.offset, found.twice) == (date(2026, 10, 25), 120, True)


def test_a_time_that_came_twice_on_two_days_of_the_practice_is_refused() -> None:
    assert "different days" in str(read("2026-10-25 02:30", zone="Europe/Berlin", practice="Atlantic/Cape_Verde"))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("%d.%m.%Y %H:%M", "1.3.2026 23:30"),
        ("DD.MM.YYYY HH:MM", "01.03.2026 23:30"),
        ("%m/%d/%Y %I:%M:%S %p", "3/1/2026 11:30:00 PM"),
        ("%m/%d/%Y %I:%M:%S %p", "3/1/2026\u00a011:30:00\u202fPM"),
        ("MM/DD/YYYY HH:MM:SS", "03/01/2026 23:30:00"),
        ("%Y%m%dT%H%M%S%z", "20260301T233000+0100"),
    ],
)
def test_a_pattern_may_name_the_time_too(pattern: str, text: str) -> None:
    found = moment(text, pattern, "Europe/Berlin")
    assert (found.day, found.at) == (date(2026, 3, 1), datetime.fromisoformat("2026-03-01T22:30:00"))


@pytest.mark.parametrize(
    "text",
    ["2026-03-01T24:00Z", "2026-03-01T10:60Z", "2026-03-01T10:00+15:00", "2026-02-30T10:00Z", "2026-03-01T1:00Z"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert isinstance(read(text), str)


@pytest.mark.parametrize("text", ["13:00:00 PM 1.3.2026", "0:10:00 AM 1.3.2026"])
def test_hours_of_half_days_go_from_one_to_twelve(text: str) -> None:
    assert read(text, "%I:%M:%S %p %d.%m.%Y", "UTC") == "there is no such time"


@pytest.mark.parametrize("pattern", ["%d.%m.%Y %H", "%d.%m %H:%M", "%d.%m.%Y %I:%M", "%d.%m.%Y %H:%M %q"])
def test_a_pattern_that_leaves_something_open_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="once each"):
        Moments(pattern)


def test_a_zone_nobody_has_is_refused() -> None:
    with pytest.raises(UsageError, match="no such time zone"):
        Moments(zone="Berlin/Europe")


def test_times_of_day_are_read_strictly() -> None:
    assert [time_of(text) for text in ("9:30", "09.30", "23:59:59", "24:00", "9", "")] == [
        (9, 30), (9, 30), (23, 59), None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "offset"),
    [("2026/03/31 3:05:09 PM GMT+2", 120), ("2026/03/31 3:05:09 PM GMT", 0), ("2026/03/31 3:05:09 PM -3:30", -210)],
)
def test_offsets_may_be_short(text: str, offset: int) -> None:
    assert moment(text, "%Y/%m/%d %I:%M:%S %p %z").offset == offset


def test_a_number_of_days_is_named_as_what_it_is() -> None:
    assert "spreadsheet" in str(read("46112"))
