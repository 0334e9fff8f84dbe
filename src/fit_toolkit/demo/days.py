"""The demo's calendar: weeks counted back from the last whole one, and a clock that can be set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

IMPORTED_UNTIL: Final = 5  # ratings up to this many weeks ago come in as a file, later ones are keyed
GOODBYE: Final = 62  # weeks since the first therapy of the client who came back
FRIDAY: Final = 4


@dataclass(frozen=True)
class Days:
    """Days counted from the end of the demo; week 0 is the last one that is over."""

    last: date

    @property
    def friday(self) -> date:
        """The last day of week 0."""
        return self.last - timedelta(days=(self.last.weekday() - FRIDAY) % 7)

    def day(self, week: int, weekday: int) -> date:
        """Give a weekday (0 is Monday) of the week that lies `week` weeks back."""
        return self.friday + timedelta(days=weekday - FRIDAY - 7 * week)

    def next(self, weekday: int) -> date:
        """Give the first such weekday after the end of the demo."""
        after = self.last + timedelta(days=1)
        return after + timedelta(days=(weekday - after.weekday()) % 7)


class SetClock:
    """A clock that stands where it is put, so that the demo's past has its own times."""

    def __init__(self, day: date) -> None:
        self.set(day)

    def set(self, day: date, hour: int = 17) -> None:
        """Put it to an hour of a day."""
        self.now = datetime.combine(day, time(hour))

    def __call__(self) -> datetime:
        """Read it."""
        return self.now
