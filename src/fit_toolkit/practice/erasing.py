"""Erases a client: the rows of the store, the pages and messages beside it, and what a deleted page of the store leaves."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fit_toolkit.errors import DataError
from fit_toolkit.practice.beside import Beside, forget_messages, look_beside, remove_pages
from fit_toolkit.store import backups, handing_on, holds, tombstones
from fit_toolkit.store.erase import GONE, Going, erase_rows, what_goes, word
from fit_toolkit.store.lock import hold_lock
from fit_toolkit.store.scrub import scrub
from fit_toolkit.store.workplace import clear_away

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fit_toolkit.practice.practice import Practice
    from fit_toolkit.store.tombstones import Tombstone

STONES = ".fit-erased.json"  # in the practice, and beside every backup: what is put back later is erased again
SCHEMA = "fit/erased/1"


@dataclass(frozen=True)
class Erasure:
    """What an erasure takes, or has taken, with it; `backups` still hold the client."""

    going: Going
    beside: Beside
    held: Sequence[str]
    backups: Sequence[str]
    exports: Sequence[datetime]  # when something about them was handed on


class Stones(msgspec.Struct, frozen=True, kw_only=True):
    """The file of tombstones."""

    schema: str
    erased: list[tombstones.Tombstone] = []


def preview(practice: Practice, code: str) -> Erasure:
    """Say what would go with a client; nothing is changed."""
    with practice.store.read() as c:
        going = what_goes(c, code)
        held = [hold["reason"] for hold in holds.in_force(c, going.client, on=practice.today())]
        kept = [each["path"] for each in backups.holding(c, since=going.added_at)]
        exports = [each["at"] for each in handing_on.handed_on(c, going.client)]
    return Erasure(going, look_beside(practice, code, going.sheets), held, kept, exports)


def erase(practice: Practice, code: str, *, reason: str, actor: str, years: int = 0) -> Erasure:
    """Erase a client; cut off at any point, the same command goes on where it stopped.

    With `years` only where nothing is open and that period is over: an episode may have been opened since somebody looked.

    The pages go first, as only the store knows which they are; the rows go in one transaction, with the tombstone.
    """
    if not reason.strip():
        raise DataError("erasing needs a reason")
    with hold_lock(practice.lock_file, now=practice.now(), zone=practice.zone):
        before = preview(practice, code)
        if before.held:
            raise held_error(len(before.held))
        with practice.store.read() as c:
            _refuse_going_on(c, practice, code, years)
        remove_pages(practice, before.beside)
        keys = _rows(practice, code, reason=reason.strip(), actor=actor, years=years)
        after = look_beside(practice, code, before.going.sheets)  # a page made meanwhile
        remove_pages(practice, after)
        forget_messages(after, code, keys)
        _finish(practice)
    beside = Beside(before.beside.listed, before.beside.pages, after.messages, after.named)
    return replace(before, beside=beside)


def finish_erased(practice: Practice, code: str) -> bool:
    """Do what was left of an erasure that was cut off; False where this client was not being erased."""
    with practice.store.read() as c:
        left = any(each.is_of(code) for each in tombstones.unfinished(c))
    if left:
        with hold_lock(practice.lock_file, now=practice.now(), zone=practice.zone):
            found = look_beside(practice, code, ())
            remove_pages(practice, found)
            forget_messages(found, code, ())
            _finish(practice)
    return left


def erase_again(practice: Practice, stones: Sequence[Tombstone], *, at: datetime) -> int:
    """Erase from a store that was put back whoever was erased since its backup; returns how many."""
    with practice.store.begin() as c:
        again = tombstones.to_erase_again(c, stones)
        for code, _ in again:
            erase_rows(c, what_goes(c, code), at=at)
        tombstones.add_tombstones(c, stones)
    if again:
        scrub(practice.store)
    return len(again)


def held_error(count: int) -> DataError:
    """The refusal to erase what is held."""
    many = "a legal hold is" if count == 1 else f"{count} legal holds are"
    return DataError(
        f"{many} in force on this client, and nothing was erased", hint="fit clients holds; fit clients release"
    )


def read_stones(file: Path) -> list[Tombstone]:
    """Read a file of tombstones; none where there is no such file."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=Stones)
    except FileNotFoundError:
        return []
    except (msgspec.MsgspecError, OSError):
        raise DataError(
            "the list of who was erased cannot be read", where=str(file), hint="take it from another backup"
        ) from None
    return found.erased


def write_stones(practice: Practice, folders: Sequence[Path] = ()) -> None:
    """Write the tombstones into the practice and some other folders, which may not be there now."""
    with practice.store.read() as c:
        stones = tombstones.tombstones(c)
    if not stones:
        return
    for folder in (practice.root, *folders):
        with suppress(OSError):
            known = {(each.code_hash, each.erased_at): each for each in read_stones(folder / STONES)}
            known |= {
                (each.code_hash, each.erased_at): msgspec.structs.replace(each, reason="", erased_by="")
                for each in stones
            }
            listed = Stones(schema=SCHEMA, erased=sorted(known.values(), key=lambda each: each.erased_at))
            _write(folder / STONES, json.dumps(msgspec.to_builtins(listed), indent=1).encode() + b"\n")


def _refuse_going_on(c: Connection, practice: Practice, code: str, years: int) -> None:
    if years and not holds.over(c, years=years, today=practice.today(), code=code):
        raise DataError("the retention period of this client is not over any more, and nothing was erased")


def _rows(practice: Practice, code: str, *, reason: str, actor: str, years: int = 0) -> list[str]:
    """The one transaction: whatever came in since the preview goes, too, and a hold set since stops it."""
    now = practice.now()
    with practice.store.begin() as c:
        going = what_goes(c, code)
        if held := holds.in_force(c, going.client, on=practice.today()):
            raise held_error(len(held))
        _refuse_going_on(c, practice, code, years)
        keys = erase_rows(c, going, at=now)
        reason = word(code).sub(GONE, reason)
        stone = tombstones.new_tombstone(
            c, code, added_at=going.added_at, at=now, by=actor, reason=reason, counts=going.counts
        )
        tombstones.add_tombstones(c, [stone])
    return keys


def _finish(practice: Practice) -> None:
    with practice.store.read() as c:
        folders = sorted({Path(each["path"]).parent for each in backups.listed(c)})
    for folder in {practice.path("backup.folder"), *folders}:
        clear_away(folder)
    write_stones(practice, folders)
    scrub(practice.store)
    with practice.store.begin() as c:
        tombstones.finish(c, at=practice.now())


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:  # noqa: PTH123 - with a mode
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    part.replace(file)
