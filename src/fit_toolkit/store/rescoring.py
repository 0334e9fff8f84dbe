"""Scores taken away and made anew, in the caller's transaction; answers are never touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import ratings
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import chunks, touch, utc

KIND = "rescore"  # of the run that it is noted as
A = s.administration


def replace_scores(
    c: sa.Connection,
    ids: Sequence[int],
    *,
    version: str,
    definition_hash: str,
    scores: Iterable[Mapping[Any, Any]],
    risks: Iterable[Mapping[Any, Any]],
) -> None:
    """Put other scores and flagged answers in place of those of some administrations; `row` is the place in `ids`."""
    for part in chunks(ids):
        for table in (s.score, s.risk_answer):
            c.execute(sa.delete(table).where(table.c.administration_id.in_(part)))
        c.execute(sa.update(A).where(A.c.id.in_(part)).values(version=version, definition_hash=definition_hash))
    ratings.add_scores(c, ids, scores)
    ratings.add_risks(c, ids, risks)


def note(
    c: sa.Connection, members: Iterable[int], *, at: datetime, as_of: date, version: str, counts: Mapping[str, Any]
) -> None:
    """Keep that forms were scored anew, and let the next run look at the episodes of these members."""
    touch(c, ratings.episodes_of(c, set(members)), "rescored", at)
    row = {"kind": KIND, "started_at": utc(at), "finished_at": utc(at), "as_of": as_of, "engine_version": version,
           "counts": dict(counts), "failures": [], "exit_code": 0}  # fmt: skip
    c.execute(sa.insert(s.run).values(**row))
