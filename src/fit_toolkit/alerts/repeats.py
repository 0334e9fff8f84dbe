"""Decides about one alert that stands open: who is to be told now, and when to think of it again. Pure, no store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from fit_toolkit.alerts.escalate import STEPS, Ladder
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.recipients import Told
from fit_toolkit.store.outbox import Telling
from fit_toolkit.store.reminders import Opening

if TYPE_CHECKING:
    from fit_toolkit.settings import Settings

JITTER: Final = timedelta(hours=6)  # a run a little earlier in the day than yesterday's still repeats
MOST: Final = 52  # after so many repeats nobody is told again of what is not about safety
DAILY: Final = 30  # after so many repeats safety is told again every week, without an end
WEEK: Final = timedelta(days=7)


class Pace(msgspec.Struct, frozen=True):
    """How often an alert is told again; 0 days: never."""

    days: int
    safety_days: int
    digest: bool  # notices that stand open are told by the weekly digest

    @classmethod
    def of(cls, settings: Settings) -> Pace:
        """Read it from the settings."""
        days, safety = settings.number("alerts.repeat_days"), settings.number("alerts.safety_repeat_days")
        return cls(days, safety, bool(settings.text("alerts.digest")))

    def every(self, severity: str, lap: int, *, old: bool) -> timedelta | None:
        """Return after how long it is told the next time, having been told again `lap` times."""
        if severity == "safety":
            often = timedelta(days=self.safety_days)
            return max(often, WEEK) if old or lap >= DAILY else often
        if not self.days or lap >= MOST or (severity == "notice" and self.digest):
            return None
        return timedelta(days=self.days)


class Facts(NamedTuple):
    """What is known about one open alert: its severity, its opening, and who was told since."""

    severity: str
    old: bool
    opening: Opening
    told: Sequence[Telling]  # since the opening, oldest first
    whom: Told

    @property
    def weight(self) -> str:
        """How pressing it is to tell somebody else: what was old when first seen can wait as attention does."""
        return "attention" if self.old else self.severity

    @property
    def unreached(self) -> bool:
        """Whether every message to those responsible was given up."""
        states = {telling.state for telling in self.told if telling.staff in self.whom.responsible}
        return states == {"dead"}

    @property
    def first(self) -> datetime | None:
        """When anybody was first told since it opened."""
        return min((telling.at for telling in self.told), default=None)

    @property
    def lap(self) -> int:
        """How often it was told again since it opened."""
        return max((telling.lap for telling in self.told), default=0)


class Due(NamedTuple):
    """What to tell now, by person, and when to look again."""

    tell: dict[int, Reason]
    steps: int  # how many steps of the ladder have been reached
    again: datetime | None


def decide(facts: Facts, pace: Pace, ladder: Ladder, now: datetime) -> Due:
    """Say who is told of an open alert now: everybody the first time, then newcomers, and all again after a time."""
    soon = now + JITTER
    first = facts.first
    if first is None:
        reason = Reason.AGAIN if facts.opening.again else Reason.NEW
        told = dict.fromkeys(facts.whom.staff, Reason.ESCALATED if facts.whom.standing_in else reason)
        return Due(told, 0, _earliest([_after(now, pace.every(facts.severity, 0, old=facts.old)),
                                       ladder.at(facts.weight, now, 1)]))  # fmt: skip
    knows = {telling.staff for telling in facts.told}
    tell = {person: Reason.ESCALATED for person in facts.whom.responsible if person not in knows}
    last = max((telling.at for telling in facts.told if telling.staff in facts.whom.staff), default=first)
    again = _after(last, pace.every(facts.severity, facts.lap, old=facts.old))
    # a repeat of what is still to go out is noise
    waits = any(telling.state == "due" and telling.staff in facts.whom.staff for telling in facts.told)
    if again is not None and again <= soon and not waits:
        tell = dict.fromkeys(facts.whom.staff, Reason.REPEAT) | tell
        again = _after(now, pace.every(facts.severity, facts.lap + 1, old=facts.old))
    steps = [at for step in range(1, STEPS + 1) if (at := ladder.at(facts.weight, first, step)) is not None]
    reached = sum(at <= soon for at in steps)
    reached = max(reached, int(facts.unreached))
    return Due(tell, reached, _earliest([again, *steps[reached:]]))


def _after(moment: datetime, every: timedelta | None) -> datetime | None:
    return None if every is None else moment + every


def _earliest(moments: Sequence[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
