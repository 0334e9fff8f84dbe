"""Administrations with their scores: adding many at once, finding them by key, and mending mistakes.

Nothing is overwritten: a correction supersedes, a wrong form is voided or moved, and each keeps its reason. Every
change touches the episodes it concerns.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from fit_toolkit.store.bulk import Same, insert_columns
from fit_toolkit.store.rows import chunks, dicts, reserve_ids, rows_in, touch, utc

A = s.administration
_NOT_STORED = ("replaces", "change_reason")
_STORED = tuple(name for name in NewAdministration.__struct_fields__ if name not in _NOT_STORED)


@dataclass(frozen=True)
class Forms:
    """Administrations to be stored by columns of `NewAdministration`, JSON columns as text; `count` of them.

    `replaces` gives 0 for a first one, else what it corrects.
    """

    count: int
    columns: Mapping[str, Sequence[Any] | Same]
    replaces: Sequence[int] = ()


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
    ids = reserve_ids(c, A, len(rows))
    columns: dict[str, Sequence[Any]] = {name: [getattr(row, name) for row in rows] for name in _STORED}
    columns["raw"] = [json.dumps(row.raw) for row in rows]
    columns["numbers"] = [
        json.dumps({item: None if _missing(number) else number for item, number in row.numbers.items()}) for row in rows
    ]
    columns["texts"] = [None if row.texts is None else json.dumps(row.texts) for row in rows]
    for row in rows:
        if row.replaces is not None:
            supersede(c, [row.replaces], Change(row.entered_by, row.change_reason or "", row.entered_at))
    add_forms(c, ids, Forms(len(rows), columns, [row.replaces or 0 for row in rows]))
    add_scores(c, ids, scores)
    add_risks(c, ids, risks)
    touch(c, episodes_of(c, {row.member_id for row in rows}), why, at)
    return list(ids)


def supersede(c: sa.Connection, replaced: Sequence[int], change: Change) -> None:
    """Take valid administrations out of use because newer answers are about to be stored in their place."""
    if not replaced:
        return
    there = {row.id for row in rows_in(c, sa.select(A.c.id).where(A.c.state == "valid"), A.c.id, replaced)}
    for each in replaced:
        if each not in there:
            raise DataError(f"administration {each} is not valid any more", hint="look at it again")
    if not change.reason.strip():
        raise DataError("a correction needs a reason")
    _close(c, replaced, "superseded", change)


def add_forms(c: sa.Connection, ids: Sequence[int], forms: Forms) -> None:
    """Store administrations under ids set aside before; what they replace has been superseded."""
    replaced = {old: made for old, made in zip(forms.replaces, ids, strict=True) if old} if forms.replaces else {}
    roots: Sequence[int] = ids
    if replaced:
        of = {row.id: row.root_id for row in rows_in(c, sa.select(A.c.id, A.c.root_id), A.c.id, replaced)}
        roots = [of[old] if old else made for old, made in zip(forms.replaces, ids, strict=True)]
    insert_columns(c, A, {"id": ids, "root_id": roots, "state": Same("valid"), **forms.columns}, forms.count)
    if replaced:
        c.execute(
            sa.update(A).where(A.c.id == sa.bindparam("old")).values(replaced_by_id=sa.bindparam("new")),
            [{"old": old, "new": made} for old, made in replaced.items()],
        )


class StoredAnswers(msgspec.Struct, frozen=True):
    """What a stored administration answers, and by which definition it was scored."""

    instrument: str
    session_on: date
    definition_hash: str
    numbers: dict[str, float | None]
    words: dict[str, str]


def valid_keys(c: sa.Connection, member_ids: Iterable[int]) -> dict[tuple[Any, ...], int]:
    """Return the ids of all valid administrations of members by what makes them the same one (`AdministrationKey`)."""
    columns = [A.c[name] for name in AdministrationKey._fields]
    query = sa.select(A.c.id, *columns).where(A.c.state == "valid")
    return {tuple(key): id for id, *key in rows_in(c, query, A.c.member_id, member_ids)}


def answers_of(c: sa.Connection, ids: Iterable[int]) -> dict[int, StoredAnswers]:
    """Return the answers of administrations by id, free texts beside the others."""
    query = sa.select(A.c.id, A.c.instrument, A.c.session_on, A.c.definition_hash, A.c.numbers, A.c.raw, A.c.texts)
    return {
        id: StoredAnswers(instrument, day, digest, numbers, {**raw, **(texts or {})})
        for id, instrument, day, digest, numbers, raw, texts in rows_in(c, query, A.c.id, ids)
    }


def with_reason(c: sa.Connection, ids: Iterable[int], beginning: str) -> set[int]:
    """Return which of these administrations have a score whose reason begins so."""
    lacking = s.score.c.reason.startswith(beginning, autoescape=True)
    query = sa.select(s.score.c.administration_id).where(lacking).distinct()
    return {row[0] for row in rows_in(c, query, s.score.c.administration_id, ids)}


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
    touch(c, episodes_of(c, [row.member_id]), "voided", change.at)


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
    touch(c, episodes_of(c, [old.member_id]), "moved", change.at)
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

    A rating of the batch that was corrected since keeps its correction. Where what it had corrected came in with a batch
    that was undone before, whatever that one had corrected stands again.
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
    restored, over = 0, valid
    while over:
        before: list[int] = []
        for part in chunks(over):
            of_undone = A.c.batch_id.in_(sa.select(s.batch.c.id).where(s.batch.c.undone_at.is_not(None)))
            corrected = sa.and_(A.c.replaced_by_id.in_(part), A.c.state == "superseded")
            before += c.execute(sa.select(A.c.id).where(corrected, of_undone)).scalars()
            stands = sa.and_(A.c.replaced_by_id.in_(part), sa.or_(A.c.batch_id.is_(None), ~of_undone))
            restored += _let_stand(c, stands, change, why=f"batch {batch} undone")
        over = before
    undone = {"undone_at": utc(change.at), "undone_by": change.by, "undo_reason": change.reason}
    c.execute(sa.update(s.batch).where(s.batch.c.id == batch).values(**undone))
    touch(c, episodes_of(c, {entry.member_id for entry in mine}), "undone", change.at)
    kept = sum(1 for entry in mine if entry.state == "superseded")
    return Undone(len(valid), restored, kept)


def _let_stand(c: sa.Connection, which: sa.ColumnElement[bool], change: Change, *, why: str) -> int:
    again = sa.update(A).where(A.c.state == "superseded", which)
    values = {"state": "valid", "replaced_by_id": None, "change_reason": f"stands again: {why}"}
    return int(c.execute(again.values(**values, changed_by=change.by, changed_at=utc(change.at))).rowcount)


def add_scores(c: sa.Connection, ids: Sequence[int], scores: Iterable[Mapping[Any, Any]]) -> None:
    """Store scores given as rows, whose `row` is the position in `ids`."""
    rows = [
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
    names = [column.name for column in s.score.c]
    insert_columns(c, s.score, {name: [row[name] for row in rows] for name in names}, len(rows))


def add_score_columns(c: sa.Connection, columns: Mapping[str, Sequence[Any]], count: int) -> None:
    """Store so many scores given by columns of the table."""
    insert_columns(c, s.score, columns, count)


def add_risk_columns(c: sa.Connection, columns: Mapping[str, Sequence[Any]], count: int) -> None:
    """Store so many answers to risk items given by columns of the table."""
    insert_columns(c, s.risk_answer, columns, count)


def new_ids(c: sa.Connection, count: int) -> Sequence[int]:
    """Set aside the ids of administrations that are about to be stored."""
    return reserve_ids(c, A, count)


def add_risks(c: sa.Connection, ids: Sequence[int], risks: Iterable[Mapping[Any, Any]]) -> None:
    """Store answers to risk items given as rows, whose `row` is the position in `ids`."""
    rows = [{"administration_id": ids[row["row"]], "item": row["item"], "value": float(row["value"])} for row in risks]
    if rows:
        c.execute(sa.insert(s.risk_answer), rows)


def _with_results(c: sa.Connection, rows: list[dict[str, Any]]) -> list[Administration]:
    ids = [row["id"] for row in rows]
    scores: dict[int, list[Score]] = {}
    names = Score.__struct_fields__
    made = sa.select(s.score.c.administration_id, *(s.score.c[name] for name in names))
    for of, *values in rows_in(c, made, s.score.c.administration_id, ids):
        scores.setdefault(of, []).append(Score(**dict(zip(names, values, strict=True))))
    risks: dict[int, list[RiskAnswer]] = {}
    flagged = sa.select(s.risk_answer.c.administration_id, s.risk_answer.c.item, s.risk_answer.c.value)
    for of, item, value in rows_in(c, flagged, s.risk_answer.c.administration_id, ids):
        risks.setdefault(of, []).append(RiskAnswer(item, value))
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


def episodes_of(c: sa.Connection, member_ids: Iterable[int]) -> list[int]:
    """Return the episodes of members."""
    query = sa.select(s.member.c.episode_id)
    return [row[0] for row in rows_in(c, query, s.member.c.id, member_ids)]


def _whole(value: Any) -> int | None:
    return None if _missing(value) else int(value)


def _text(value: Any) -> str | None:
    return None if _missing(value) or value == "" else str(value)


def _missing(value: Any) -> bool:
    # pandas.NA is known by the name of its type, so that nothing here has to import pandas
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))
