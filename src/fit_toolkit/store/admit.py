"""Many new clients and episodes at once, as an import brings them: the rules of `people`, asked in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.model.people import CODE_RULE, is_code
from fit_toolkit.store import schema as s
from fit_toolkit.store.bulk import Same, insert_columns
from fit_toolkit.store.rows import chunks, rows_in, touch, utc
from fit_toolkit.store.tombstones import refuse_erased


class Opening(msgspec.Struct, frozen=True):
    """An individual episode to be opened; without a code it gets the client's with a running number."""

    client: str
    opened_on: date
    staff_id: int = 0  # 0: no therapist
    code: str = ""


def add_clients(c: sa.Connection, codes: Sequence[str], *, at: datetime) -> None:
    """Add clients by code."""
    _free(c, s.client, codes, "client")
    refuse_erased(c, codes)
    ids = next_ids(c, s.client, len(codes))
    insert_columns(c, s.client, {"id": ids, "code": codes, "added_at": Same(utc(at))}, len(codes))


def open_episodes(
    c: sa.Connection, openings: Sequence[Opening], *, at: datetime | None = None
) -> list[tuple[int, int]]:
    """Open an individual episode each; return the ids of episode and member in the same order."""
    if not openings:
        return []
    clients = _clients(c, openings)
    codes = _codes(c, openings, clients)
    _no_overlap(c, openings, clients)
    _there(c, openings)
    count = len(openings)
    days = [each.opened_on for each in openings]
    episodes, members = next_ids(c, s.episode, count), next_ids(c, s.member, count)
    insert_columns(c, s.episode, {"id": episodes, "code": codes, "kind": Same("individual"), "opened_on": days}, count)
    who = [clients[each.client] for each in openings]
    insert_columns(c, s.member, {"id": members, "episode_id": episodes, "client_id": who, "joined_on": days}, count)
    led = [at for at, each in enumerate(openings) if each.staff_id]
    staff = [openings[at].staff_id for at in led]
    assigned = {"episode_id": [episodes[at] for at in led], "starts_on": [days[at] for at in led], "staff_id": staff}
    insert_columns(c, s.assignment, {**assigned, "role": Same("therapist")}, len(led))
    insert_columns(c, s.pair, {"member_id": [members[at] for at in led], "staff_id": staff}, len(led))
    touch(c, episodes, "opened", at)
    return list(zip(episodes, members, strict=True))


def codes_for(c: sa.Connection, openings: Sequence[Opening]) -> list[str]:
    """Give every episode to be opened its code, which no other has."""
    return _codes(c, openings, _clients(c, openings))


def _clients(c: sa.Connection, openings: Sequence[Opening]) -> dict[str, int]:
    wanted = [each.client for each in openings]
    found = {row.code: row.id for row in rows_in(c, sa.select(s.client.c.id, s.client.c.code), s.client.c.code, wanted)}
    if any(client not in found for client in wanted):
        raise DataError("no client has this code", hint="fit clients list; fit clients add")
    return found


def _codes(c: sa.Connection, openings: Sequence[Opening], clients: dict[str, int]) -> list[str]:
    """Give every episode a code that no other has, in the order they are opened."""
    query = sa.select(s.member.c.client_id, sa.func.count()).group_by(s.member.c.client_id)
    had = {row[0]: row[1] for row in rows_in(c, query, s.member.c.client_id, clients.values())}
    first = {each.client: had.get(clients[each.client], 0) + 1 for each in openings}
    taken = _taken(c, s.episode, (each.code or _running(each.client, first[each.client]) for each in openings))
    codes = []
    for each in openings:
        code, number = each.code, first[each.client]
        if each.code:
            _refuse(each.code, taken, "episode")
        while not code:
            code, number = _running(each.client, number), number + 1
            if code.lower() in taken or (number > first[each.client] + 1 and _taken(c, s.episode, [code])):
                code = ""
        taken.add(code.lower())
        codes.append(code)
    return codes


def _running(client: str, number: int) -> str:
    return f"{client[:59]}-{number}"


def _no_overlap(c: sa.Connection, openings: Sequence[Opening], clients: dict[str, int]) -> None:
    query = (
        sa.select(s.member.c.client_id, s.episode.c.closed_on)
        .select_from(s.member.join(s.episode))
        .where(s.episode.c.kind == "individual")
    )
    until: dict[int, date] = {}
    for client, closed in rows_in(c, query, s.member.c.client_id, clients.values()):
        until[client] = max(until.get(client, date.min), closed or date.max)
    for each in openings:
        client = clients[each.client]
        if until.get(client, date.min) >= each.opened_on:
            raise DataError(
                "the client has an individual episode that overlaps with this one",
                hint="close it first: fit episodes close; one that is over already: fit episodes open --until",
            )
        until[client] = date.max


def _there(c: sa.Connection, openings: Sequence[Opening]) -> None:
    """Refuse a therapist who had left by then."""
    query = sa.select(s.staff.c.id, s.staff.c.ends_on)
    ends = {row[0]: row[1] for row in rows_in(c, query, s.staff.c.id, {each.staff_id for each in openings})}
    for each in openings:
        left = ends.get(each.staff_id)
        if left is not None and left < each.opened_on:
            raise DataError(f"this member of staff left on {left}")


def _free(c: sa.Connection, table: sa.Table, codes: Sequence[str], what: str) -> None:
    taken = _taken(c, table, codes)
    for code in codes:
        _refuse(code, taken, what)
        taken.add(code.lower())


def _refuse(code: str, taken: set[str], what: str) -> None:
    if not is_code(code):
        raise DataError(f"this is no code for a {what}: {CODE_RULE}")
    if code.lower() in taken:
        raise DataError(f"the code is taken by another {what} (capitals make no difference)")


def _taken(c: sa.Connection, table: sa.Table, codes: Iterable[str]) -> set[str]:
    """Give those of the codes that are there already, whatever their capitals."""
    lower = sa.func.lower(table.c.code)
    found: set[str] = set()
    for part in chunks(code.lower() for code in codes):
        found.update(c.execute(sa.select(lower).where(lower.in_(part))).scalars())
    return found


def next_ids(c: sa.Connection, table: sa.Table, count: int) -> list[Any]:
    """Set ids aside in a table without a counter of its own; in this transaction, which keeps other writers out."""
    if c.dialect.name == "postgresql":
        numbers = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
        return list(c.execute(sa.select(numbers).select_from(sa.func.generate_series(1, count))).scalars())
    last = c.scalar(sa.select(sa.func.max(table.c.id))) or 0
    return list(range(last + 1, last + 1 + count))
