"""Everything the store knows about one member up to one day, read in one go for their sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from fit_toolkit.courses.load import Slice
from fit_toolkit.errors import DataError
from fit_toolkit.model.people import Appointment, Episode, Member, PlanEntry
from fit_toolkit.model.records import Administration
from fit_toolkit.sheets.then import stood
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import diary, people, ratings, runs
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import rows_in

if TYPE_CHECKING:
    import sqlalchemy as sa

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Reading:
    """One member's record as of a day; nothing in it is later than `as_of`."""

    member: Member
    episode: Episode
    as_of: date
    part: Slice
    given: tuple[Administration, ...]  # valid, oldest first
    sessions: tuple[date, ...]
    appointments: tuple[Appointment, ...]
    pauses: tuple[tuple[date, date], ...]  # first and last day
    plan: tuple[PlanEntry, ...]
    alerts: tuple[Mapping[str, Any], ...]
    unchecked: tuple[str, ...]  # policies that failed in the last run; "" when nothing was evaluated since an entry
    staff: Mapping[int, str]
    found_later: int = 0  # alerts about ratings of then that were opened after `as_of`
    held: bool = False  # the session of `as_of` is over, although its end was not rated

    @property
    def rated_on(self) -> date | None:
        """The day of the newest rating by anybody."""
        return self.given[-1].session_on if self.given else None

    @property
    def session_over(self) -> bool:
        """Whether that session has an end, and is not only begun."""
        day = self.session_on
        return self.held or day != self.as_of or any(a.session_on == day and a.occasion == "end" for a in self.given)

    @property
    def session_on(self) -> date | None:
        """The newest session that is over: its end was rated, or it was held before `as_of`."""
        ended = {a.session_on for a in self.given if a.occasion == "end"} | ({self.as_of} if self.held else set())
        over = [d for d in self.sessions if d in ended or d < self.as_of]
        return max(over, default=max(self.sessions, default=None))

    @property
    def session_number(self) -> int | None:
        """Which session that was, counted by date."""
        day = self.session_on
        return None if day is None else self.sessions.index(day) + 1

    def of(self, instrument: str, rater: str) -> list[Administration]:
        """The administrations of one form by one kind of rater, oldest first, the newest of each session."""
        newest = {(a.session_on, a.occasion): a for a in self.given if (a.instrument, a.rater) == (instrument, rater)}
        return list(newest.values())


def read_member(
    c: sa.Connection, member: int, *, as_of: date, max_gap_days: int = 42, zone: tzinfo = UTC, held: bool = False
) -> Reading:
    """Read one member's record; other members of the episode are left out from here on.

    Ratings up to `as_of` are there as they are known today, alerts as they stood at the end of that day in `zone`.
    `held` says that the session of `as_of` is over, even where only its arrival was rated.
    """
    return read_members(c, [member], as_of=as_of, max_gap_days=max_gap_days, zone=zone, held=held)[member]


def read_members(
    c: sa.Connection, members: Sequence[int], *, as_of: date, max_gap_days: int = 42, zone: tzinfo = UTC,
    held: bool = False,
) -> dict[int, Reading]:  # fmt: skip
    """Read the records of many members at once, each for itself: a question to the store is asked once for all."""
    query = s.member.select().with_only_columns(s.member.c.id, s.member.c.episode_id)
    episode_of = {row.id: row.episode_id for row in rows_in(c, query, s.member.c.id, members)}
    if missing := set(members) - episode_of.keys():
        raise DataError(f"there is no member {min(missing)}")
    episodes = {each.id: each for each in people.list_episodes(c, ids=sorted(set(episode_of.values())))}
    whole = Slice.of(c, sorted(episodes), as_of=as_of, max_gap_days=max_gap_days)
    given, rows = _grouped(ratings.history(c, members), "member_id"), defaultdict(list)
    for row in stored.alert_rows(c, member_ids=members):
        rows[row["member_id"]].append(row)
    appointments = _grouped(diary.list_appointments(c, episode_ids=sorted(episodes)), "episode_id")
    unchecked = _unchecked(c, episodes)
    staff = {person.id: person.name or person.code for person in people.list_staff(c)}
    out: dict[int, Reading] = {}
    for member in members:
        episode = episodes[episode_of[member]]
        part = whole.only(episode.id) if len(episodes) > 1 else whole
        mine = (a for a in given[member] if a.session_on <= as_of)
        pauses = (pause[1:] for pause in part.calendar.pauses if pause[0] == episode.id)
        alerts, later = stood(c, rows[member], as_of, zone)
        out[member] = Reading(
            member=next(m for m in episode.members if m.id == member),
            episode=episode,
            as_of=as_of,
            part=part,
            given=tuple(sorted(mine, key=lambda a: (a.session_on, a.occasion != "start", a.id))),
            sessions=tuple(_date(day) for day in part.sessions["day"]),
            appointments=tuple(appointments[episode.id]),
            pauses=tuple((_date(first), _date(last)) for first, last in pauses if _date(first) <= as_of),
            plan=tuple(diary.plan_for(part.calendar.plan, episode.id, on=as_of)),
            alerts=alerts,
            found_later=later,
            unchecked=unchecked[episode.id],
            staff=staff,
            held=held,
        )
    return out


def _grouped(rows: Iterable[Any], key: str) -> defaultdict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


ACTED = "acted"  # a person did something about an alert: no rating waits to be looked at


def _date(day: int) -> date:
    return EPOCH + timedelta(days=int(day))


def _unchecked(c: sa.Connection, episodes: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Why the alerts of episodes may be behind their data; an episode keeps its mark while a policy fails on it."""
    touched = s.touched.select().with_only_columns(s.touched.c.episode_id).where(s.touched.c.why != ACTED).distinct()
    waiting = {row.episode_id for row in rows_in(c, touched, s.touched.c.episode_id, episodes)}
    last = [runs.last_run(c, kind) for kind in runs.RUNS]
    failures: list[Mapping[str, Any]] = [row for run in last for row in (run or {}).get("failures") or ()]
    came_through = {name.partition("|")[0] for name in runs.seen_policies(c)} if failures else set()
    # where nothing is new, a policy that never came through was asked about every episode all the same
    everywhere = [row for row in failures if row.get("policy") and row["policy"] not in came_through]
    return {each: _named(failures) or ("",) if each in waiting else _named(everywhere) for each in episodes}


def _named(failures: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(row.get("policy") or row.get("plugin") or "") for row in failures))
