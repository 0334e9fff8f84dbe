"""Dates and numbers in the words of a language, for sheets; the messages themselves are in fit_toolkit.language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton

from fit_toolkit.language import spoken
from fit_toolkit.language.packs import locale_of

__all__ = ["locale_of", "say_day", "say_days", "say_short"]


def _locale(language: str) -> Locale:
    return locale_of(language) if language else spoken().locale


def say_day(day: date, language: str = "") -> str:
    """A date in words, as the heading of a page has it; in the language spoken now where none is given."""
    return _in_full(day, _locale(language))


@lru_cache(maxsize=4096)
def _in_full(day: date, locale: Locale) -> str:
    return format_date(day, "long" if locale.language != "en" else "d MMMM y", locale=locale)


def say_short(day: date, *, year: bool = False, language: str = "") -> str:
    """A date that fits under an axis."""
    return _in_short(day, year, _locale(language))


@lru_cache(maxsize=4096)
def _in_short(day: date, year: bool, locale: Locale) -> str:  # noqa: FBT001 - the cache wants places
    if locale.language == "en":
        return format_date(day, "d MMM y" if year else "d MMM", locale=locale)
    return str(format_skeleton("yMMMd" if year else "MMMd", day, locale=locale))


def say_days(days: Sequence[date], language: str = "") -> str:
    """Every one of many dates in few letters: the days of a month together, newest first."""
    locale = _locale(language)
    dot = "." if locale.language == "de" else ""
    months: dict[tuple[int, int], list[date]] = {}
    for day in days:
        months.setdefault((day.year, day.month), []).append(day)
    years = [year for year, _ in months]
    parts = []
    for at, listed in enumerate(months.values()):
        numbers = ", ".join(f"{day.day}{dot}" for day in listed)
        last_of_year = at + 1 == len(years) or years[at + 1] != years[at]
        with_year = last_of_year and len(set(years)) > 1
        parts.append(f"{numbers} {format_date(listed[0], 'MMM y' if with_year else 'MMM', locale=locale)}")
    return "; ".join(parts)
