"""What the report of a service reads: the courses that ended in a period, their ratings and sessions, as whole columns.

A course is one client in one episode; it ended on the day the client left the episode, or the episode was closed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

import msgspec
import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import Columns, as_array

Kinds = Sequence[tuple[str, sa.ColumnElement[Any], str]]
_A = s.administration
_TIMES: Final = ("day", "instant")
PART: Final = 20_000  # rows at a time
WIDE: Final = 20  # scales at a time; SQLite joins 64 tables at most
_LEFT = sa.func.coalesce(s.member.c.left_on, s.episode.c.closed_on)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Courses that ended from one day to another, both included, of episodes that have all of the labels.

    With `open_too` also those that were open on the last day: they are looked at as if they had ended on it.
    """

    since: date
    until: date
    labels: tuple[str, ...] = ()
    open_too: bool = False
    today: date = date.max  # an appointment planned for this day or a later one may still take place

    @property
    def ended(self) -> sa.ColumnElement[date]:
        """The last day of a course."""
        if not self.open_too:
            return _LEFT
        return sa.case((_LEFT.between(date.min, self.until), _LEFT), else_=self.until)

    @property
    def where(self) -> list[sa.ColumnElement[bool]]:
        """Give the condition, for queries that have `member` and `episode` in them."""
        labelled = [
            s.episode.c.id.in_(sa.select(s.label.c.episode_id).where(s.label.c.label == label)) for label in self.labels
        ]
        return [s.member.c.joined_on <= self.until, self.ended.between(self.since, self.until), *labelled]


def courses(c: sa.Connection, scope: Scope) -> Columns:
    """Return one row per course, by member; `reason` is why the episode was closed, where the course ended with it.

    `open` is 1 where it goes on after the last day of the scope.
    """
    later = sa.or_(s.member.c.left_on < s.episode.c.closed_on, s.episode.c.closed_on > scope.until)
    with_it = sa.case((later, None), else_=s.episode.c.close_reason)
    columns: Kinds = (
        ("member_id", s.member.c.id, "int"),
        ("episode_id", s.episode.c.id, "int"),
        ("client_id", s.member.c.client_id, "int"),
        ("started", s.member.c.joined_on, "day"),
        ("ended", scope.ended, "day"),
        ("reason", with_it, "text"),
        ("open", sa.case((_LEFT.between(date.min, scope.until), 0), else_=1), "int"),
        ("born_year", s.client.c.born_year, "int"),
        ("sex", s.client.c.sex, "text"),
    )
    source = s.member.join(s.episode).join(s.client)
    return _fetch(c, source, columns, scope, s.member.c.id)


def count_courses(c: sa.Connection, scope: Scope) -> int:
    """Count the courses."""
    query = sa.select(sa.func.count()).select_from(s.member.join(s.episode)).where(*scope.where)
    return int(c.scalar(query) or 0)


def rated_by(c: sa.Connection, scope: Scope) -> list[tuple[str, str, str]]:
    """Return what was rated in the courses: instrument, rater and occasion, in order."""
    query = sa.select(_A.c.instrument, _A.c.rater, _A.c.occasion).select_from(_A.join(s.member).join(s.episode))
    query = query.where(*scope.where, _A.c.state == "valid").distinct()
    return sorted((str(row[0]), str(row[1]), str(row[2])) for row in c.execute(query))


def ratings(c: sa.Connection, scope: Scope, instrument: str, rater: str, scale: str) -> Columns:
    """Return all valid forms of an instrument by a rater, with the value of one scale (UNKNOWN: none could be scored).

    By member, day and the order in which they were rated. `staff_id` is the therapist a rating of the alliance is about;
    `occasion` is a place in schema.OCCASIONS.
    """
    columns: Kinds = (
        ("id", _A.c.id, "int"),
        ("member_id", _A.c.member_id, "int"),
        ("day", _A.c.session_on, "day"),
        ("rated_at", _A.c.rated_at, "instant"),
        ("occasion", sa.case({name: at for at, name in enumerate(s.OCCASIONS)}, value=_A.c.occasion), "int"),
        ("staff_id", sa.func.coalesce(s.pair.c.staff_id, 0), "int"),
        ("value_ticks", s.score.c.value_ticks, "int"),
    )
    source = _rated().outerjoin(s.score, sa.and_(s.score.c.administration_id == _A.c.id, s.score.c.scale == scale))
    mine = (_A.c.state == "valid", _A.c.instrument == instrument, _A.c.rater == rater)
    found = _fetch(c, source, columns, scope, where=mine)
    found = _up_to(found, scope.until)
    order = np.lexsort((found["id"], found["rated_at"], found["day"], found["member_id"]))
    return {name: column[order] for name, column in found.items() if name != "rated_at"}


def scores(c: sa.Connection, scope: Scope, instrument: str, rater: str, scales: Sequence[str]) -> Columns:
    """Return the values of some scales of all valid forms, one row a form, in no order: `id`, and a column named as each scale."""
    found: Columns = {}
    for start in range(0, len(scales), WIDE):
        part = scales[start : start + WIDE]
        source, columns = _rated(), [("id", _A.c.id, "int")]
        for at, scale in enumerate(part):
            score = s.score.alias(f"score{at}")
            source = source.outerjoin(score, sa.and_(score.c.administration_id == _A.c.id, score.c.scale == scale))
            columns.append((scale, score.c.value_ticks, "int"))
        mine = (_A.c.state == "valid", _A.c.instrument == instrument, _A.c.rater == rater)
        rows = _fetch(c, source, columns, scope, where=mine)
        order = np.argsort(rows["id"])
        found |= {name: column[order] for name, column in rows.items()}
    return found


def session_days(c: sa.Connection, scope: Scope) -> Columns:
    """Return the days on which an episode had a session, `episode_id` and `day`: those rated on, and the appointments.

    An appointment counts when it was held, or when its day has passed and nobody noted that it did not take place.
    """
    of = s.member.c.episode_id.in_(_episodes(scope))
    members = _fetch(
        c,
        s.member,
        (("id", s.member.c.id, "int"), ("episode_id", s.member.c.episode_id, "int")),
        None,
        s.member.c.id,
        where=(of,),
    )
    days: Kinds = (("member_id", _A.c.member_id, "int"), ("day", _A.c.session_on, "day"))
    mine = _A.c.member_id.in_(sa.select(s.member.c.id).where(of))
    rated = _fetch(c, _A, days, None, where=(_A.c.state == "valid", mine), distinct=True)
    diary: Kinds = (("episode_id", s.appointment.c.episode_id, "int"), ("day", s.appointment.c.on, "day"))
    passed = sa.and_(s.appointment.c.status == "planned", s.appointment.c.on < scope.today)
    held = (
        sa.or_(s.appointment.c.status == "held", passed),
        s.appointment.c.episode_id.in_(_episodes(scope)),
    )
    kept = _fetch(c, s.appointment, diary, None, where=held)
    episode = members["episode_id"][np.searchsorted(members["id"], rated["member_id"])]
    ids, day = np.concatenate((episode, kept["episode_id"])), np.concatenate((rated["day"], kept["day"]))
    order = np.lexsort((day, ids))
    ids, day = ids[order], day[order]
    new = np.ones(len(ids), bool)
    new[1:] = (np.diff(ids) != 0) | (np.diff(day) != 0)
    return {"episode_id": ids[new], "day": day[new]}


def kept_in_diary(c: sa.Connection, scope: Scope) -> NDArray[np.int64]:
    """Return the episodes of which contacts are in the diary: only there a session without a rating can be seen."""
    mine = (s.appointment.c.episode_id.in_(_episodes(scope)),)
    return _fetch(c, s.appointment, (("id", s.appointment.c.episode_id, "int"),), None, where=mine, distinct=True)["id"]


def therapists(c: sa.Connection, scope: Scope) -> Columns:
    """Return who had each episode as its therapist, in order of time: `episode_id`, `staff_id` and the `code`."""
    columns: Kinds = (
        ("episode_id", s.assignment.c.episode_id, "int"),
        ("staff_id", s.assignment.c.staff_id, "int"),
        ("code", s.staff.c.code, "text"),
    )
    source = s.assignment.join(s.staff, s.staff.c.id == s.assignment.c.staff_id)
    mine = (s.assignment.c.role == "therapist", s.assignment.c.episode_id.in_(_episodes(scope)))
    order = (s.assignment.c.episode_id, s.assignment.c.starts_on, s.assignment.c.id)
    return _fetch(c, source, columns, None, *order, where=mine)


def _rated() -> sa.FromClause:
    return (
        _A.join(s.member, s.member.c.id == _A.c.member_id)
        .join(s.episode, s.episode.c.id == s.member.c.episode_id)
        .outerjoin(s.pair, s.pair.c.id == _A.c.pair_id)
    )


def _episodes(scope: Scope) -> sa.Select[Any]:
    return sa.select(s.episode.c.id).select_from(s.member.join(s.episode)).where(*scope.where)


def _fetch(
    c: sa.Connection,
    source: sa.FromClause,
    columns: Kinds,
    scope: Scope | None,
    *order: sa.ColumnElement[Any],
    where: Sequence[sa.ColumnElement[bool]] = (),
    distinct: bool = False,
) -> Columns:
    """Fetch in parts, each turned into arrays at once: a row as Python objects takes ten times the room.

    Days and instants come as the database has them, since numpy reads both a text and a date.
    """
    plain = [
        (sa.type_coerce(column, sa.types.NullType()) if kind in _TIMES else column).label(name)
        for name, column, kind in columns
    ]
    query = (
        sa.select(*plain).select_from(source).where(*([] if scope is None else scope.where), *where).order_by(*order)
    )
    query = query.distinct() if distinct else query
    parts = []
    with _uncollected():
        cursor: Any = c.execute(
            query
        ).cursor  # plain tuples: there is nothing left for SQLAlchemy to turn into anything
        while rows := cursor.fetchmany(PART):
            parts.append(
                [as_array(each, kind) for each, (_, _, kind) in zip(zip(*rows, strict=True), columns, strict=True)]
            )
    if not parts:
        parts = [[as_array((), kind) for _, _, kind in columns]]
    return {name: np.concatenate(each) for (name, _, _), each in zip(columns, zip(*parts, strict=True), strict=True)}


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking all objects each time some thousand rows have come: a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _up_to(found: Columns, until: date) -> Columns:
    """Leave out what was rated later: here rather than in the query, which would then go by the day and read at random."""
    there = found["day"] <= (until - date(1970, 1, 1)).days
    return {name: column[there] for name, column in found.items()}
