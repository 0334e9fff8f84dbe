"""Days and times of day as files write them: read strictly, and turned into days of the practice."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fit_toolkit.errors import UsageError
from fit_toolkit.intake.values import ISO, DateFormat, percent

TWICE: Final = "times lie in an hour that the clocks went through twice; the first was taken"
NO_ZONE: Final = "a time of day needs its zone: --timezone, or `timezone` in the map"
_ISO_TIME: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)? ?(?P<offset>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?"
)
_TIMES: Final = {
    "%H": r"(?P<hour>[0-9]{1,2})", "%I": r"(?P<hour>[0-9]{1,2})", "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})", "%f": r"[0-9]{1,9}", "%p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "%z": r"(?P<offset>Z|(?:UTC|GMT)?[+-][0-9]{1,2}(?::?[0-9]{2})?|UTC|GMT)",
}  # fmt: skip
_SPOKEN: Final = {"HH:MM:SS": "%H:%M:%S", "HH:MM": "%H:%M", "hh:mm:ss": "%H:%M:%S", "hh:mm": "%H:%M"}


class When(NamedTuple):
    """A day of the practice; where the file gives the time, too, the instant (naive UTC) and its own offset in minutes.

    `twice` says that the clocks went through this time twice.
    """

    day: date
    at: datetime | None = None
    offset: int | None = None
    twice: bool = False


class Moments:
    """Reads the dates of a file: days as they are written, times by their zone as days of the practice."""

    def __init__(self, pattern: str = "", zone: str = "", practice: str = "UTC") -> None:
        self.pattern = _with_times(pattern or ISO)
        self._zone = zone_of(zone) if zone else None
        self._practice = ZoneInfo(practice)
        self._plain = None if _has_time(self.pattern) else DateFormat(self.pattern)
        self._regex = _ISO_TIME
        self._days = DateFormat()
        if self._plain is None:
            self._regex, self._days = _compiled(self.pattern)
        self.read = lru_cache(maxsize=100_000)(self._read)

    def local(self, day: date, hour: int, minute: int) -> When | str:
        """Give the moment of a time of day in the zone of the file, or what is wrong with it."""
        return self._instant(datetime.combine(day, time(hour, minute)), None)

    def _read(self, text: str) -> When | str:
        """Give the moment, or what is wrong with the text."""
        hit = self._regex.fullmatch(text)
        if hit is None or (self._plain is not None and self._plain.pattern != ISO):
            if self._plain is None:
                return f"not a date with a time written as {self.pattern}"
            day = self._plain.read(text)
            return day if isinstance(day, str) else When(day)
        day = self._days.read(hit["day"] if self._plain else _day_text(hit))
        if isinstance(day, str):
            return day
        return self._placed(day, hit)

    def _placed(self, day: date, hit: re.Match[str]) -> When | str:
        found = hit.groupdict()
        hour, minute, second = int(found["hour"]), int(found["minute"]), int(found.get("second") or 0)
        if half := found.get("half"):
            if not 1 <= hour <= 12:
                return "there is no such time"
            hour = hour % 12 + (12 if half in "Pp" else 0)
        if hour > 23 or minute > 59 or second > 59:
            return "there is no such time"
        return self._instant(datetime.combine(day, time(hour, minute, second)), found.get("offset"))

    def _instant(self, local: datetime, offset: str | None) -> When | str:
        if offset:
            zone = _fixed(offset)
            return "there is no such offset from UTC" if zone is None else self._of(local.replace(tzinfo=zone))
        if self._zone is None:
            return NO_ZONE
        first, second = (local.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() == second.utcoffset():
            return self._of(first)
        if first.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None) != local:
            return "the clocks went forward over this time: it did not exist"
        if self._of(first).day != self._of(second).day:
            return "the clocks went through this time twice, and the two are on different days of the practice"
        return self._of(first)._replace(twice=True)

    def _of(self, moment: datetime) -> When:
        offset = moment.utcoffset() or timedelta()
        try:
            instant = moment.astimezone(UTC)
            day = instant.astimezone(self._practice).date()
        except OverflowError:
            return When(moment.date())
        return When(day, instant.replace(tzinfo=None), round(offset.total_seconds() / 60))


def zone_of(name: str) -> ZoneInfo:
    """Give a time zone by its name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            "there is no such time zone", hint="for example Europe/Berlin, America/New_York or UTC"
        ) from None


def same_zone(one: str, other: str) -> bool:
    """Say whether two names of zones have the same time, as UTC and GMT do."""
    months = [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
    zones = [zone_of(name) for name in (one, other)]
    return all(len({month.astimezone(zone).utcoffset() for zone in zones}) == 1 for month in months)


def time_of(text: str) -> tuple[int, int] | None:
    """Read a time of day such as 9:30 or 09:30:00, or give None."""
    hit = re.fullmatch(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.][0-9]{2})?", text)
    if hit is None or int(hit[1]) > 23 or int(hit[2]) > 59:
        return None
    return int(hit[1]), int(hit[2])


def _with_times(pattern: str) -> str:
    if "%" in pattern:
        return pattern
    for spoken, part in _SPOKEN.items():
        pattern = pattern.replace(spoken, part)
    times = re.search(r"%H.*", pattern)
    return percent(pattern[: times.start()]) + times[0] if times else percent(pattern)


def _has_time(pattern: str) -> bool:
    return any(part in _TIMES for part in re.findall(r"%[A-Za-z]", pattern))


def _compiled(pattern: str) -> tuple[re.Pattern[str], DateFormat]:
    """Make the expression of a pattern with a time, and the format of its day alone."""
    pieces = re.split(r"(%[A-Za-z])", pattern)
    named = [piece for piece in pieces if piece.startswith("%")]
    hours = [piece for piece in named if piece in {"%H", "%I"}]
    known = {"%Y", "%m", "%d", *_TIMES}
    sound = len(set(named)) == len(named) and set(named) <= known and len(hours) == 1 and "%M" in named
    if not sound or {"%Y", "%m", "%d"} - set(named) or ("%I" in named) != ("%p" in named):
        raise UsageError(
            "a date format with a time names day, month, year, hour and minute once each",
            hint="for example '%d.%m.%Y %H:%M', '%m/%d/%Y %I:%M:%S %p' or 'DD.MM.YYYY HH:MM'",
        )
    days = {"%Y": "(?P<year>[0-9]{4})", "%m": "(?P<month>[0-9]{1,2})", "%d": "(?P<date>[0-9]{1,2})"}
    text = "".join(days.get(piece) or _TIMES.get(piece) or _escaped(piece) for piece in pieces)
    return re.compile(text), DateFormat()


def _escaped(text: str) -> str:
    """Write what stands between the parts; a blank may be one that does not break, as some programs write it before PM."""
    return re.escape(text).replace(r"\ ", "[ \u00a0\u202f]")


def _day_text(hit: re.Match[str]) -> str:
    return f"{hit['year']}-{int(hit['month']):02}-{int(hit['date']):02}"


def _fixed(offset: str) -> timezone | None:
    signed = offset.removeprefix("UTC").removeprefix("GMT")
    if signed in {"Z", ""}:
        return UTC
    digits = signed[1:].replace(":", "")
    hours, minutes = (
        int(digits[:-2] or 0) if len(digits) > 2 else int(digits),
        int(digits[-2:]) if len(digits) > 2 else 0,
    )
    if hours > 14 or minutes > 59:
        return None
    return timezone((-1 if signed[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))
