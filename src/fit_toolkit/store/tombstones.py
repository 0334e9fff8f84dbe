"""That a client was erased, kept without the code: only a code somebody types can be held against it.

The hash is keyed with a salt of the store. It keeps codes from being read off, not from being tried: who has the store
and a list of codes can find out which of them were erased.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from fit_toolkit.errors import DataError
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import dicts, utc

T = s.tombstone
BACK = "somebody who has come back gets a new code; if it has to be the same: fit clients add CODE --again"


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an erasure; `added_at` is since when the client had been in the store."""

    salt: str
    code_hash: str
    added_at: datetime
    erased_at: datetime
    erased_by: str
    reason: str
    counts: dict[str, int]
    finished_at: datetime | None = None

    def is_of(self, code: str) -> bool:
        """Say whether it stands for this code, whatever its capitals."""
        return hmac.compare_digest(self.code_hash, keyed(self.salt, code))


def keyed(salt: str, code: str) -> str:
    """Hash a code with a salt."""
    return hmac.new(bytes.fromhex(salt), code.lower().encode(), hashlib.sha256).hexdigest()


def tombstones(c: sa.Connection) -> list[Tombstone]:
    """Return every tombstone, oldest first."""
    columns = [T.c[name] for name in Tombstone.__struct_fields__]
    return [Tombstone(**row) for row in dicts(c.execute(sa.select(*columns).order_by(T.c.erased_at, T.c.id)))]


def new_tombstone(
    c: sa.Connection, code: str, *, added_at: datetime, at: datetime, by: str, reason: str, counts: dict[str, int]
) -> Tombstone:
    """Make the tombstone of a client, with the salt that the store has used before."""
    salt = c.scalar(sa.select(T.c.salt).order_by(T.c.id.desc()).limit(1)) or secrets.token_hex(16)
    return Tombstone(
        salt=salt, code_hash=keyed(salt, code), added_at=added_at, erased_at=utc(at), erased_by=by, reason=reason,
        counts=counts,
    )  # fmt: skip


def add_tombstones(c: sa.Connection, stones: Iterable[Tombstone]) -> int:
    """Keep tombstones, each once; returns how many are new."""
    there = {(row[0], row[1]) for row in c.execute(sa.select(T.c.code_hash, T.c.erased_at))}
    new: dict[tuple[str, datetime], Tombstone] = {}
    for each in sorted(stones, key=lambda each: bool(each.reason)):  # one from a file lacks it
        if (each.code_hash, each.erased_at) not in there:
            new[each.code_hash, each.erased_at] = each
    if new:
        c.execute(sa.insert(T), [msgspec.structs.asdict(each) for each in new.values()])
    return len(new)


def finish(c: sa.Connection, *, at: datetime) -> int:
    """Say of every erasure that nothing of it is left to do."""
    return c.execute(sa.update(T).where(T.c.finished_at.is_(None)).values(finished_at=utc(at))).rowcount


def unfinished(c: sa.Connection) -> list[Tombstone]:
    """Return the erasures that were cut off after the rows had gone."""
    return [each for each in tombstones(c) if each.finished_at is None]


def find(stones: Sequence[Tombstone], code: str) -> Tombstone | None:
    """Return the newest tombstone that stands for a code."""
    hashes = {salt: keyed(salt, code) for salt in {each.salt for each in stones}}
    return next((each for each in reversed(stones) if each.code_hash == hashes[each.salt]), None)


def erased_among(c: sa.Connection, codes: Iterable[str]) -> set[str]:
    """Return those codes under which a client was erased."""
    stones = tombstones(c)
    hashes = {each.code_hash for each in stones}
    salts = {each.salt for each in stones}
    return {code for code in codes if any(keyed(salt, code) in hashes for salt in salts)}


def refuse_erased(c: sa.Connection, codes: Iterable[str]) -> None:
    """Refuse codes under which clients were erased: what was taken out must not come back with an old file."""
    if found := len(erased_among(c, codes)):
        who = "a client with this code was" if found == 1 else f"{found} clients with these codes were"
        raise DataError(f"{who} erased", hint=BACK)


def to_erase_again(c: sa.Connection, stones: Sequence[Tombstone]) -> list[tuple[str, Tombstone]]:
    """Return the clients of a restored store who were erased since: their codes, and what stands for each.

    One who was added after the erasure had come back, and stays.
    """
    found = []
    salts = {each.salt for each in stones}
    by_hash: dict[str, list[Tombstone]] = {}
    for each in stones:
        by_hash.setdefault(each.code_hash, []).append(each)
    rows: Iterable[Any] = c.execute(sa.select(s.client.c.code, s.client.c.added_at).order_by(s.client.c.id))
    for code, added in rows:
        mine = [each for salt in salts for each in by_hash.get(keyed(salt, code), ()) if added <= each.erased_at]
        if mine:
            found.append((code, mine[-1]))
    return found
