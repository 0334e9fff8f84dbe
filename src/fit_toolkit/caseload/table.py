"""What is known of everybody in the list, as columns: one entry per member of an open episode."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.caseload.needs import AGAIN_DAYS, ENDED_DAYS
from fit_toolkit.courses.expected import day_number
from fit_toolkit.errors import UsageError
from fit_toolkit.model.people import PlanEntry
from fit_toolkit.store import caseload as read
from fit_toolkit.store import diary
from fit_toolkit.store.frames import UNKNOWN, Columns
from fit_toolkit.store.labels import labels_of
from fit_toolkit.store.people import staff_id

if TYPE_CHECKING:
    import sqlalchemy as sa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whose caseload: of a therapist, of those a supervisor supervises, of episodes that have all of the labels."""

    therapist: str = ""
    supervisor: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """The members in the list; days count from 1970-01-01 and are NaN where there is none."""

    c: sa.Connection
    on: date
    members: Columns
    therapist: NDArray[np.str_]
    _labels: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, c: sa.Connection, on: date, wanted: Wanted) -> Table:
        """Read who is in the list."""
        found = read.members(c, on=on, closed_since=on - timedelta(days=ENDED_DAYS))
        whose = read.therapists(c, found["episode_id"].tolist(), on=on)
        staff = np.array([whose.get(id, (0, ""))[0] for id in found["episode_id"].tolist()], np.int64)
        keep = np.ones(len(staff), bool)
        if wanted.therapist:
            keep &= staff == staff_id(c, wanted.therapist)
        if wanted.supervisor:
            people, episodes = read.supervised(c, wanted.supervisor, on=on)
            if not people and not episodes:
                raise UsageError("this member of staff supervises nobody", hint="fit staff list")
            keep &= np.isin(staff, list(people)) | np.isin(found["episode_id"], list(episodes))
        labels = labels_of(c, found["episode_id"].tolist())
        if wanted.labels:
            there = {id for id, own in labels.items() if set(wanted.labels) <= set(own)}
            keep &= np.isin(found["episode_id"], list(there))
        kept = {name: column[keep] for name, column in found.items()}
        codes = np.array([whose.get(id, (0, ""))[1] for id in kept["episode_id"].tolist()], dtype=str)
        return cls(c, on, kept, codes, labels)

    def __len__(self) -> int:
        """How many members there are."""
        return len(self.members["member_id"])

    @property
    def today(self) -> int:
        """The day of the list."""
        return day_number(self.on)

    @property
    def ids(self) -> list[int]:
        """The members."""
        return [int(id) for id in self.members["member_id"]]

    @property
    def episode(self) -> Ints:
        """The episode of each."""
        return self.members["episode_id"]

    @cached_property
    def episodes(self) -> list[int]:
        """Each episode once."""
        return [int(id) for id in np.unique(self.episode)]

    @cached_property
    def ended(self) -> Floats:
        """The day it ended or, where it lies ahead, is to end by the episode."""
        return as_days(self.members["ended"])

    @cached_property
    def over(self) -> Mask:
        """Whether it is over."""
        return self.ended <= self.today

    @cached_property
    def forms(self) -> Columns:
        """Forms per member, instrument and rater, with the row of the member as `row`."""
        found = read.forms(self.c, self.ids)
        return found | {"row": np.searchsorted(self.members["member_id"], found["member_id"])}

    @cached_property
    def own_forms(self) -> Columns:
        """The same, of those that clients gave, or who answers for them."""
        own = np.isin(self.forms["rater"], read.OWN)
        return {name: column[own] for name, column in self.forms.items()}

    @cached_property
    def last_rated(self) -> Floats:
        """The day of the newest form that the client gave, or who answers for them."""
        days = np.full(len(self), np.nan)
        np.fmax.at(days, self.own_forms["row"], self.own_forms["last"].astype(float))
        return days

    @cached_property
    def ratings(self) -> Ints:
        """How many forms the client gave, or who answers for them."""
        return self.counted(self.own_forms)

    @cached_property
    def last_form(self) -> Floats:
        """The day of the newest form by anybody, by episode: a contact took place."""
        days = np.full(len(self), np.nan)
        np.fmax.at(days, self.forms["row"], self.forms["last"].astype(float))
        return self.by_episode(days)

    @cached_property
    def diary(self) -> Columns:
        """Last contact and next one by row, and whether the episode is in the diary."""
        found = read.contacts(self.c, self.episodes, on=self.on)
        order = np.argsort(found["episode_id"])
        ids = found["episode_id"][order]
        place = np.minimum(np.searchsorted(ids, self.episode), max(len(ids) - 1, 0))
        there = ids[place] == self.episode if len(ids) else np.zeros(len(self), bool)
        days = {
            name: np.where(there, as_days(found[name][order])[place] if len(ids) else np.nan, np.nan)
            for name in ("last", "next")
        }
        return days | {"there": there}

    @cached_property
    def unseen(self) -> Ints:
        """Forms nobody can have seen."""
        return self.counted(read.unseen(self.c, self.ids))

    @cached_property
    def paused_until(self) -> Floats:
        """The last day of the pause that lasts today."""
        found = read.pauses(self.c, self.episodes, since=self.on)
        now = found["first"] <= self.today
        until = np.full(len(self), np.nan)
        last = {int(id): int(day) for id, day in zip(found["episode_id"][now], found["last"][now], strict=True)}
        rows = np.flatnonzero(np.isin(self.episode, list(last)))
        until[rows] = [last[int(self.episode[row])] for row in rows]
        return until

    @cached_property
    def plan(self) -> list[PlanEntry]:
        """What is asked of whom, by default and in these episodes."""
        return diary.list_plan(self.c, self.episodes)

    @cached_property
    def planned_end(self) -> Floats:
        """The day on which it is to end: a day of closing that lies ahead, or the last day of its own plan."""
        until: dict[int, list[date | None]] = {}
        for entry in self.plan:
            if entry.episode_id is not None and entry.every_sessions != 0 and entry.rater in read.OWN:
                until.setdefault(entry.episode_id, []).append(entry.ends_on)
        ends = {id: day_number(max(d for d in days if d)) for id, days in until.items() if all(days)}
        planned = np.full(len(self), np.nan)
        rows = np.flatnonzero(np.isin(self.episode, list(ends)))
        planned[rows] = [ends[int(self.episode[row])] for row in rows]
        planned = np.fmin(planned, self.ended)
        return np.where(self.over | (planned < self.today), np.nan, planned)

    @cached_property
    def alerts(self) -> Columns:
        """Alerts that stand, and those of attention that were over lately, with the row of the member as `row`."""
        found = read.alerts(self.c, self.ids, over_since=self.today - AGAIN_DAYS)
        return found | {"row": np.searchsorted(self.members["member_id"], found["member_id"])}

    @cached_property
    def waiting_for_a_run(self) -> Mask:
        """Whether something came in that no run has looked at."""
        return np.isin(self.episode, list(read.not_looked_at(self.c, self.episodes)))

    def counted(self, found: Columns) -> Ints:
        """Turn counts by member into a column."""
        counts = np.zeros(len(self), np.int64)
        np.add.at(counts, np.searchsorted(self.members["member_id"], found["member_id"]), found["count"])
        return counts

    def by_episode(self, days: Floats) -> Floats:
        """Give every member the newest day of all members of the episode."""
        _, group = np.unique(self.episode, return_inverse=True)
        newest = np.full(group.max(initial=-1) + 1, np.nan)
        np.fmax.at(newest, group, days)
        return newest[group]

    def labels(self, row: int) -> tuple[str, ...]:
        """The labels of an episode."""
        return self._labels.get(int(self.episode[row]), ())


def as_days(days: Ints) -> Floats:
    """Days as numbers that know "none"."""
    return np.where(days == UNKNOWN, np.nan, days.astype(float))
