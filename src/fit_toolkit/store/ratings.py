"""Administrations with their scores: adding many at once, finding them by key, and mending mistakes.

Nothing is overwritten: a correction supersedes, a wrong form is voided or moved, and each keeps its reason. Every
change touches the episodes it concerns.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.model.records import (
    Administration,
    AdministrationKey,
    Batch,
    Change,
    NewAdministration,
    RiskAnswer,
    Score,
    Undone,
)
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, dicts, reserve_ids, rows_in, touch, utc

A = s.administration
_NOT_STORED = ("replaces", "change_reason")
_STORED = tuple(name for name in NewAdministration.__struct_fields__ if name not in _NOT_STORED)


def add_administrations(
    c: sa.Connection,
    rows: Sequence[NewAdministration],
    scores: Iterable[Mapping[Any, Any]],
    risks: Iterable[Mapping[Any, Any]] = (),
    *,
    why: str = "entry",
    at: datetime | None = None,
) -> list[int]:
    """Store administrations with scores and risk answers in one go; return their ids in order.

    `scores` and `risks` are rows as the scoring layer gives them, whose `row` is the position in `rows`. A row with
    `replaces` supersedes that administration and keeps its root.
    """
    if not rows:
        return []
    roots = _supersede(c, rows)
    ids = reserve_ids(c, A, len(rows))
    c.execute(
        sa.insert(A),
        [_stored(row, made, roots.get(i, made)) for i, (row, made) in enumerate(zip(rows, ids, strict=True))],
    )
    replaced = [{"old": row.replaces, "new": made} for row, made in zip(rows, ids, strict=True) if row.replaces]
    if replaced:
        c.execute(
            sa.update(A).where(A.c.id == sa.bindparam("old")).values(replaced_by_id=sa.bindparam("new")), replaced
        )
    _add_results(c, ids, scores, risks)
    touch(c, _episodes(c, {row.member_id for row in rows}), why, at)
    return ids


def find_valid(c: sa.Connection, keys: Iterable[AdministrationKey]) -> dict[AdministrationKey, Administration]:
    """Return the valid administration for each key that has one, without scores."""
    wanted = set(keys)
    query = sa.select(A).where(A.c.state == "valid")
    found: dict[AdministrationKey, Administration] = {}
    for row in dicts(rows_in(c, query, A.c.member_id, {key.member_id for key in wanted})):
        administration = Administration(**row)
        if administration.key in wanted:
            found[administration.key] = administration
    return found


def history(
    c: sa.Connection, member_ids: Iterable[int], *, instrument: str | None = None, valid_only: bool = True
) -> list[Administration]:
    """Return everything known about members, with scores and risk answers, oldest session first."""
    query = sa.select(A).order_by(A.c.session_on, A.c.rated_at, A.c.id)
    if instrument is not None:
        query = query.where(A.c.instrument == instrument)
    if valid_only:
        query = query.where(A.c.state == "valid")
    return _with_results(c, dicts(rows_in(c, query, A.c.member_id, member_ids)))


def get(c: sa.Connection, administration: int) -> Administration:
    """Return one administration with its scores."""
    rows = dicts(c.execute(sa.select(A).where(A.c.id == administration)))
    if not rows:
        raise DataError(f"there is no administration {administration}")
    return _with_results(c, rows)[0]


def void(c: sa.Connection, administration: int, change: Change) -> None:
    """Take a valid administration out of use, with a reason."""
    row = _valid(c, administration)
    _close(c, [row.id], "voided", change)
    touch(c, _episodes(c, [row.member_id]), "voided", change.at)


def take_back(c: sa.Connection, administration: int, change: Change) -> None:
    """Void a form as if it had not been typed: what it had corrected stands again."""
    void(c, administration, change)
    _let_stand(c, A.c.replaced_by_id == administration, change, why=f"administration {administration} taken back")


def move(
    c: sa.Connection,
    administration: int,
    to_member: int,
    change: Change,
    *,
    pair_id: int | None = None,
    keep_batch: bool = True,
    scores: Iterable[Mapping[Any, Any]] | None = None,
) -> int:
    """Move a form keyed to the wrong client: void it there, store it here as a first one; return the new id.

    It keeps its scores, unless other `scores` are given because they depend on who was rated.
    """
    old = _valid(c, administration)
    if old.member_id == to_member:
        raise DataError("the form belongs to this client already")
    key = old.key._replace(member_id=to_member)
    if key in find_valid(c, [key]):
        raise DataError("the other client has this form for this session already", hint="void one of them first")
    _close(c, [old.id], "voided", msgspec.structs.replace(change, reason=f"moved: {change.reason}"))
    values = msgspec.structs.asdict(old)
    new = NewAdministration(
        **{
            name: values[name]
            for name in NewAdministration.__struct_fields__
            if name in values and name not in _NOT_STORED
        }
    )
    new = msgspec.structs.replace(
        new, member_id=to_member, pair_id=pair_id, batch_id=old.batch_id if keep_batch else None
    )
    if scores is None:
        scores = [{"row": 0, **msgspec.structs.asdict(score)} for score in old.scores]
    risks = [{"row": 0, **msgspec.structs.asdict(risk)} for risk in old.risks]
    (made,) = add_administrations(c, [new], scores, risks, why="moved", at=change.at)
    c.execute(sa.update(A).where(A.c.id == old.id).values(replaced_by_id=made))
    touch(c, _episodes(c, [old.member_id]), "moved", change.at)
    return made


def start_batch(
    c: sa.Connection,
    kind: str,
    *,
    actor: str,
    at: datetime,
    source_sha256: str | None = None,
    map_sha256: str | None = None,
) -> int:
    """Note the start of an import or of a pile of paper and return its id."""
    row = {"kind": kind, "actor": actor, "at": utc(at), "source_sha256": source_sha256, "map_sha256": map_sha256}
    made: int = c.execute(sa.insert(s.batch).values(**row).returning(s.batch.c.id)).scalar_one()
    return made


def finish_batch(c: sa.Connection, batch: int, *, accepted: int, unchanged: int, rejected: int) -> None:
    """Keep the counts of a batch: rows in = accepted + unchanged + rejected."""
    counts = {"accepted": accepted, "unchanged": unchanged, "rejected": rejected}
    total = accepted + unchanged + rejected
    c.execute(sa.update(s.batch).where(s.batch.c.id == batch).values(rows_in=total, **counts))


def list_batches(c: sa.Connection, *, source_sha256: str | None = None) -> list[Batch]:
    """List batches, newest first; with a hash only those of that file."""
    query = sa.select(s.batch).order_by(s.batch.c.id.desc())
    if source_sha256 is not None:
        query = query.where(s.batch.c.source_sha256 == source_sha256)
    return [Batch(**row) for row in dicts(c.execute(query))]


def undo_batch(c: sa.Connection, batch: int, change: Change) -> Undone:
    """Take back a batch: void what it added, and let what it had corrected stand again.

    A rating of the batch that was corrected since keeps its correction.
    """
    row = c.execute(sa.select(s.batch).where(s.batch.c.id == batch)).one_or_none()
    if row is None:
        raise DataError(f"there is no batch {batch}")
    if row.undone_at is not None:
        raise DataError(f"batch {batch} was undone already")
    if not change.reason.strip():
        raise DataError("undoing a batch needs a reason")
    mine = c.execute(sa.select(A.c.id, A.c.state, A.c.member_id).where(A.c.batch_id == batch)).all()
    valid = [entry.id for entry in mine if entry.state == "valid"]
    _close(c, valid, "voided", change)
    restored = 0
    for part in chunks(valid):
        of_undone = A.c.batch_id.in_(sa.select(s.batch.c.id).where(s.batch.c.undone_at.is_not(None)))
        again = sa.and_(A.c.replaced_by_id.in_(part), sa.or_(A.c.batch_id.is_(None), ~of_undone))
        restored += _let_stand(c, again, change, why=f"batch {batch} undone")
    undone = {"undone_at": utc(change.at), "undone_by": change.by, "undo_reason": change.reason}
    c.execute(sa.update(s.batch).where(s.batch.c.id == batch).values(**undone))
    touch(c, _episodes(c, {entry.member_id for entry in mine}), "undone", change.at)
    kept = sum(1 for entry in mine if entry.state == "superseded")
    return Undone(len(valid), restored, kept)


def _let_stand(c: sa.Connection, which: sa.ColumnElement[bool], change: Change, *, why: str) -> int:
    again = sa.update(A).where(A.c.state == "superseded", which)
    values = {"state": "valid", "replaced_by_id": None, "change_reason": f"stands again: {why}"}
    return int(c.execute(again.values(**values, changed_by=change.by, changed_at=utc(change.at))).rowcount)


def _supersede(c: sa.Connection, rows: Sequence[NewAdministration]) -> dict[int, int]:
    replacing = {row.replaces: i for i, row in enumerate(rows) if row.replaces is not None}
    if not replacing:
        return {}
    query = sa.select(A.c.id, A.c.root_id, A.c.state)
    old = {row.id: row for row in rows_in(c, query, A.c.id, replacing)}
    roots: dict[int, int] = {}
    for replaced, i in replacing.items():
        if replaced not in old or old[replaced].state != "valid":
            raise DataError(f"administration {replaced} is not valid any more", hint="look at it again")
        if not (rows[i].change_reason or "").strip():
            raise DataError("a correction needs a reason")
        roots[i] = old[replaced].root_id
        _close(c, [replaced], "superseded", Change(rows[i].entered_by, rows[i].change_reason or "", rows[i].entered_at))
    return roots


def _stored(row: NewAdministration, made: int, root: int) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _STORED}
    numbers = {item: None if _missing(number) else number for item, number in row.numbers.items()}
    return values | {"numbers": numbers, "id": made, "root_id": root}


def _add_results(
    c: sa.Connection, ids: Sequence[int], scores: Iterable[Mapping[Any, Any]], risks: Iterable[Mapping[Any, Any]]
) -> None:
    score_rows = [
        {
            "administration_id": ids[row["row"]],
            "scale": row["scale"],
            "value_ticks": _whole(row["value_ticks"]),
            "status": row["status"],
            "reason": _text(row.get("reason")),
            "n_answered": int(row["n_answered"]),
            "n_items": int(row["n_items"]),
            "band": _text(row.get("band")),
        }
        for row in scores
    ]
    if score_rows:
        c.execute(sa.insert(s.score), score_rows)
    risk_rows = [
        {"administration_id": ids[row["row"]], "item": row["item"], "value": float(row["value"])} for row in risks
    ]
    if risk_rows:
        c.execute(sa.insert(s.risk_answer), risk_rows)


def _with_results(c: sa.Connection, rows: list[dict[str, Any]]) -> list[Administration]:
    ids = [row["id"] for row in rows]
    scores: dict[int, list[Score]] = {}
    for row in dicts(rows_in(c, sa.select(s.score), s.score.c.administration_id, ids)):
        scores.setdefault(row.pop("administration_id"), []).append(Score(**row))
    risks: dict[int, list[RiskAnswer]] = {}
    for row in dicts(rows_in(c, sa.select(s.risk_answer), s.risk_answer.c.administration_id, ids)):
        risks.setdefault(row["administration_id"], []).append(RiskAnswer(row["item"], row["value"]))
    return [
        Administration(**row, scores=tuple(scores.get(row["id"], ())), risks=tuple(risks.get(row["id"], ())))
        for row in rows
    ]


def _valid(c: sa.Connection, administration: int) -> Administration:
    found = get(c, administration)
    if found.state != "valid":
        raise DataError(f"administration {administration} is {found.state} already")
    return found


def _close(c: sa.Connection, ids: Sequence[int], state: str, change: Change) -> None:
    if not change.reason.strip():
        raise DataError("this needs a reason")
    values = {
        "state": state, "change_reason": change.reason.strip(), "changed_by": change.by, "changed_at": utc(change.at)
    }  # fmt: skip
    for part in chunks(ids):
        c.execute(sa.update(A).where(A.c.id.in_(part)).values(**values))


def _episodes(c: sa.Connection, member_ids: Iterable[int]) -> list[int]:
    query = sa.select(s.member.c.episode_id)
    return [row[0] for row in rows_in(c, query, s.member.c.id, member_ids)]


def _whole(value: Any) -> int | None:
    return None if _missing(value) else int(value)


def _text(value: Any) -> str | None:
    return None if _missing(value) or value == "" else str(value)


def _missing(value: Any) -> bool:
    # pandas.NA is known by the name of its type, so that nothing here has to import pandas
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))
