"""What is handed on to others: the ratings of some clients at a time, with who they are and whose they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import session_days
from fit_toolkit.store.rows import rows_in, utc

KIND = "export"  # of the run that an export is
_A = s.administration


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which ratings are asked for; what is empty asks for nothing in particular."""

    since: date | None = None
    until: date | None = None
    instruments: tuple[str, ...] = ()
    therapists: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    all_states: bool = False

    @property
    def everything(self) -> bool:
        """Whether no rating is left out but those that do not count."""
        return self in {Wanted(), Wanted(all_states=True)}


class Rated(NamedTuple):
    """A client with ratings among those asked for, and how many at most."""

    client_id: int
    code: str
    forms: int


def rated(c: sa.Connection, wanted: Wanted) -> list[Rated]:
    """Return the clients of whom there are such ratings."""
    query = sa.select(s.client.c.id, s.client.c.code, sa.func.count()).select_from(_ratings())
    query = _only(query, wanted).group_by(s.client.c.id, s.client.c.code)
    return [Rated(*row) for row in c.execute(query)]


def instruments_rated(c: sa.Connection, wanted: Wanted) -> list[str]:
    """Return the ids of the instruments of such ratings, in order."""
    query = _only(sa.select(_A.c.instrument).select_from(_ratings()), wanted)
    return sorted(c.execute(query.distinct()).scalars())


def ratings_of(c: sa.Connection, client_ids: Sequence[int], wanted: Wanted) -> list[Any]:
    """Return such ratings of some clients, without their scores; who filled each in and whose pair it is by code."""
    pair, own = s.staff.alias("of_pair"), s.staff.alias("own")
    source = _ratings().outerjoin(s.pair, s.pair.c.id == _A.c.pair_id).outerjoin(pair, pair.c.id == s.pair.c.staff_id)
    source = source.outerjoin(own, own.c.id == _A.c.rater_staff_id)
    query = sa.select(
        _A,
        s.client.c.id.label("client_id"),
        s.client.c.code.label("client"),
        s.episode.c.code.label("episode"),
        s.episode.c.id.label("episode_id"),
        sa.func.coalesce(pair.c.code, own.c.code, "").label("therapist"),
    ).select_from(source)
    return rows_in(c, _only(query, wanted), s.client.c.id, client_ids)


def scores_of(c: sa.Connection, administrations: Iterable[int]) -> dict[int, list[Any]]:
    """Return the scores of administrations, by these and in the order of the scales' names."""
    found: dict[int, list[Any]] = {}
    query = sa.select(s.score).order_by(s.score.c.administration_id, s.score.c.scale)
    for row in rows_in(c, query, s.score.c.administration_id, administrations):
        found.setdefault(row.administration_id, []).append(row)
    return found


def members_of(c: sa.Connection, member_ids: Iterable[int]) -> list[Any]:
    """Return who the members are: client, episode, since when and until when."""
    query = sa.select(
        s.member.c.id,
        s.member.c.episode_id,
        s.member.c.joined_on,
        s.member.c.left_on,
        s.client.c.code.label("client"),
        s.client.c.born_year,
        s.client.c.sex,
        s.episode.c.code.label("episode"),
        s.episode.c.kind,
        s.episode.c.opened_on,
        s.episode.c.closed_on,
        s.episode.c.close_reason,
    ).select_from(s.member.join(s.client).join(s.episode))
    return rows_in(c, query, s.member.c.id, member_ids)


def unrated(c: sa.Connection) -> list[Rated]:
    """Return the members of episodes of whom there is no rating that counts."""
    rated = sa.select(s.member.c.client_id).select_from(_ratings()).where(_A.c.state == "valid")
    query = sa.select(s.client.c.id, s.client.c.code).where(
        s.client.c.id.in_(sa.select(s.member.c.client_id)), s.client.c.id.not_in(rated)
    )
    return [Rated(*row, 0) for row in c.execute(query)]


def memberships_of(c: sa.Connection, client_ids: Iterable[int]) -> set[int]:
    """Return the ids of all members that clients are."""
    return {row.id for row in rows_in(c, sa.select(s.member.c.id), s.member.c.client_id, client_ids)}


def assignments_of(c: sa.Connection, episode_ids: Iterable[int]) -> list[Any]:
    """Return who was assigned to episodes, oldest first; not what was ended before it began."""
    a = s.assignment
    query = (
        sa.select(a.c.episode_id, s.staff.c.code, a.c.role, a.c.starts_on, a.c.ends_on)
        .select_from(a.join(s.staff))
        .where(sa.or_(a.c.ends_on.is_(None), a.c.ends_on >= a.c.starts_on))
        .order_by(a.c.starts_on, a.c.id)
    )
    return rows_in(c, query, a.c.episode_id, episode_ids)


def appointments_of(c: sa.Connection, episode_ids: Iterable[int], wanted: Wanted) -> list[Any]:
    """Return the appointments of episodes while these were open, oldest first."""
    a = s.appointment
    during = sa.and_(
        a.c.on >= s.episode.c.opened_on, sa.or_(s.episode.c.closed_on.is_(None), a.c.on <= s.episode.c.closed_on)
    )
    query = (
        sa.select(a.c.episode_id, a.c.on, a.c.at, s.staff.c.code, a.c.status, a.c.reason)
        .select_from(a.join(s.episode).outerjoin(s.staff, s.staff.c.id == a.c.staff_id))
        .where(during)
        .order_by(a.c.on)
    )
    if wanted.since is not None:
        query = query.where(a.c.on >= wanted.since)
    if wanted.until is not None:
        query = query.where(a.c.on <= wanted.until)
    return rows_in(c, query, a.c.episode_id, episode_ids)


def therapists_of(c: sa.Connection, episode_ids: Iterable[int]) -> dict[int, list[tuple[date, str]]]:
    """Return since when each episode was whose, oldest first."""
    query = (
        sa.select(s.assignment.c.episode_id, s.assignment.c.starts_on, s.staff.c.code)
        .select_from(s.assignment.join(s.staff))
        .where(s.assignment.c.role == "therapist")
        .order_by(s.assignment.c.starts_on, s.assignment.c.id)
    )
    found: dict[int, list[tuple[date, str]]] = {}
    for episode, since, code in rows_in(c, query, s.assignment.c.episode_id, episode_ids):
        found.setdefault(episode, []).append((since, code))
    return found


def labels_of(c: sa.Connection, episode_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return the labels of episodes, in order."""
    query = sa.select(s.label.c.episode_id, s.label.c.label).order_by(s.label.c.label)
    found: dict[int, list[str]] = {}
    for episode, label in rows_in(c, query, s.label.c.episode_id, episode_ids):
        found.setdefault(episode, []).append(label)
    return found


def codes_of_people(c: sa.Connection) -> frozenset[str]:
    """Return every code of a client or a member of staff, in small letters."""
    return frozenset(
        code.lower() for table in (s.client, s.staff) for code in c.execute(sa.select(table.c.code)).scalars()
    )


def session_numbers(c: sa.Connection, episode_ids: Iterable[int]) -> dict[tuple[int, int], int]:
    """Return the number of each session by episode and day (counted from 1970-01-01)."""
    days = session_days(c, episode_ids)
    numbers: dict[tuple[int, int], int] = {}
    count, before = 0, None
    for episode, day in sorted(zip(days["episode_id"].tolist(), days["day"].tolist(), strict=True)):
        count = count + 1 if episode == before else 1
        numbers[episode, day], before = count, episode
    return numbers


def note(
    c: sa.Connection, client_ids: Iterable[int], *, at: datetime, as_of: date, version: str, counts: dict[str, Any]
) -> int:
    """Keep that something was handed on, what, and about whom; return the run's id."""
    row = {"kind": KIND, "started_at": utc(at), "finished_at": utc(at), "as_of": as_of, "engine_version": version,
           "counts": counts, "failures": [], "exit_code": 0}  # fmt: skip
    made: int = c.execute(sa.insert(s.run).values(**row).returning(s.run.c.id)).scalar_one()
    if rows := [{"run_id": made, "client_id": client} for client in sorted(set(client_ids))]:
        c.execute(sa.insert(s.exported), rows)
    return made


def handed_on(c: sa.Connection, client: int) -> list[dict[str, Any]]:
    """Return when something about a client was handed on, and what it was; oldest first."""
    query = (
        sa.select(s.run.c.started_at, s.run.c.counts)
        .select_from(s.exported.join(s.run))
        .where(s.exported.c.client_id == client)
        .order_by(s.run.c.id)
    )
    return [{"at": at, **counts} for at, counts in c.execute(query)]


def _ratings() -> sa.Join:
    return (
        _A.join(s.member, s.member.c.id == _A.c.member_id)
        .join(s.client, s.client.c.id == s.member.c.client_id)
        .join(s.episode, s.episode.c.id == s.member.c.episode_id)
    )


def _only(query: sa.Select[Any], wanted: Wanted) -> sa.Select[Any]:
    """Leave out what is not asked for; of therapists only what was never theirs."""
    if not wanted.all_states:
        query = query.where(_A.c.state == "valid")
    if wanted.since is not None:
        query = query.where(_A.c.session_on >= wanted.since)
    if wanted.until is not None:
        query = query.where(_A.c.session_on <= wanted.until)
    if wanted.instruments:
        query = query.where(_A.c.instrument.in_(wanted.instruments))
    if wanted.episodes:
        query = query.where(s.episode.c.code.in_(wanted.episodes))
    if wanted.labels:
        labelled = sa.select(s.label.c.episode_id).where(s.label.c.label.in_(wanted.labels))
        query = query.where(s.episode.c.id.in_(labelled))
    if wanted.therapists:
        assigned = sa.select(s.assignment.c.episode_id).select_from(s.assignment.join(s.staff))
        query = query.where(s.episode.c.id.in_(assigned.where(s.staff.c.code.in_(wanted.therapists))))
    return query
