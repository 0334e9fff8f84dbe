"""What the caseload reads: whole columns about the members of open episodes, fetched by their ids.

Nothing here goes through forms or appointments of episodes that are closed: the cost follows what is open. Days count
from 1970-01-01; `UNKNOWN` stands for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from fit_toolkit.model.alerts import GONE, Cause
from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import UNKNOWN, Columns, as_array, therapist_on
from fit_toolkit.store.people import staff_id
from fit_toolkit.store.rows import chunks, dicts, rows_in

Kinds = tuple[tuple[str, sa.ColumnElement[Any], str], ...]
OWN = ("client", "carer")  # who answers for the client
NOTHING_CAME_IN = (
    "acted", "appointment", "assigned", "closed", "member", "opened", "paused", "plan", "reopened", "transferred",
)  # fmt: skip
_A = s.administration.c
_VALID = _A.state == sa.literal_column("'valid'")  # spelt out, so that the index of valid forms is used


def members(c: sa.Connection, *, on: date, closed_since: date) -> Columns:
    """Return the members of episodes that are open on a day, that ended since `closed_since`, or that a safety alert waits for.

    `ended` is the day the member left or the episode was closed; one that lies ahead is a planned end.
    """
    ended = sa.func.coalesce(s.member.c.left_on, s.episode.c.closed_on)
    waiting = sa.select(s.alert.c.member_id).where(s.alert.c.state.in_(s.LIVE_STATES), s.alert.c.severity == "safety")
    columns: Kinds = (
        ("member_id", s.member.c.id, "int"),
        ("episode_id", s.episode.c.id, "int"),
        ("client", s.client.c.code, "text"),
        ("episode", s.episode.c.code, "text"),
        ("kind", s.episode.c.kind, "text"),
        ("started", s.member.c.joined_on, "day"),
        ("ended", ended, "day"),
        ("born_year", s.client.c.born_year, "int"),
        ("sex", s.client.c.sex, "text"),
    )
    query = (
        _select(columns, s.member.join(s.episode).join(s.client))
        .where(s.member.c.joined_on <= on)
        .where(sa.or_(ended.is_(None), ended >= closed_since, s.member.c.id.in_(waiting)))
        .order_by(s.member.c.id)
    )
    return _columns(list(c.execute(query)), columns)


def therapists(c: sa.Connection, episodes: Iterable[int], *, on: date) -> dict[int, tuple[int, str]]:
    """Return by episode the id and code of its therapist on a day, or of the last one."""
    codes = {row.id: row.code for row in c.execute(sa.select(s.staff.c.id, s.staff.c.code))}
    return {episode: (id, codes[id]) for episode, id in therapist_on(c, episodes, on=on).items()}


def supervised(c: sa.Connection, supervisor: str, *, on: date) -> tuple[set[int], set[int]]:
    """Return whom somebody supervises: the ids of staff, and of episodes they were assigned to as supervisor."""
    id = staff_id(c, supervisor)
    turn = s.assignment.c
    staff = c.execute(sa.select(s.staff.c.id).where(s.staff.c.supervisor_id == id)).scalars()
    own = sa.select(turn.episode_id).where(
        turn.staff_id == id,
        turn.role == "supervisor",
        turn.starts_on <= on,
        sa.or_(turn.ends_on.is_(None), turn.ends_on >= on),
    )
    return set(staff), set(c.execute(own).scalars())


def forms(c: sa.Connection, member_ids: Iterable[int]) -> Columns:
    """Return per member, instrument and rater the number of forms and the last day rated."""
    columns: Kinds = (
        ("member_id", _A.member_id, "int"),
        ("instrument", _A.instrument, "text"),
        ("rater", _A.rater, "text"),
        ("count", sa.func.count(), "int"),
        ("last", sa.func.max(_A.session_on), "day"),
    )
    query = _select(columns, s.administration).where(_VALID).group_by(_A.member_id, _A.instrument, _A.rater)
    return _columns(rows_in(c, query, _A.member_id, member_ids), columns)


def unseen(c: sa.Connection, member_ids: Iterable[int]) -> Columns:
    """Return how many forms nobody can have seen: entered after the newest sheet and the newest act about the member.

    A therapist's own forms do not count. Whoever noted something about an alert had the member before them.
    """
    ids = list(member_ids)
    seen = _last_seen(c, ids)
    columns: Kinds = (("member_id", _A.member_id, "int"), ("count", sa.func.count(), "int"))
    others = (_VALID, _A.rater != "therapist")
    query = _select(columns, s.administration).where(*others).group_by(_A.member_id)
    never = rows_in(c, query, _A.member_id, [member for member in ids if member not in seen])
    counted: dict[int, int] = {}
    late = sa.select(_A.member_id, _A.entered_at).where(*others)
    for part in chunks(sorted(seen, key=seen.__getitem__)):  # those seen at about the same time together: few rows
        for member, at in c.execute(late.where(_A.member_id.in_(part), _A.entered_at > seen[part[0]])):
            counted[member] = counted.get(member, 0) + (at > seen[member])
    return _columns([*never, *((member, count) for member, count in counted.items() if count)], columns)


def _last_seen(c: sa.Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """Say when somebody last had a member before them, as far as the store can know: a sheet made, something noted."""
    sheet, event, alert = s.sheet.c, s.alert_event.c, s.alert.c
    made = sa.select(sheet.member_id, sa.func.max(sheet.made_at)).group_by(sheet.member_id)
    acted = (
        sa.select(alert.member_id, sa.func.max(event.at))
        .select_from(s.alert_event.join(s.alert)).where(event.cause == Cause.PERSON.value).group_by(alert.member_id)
    )  # fmt: skip
    seen: dict[int, datetime] = {}
    for query, column in ((made, sheet.member_id), (acted, alert.member_id)):
        for member, at in rows_in(c, query, column, ids):
            seen[member] = max(at, seen.get(member, at))
    return seen


def contacts(c: sa.Connection, episode_ids: Iterable[int], *, on: date) -> Columns:
    """Return per episode in the diary the last contact up to a day that nobody cancelled, and the next one planned."""
    a = s.appointment.c
    past = sa.case((sa.and_(a.on <= on, a.status.in_(("held", "planned"))), a.on))
    ahead = sa.case((sa.and_(a.on >= on, a.status == "planned"), a.on))
    columns: Kinds = (
        ("episode_id", a.episode_id, "int"),
        ("last", sa.func.max(past), "day"),
        ("next", sa.func.min(ahead), "day"),
    )
    query = _select(columns, s.appointment).group_by(a.episode_id)
    return _columns(rows_in(c, query, a.episode_id, episode_ids), columns)


def contact_days(c: sa.Connection, episode_ids: Sequence[int], *, on: date) -> Columns:
    """Return every day up to `on` on which an episode had a contact or somebody rated: `episode_id`, `day`."""
    a, member = s.appointment.c, s.member.c
    held = sa.select(a.episode_id, a.on).where(a.status.in_(("held", "planned")), a.on <= on)
    rated = (
        sa.select(member.episode_id, _A.session_on)
        .select_from(s.member.join(s.administration, _A.member_id == member.id)).where(_VALID, _A.session_on <= on)
    )  # fmt: skip
    found = [*rows_in(c, held, a.episode_id, episode_ids), *rows_in(c, rated, member.episode_id, episode_ids)]
    return _columns(found, (("episode_id", a.episode_id, "int"), ("day", a.on, "day")))


def pauses(c: sa.Connection, episode_ids: Iterable[int], *, since: date) -> Columns:
    """Return the pauses that last up to `since` or longer."""
    p = s.pause.c
    columns: Kinds = (("episode_id", p.episode_id, "int"), ("first", p.starts_on, "day"), ("last", p.ends_on, "day"))
    query = _select(columns, s.pause).where(p.ends_on >= since)
    return _columns(rows_in(c, query, p.episode_id, episode_ids), columns)


def form_days(c: sa.Connection, member_ids: Iterable[int], instrument: str, rater: str, *, on: date) -> Columns:
    """Return every form of one kind by one rater up to a day, by member, day and entry: `member_id`, `day`, `id`."""
    columns: Kinds = (("member_id", _A.member_id, "int"), ("day", _A.session_on, "day"), ("id", _A.id, "int"))
    mine = (_VALID, _A.instrument == instrument, _A.rater == rater, _A.session_on <= on)
    query = _select(columns, s.administration).where(*mine)
    found = _columns(rows_in(c, query, _A.member_id, member_ids), columns)
    order = np.lexsort((found["id"], found["day"], found["member_id"]))
    return {name: column[order] for name, column in found.items()}


def scores_of(c: sa.Connection, administrations: Sequence[int], scale: str) -> NDArray[np.int64]:
    """Return the value of a scale of each of these forms, in their order; UNKNOWN where there is none."""
    score = s.score.c
    query = sa.select(score.administration_id, score.value_ticks).where(
        score.scale == scale, score.value_ticks.is_not(None)
    )
    found = rows_in(c, query, score.administration_id, administrations)
    known = {row.administration_id: row.value_ticks for row in found}
    return np.array([known.get(id, UNKNOWN) for id in administrations], np.int64)


def alerts(c: sa.Connection, member_ids: Iterable[int], *, over_since: int) -> Columns:
    """Return the live alerts about members, and those of attention that opened from day `over_since` on and are over."""
    a = s.alert.c
    good = a.evidence["good_news"].as_float()
    columns: Kinds = (
        ("id", a.id, "int"),
        ("member_id", a.member_id, "int"),
        ("severity", a.severity, "text"),
        ("state", a.state, "text"),
        ("opened_day", a.opened_day, "int"),
        ("opened_at", a.opened_at, "instant"),
        ("good", sa.func.coalesce(good, 0.0), "float"),
    )
    lately = sa.and_(a.severity == "attention", a.opened_day >= over_since, a.state.not_in(GONE))
    query = _select(columns, s.alert).where(sa.or_(a.state.in_(s.LIVE_STATES), lately))
    return _columns(rows_in(c, query, a.member_id, member_ids), columns)


def acts(c: sa.Connection, member_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return what people noted about the alerts of members, newest first: `member_id`, `at`, `actor`, `evidence`, `to_state`."""
    event, alert = s.alert_event.c, s.alert.c
    query = (
        sa.select(alert.member_id, event.at, event.actor, event.evidence, event.to_state)
        .select_from(s.alert_event.join(s.alert)).where(event.cause == Cause.PERSON.value)
        .order_by(event.at.desc(), event.id.desc())
    )  # fmt: skip
    return dicts(rows_in(c, query, alert.member_id, member_ids))


def told(c: sa.Connection, alert_ids: Iterable[int]) -> dict[int, tuple[datetime, int]]:
    """Return of alerts when a message that went out first told of them, and how many did."""
    sent, told = s.outbox.c, s.told.c
    query = (
        sa.select(told.alert_id, sa.func.min(sent.created_at), sa.func.count())
        .select_from(s.told.join(s.outbox)).where(sent.state == "sent").group_by(told.alert_id)
    )  # fmt: skip
    return {alert: (at, count) for alert, at, count in rows_in(c, query, told.alert_id, alert_ids)}


def not_looked_at(c: sa.Connection, episode_ids: Iterable[int]) -> set[int]:
    """Return the episodes of which something came in that no run has compared with anything yet.

    An episode is also on the work list of the next run because somebody acted on an alert, or changed the diary or who
    treats: nothing came in by that.
    """
    query = sa.select(s.touched.c.episode_id).where(s.touched.c.why.not_in(NOTHING_CAME_IN)).distinct()
    return {row.episode_id for row in rows_in(c, query, s.touched.c.episode_id, episode_ids)}


def _select(columns: Kinds, source: sa.FromClause) -> sa.Select[Any]:
    return sa.select(*(column.label(name) for name, column, _ in columns)).select_from(source)


def _columns(rows: Sequence[Any], columns: Kinds) -> Columns:
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return {name: as_array(values, kind) for (name, _, kind), values in zip(columns, by_column, strict=True)}
