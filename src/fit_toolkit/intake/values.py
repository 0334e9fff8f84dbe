"""Text to numbers, days and steps of time: strictly, in plain digits, and never by a guess."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import pandas as pd
from pandas import Series

from fit_toolkit.errors import UsageError

EARLIEST: Final = date(1900, 1, 1)
ISO: Final = "%Y-%m-%d"
_NUMBER: Final = r"-?[0-9]{1,12}(?:\.[0-9]{1,9})?"  # no plus, as in the answers to items
_COMMA: Final = re.compile(r"-?[0-9]{1,12},[0-9]{1,9}")
_WHOLE: Final = re.compile(r"[0-9]{1,6}")
_PARTS: Final = {"%Y": r"(?P<year>[0-9]{4})", "%m": r"(?P<month>[0-9]{1,2})", "%d": r"(?P<day>[0-9]{1,2})"}
_SPOKEN: Final = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "yyyy": "%Y", "mm": "%m", "dd": "%d"}
_SLASHED: Final = re.compile(r"([0-9]{1,2})[./ -]([0-9]{1,2})[./ -]([0-9]{2,4})")
_EVERY: Final = re.compile(r"([0-9]{1,4}) *(day|week|month)s?")


def numbers(texts: Series[str], *, comma: bool = False) -> Series[float]:
    """Read plain decimal numbers; NaN for everything else, `nan`, `1e2`, `1_0`, `+1` and foreign digits included."""
    plain = texts.str.strip()
    if comma:
        plain = plain.map(lambda text: text.replace(",", ".") if _COMMA.fullmatch(text) else text)
    fits = plain.str.fullmatch(_NUMBER, flags=re.ASCII)
    return pd.to_numeric(plain.where(fits), errors="coerce").astype("float64")


def in_unit(text: str, factor: float) -> str:
    """Multiply a plain number, and write it with the mark that it had; everything else stays as it is."""
    if not (re.fullmatch(_NUMBER, text, re.ASCII) or _COMMA.fullmatch(text)):
        return text
    product = Decimal(text.replace(",", ".")) * Decimal(format(factor, ".15g"))
    plain = format(product, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return plain.replace(".", ",") if "," in text else plain


def whole(text: str) -> int | None:
    """Read a whole number from 0 on, or None."""
    return int(text) if _WHOLE.fullmatch(text) else None


class DateFormat:
    """One way of writing a day, read strictly; `%Y-%m-%d` unless somebody says otherwise."""

    def __init__(self, pattern: str = "") -> None:
        self.pattern = percent(pattern or ISO)
        found = re.split(r"(%[A-Za-z])", self.pattern)
        if sorted(each for each in found if each.startswith("%")) != ["%Y", "%d", "%m"]:
            raise UsageError(
                "a date format names day, month and year once each", hint="for example %d/%m/%Y or DD.MM.YYYY"
            )
        self._regex = re.compile("".join(_PARTS.get(each, re.escape(each)) for each in found))
        self._iso = self.pattern == ISO

    def read(self, text: str) -> date | str:
        """Give the day, or what is wrong with the text."""
        hit = self._regex.fullmatch(text)
        if hit is None or (self._iso and len(text) != len("2026-01-01")):
            return self._unread(text)
        year, month, day = (int(hit[part]) for part in ("year", "month", "day"))
        try:
            found = date(year, month, day)
        except ValueError:
            return "there is no such day"
        return found if found >= EARLIEST else f"a day before {EARLIEST} cannot be right"

    def _unread(self, text: str) -> str:
        if not self._iso:
            return f"not a date written as {self.pattern}"
        if re.fullmatch(r"[2-7][0-9]{4}(\.[0-9]+)?", text):
            return "this is a spreadsheet's number of days; give the column a date format there and save it again"
        hit = _SLASHED.match(text)
        if hit is None or text[hit.end() : hit.end() + 1] not in {"", " ", "T", ","}:
            return "not a date written as year-month-day, such as 2026-03-31"
        if len(hit[3]) < 4:
            return "a year of two digits is not read; have it written with four, best as 2026-03-31"
        if hit.end() < len(text):
            return "not a date with a time written as 2026-03-31 14:30; name its format, such as --date-format 'DD.MM.YYYY HH:MM'"
        if int(hit[1]) <= 12 and int(hit[2]) <= 12 and hit[1] != hit[2]:
            return "this date can be read in two ways; say which: --date-format %d/%m/%Y or %m/%d/%Y"
        return "not a date written as year-month-day; name its format, such as --date-format %d/%m/%Y"


def percent(pattern: str) -> str:
    """Write a spoken pattern such as DD.MM.YYYY by its parts, %d.%m.%Y."""
    if "%" in pattern:
        return pattern
    for spoken, part in _SPOKEN.items():
        pattern = pattern.replace(spoken, part)
    return pattern


class Every:
    """A regular step of time, `2 weeks`: for data that have an order but no dates."""

    def __init__(self, text: str) -> None:
        hit = _EVERY.fullmatch(text.strip().lower())
        if hit is None or int(hit[1]) < 1:
            raise UsageError("--every is a number of days, weeks or months", hint='for example --every "1 weeks"')
        self.count, self.unit = int(hit[1]), hit[2]

    def after(self, start: date, steps: int) -> date | None:
        """Give the day so many steps after `start`; None beyond the calendar. Month ends stay month ends."""
        try:
            if self.unit != "month":
                return start + timedelta(days=self.count * steps * (7 if self.unit == "week" else 1))
            months = start.year * 12 + start.month - 1 + self.count * steps
            year, month = divmod(months, 12)
            return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
        except (ValueError, OverflowError):
            return None
