"""Whole episodes as another practice kept them: members, who treated when, pauses, labels and the end, in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.store import admit, people
from fit_toolkit.store import schema as s
from fit_toolkit.store.bulk import Same, insert_columns
from fit_toolkit.store.rows import touch

TREATING = ("therapist", "cotherapist")  # who makes a pair with a member


class Joined(msgspec.Struct, frozen=True):
    """One client in an episode; the day of leaving is the last day that counts."""

    client: str
    joined_on: date
    left_on: date | None = None


class Assigned(msgspec.Struct, frozen=True):
    """One member of staff in an episode, in a role, for a while."""

    staff: str
    role: str
    starts_on: date
    ends_on: date | None = None


class Hired(msgspec.Struct, frozen=True):
    """One member of staff by code; name and address are the practice's own business."""

    role: str
    starts_on: date
    ends_on: date | None = None
    supervisor: str = ""


class Paused(msgspec.Struct, frozen=True):
    """A stretch of days on which nothing is expected."""

    starts_on: date
    ends_on: date
    reason: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An episode with all that belongs to it; without a code it gets the first client's with a running number."""

    code: str
    kind: str
    opened_on: date
    closed_on: date | None = None
    close_reason: str | None = None
    members: tuple[Joined, ...]
    assignments: tuple[Assigned, ...] = ()
    pauses: tuple[Paused, ...] = ()
    labels: tuple[str, ...] = ()


def take_over(
    c: sa.Connection,
    episodes: Sequence[Taken],
    *,
    clients: Sequence[str],
    about: Mapping[str, tuple[int | None, str | None]],
    staff: Mapping[str, Hired],
    at: datetime,
) -> None:
    """Add clients and staff and open episodes; whoever asks has checked them all."""
    admit.add_clients(c, clients, at=at)
    people.fill_in(c, about)
    _hire(c, staff)
    if not episodes:
        return
    ids = admit.next_ids(c, s.episode, len(episodes))
    codes = admit.codes_for(
        c, [admit.Opening(each.members[0].client, each.opened_on, code=each.code) for each in episodes]
    )
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in episodes] for name in ("kind", "opened_on", "closed_on", "close_reason")
    }
    insert_columns(c, s.episode, {"id": ids, "code": codes, **columns}, len(episodes))
    belonging = list(zip(ids, episodes, strict=True))
    members = _members(c, belonging)
    _assignments(c, belonging, members)
    _insert(c, s.pause, [(id, each.starts_on, each.ends_on, each.reason) for id, one in belonging for each in one.pauses],
            ("episode_id", "starts_on", "ends_on", "reason"))  # fmt: skip
    _insert(c, s.label, [(id, label) for id, one in belonging for label in one.labels], ("episode_id", "label"))
    touch(c, ids, "opened", at)


def _hire(c: sa.Connection, staff: Mapping[str, Hired]) -> None:
    """Add members of staff, then who supervises whom: it may be somebody who is named later."""
    for code, each in staff.items():
        people.add_staff(c, code, role=each.role, starts_on=each.starts_on)
    for code, each in staff.items():
        boss = people.staff_id(c, each.supervisor) if each.supervisor else None
        said = {"ends_on": each.ends_on, "supervisor_id": boss}
        c.execute(sa.update(s.staff).where(s.staff.c.code == code).values(**said))


def _members(c: sa.Connection, episodes: Sequence[tuple[int, Taken]]) -> dict[int, list[int]]:
    """Add the members; give their ids by episode."""
    rows = [(id, each) for id, one in episodes for each in one.members]
    who = {each.code: each.id for each in people.list_clients(c)}
    ids = admit.next_ids(c, s.member, len(rows))
    columns = {
        "id": ids,
        "episode_id": [id for id, _ in rows],
        "client_id": [who[each.client] for _, each in rows],
        "joined_on": [each.joined_on for _, each in rows],
        "left_on": [each.left_on for _, each in rows],
    }
    insert_columns(c, s.member, columns, len(rows))
    found: dict[int, list[int]] = {}
    for (episode, _), member in zip(rows, ids, strict=True):
        found.setdefault(episode, []).append(member)
    return found


def _assignments(c: sa.Connection, episodes: Sequence[tuple[int, Taken]], members: Mapping[int, Sequence[int]]) -> None:
    """Add who treated when, and a pair for each member with each who treats."""
    who = {each.code: each.id for each in people.list_staff(c)}
    rows = [(id, who[each.staff], each.role, each.starts_on, each.ends_on) for id, one in episodes
            for each in one.assignments]  # fmt: skip
    _insert(c, s.assignment, rows, ("episode_id", "staff_id", "role", "starts_on", "ends_on"))
    treating = dict.fromkeys((episode, staff) for episode, staff, role, *_ in rows if role in TREATING)
    pairs = [(member, staff) for episode, staff in treating for member in members[episode]]
    _insert(c, s.pair, pairs, ("member_id", "staff_id"))


def _insert(c: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> None:
    columns: dict[str, Sequence[Any] | Same] = {name: [row[at] for row in rows] for at, name in enumerate(names)}
    insert_columns(c, table, columns, len(rows))
