"""Reads all that the store holds about one client, as plain rows; nothing of others in the same episodes is among it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fit_toolkit.store import people, ratings
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import dicts, rows_in

Rows = list[dict[str, Any]]


def read_client(c: sa.Connection, code: str) -> dict[str, Any]:
    """Return the client's own row, and whether there is anything on hold."""
    found = people.client_id(c, code)
    row = dicts(c.execute(sa.select(s.client).where(s.client.c.id == found)))[0]
    h = s.hold.c
    holds = sa.select(h.reason, h.set_at, h.ends_on, h.released_at, h.release_reason).where(h.client_id == found)
    return {**row, "holds": dicts(c.execute(holds.order_by(h.id)))}


def read_episodes(c: sa.Connection, client: int) -> Rows:
    """Return the client's episodes, each with what belongs to it; others in it are only counted."""
    mine = dicts(
        c.execute(
            sa.select(s.episode, s.member.c.id.label("member_id"), s.member.c.joined_on, s.member.c.left_on)
            .select_from(s.member.join(s.episode))
            .where(s.member.c.client_id == client)
            .order_by(s.episode.c.opened_on, s.episode.c.id)
        )
    )
    return [
        row
        | {
            "others": len(_of(c, s.member, row["id"])) - 1,
            "labels": [each["label"] for each in _of(c, s.label, row["id"])],
            "assignments": [_only(each, "staff", "role", "starts_on", "ends_on") for each in _with_staff(c, s.assignment, row["id"])],
            "appointments": [
                _only(each, "on", "at", "status", "reason", "staff") for each in _with_staff(c, s.appointment, row["id"])
            ],
            "pauses": [_only(each, "starts_on", "ends_on", "reason") for each in _of(c, s.pause, row["id"])],
            "plan": [
                _only(each, "instrument", "rater", "occasion", "every_sessions", "every_days", "starts_on", "ends_on")
                for each in _of(c, s.plan, row["id"])
            ],
        }
        for row in mine
    ]  # fmt: skip


def read_forms(c: sa.Connection, members: list[int]) -> Rows:
    """Return every form about some members, also what was superseded or voided, with answers, scores and who entered it."""
    staff = {row.id: row.code for row in c.execute(sa.select(s.staff.c.id, s.staff.c.code))}
    found = []
    for form in ratings.history(c, members, valid_only=False):
        row = {
            name: getattr(form, name) for name in form.__struct_fields__ if name not in {"scores", "risks", "pair_id"}
        }
        row["rated_by"] = staff.get(form.rater_staff_id)
        row["scores"] = [
            {name: getattr(each, name) for name in each.__struct_fields__ if name != "value_ticks"}
            | {"value": each.value}
            for each in form.scores
        ]
        row["flagged"] = [{"item": risk.item, "value": risk.value} for risk in form.risks]
        found.append(row)
    return found


def alerts_about(c: sa.Connection, members: list[int]) -> list[int]:
    """Return the ids of the alerts about some members, oldest first."""
    return [row[0] for row in rows_in(c, sa.select(s.alert.c.id).order_by(s.alert.c.id), s.alert.c.member_id, members)]


def sheets_about(c: sa.Connection, members: list[int]) -> Rows:
    """Return which sheets were made about some members, and when."""
    query = sa.select(s.sheet.c.id.label("number"), s.sheet.c.made_at).order_by(s.sheet.c.id)
    return dicts(rows_in(c, query, s.sheet.c.member_id, members))


def other_codes(c: sa.Connection, client: int) -> list[str]:
    """Return the codes of all other clients: what people typed about this one may name them."""
    return list(c.execute(sa.select(s.client.c.code).where(s.client.c.id != client)).scalars())


def _of(c: sa.Connection, table: sa.Table, episode: int) -> Rows:
    return dicts(c.execute(sa.select(table).where(table.c.episode_id == episode).order_by(table.c.id)))


def _with_staff(c: sa.Connection, table: sa.Table, episode: int) -> Rows:
    codes = {row.id: row.code for row in c.execute(sa.select(s.staff.c.id, s.staff.c.code))}
    return [row | {"staff": codes.get(row["staff_id"])} for row in _of(c, table, episode)]


def _only(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}
