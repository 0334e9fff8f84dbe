"""What the report of a service reads: the courses that ended in a period, their ratings and sessions, as whole columns.

A course is one client in one episode; it ended on the day the client left the episode, or the episode was closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import Columns, as_array

Kinds = tuple[tuple[str, sa.ColumnElement[Any], str], ...]
_A = s.administration
_LEFT = sa.func.coalesce(s.member.c.left_on, s.episode.c.closed_on)


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Courses that ended from one day to another, both included, of episodes that have all of the labels.

    With `open_too` also those that were open on the last day: they are looked at as if they had ended on it.
    """

    since: date
    until: date
    labels: tuple[str, ...] = ()
    open_too: bool = False

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
    """Return one row per course, by member; `reason` is why the episode was closed, where the course ended with it."""
    later = sa.or_(s.member.c.left_on < s.episode.c.closed_on, s.episode.c.closed_on > scope.until)
    with_it = sa.case((later, None), else_=s.episode.c.close_reason)
    columns: Kinds = (
        ("member_id", s.member.c.id, "int"),
        ("episode_id", s.episode.c.id, "int"),
        ("client_id", s.member.c.client_id, "int"),
        ("started", s.member.c.joined_on, "day"),
        ("ended", scope.ended, "day"),
        ("reason", with_it, "text"),
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

    By member, day and the order in which they were rated. `staff_id` is the therapist a rating of the alliance is about.
    """
    columns: Kinds = (
        ("member_id", _A.c.member_id, "int"),
        ("day", _A.c.session_on, "day"),
        ("occasion", _A.c.occasion, "text"),
        ("staff_id", sa.func.coalesce(s.pair.c.staff_id, 0), "int"),
        ("value_ticks", s.score.c.value_ticks, "int"),
    )
    source = _rated().outerjoin(s.score, sa.and_(s.score.c.administration_id == _A.c.id, s.score.c.scale == scale))
    mine = (_A.c.state == "valid", _A.c.instrument == instrument, _A.c.rater == rater, _A.c.session_on <= scope.until)
    return _fetch(c, source, columns, scope, _A.c.member_id, _A.c.session_on, _A.c.rated_at, _A.c.id, where=mine)


def first_and_last(c: sa.Connection, scope: Scope, instrument: str, rater: str, scales: Sequence[str]) -> Columns:
    """Return of each member, therapist and scale the first and the last known value; one row where they are the same."""
    a, score = _A.c, s.score.c
    whose = (a.member_id, sa.func.coalesce(s.pair.c.staff_id, 0), score.scale)
    forwards = sa.func.row_number().over(partition_by=whose, order_by=(a.session_on, a.id))
    backwards = sa.func.row_number().over(partition_by=whose, order_by=(a.session_on.desc(), a.id.desc()))
    ranked = (
        sa.select(a.member_id, whose[1].label("staff_id"), score.scale, a.session_on.label("day"), score.value_ticks,
                  forwards.label("forwards"), backwards.label("backwards"))
        .select_from(_rated().join(s.score, score.administration_id == a.id))
        .where(*scope.where, a.state == "valid", a.instrument == instrument, a.rater == rater, a.session_on <= scope.until, score.scale.in_(scales),
               score.value_ticks.is_not(None)).subquery()
    )  # fmt: skip
    columns: Kinds = (
        ("member_id", ranked.c.member_id, "int"),
        ("staff_id", ranked.c.staff_id, "int"),
        ("scale", ranked.c.scale, "text"),
        ("day", ranked.c.day, "day"),
        ("value_ticks", ranked.c.value_ticks, "int"),
    )
    ends = (sa.or_(ranked.c.forwards == 1, ranked.c.backwards == 1),)
    order = (ranked.c.scale, ranked.c.member_id, ranked.c.staff_id, ranked.c.forwards)
    return _fetch(c, ranked, columns, None, *order, where=ends)


def session_days(c: sa.Connection, scope: Scope) -> Columns:
    """Return the days on which an episode had a session, `episode_id` and `day`: those rated on, and the appointments.

    An appointment counts when it was held, or when its day has passed and nobody noted that it did not take place.
    """
    rated = sa.select(s.episode.c.id.label("episode_id"), _A.c.session_on.label("day")).select_from(
        _A.join(s.member, s.member.c.id == _A.c.member_id).join(s.episode)
    ).where(_A.c.state == "valid", s.episode.c.id.in_(_episodes(scope)))  # fmt: skip
    held = sa.select(s.appointment.c.episode_id, s.appointment.c.on).where(
        s.appointment.c.status.in_(("held", "planned")), s.appointment.c.episode_id.in_(_episodes(scope))
    )
    both = sa.union(rated, held).subquery()
    columns: Kinds = (("episode_id", both.c.episode_id, "int"), ("day", both.c.day, "day"))
    return _fetch(c, both, columns, None, both.c.episode_id, both.c.day)


def kept_in_diary(c: sa.Connection, scope: Scope) -> list[int]:
    """Return the episodes of which contacts are in the diary: only there a session without a rating can be seen."""
    query = sa.select(s.appointment.c.episode_id).where(s.appointment.c.episode_id.in_(_episodes(scope))).distinct()
    return [int(each) for each in c.execute(query).scalars()]


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
) -> Columns:
    query = sa.select(*(column.label(name) for name, column, _ in columns)).select_from(source)
    query = query.where(*([] if scope is None else scope.where), *where).order_by(*order)
    rows = c.execute(query).all()
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return {name: as_array(values, kind) for (name, _, kind), values in zip(columns, by_column, strict=True)}
