"""Many clients and episodes at once: the same rows and the same refusals as one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.store import Store, admit, people
from fit_toolkit.store import schema as s
from fit_toolkit.store.admit import Opening
from tests.store.making import NOW

FIRST, LATER = date(2026, 1, 5), date(2026, 3, 2)
TABLES = (s.client, s.episode, s.member, s.assignment, s.pair, s.touched)


def one_by_one(c: sa.Connection, openings: Sequence[Opening]) -> None:
    codes = {each.id: each.code for each in people.list_staff(c)}
    for client in dict.fromkeys(each.client for each in openings if each.client.startswith("n")):
        people.add_client(c, client, at=NOW)
    for each in openings:
        people.open_episode(
            c,
            [each.client],
            therapist=codes.get(each.staff_id),
            opened_on=each.opened_on,
            code=each.code or None,
            at=NOW,
        )


def in_bulk(c: sa.Connection, openings: Sequence[Opening]) -> None:
    new = list(dict.fromkeys(each.client for each in openings if each.client.startswith("n")))
    admit.add_clients(c, new, at=NOW)
    admit.open_episodes(c, openings, at=NOW)


def comes_of(store: Store, way: Callable[..., None], openings: Sequence[Opening]) -> Any:
    try:
        with store.begin(dry_run=True) as c:
            people.add_staff(c, "t1", starts_on=FIRST)
            people.add_staff(c, "gone", starts_on=FIRST)
            people.close_staff(c, "gone", date(2026, 2, 1))
            for client in ("had", "has", "has-1"):
                people.add_client(c, client, at=NOW)
            people.open_episode(c, ["had"], therapist="t1", opened_on=FIRST, at=NOW)
            people.close_episode(c, "had-1", on=date(2026, 2, 1), reason="over", at=NOW)
            people.open_episode(c, ["has"], therapist="t1", opened_on=FIRST, code="n2-1", at=NOW)
            staff = {each.code: each.id for each in people.list_staff(c)} | {"": 0}
            base = {each: c.scalar(sa.select(sa.func.max(each.c.id))) or 0 for each in TABLES}
            way(c, [Opening(o.client, o.opened_on, staff[str(o.staff_id)], o.code) for o in openings])
            # ids go on where they stopped, which a server's counters do not do in a transaction that was taken back
            return [
                [_plain(table, row, base) for row in c.execute(sa.select(table).order_by(table.c.id))]
                for table in TABLES
            ]
    except DataError as error:
        return str(error)


def _plain(table: sa.Table, row: sa.Row[Any], base: dict[sa.Table, int]) -> list[Any]:
    own = {"id": base[table], "episode_id": base[s.episode], "member_id": base[s.member], "client_id": base[s.client]}
    named = zip(table.c.keys(), row, strict=True)
    return [value - own[name] if name in own else value for name, value in named if name != "staff_id"]


def opening(client: str, on: date = LATER, staff: str = "t1", code: str = "") -> Opening:
    return Opening(client, on, staff, code)  # type: ignore[arg-type]  # by code here, as ids are not known yet


@pytest.mark.parametrize(
    "openings",
    [
        [],
        [opening("n1"), opening("n2"), opening("n3", FIRST, "")],
        [opening("had"), opening("n1", code="x-9")],
        [opening("n1", code="n3-1"), opening("n3"), opening("n4", code="N3-2")],
        [opening("n3"), opening("n1", code="N3-1")],
        [opening("has")],
        [opening("had", date(2026, 1, 20))],
        [opening("n1"), opening("n1", FIRST)],
        [opening("n1", staff="gone")],
        [opening("n1", date(2026, 1, 20), staff="gone")],
        [opening("n1", code="no code")],
        [opening("nobody"), opening("n" * 64), opening("n" * 60)],
        [opening("unknown")],
        [opening("n a")],
        [opening("n1"), opening("N1")],
    ],
)
def test_many_at_once_are_as_one_by_one(store: Store, openings: list[Opening]) -> None:
    assert comes_of(store, in_bulk, openings) == comes_of(store, one_by_one, openings)
