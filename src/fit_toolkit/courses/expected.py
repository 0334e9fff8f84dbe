"""The day from which an expected rating is missing, from the plan, the diary and the pauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.model.people import Appointment, Pause, PlanEntry
from fit_toolkit.store.frames import Columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EPOCH = date(1970, 1, 1)
COUNTS = {"held", "planned"}  # a contact of the past that nobody cancelled


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True, eq=False)
class Calendar:
    """What is planned in some episodes, as arrays sorted by episode, then day."""

    contact_episode: Ints
    contact_day: Ints
    kept: frozenset[int]  # episodes whose contacts are in the diary
    pauses: tuple[tuple[int, int, int], ...]  # episode, first day, last day
    plan: tuple[PlanEntry, ...]
    today: int

    @classmethod
    def of(
        cls,
        appointments: Sequence[Appointment],
        pauses: Sequence[Pause],
        plan: Sequence[PlanEntry],
        sessions: Columns,
        *,
        today: int,
    ) -> Calendar:
        """Gather diary, pauses, plan and the days on which somebody rated."""
        booked = [(a.episode_id, day_number(a.on)) for a in appointments if a.status in COUNTS]
        both = np.array(booked, np.int64).reshape(-1, 2)
        both = np.concatenate((both, np.column_stack((sessions["episode_id"], sessions["day"]))))
        both = np.unique(both[both[:, 1] <= today], axis=0)
        return cls(
            contact_episode=both[:, 0],
            contact_day=both[:, 1],
            kept=frozenset(a.episode_id for a in appointments),
            pauses=tuple((p.episode_id, day_number(p.starts_on), day_number(p.ends_on)) for p in pauses),
            plan=tuple(plan),
            today=today,
        )

    def due(
        self, instrument: str, rater: str, *, episode: Ints, started: Floats, ended: Floats, last_rated: Floats
    ) -> Floats:
        """Give, per member, the day on which the next expected rating was (or will be) due; NaN where none is expected."""
        sessions, days = self._rhythm(instrument, rater, episode)
        since = np.where(np.isnan(last_rated), started - 1, last_rated)
        nth = self._nth_contact_after(episode, since, np.maximum(sessions, 1))
        in_diary = np.isin(episode, np.fromiter(self.kept, np.int64, len(self.kept)))
        quiet_since = np.where(np.isnan(last_rated), started, last_rated)
        due = np.where(np.isnan(nth) & ~in_diary, quiet_since, nth)
        due = np.where(days > 0, quiet_since + days, due)
        due[(sessions == 0) & (days == 0)] = np.nan
        due[(ended <= self.today) | (started > self.today)] = np.nan
        return self._without_pauses(episode, due)

    def next_day(
        self, episodes: Sequence[int], future: Sequence[Appointment], rated_ahead: Sequence[tuple[int, int]] = ()
    ) -> dict[int, int]:
        """For each episode the next day on which the calendar alone may change what is known or expected."""
        ahead: dict[int, int] = {}
        events = [*rated_ahead, *((a.episode_id, day_number(a.on)) for a in future)]
        events += [(episode, day) for episode, first, last in self.pauses for day in (first, last + 1)]
        for entry in self.plan:
            edges = [day_number(d) + k for d, k in ((entry.starts_on, 0), (entry.ends_on, 1)) if d is not None]
            owners = [entry.episode_id] if entry.episode_id is not None else list(episodes)
            events += [(owner, day) for owner in owners for day in edges]
        for episode, day in events:
            if day > self.today:
                ahead[episode] = min(day, ahead.get(episode, day))
        return ahead

    def _rhythm(self, instrument: str, rater: str, episode: Ints) -> tuple[Ints, Ints]:
        """Per member: every how many sessions, every how many days; both 0 where nothing is expected."""
        shape = len(episode)
        if not self.plan:  # nobody keeps a plan: what a policy watches is expected at every session
            return np.ones(shape, np.int64), np.zeros(shape, np.int64)
        sessions, days = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        mine = [e for e in self.plan if (e.instrument, e.rater) == (instrument, rater)]
        for entry in sorted(mine, key=lambda e: e.episode_id is not None):  # an episode's own entry has the last word
            inside = (entry.starts_on is None or day_number(entry.starts_on) <= self.today) and (
                entry.ends_on is None or self.today <= day_number(entry.ends_on)
            )
            where = np.ones(shape, bool) if entry.episode_id is None else episode == entry.episode_id
            sessions[where] = (entry.every_sessions or 0) if inside else 0
            days[where] = (entry.every_days or 0) if inside else 0
        return sessions, days

    def _nth_contact_after(self, episode: Ints, since: Floats, nth: Ints) -> Floats:
        out = np.full(len(episode), np.nan)
        if len(self.contact_day) and len(episode):
            wide = max(self.today, int(np.nanmax(since))) + 2
            key = self.contact_episode * wide + self.contact_day
            place = np.searchsorted(key, episode * wide + np.maximum(since, 0).astype(np.int64), side="right") + nth - 1
            inside = np.minimum(place, len(key) - 1)
            found = (place < len(key)) & (self.contact_episode[inside] == episode)
            out[found] = self.contact_day[inside[found]]
        return out

    def _without_pauses(self, episode: Ints, due: Floats) -> Floats:
        """Days of a pause do not count; in a pause nothing is due."""
        for paused, first, last in sorted(self.pauses, key=lambda pause: pause[1]):
            mine = episode == paused
            with np.errstate(invalid="ignore"):
                overlap = np.maximum(last + 1 - np.maximum(due, first), 0)
                due = np.where(mine & (due <= last), due + overlap, due)
            if first <= self.today <= last:
                due = np.where(mine, np.nan, due)
        return due
