"""Loads courses from the store: one stream for a slice of episodes, with every member in it, rated or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Members, Rating, ScaleView
from fit_toolkit.courses.expected import Calendar, day_number
from fit_toolkit.courses.silence import silence_rows
from fit_toolkit.courses.stream import Stream
from fit_toolkit.store import diary, frames
from fit_toolkit.store.frames import UNKNOWN, Columns

if TYPE_CHECKING:
    import sqlalchemy as sa

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Loaded:
    """A course and, for each of its m courses, whose it is."""

    course: Course
    member: Ints
    episode: Ints
    staff: Ints
    occasion: NDArray[np.str_]
    entered: Ints  # per point: the administration's id


@dataclass(frozen=True, eq=False)
class Slice:
    """What is shared by all streams of some episodes as of one day; loads each stream once."""

    c: sa.Connection
    episodes: tuple[int, ...]
    as_of: date
    max_gap_days: int
    members: Columns
    sessions: Columns
    calendar: Calendar
    next_day: Mapping[int, int]
    _rows: dict[Stream, Columns]
    known_at: datetime | None = None
    whole: Slice | None = None  # that this is a part of: what it has loaded is not loaded again

    @classmethod
    def of(
        cls,
        c: sa.Connection,
        episodes: Sequence[int],
        *,
        as_of: date,
        max_gap_days: int = 42,
        known_at: datetime | None = None,
    ) -> Slice:
        """Read members, diary, pauses and plan of the episodes; of the ratings what is, or was `known_at` a moment."""
        today = day_number(as_of)
        members = frames.member_columns(c, episodes, on=as_of)
        sessions = frames.session_days(c, episodes, known_at=known_at)
        later = sessions["day"] > today
        rated_ahead = list(zip(sessions["episode_id"][later].tolist(), sessions["day"][later].tolist(), strict=True))
        sessions = _kept(sessions, ~later)
        appointments = diary.list_appointments(c, episode_ids=episodes)
        calendar = Calendar.of(
            appointments,
            diary.list_pauses(c, episodes),
            diary.list_plan(c, episodes),
            sessions,
            today=today,
        )
        future = [a for a in appointments if a.on > as_of and a.status == "planned"]
        ahead = calendar.next_day(list(episodes), future, rated_ahead)
        return cls(c, tuple(episodes), as_of, max_gap_days, members, sessions, calendar, ahead, {}, known_at)

    def only(self, episode: int) -> Slice:
        """Give the part that is about one episode; streams are read once for all parts."""
        members, sessions = (_kept(each, each["episode_id"] == episode) for each in (self.members, self.sessions))
        return replace(self, episodes=(episode,), members=members, sessions=sessions, _rows={}, whole=self)

    def person(self, member: int, on: date) -> tuple[tuple[float, float] | None, str]:
        """Give the two ages a member may have on a day (None: unknown), and their sex ("": unknown)."""
        place = int(np.flatnonzero(self.members["member_id"] == member)[0])
        born = float(_days(self.members["born_year"])[place])
        age = None if np.isnan(born) else (on.year - born - 1, on.year - born)
        return age, str(self.members["sex"][place])

    def load(self, stream: Stream, view: ScaleView, partners: Mapping[Rating, tuple[Stream, ScaleView]]) -> Loaded:
        """Load one stream, and beside it the streams that a policy compares it with."""
        rows = self._ratings(stream)
        whose = _courses(rows, self.members, stream)
        own = self._assemble(rows, whose, stream, view)
        beside = {
            rating: self._assemble(self._ratings(other), whose, other, its_view).course
            for rating, (other, its_view) in partners.items()
        }
        return replace(own, course=replace(own.course, partners=beside)) if beside else own

    def _ratings(self, stream: Stream) -> Columns:
        if stream not in self._rows and self.whole is not None:
            rows = self.whole._ratings(stream)  # noqa: SLF001 - its own kind
            self._rows[stream] = _kept(rows, np.isin(rows["member_id"], self.members["member_id"]))
        if stream not in self._rows:
            if stream.silence is not None:
                rows = silence_rows(self.c, self.episodes, stream, known_at=self.known_at)
            else:
                read = frames.item_columns if stream.item else frames.score_columns
                rows = read(
                    self.c, self.episodes, stream.instrument, stream.scale, stream.rater, known_at=self.known_at
                )
            self._rows[stream] = _kept(rows, rows["session_on"] <= day_number(self.as_of))
        return self._rows[stream]

    def _assemble(self, rows: Columns, whose: Columns, stream: Stream, view: ScaleView) -> Loaded:
        """Sort the ratings into the given courses; of two at one session the newest counts."""
        where = _find(whose, rows, stream)
        known = (where >= 0) & (rows["value_ticks"] != UNKNOWN)
        kept, where = _kept(rows, known), where[known]
        order = np.lexsort((kept["id"], kept["rated_at"], kept["session_on"], where))
        kept, where = _kept(kept, order), where[order]
        newest = np.ones(len(where), bool)
        newest[:-1] = (where[1:] != where[:-1]) | (kept["session_on"][1:] != kept["session_on"][:-1])
        kept, where = _kept(kept, newest), where[newest]
        m = len(whose["member"])
        offsets = np.concatenate(([0], np.cumsum(np.bincount(where, minlength=m)))).astype(np.int64)
        episode = whose["episode"][where]
        course = Course(
            tick=kept["value_ticks"],
            day=kept["session_on"],
            session=self._session_numbers(episode, kept["session_on"]),
            root=kept["root_id"],
            prorated=kept["status"] == "prorated",
            mark=_changed(where, kept["language"], kept["form_version"]),
            offsets=offsets,
            member=whose["place"],
            members=self._members(rows, stream),
            scale=view,
            max_gap_days=self.max_gap_days,
        )
        return Loaded(course, whose["member"], whose["episode"], whose["staff"], whose["occasion"], kept["id"])

    def _members(self, rows: Columns, stream: Stream) -> Members:
        members, today = self.members, day_number(self.as_of)
        started, ended = (_days(members[name]) for name in ("started", "ended"))
        last = np.full(len(started), -np.inf)
        place = np.searchsorted(members["member_id"], rows["member_id"])
        np.maximum.at(last, place, rows["session_on"].astype(float))
        last[np.isinf(last)] = np.nan
        born = _days(members["born_year"])
        due = self.calendar.due(
            stream.instrument,
            stream.rater,
            episode=members["episode_id"],
            started=started,
            ended=ended,
            last_rated=last,
        )
        return Members(
            id=members["member_id"],
            started=started,
            ended=np.where(ended <= today, ended, np.nan),
            last_rated=last,
            due=due,
            age=self.as_of.year - born,
            sex=members["sex"],
            today=today,
        )

    def _session_numbers(self, episode: Ints, day: Ints) -> Ints:
        """A session's number is its place among the days on which its episode had a session."""
        if not len(day):
            return np.empty(0, np.int64)
        wide = int(max(self.sessions["day"].max(initial=0), day.max())) + 1
        key = self.sessions["episode_id"] * wide + self.sessions["day"]
        first = np.searchsorted(key, episode * wide)
        number: Ints = np.searchsorted(key, episode * wide + day) - first + 1
        return number


def _courses(rows: Columns, members: Columns, stream: Stream) -> Columns:
    """List the courses of a stream: those with a rating, and one empty one for every member without any."""
    staff = rows["staff_id"] if stream.alliance else np.zeros(len(rows["member_id"]), np.int64)
    rated = np.isin(members["member_id"], rows["member_id"])
    without = _kept(members, ~rated)
    count = len(without["member_id"])
    wide = max(len(stream.occasion), rows["occasion"].dtype.itemsize // 4)
    listed: dict[str, NDArray[Any]] = {
        "member": np.concatenate((rows["member_id"], without["member_id"])),
        "staff": np.concatenate((staff, without["staff_id"] if stream.alliance else np.zeros(count, np.int64))),
        "occasion": np.concatenate((rows["occasion"].astype(f"<U{wide}"), np.full(count, stream.occasion))),
    }
    table = np.empty(len(listed["member"]), dtype=[(name, column.dtype) for name, column in listed.items()])
    for name, column in listed.items():
        table[name] = column
    distinct = np.unique(table)
    place = np.searchsorted(members["member_id"], distinct["member"])
    return {
        "member": np.ascontiguousarray(distinct["member"]),
        "staff": np.ascontiguousarray(distinct["staff"]),
        "occasion": np.ascontiguousarray(distinct["occasion"]),
        "episode": members["episode_id"][place],
        "place": place,
    }


def _find(whose: Columns, rows: Columns, stream: Stream) -> Ints:
    """For each rating the course it belongs to; -1 for none."""
    if not len(rows["member_id"]):
        return np.empty(0, np.int64)
    occasions = {name: code for code, name in enumerate(np.unique(whose["occasion"]).tolist())}
    code = np.array([occasions.get(name, -1) for name in rows["occasion"].tolist()], np.int64)
    mine = np.array([occasions[name] for name in whose["occasion"].tolist()], np.int64)
    staff = rows["staff_id"] if stream.alliance else np.zeros(len(code), np.int64)
    people = int(max(staff.max(), whose["staff"].max())) + 1
    key = (whose["member"] * people + whose["staff"]) * len(occasions) + mine
    wanted = (rows["member_id"] * people + staff) * len(occasions) + code
    order = np.argsort(key)
    place: Ints = order[np.minimum(np.searchsorted(key[order], wanted), len(key) - 1)]
    place[(key[place] != wanted) | (code < 0)] = -1
    return place


def _changed(where: Ints, *columns: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Where language or wording is another one than at the rating before."""
    mark = np.zeros(len(where), bool)
    for column in columns:
        differs = (column[1:] != column[:-1]) & (column[1:] != "") & (column[:-1] != "")
        mark[1:] |= differs & (where[1:] == where[:-1])
    return mark


def _days(column: Ints) -> NDArray[np.float64]:
    return np.where(column == UNKNOWN, np.nan, column.astype(float))


def _kept(columns: Columns, which: NDArray[Any]) -> Columns:
    return {name: column[which] for name, column in columns.items()}
