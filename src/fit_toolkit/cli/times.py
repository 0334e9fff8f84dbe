"""How moments and time spans are typed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    _Moment = click.ParamType[datetime]
    _Span = click.ParamType[timedelta]
else:
    _Moment = _Span = click.ParamType

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_SPAN = re.compile(r"(?:(\d{1,6})([smhd]))+", re.ASCII)
_PART = re.compile(r"(\d{1,6})([smhd])", re.ASCII)


class Span(_Span):
    """A time span such as 90s, 45m, 2h, 1h30m or 3d."""

    name = "duration"

    def convert(self, value: str | timedelta, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read it; nothing and a bare number are refused, because nobody knows of what."""
        if isinstance(value, timedelta):
            return value
        if not _SPAN.fullmatch(value):
            self.fail(f"'{value}' is no time span such as 90s, 45m, 2h or 1h30m", param, ctx)
        span = timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(value)))
        if not span:
            self.fail("the time span must be longer than nothing", param, ctx)
        return span


class Instant(_Moment):
    """A day and a time of it, such as 2026-03-12T06:10; one without a zone is the practice's time."""

    name = "datetime"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read it; a day alone is refused, because its beginning and its end are not the same."""
        if isinstance(value, datetime):
            return value
        try:
            if re.fullmatch(r"[\d-]+", value):
                raise ValueError
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is no moment such as 2026-03-12T06:10", param, ctx)
