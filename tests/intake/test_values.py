from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from fit_toolkit.errors import UsageError
from fit_toolkit.intake.values import DateFormat, Every, in_unit, numbers, whole


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e2", "1_0", "٣", "１２", "0x10", "1.2.3", "", "--1", "1,5", "1 0", "½", "+3"]
)
def test_what_is_no_plain_number_is_not_read(text: str) -> None:
    assert numbers(pd.Series([text], dtype=object)).isna().all()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("73", "7.3"),
        ("70", "7"),
        ("0", "0"),
        ("7,3", "0,73"),
        ("-5", "-0.5"),
        ("7.30", "0.73"),
        ("x", "x"),
        ("", ""),
        ("7 mm", "7 mm"),
        ("1e2", "1e2"),
    ],
)
def test_a_number_in_another_unit_keeps_its_mark_and_what_is_none_stays(text: str, read: str) -> None:
    assert in_unit(text, 0.1) == read


@pytest.mark.parametrize(("text", "value"), [("7", 7.0), (" 7 ", 7.0), ("-0.5", -0.5), ("007", 7.0)])
def test_plain_numbers_are_read(text: str, value: float) -> None:
    assert numbers(pd.Series([text], dtype=object)).tolist() == [value]


def test_a_decimal_comma_is_read_only_where_it_is_said() -> None:
    cell = pd.Series(["2,5"], dtype=object)
    assert numbers(cell).isna().all()
    assert numbers(cell, comma=True).tolist() == [2.5]


@pytest.mark.parametrize("text", ["2026-2-3", "2026-02-3", "26-02-03", "2026-02-03T10:00", "02.03.2026", "٢٠٢٦-٠٢-٠٣"])
def test_only_a_whole_iso_day_is_a_date_by_default(text: str) -> None:
    assert isinstance(DateFormat().read(text), str)


def test_a_date_with_two_readings_is_refused_and_says_how_to_settle_it() -> None:
    said = DateFormat().read("03/04/2026")
    assert isinstance(said, str)
    assert "two ways" in said
    assert "--date-format" in said


def test_a_date_with_one_reading_is_refused_all_the_same() -> None:
    assert "two ways" not in str(DateFormat().read("13/04/2026"))
    assert "--date-format" in str(DateFormat().read("13/04/2026"))


@pytest.mark.parametrize("pattern", ["%d.%m.%Y", "DD.MM.YYYY", "dd.mm.yyyy"])
def test_a_format_reads_its_own_dates_and_no_others(pattern: str) -> None:
    form = DateFormat(pattern)
    assert form.read("03.04.2026") == date(2026, 4, 3)
    assert form.read("3.4.2026") == date(2026, 4, 3)
    assert isinstance(form.read("2026-04-03"), str)
    assert isinstance(form.read("03/04/2026"), str)


@pytest.mark.parametrize("text", ["2026-02-29", "2026-13-01", "2026-00-10"])
def test_a_day_that_is_not_in_the_calendar_is_no_day(text: str) -> None:
    assert DateFormat().read(text) == "there is no such day"


def test_a_day_of_another_century_cannot_be_right() -> None:
    assert isinstance(DateFormat().read("0001-01-01"), str)


@pytest.mark.parametrize("pattern", ["%d/%m", "%d/%m/%y", "%d/%d/%Y", "%H:%M", "%d/%m/%Y %H"])
def test_a_format_needs_day_month_and_year(pattern: str) -> None:
    with pytest.raises(UsageError):
        DateFormat(pattern)


def test_steps_of_months_keep_to_the_end_of_the_month() -> None:
    assert Every("1 months").after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert Every("1 month").after(date(2026, 1, 31), 2) == date(2026, 3, 31)
    assert Every("2 weeks").after(date(2026, 1, 5), 3) == date(2026, 2, 16)
    assert Every("10 days").after(date(2026, 1, 5), 0) == date(2026, 1, 5)


def test_a_step_beyond_the_calendar_is_nothing() -> None:
    assert Every("9999 months").after(date(2026, 1, 1), 999_999) is None
    assert Every("9999 days").after(date(2026, 1, 1), 999_999) is None


@pytest.mark.parametrize("text", ["", "weekly", "0 days", "-1 days", "1.5 weeks", "1 year", "١ days"])
def test_a_step_is_a_number_of_days_weeks_or_months(text: str) -> None:
    with pytest.raises(UsageError):
        Every(text)


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("0", 0), ("-1", None), ("3.0", None), ("", None), ("٣", None)])
def test_a_whole_number_is_written_in_plain_digits_and_not_below_zero(text: str, value: int | None) -> None:
    assert whole(text) == value
