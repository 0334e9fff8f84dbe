"""People and ratings for the tests of the store."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from fit_toolkit.model.records import NewAdministration
from fit_toolkit.store import people, ratings
from fit_toolkit.store import schema as s

NOW = datetime.fromisoformat("2026-03-12T09:00")
DAY = date(2026, 3, 12)


def make_episode(c: sa.Connection, client: str = "c1", therapist: str = "anna", on: date = date(2026, 1, 5)) -> int:
    """An episode of a new client, with a therapist who is made where missing; returns the member id."""
    if not c.scalar(sa.select(s.staff.c.id).where(s.staff.c.code == therapist)):
        people.add_staff(c, therapist, starts_on=date(2020, 1, 1))
    people.add_client(c, client, at=NOW)
    episode = people.open_episode(c, [client], therapist=therapist, opened_on=on, at=NOW)
    return people.list_members(c, [episode])[0].id


def new_rating(member: int, on: date = DAY, **changes: Any) -> NewAdministration:
    values: dict[str, Any] = {
        "member_id": member,
        "instrument": "arriving-today",
        "version": "1.0",
        "definition_hash": "h",
        "rater": "client",
        "session_on": on,
        "occasion": "start",
        "mode": "paper",
        "raw": {"q1": "7"},
        "numbers": {"q1": 7.0},
        "entered_by": "tester",
        "entered_at": NOW,
    }
    return NewAdministration(**(values | changes))


def total(row: int, value: float | None) -> dict[str, Any]:
    ticks = None if value is None else round(value * 1_000_000)
    status = "unscorable" if value is None else "complete"
    return {"row": row, "scale": "total", "value_ticks": ticks, "status": status, "reason": None, "n_answered": 5,
            "n_items": 5, "band": None}  # fmt: skip


def rate(c: sa.Connection, member: int, on: date = DAY, value: float | None = 7.0, **changes: Any) -> int:
    (made,) = ratings.add_administrations(c, [new_rating(member, on, **changes)], [total(0, value)], at=NOW)
    return made


def touched(c: sa.Connection) -> list[int]:
    return list(c.execute(sa.select(s.touched.c.episode_id).order_by(s.touched.c.id)).scalars())


def forget_touched(c: sa.Connection) -> None:
    c.execute(sa.delete(s.touched))
