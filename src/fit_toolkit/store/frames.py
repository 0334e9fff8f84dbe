"""Whole columns for whoever evaluates many courses at once: NumPy arrays, one entry per row.

Days count from 1970-01-01 and instants are microseconds since then, both int64; `UNKNOWN` stands for none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks

UNKNOWN = np.iinfo(np.int64).min
TICK = 1_000_000
Columns = dict[str, NDArray[Any]]

_A = s.administration
_RATING: tuple[tuple[str, sa.ColumnElement[Any], str], ...] = (
    ("id", _A.c.id, "int"),
    ("root_id", _A.c.root_id, "int"),
    ("member_id", _A.c.member_id, "int"),
    ("staff_id", sa.func.coalesce(s.pair.c.staff_id, 0), "int"),
    ("rater_staff_id", _A.c.rater_staff_id, "int"),
    ("occasion", _A.c.occasion, "text"),
    ("session_on", _A.c.session_on, "day"),
    ("rated_at", _A.c.rated_at, "instant"),
    ("entered_at", _A.c.entered_at, "instant"),
    ("language", _A.c.language, "text"),
    ("form_version", _A.c.form_version, "text"),
    ("version", _A.c.version, "text"),
)


def score_columns(
    c: sa.Connection,
    episode_ids: Iterable[int] | None,
    instrument: str,
    scale: str,
    rater: str,
    *,
    known_at: datetime | None = None,
) -> Columns:
    """Return all valid scores of one scale by one rater in the given episodes (all when None).

    With `known_at` (naive UTC) those that were valid at that moment, by what had been entered, corrected or voided.
    Beside the columns of the rating there are `value_ticks` (whole millionths, UNKNOWN where unscorable) and `status`.
    """
    columns = (*_RATING, ("value_ticks", s.score.c.value_ticks, "int"), ("status", s.score.c.status, "text"))
    source = _ratings().join(s.score, sa.and_(s.score.c.administration_id == _A.c.id, s.score.c.scale == scale))
    return _fetch(c, _valid(columns, source, instrument, rater, known_at), columns, episode_ids)


def item_columns(
    c: sa.Connection,
    episode_ids: Iterable[int] | None,
    instrument: str,
    item: str,
    rater: str,
    *,
    known_at: datetime | None = None,
) -> Columns:
    """Return all valid answers to one item as `score_columns` does for a scale; unanswered is UNKNOWN."""
    columns = (*_RATING, ("number", _A.c.numbers[item].as_float(), "float"))
    found = _fetch(c, _valid(columns, _ratings(), instrument, rater, known_at), columns, episode_ids)
    number = found.pop("number")
    answered = ~np.isnan(number)
    ticks = np.full(len(number), UNKNOWN, np.int64)
    ticks[answered] = np.rint(number[answered] * TICK).astype(np.int64)
    status = np.where(answered, "complete", "unscorable").astype(str)
    return found | {"value_ticks": ticks, "status": status}


def silence_columns(
    c: sa.Connection,
    episode_ids: Iterable[int] | None,
    instrument: str,
    item: str,
    rater: str,
    *,
    deciding: Sequence[str] = (),
    known_at: datetime | None = None,
) -> Columns:
    """Return of all valid forms whose answers were typed in what is needed to say whether an item was left out.

    Beside the columns of the rating: its `number` (NaN: none), its `text` as received, and the numbers of the items that
    are `deciding`, as "of <id>". Totals made elsewhere are no such forms.
    """
    numbers = {each: _A.c.numbers[each].as_float() for each in dict.fromkeys(deciding)}
    columns = (
        *_RATING,
        ("number", _A.c.numbers[item].as_float(), "float"),
        ("text", _A.c.raw[item].as_string(), "text"),
        *((f"of {each}", number, "float") for each, number in numbers.items()),
    )
    totals = sa.select(s.score.c.administration_id).where(
        s.score.c.administration_id == _A.c.id, s.score.c.status == "entered"
    )  # fmt: skip
    query = _valid(columns, _ratings(), instrument, rater, known_at).where(~totals.exists())
    return _fetch(c, query, columns, episode_ids)


def rated_by(c: sa.Connection) -> list[tuple[str, str]]:
    """Return every instrument with valid ratings and the role that gave them, in order."""
    query = sa.select(_A.c.instrument, _A.c.rater).where(_A.c.state == "valid").distinct()
    return [(str(instrument), str(rater)) for instrument, rater in c.execute(query.order_by(*query.selected_columns))]


def member_columns(c: sa.Connection, episode_ids: Iterable[int] | None, *, on: date) -> Columns:
    """Return one row per member of the given episodes (all when None), rated or not, by the members' ids.

    `started` and `ended` are days (`ended` UNKNOWN while the membership lasts); `staff_id` is the therapist assigned
    on the day `on`, or the last one before it; 0 for none.
    """
    ended = sa.func.coalesce(s.member.c.left_on, s.episode.c.closed_on)
    columns: tuple[tuple[str, sa.ColumnElement[Any], str], ...] = (
        ("member_id", s.member.c.id, "int"),
        ("episode_id", s.episode.c.id, "int"),
        ("client", s.client.c.code, "text"),
        ("episode", s.episode.c.code, "text"),
        ("started", s.member.c.joined_on, "day"),
        ("ended", ended, "day"),
        ("opened_on", s.episode.c.opened_on, "day"),
        ("closed_on", s.episode.c.closed_on, "day"),
        ("born_year", s.client.c.born_year, "int"),
        ("sex", s.client.c.sex, "text"),
    )
    source = s.member.join(s.episode).join(s.client)
    query = sa.select(*(column.label(name) for name, column, _ in columns)).select_from(source)
    found = _fetch(c, query, columns, episode_ids)
    order = np.argsort(found["member_id"])  # of a long list of episodes each part was fetched by itself
    found = {name: column[order] for name, column in found.items()}
    therapists = therapist_on(c, episode_ids, on=on)
    staff = [therapists.get(int(episode), 0) for episode in found["episode_id"]]
    return found | {"staff_id": np.array(staff, np.int64)}


def therapist_on(c: sa.Connection, episode_ids: Iterable[int] | None, *, on: date) -> dict[int, int]:
    """Return the therapist's staff id by episode on a day; after the end of an assignment, the last one."""
    columns = (("episode_id", s.assignment.c.episode_id, "int"), ("staff_id", s.assignment.c.staff_id, "int"))
    query = (
        sa.select(s.assignment.c.episode_id, s.assignment.c.staff_id)
        .select_from(s.assignment.join(s.episode))
        .where(s.assignment.c.role == "therapist", s.assignment.c.starts_on <= on)
        .order_by(s.assignment.c.starts_on, s.assignment.c.id)
    )
    found = _fetch(c, query, columns, episode_ids)
    return dict(zip(found["episode_id"].tolist(), found["staff_id"].tolist(), strict=True))


def session_days(c: sa.Connection, episode_ids: Iterable[int] | None, *, known_at: datetime | None = None) -> Columns:
    """Return the days on which a session took place: those rated on, and appointments held; `episode_id`, `day`.

    A session's number is its place among its episode's days here.
    """
    rated = sa.select(s.episode.c.id.label("episode_id"), _A.c.session_on.label("day")).select_from(
        _A.join(s.member, s.member.c.id == _A.c.member_id).join(s.episode)
    ).where(_stood(known_at))  # fmt: skip
    held = sa.select(s.episode.c.id, s.appointment.c.on).select_from(s.appointment.join(s.episode)).where(
        s.appointment.c.status == "held"
    )  # fmt: skip
    columns = (("episode_id", s.episode.c.id, "int"), ("day", _A.c.session_on, "day"))
    parts = [_fetch(c, query, columns, episode_ids) for query in (rated, held)]
    both = np.concatenate([np.column_stack((part["episode_id"], part["day"])) for part in parts])
    days = np.unique(both, axis=0) if len(both) else both.reshape(0, 2)
    return {"episode_id": days[:, 0], "day": days[:, 1]}


def _ratings() -> sa.FromClause:
    return (
        _A.join(s.member, s.member.c.id == _A.c.member_id)
        .join(s.episode, s.episode.c.id == s.member.c.episode_id)
        .outerjoin(s.pair, s.pair.c.id == _A.c.pair_id)
    )


def _valid(
    columns: Sequence[tuple[str, sa.ColumnElement[Any], str]],
    source: sa.FromClause,
    instrument: str,
    rater: str,
    known_at: datetime | None,
) -> sa.Select[Any]:
    return (
        sa.select(*(column.label(name) for name, column, _ in columns))
        .select_from(source)
        .where(_stood(known_at), _A.c.instrument == instrument, _A.c.rater == rater)
        .order_by(_A.c.member_id, _A.c.session_on, _A.c.id)
    )


def _stood(known_at: datetime | None) -> sa.ColumnElement[bool]:
    """Which ratings count: those valid now, or those that were valid at a moment.

    Only the last change of a rating is kept with it. Of the ratings of one chain of corrections that were in use at the
    moment the newest was the valid one; a form that was moved was under its new client only from then on, although
    it keeps the instant at which it was entered.
    """
    if known_at is None:
        return _A.c.state == "valid"

    def in_use(a: Any) -> sa.ColumnElement[bool]:
        return sa.and_(a.c.entered_at <= known_at, sa.or_(a.c.state == "valid", a.c.changed_at > known_at))

    later, old = _A.alias("later"), _A.alias("old")
    corrected = sa.select(later.c.id).where(later.c.root_id == _A.c.root_id, later.c.id > _A.c.id, in_use(later))
    moved_later = sa.select(old.c.replaced_by_id).where(
        old.c.state == "voided", old.c.replaced_by_id.is_not(None), old.c.changed_at > known_at
    )
    return sa.and_(in_use(_A), ~corrected.exists(), _A.c.id.not_in(moved_later))


def _fetch(
    c: sa.Connection,
    query: sa.Select[Any],
    columns: Sequence[tuple[str, sa.ColumnElement[Any], str]],
    episode_ids: Iterable[int] | None,
) -> Columns:
    rows: list[Any] = []
    if episode_ids is None:
        rows.extend(c.execute(query))
    else:
        for part in chunks(episode_ids):
            rows.extend(c.execute(query.where(s.episode.c.id.in_(part))))
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    return {name: as_array(values, kind) for (name, _, kind), values in zip(columns, by_column, strict=True)}


def as_array(values: Sequence[Any], kind: str) -> NDArray[Any]:
    """Turn the values of one column, as the database gave them, into an array; `kind` is int, float, text, day or instant."""
    if kind == "text":
        return np.array([value or "" for value in values], dtype=str)
    if kind == "float":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if kind == "int":
        return np.array([UNKNOWN if value is None else value for value in values], dtype=np.int64)
    unit = "datetime64[D]" if kind == "day" else "datetime64[us]"
    # numpy's "not a time" is the same whole number as UNKNOWN
    return np.array(values, dtype=unit).astype(np.int64)
