"""When a message may go out: not in quiet hours, weekends or holidays; and what counts as a working day.

All in the practice's time zone. Only instants in UTC are compared: on the night the clocks change, two local times may
be the same hour, and an hour may be missing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from fit_toolkit.settings import Settings

SATURDAY = 5
DAY = timedelta(days=1)
LONGEST = 400  # days; nobody closes for longer


class Quiet(msgspec.Struct, frozen=True):
    """When a practice wants to be left alone; `start` and `end` are local times, the same twice for no quiet hours."""

    zone: ZoneInfo = ZoneInfo("UTC")
    start: time = time()
    end: time = time()
    weekends: bool = False
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, settings: Settings) -> Quiet:
        """Read it from the settings."""
        start, _, end = settings.text("alerts.quiet").partition("-")
        return cls(
            ZoneInfo(settings.text("practice.time_zone")),
            time.fromisoformat(start or "00:00"),
            time.fromisoformat(end or "00:00"),
            settings.flag("alerts.quiet_weekends"),
            frozenset(date.fromisoformat(day) for day in settings.texts("alerts.holidays")),
        )

    def until(self, now: datetime) -> datetime:
        """Return the first moment from `now` on at which a message may go out; both naive UTC."""
        moment = now
        for _ in range(LONGEST):
            local = self.local(moment)
            if self._left_alone(local.date()):
                later = self._at(local.date() + DAY, time())
            elif self._in_hours(local.time()):
                day = local.date() + DAY if local.time() >= self.end else local.date()
                later = self._at(day, self.end)
            else:
                return moment
            moment = max(later, moment + timedelta(minutes=1))  # a repeated hour must not hold us for ever
        return moment

    def after_working_days(self, since: datetime, days: int) -> datetime:
        """Return the moment so many working days after `since` (both naive UTC): weekends and holidays do not count."""
        local = self.local(since)
        day, clock = local.date(), local.time()
        if not self._works(day):
            clock = time()
        while not self._works(day):
            day += DAY
        for _ in range(days):
            day += DAY
            while not self._works(day):
                day += DAY
        return self._at(day, clock)

    def local(self, moment: datetime) -> datetime:
        """Return an instant of the store as local time."""
        return moment.replace(tzinfo=UTC).astimezone(self.zone)

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC).replace(tzinfo=None)

    def _in_hours(self, clock: time) -> bool:
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def _left_alone(self, day: date) -> bool:
        return day in self.holidays or (self.weekends and day.weekday() >= SATURDAY)

    def _works(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays
