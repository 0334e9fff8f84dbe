"""Legal holds, and whose retention period is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.store import schema as s
from fit_toolkit.store.people import client_id
from fit_toolkit.store.rows import dicts, utc

H = s.hold


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """A client whose last episode ended so long ago that the period is over; `held` where a hold is in force."""

    client: str
    ended_on: date
    over_on: date
    held: bool


def set_hold(
    c: sa.Connection, code: str, *, reason: str, at: datetime, by: str, today: date, ends_on: date | None = None
) -> int:
    """Hold what is kept about a client; returns the id. `today` is the day it is where the practice is."""
    if not reason.strip():
        raise DataError("a hold needs a reason")
    if ends_on is not None and ends_on < today:
        raise DataError(f"the hold would have ended already, on {ends_on}")
    row = {"client_id": client_id(c, code), "reason": reason.strip(), "set_at": utc(at), "set_by": by}
    made: int = c.execute(sa.insert(H).values(**row, ends_on=ends_on).returning(H.c.id)).scalar_one()
    return made


def release(c: sa.Connection, code: str, *, reason: str, at: datetime, by: str, on: date) -> int:
    """Release every hold on a client that is in force; returns how many there were."""
    if not reason.strip():
        raise DataError("releasing a hold needs a reason")
    ids = [row["id"] for row in in_force(c, client_id(c, code), on=on)]
    if not ids:
        raise DataError("there is no hold on this client", hint="fit clients holds")
    change = sa.update(H).where(H.c.id.in_(ids))
    c.execute(change.values(released_at=utc(at), released_by=by, release_reason=reason.strip()))
    return len(ids)


def in_force(c: sa.Connection, client: int, *, on: date) -> list[dict[str, Any]]:
    """Return the holds on a client that are in force on a day, oldest first."""
    return dicts(c.execute(sa.select(H).where(H.c.client_id == client, _stands(on)).order_by(H.c.id)))


def list_holds(c: sa.Connection, *, on: date) -> list[dict[str, Any]]:
    """List the holds in force with the client's code."""
    query = sa.select(H, s.client.c.code.label("client")).select_from(H.join(s.client)).where(_stands(on))
    return dicts(c.execute(query.order_by(s.client.c.code, H.c.id)))


def carry_over(c: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Set the holds of another list, with their clients' codes, here too, as far as these are there and not held so."""
    for row in rows:
        client = c.scalar(sa.select(s.client.c.id).where(s.client.c.code == row["client"]))
        same = sa.select(H.c.id).where(
            H.c.client_id == client, H.c.set_at == row["set_at"], H.c.reason == row["reason"]
        )
        if client is None or c.scalar(same) is not None:
            continue
        kept = {name: row[name] for name in ("reason", "set_at", "set_by", "ends_on")}
        c.execute(sa.insert(H).values(client_id=client, **kept))


def over(c: sa.Connection, *, years: int, today: date, code: str | None = None) -> list[Over]:
    """List the clients, oldest end first, none of whose episodes is open and whose last one ended `years` ago or more.

    Of a couple's or a group's episode counts the day on which the client left it. `code` asks about one client.
    """
    end = sa.func.coalesce(s.member.c.left_on, s.episode.c.closed_on)
    query = (
        sa.select(s.client.c.code, sa.func.max(end).label("ended_on"), s.client.c.id)
        .select_from(s.client.join(s.member, s.member.c.client_id == s.client.c.id).join(s.episode))
        .group_by(s.client.c.id, s.client.c.code)
        .having(sa.func.count(end) == sa.func.count())
        .order_by(sa.func.max(end), s.client.c.code)
    )
    if code is not None:
        query = query.where(s.client.c.id == client_id(c, code))
    held = set(c.execute(sa.select(H.c.client_id).where(_stands(today))).scalars())
    found = []
    for client, ended, id in c.execute(query):
        last = ended if isinstance(ended, date) else date.fromisoformat(str(ended))
        end_of_period = _years_later(last, years)
        if end_of_period <= today:
            found.append(Over(client=client, ended_on=last, over_on=end_of_period, held=id in held))
    return found


def _years_later(day: date, years: int) -> date:
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def _stands(on: date) -> sa.ColumnElement[bool]:
    return sa.and_(H.c.released_at.is_(None), sa.or_(H.c.ends_on.is_(None), H.c.ends_on >= on))
