"""How many of the ratings that were expected came in: the plan against what was received, course by course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.model.people import PlanEntry
from fit_toolkit.store.frames import Columns

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Asked = tuple[str, str, str]  # instrument, rater, occasion
ALWAYS: Final = 10**7  # a day later than any
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Grid:
    """Every session of every course, by course and day: `course` its place, `day`, `number` the session's number."""

    course: Ints
    day: Ints
    number: Ints
    courses: int

    @classmethod
    def of(cls, courses: Columns, sessions: Columns) -> Grid:
        """Give each course the sessions of its episode between its first and its last day; `sessions` are sorted."""
        wide = ALWAYS
        key = sessions["episode_id"] * wide + sessions["day"]
        first = np.searchsorted(key, courses["episode_id"] * wide + courses["started"], side="left")
        behind = np.searchsorted(key, courses["episode_id"] * wide + courses["ended"], side="right")
        counts = np.maximum(behind - first, 0)
        course = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
        begin = np.searchsorted(sessions["episode_id"], courses["episode_id"], side="left")
        return cls(course, sessions["day"][place], place - begin[course] + 1, len(counts))

    @property
    def per_course(self) -> Ints:
        """How many sessions each course had."""
        return np.bincount(self.course, minlength=self.courses).astype(np.int64)

    def number_of(self, course: Ints, day: Ints) -> Ints:
        """Give the place of each of these days among the sessions of its course, counted from 0."""
        key = self.course * ALWAYS + self.day
        begin = np.searchsorted(self.course, course, side="left")
        found: Ints = np.searchsorted(key, course * ALWAYS + day, side="left") - begin
        return found


@dataclass(frozen=True, eq=False)
class Rhythm:
    """What is expected of each course: every so many sessions, or every so many days (0: not so), from day to day."""

    sessions: Ints
    days: Ints
    starts: Ints
    ends: Ints

    @classmethod
    def every_session(cls, courses: int) -> Rhythm:
        """Give what holds where nobody keeps a plan."""
        none = np.zeros(courses, np.int64)
        return cls(none + 1, none, none - ALWAYS, none + ALWAYS)

    @classmethod
    def of(cls, plan: Sequence[PlanEntry], asked: Asked, episode: Ints) -> Rhythm:
        """Read it from the plan: an episode's own entries for an instrument and rater hide the practice's."""
        instrument, rater, occasion = asked
        mine = [each for each in plan if (each.instrument, each.rater) == (instrument, rater)]
        own = np.unique(np.array([each.episode_id for each in mine if each.episode_id is not None], np.int64))
        entries = [each for each in mine if each.occasion == occasion]
        columns = np.zeros((4, len(episode)), np.int64)
        for each in (each for each in entries if each.episode_id is None):
            columns[:, ~np.isin(episode, own)] = np.array(_numbers(each))[:, None]
        of_episode = {each.episode_id: _numbers(each) for each in entries if each.episode_id is not None}
        for place in np.flatnonzero(np.isin(episode, np.array(list(of_episode), np.int64))):
            columns[:, place] = of_episode[int(episode[place])]
        return cls(*columns)


def completion(grid: Grid, rhythm: Rhythm, course: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Count for each course how many ratings were expected and how many of these came in.

    Every k-th session from the first on one is expected, on that day. Every d days one is expected at the first session,
    and at the first one d days or more after the last at which it was; it came in when there is one before the next is due.
    `course` and `day` are the ratings received, by course and day.
    """
    due, until = _due(grid, rhythm)
    received = course * ALWAYS + day
    first = np.searchsorted(received, grid.course[due] * ALWAYS + grid.day[due], side="left")
    behind = np.searchsorted(received, grid.course[due] * ALWAYS + until, side="left")
    expected = np.bincount(grid.course[due], minlength=grid.courses)
    came = np.bincount(grid.course[due][behind > first], minlength=grid.courses)
    return expected.astype(np.int64), came.astype(np.int64)


def _due(grid: Grid, rhythm: Rhythm) -> tuple[Ints, Ints]:
    """Give the sessions at which a rating was expected, and for each the day before which it had to come in."""
    inside = (rhythm.starts[grid.course] <= grid.day) & (grid.day <= rhythm.ends[grid.course])
    every = rhythm.sessions[grid.course]
    by_number = inside & (every > 0) & ((grid.number - 1) % np.maximum(every, 1) == 0)
    at = np.flatnonzero(by_number)
    by_day, until = _due_by_day(grid, rhythm, inside & (rhythm.days[grid.course] > 0))
    return np.concatenate((at, by_day)), np.concatenate((grid.day[at] + 1, until))


def _due_by_day(grid: Grid, rhythm: Rhythm, inside: Mask) -> tuple[Ints, Ints]:
    """Walk all courses together from one due session to the next."""
    rows = np.flatnonzero(inside)
    course, day = grid.course[rows], grid.day[rows]
    key = course * ALWAYS + day
    at = np.flatnonzero(np.diff(course, prepend=-1) > 0)  # the first of each course
    due, until = [], []
    while len(at):
        wanted = day[at] + rhythm.days[course[at]]
        after = np.searchsorted(key, course[at] * ALWAYS + wanted, side="left")
        inside_still = np.minimum(after, len(key) - 1)
        goes_on = (after < len(key)) & (course[inside_still] == course[at])
        due.append(rows[at])
        until.append(np.where(goes_on, day[inside_still], ALWAYS - 1))
        at = after[goes_on]
    none = np.empty(0, np.int64)
    return (np.concatenate(due), np.concatenate(until)) if due else (none, none)


def _numbers(entry: PlanEntry) -> tuple[int, int, int, int]:
    first = -ALWAYS if entry.starts_on is None else (entry.starts_on - _EPOCH).days
    last = ALWAYS if entry.ends_on is None else (entry.ends_on - _EPOCH).days
    return entry.every_sessions or 0, entry.every_days or 0, first, last
