"""Puts a practice back from a backup, beside whatever is there; and tries one out without putting it anywhere."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.practice.archive import STORE, Manifest, damaged, digest_of, read_archive
from fit_toolkit.practice.erasing import STONES, erase_again, read_stones, write_stones
from fit_toolkit.practice.practice import Practice
from fit_toolkit.practice.setting_up import FOLDERS
from fit_toolkit.practice.verifying import Finding, verify
from fit_toolkit.settings import FILE, load_settings
from fit_toolkit.store import backups, holds, tombstones
from fit_toolkit.store.backup import contents, refuse_writers, revision_of
from fit_toolkit.store.lock import hold_lock
from fit_toolkit.store.opening import open_store
from fit_toolkit.store.rows import utc
from fit_toolkit.store.workplace import clear_away, work_beside

if TYPE_CHECKING:
    from fit_toolkit.practice.practice import Clock
    from fit_toolkit.store.tombstones import Tombstone
    from fit_toolkit.store.workplace import Workplace


@dataclass(frozen=True)
class Restored:
    """What came of it: where the practice is, where the one before was put, who was erased again, what is to be seen to."""

    folder: Path
    aside: Path | None
    manifest: Manifest
    erased: int
    store: Path
    elsewhere: bool  # fit.toml names another place for the store


@dataclass
class Kept:
    """What of a practice that is replaced goes on in the one that is put back."""

    stones: list[Tombstone] = field(default_factory=list)
    backups: list[dict[str, Any]] = field(default_factory=list)
    moved: tuple[Path, Path | None] = (Path(), None)  # where it was, and where it is put aside
    holds: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # places of sheets, keys: what no backup may hold or know


def try_out(file: Path, clock: Clock) -> tuple[Manifest, list[Finding]]:
    """Put a backup into a folder that is removed afterwards, and look through it as `fit verify` does."""
    with work_beside(Path(tempfile.gettempdir(), "backup")) as work:
        manifest = _unpack(file, work.files)
        return manifest, list(_looked_through(work.files, clock))


def restore(file: Path, folder: Path, *, replace: bool, clock: Clock, extra: Sequence[Tombstone] = ()) -> Restored:
    """Put a backup into `folder`: a new one, an empty one, or with `replace` in place of a practice, which is kept aside.

    Everything is made ready and looked through beside it first, so that a damaged backup changes nothing. Whoever was
    erased since the backup was made is erased again.
    """
    target = folder.resolve()
    clear_away(target.parent)  # killed between two names, a practice is aside: it is put back first
    there = target.is_dir() and any(target.iterdir())
    if there and not replace:
        raise DataError(
            "there is something in this folder",
            where=str(folder),
            hint="another --to, or --replace keeps a practice aside",
        )
    if there and not (target / FILE).is_file():
        raise DataError("this is no practice, and is not replaced", where=str(folder), hint="another --to")
    if os.path.lexists(target) and not target.is_dir():
        raise DataError("this is no folder", where=str(folder), hint="another --to")
    if not target.parent.is_dir():
        raise ConfigError("there is no such folder to put it into", where=str(target.parent))
    with ExitStack() as stack:
        if there:
            stack.enter_context(hold_lock(target / ".fit.lock"))
            refuse_writers(_store_of(target))
        kept = _kept_of(target) if there else Kept()
        stones = [*read_stones(file.parent / STONES), *extra, *kept.stones]
        aside = _aside_of(target, clock()) if there else None
        work = stack.enter_context(work_beside(target))
        manifest = _unpack(file, work.files)
        kept.backups += _known_by(file, manifest, aside, target, clock())
        kept.moved = (target, aside)
        erased = _bring_up(work.files, stones, kept, clock)
        wrong = [each for each in _looked_through(work.files, clock) if not each.sound]
        if wrong:
            raise damaged(file, f"{wrong[0].check}: {wrong[0].found}")
        if there:
            refuse_writers(_store_of(target))  # what came in meanwhile would be in the one that is put aside
        _put_in_place(work, target, aside)
    store, elsewhere = _where(target)
    return Restored(target, aside, manifest, erased, store, elsewhere)


def _unpack(file: Path, folder: Path) -> Manifest:
    """Unpack into an empty folder; the store in it has to come to what the backup says."""
    manifest = read_archive(file, folder)
    revision_of(folder / STORE)
    if contents(folder / STORE) != manifest.contents:
        raise damaged(file, "its store does not come to what it says")
    store, elsewhere = _where(folder)
    if not elsewhere and store != folder / STORE:
        store.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / STORE).rename(store)
    return manifest


def _where(folder: Path) -> tuple[Path, bool]:
    """Where the store of an unpacked practice lies, and whether its settings mean another place, outside the folder."""
    settings = load_settings(folder, environment={})
    store = (folder / settings.text("store.path")).resolve()
    elsewhere = bool(settings.text("store.url")) or not store.is_relative_to(folder.resolve())
    return (folder / STORE if elsewhere else store), elsewhere


def _practice_in(folder: Path, clock: Clock) -> Practice:
    store, _ = _where(folder)
    settings = load_settings(folder, flags={"store.path": str(store), "store.url": ""}, environment={})
    return Practice(folder, settings, plugins=False, clock=clock)


def _bring_up(folder: Path, stones: Sequence[Tombstone], kept: Kept, clock: Clock) -> int:
    """Bring an older store up to date, and with it what was done since: erasures, holds, and the list of backups."""
    practice = _practice_in(folder, clock)
    try:
        done = erase_again(practice, stones, at=practice.now())
        with practice.store.begin() as c:
            backups.carry_over(c, kept.backups)
            backups.moved(c, *kept.moved)
            holds.carry_over(c, kept.holds)
        write_stones(practice)
        for name in FOLDERS:
            (folder / name).mkdir(mode=0o700, exist_ok=True)
        for name, content in kept.files.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
    finally:
        practice.store.close()
    return done


def _looked_through(folder: Path, clock: Clock) -> Iterator[Finding]:
    practice = _practice_in(folder, clock)
    open_store(practice.path("store.path")).close()  # an older one is brought up to date: this is a copy
    yield from verify(practice)


def _kept_of(folder: Path) -> Kept:
    """What of the practice that is replaced has to go on; its store may be what is broken."""
    kept = Kept(stones=read_stones(folder / STONES))
    own = (each for each in folder.glob(".fit-*") if each.is_file() and not each.is_symlink())
    kept.files = {each.name: each.read_bytes() for each in own if each.name != STONES}
    with suppress(FitError):
        settings = load_settings(folder, environment={})
        store = open_store(settings.text("store.url") or folder / settings.text("store.path"), upgrade=False)
        try:
            with store.read() as c:
                kept.stones += tombstones.tombstones(c)
                kept.backups = backups.listed(c)
                kept.holds = holds.list_holds(c, on=date.today())  # noqa: DTZ011 - one that ended today is kept a day longer
        finally:
            store.close()
    return kept


def _store_of(folder: Path) -> Path | None:
    """The file of the store in a practice's folder; None where it is none, or is elsewhere, and so is not put aside."""
    with suppress(FitError):
        settings = load_settings(folder, environment={})
        store = (folder / settings.text("store.path")).resolve()
        if not settings.text("store.url") and store.is_file() and store.is_relative_to(folder):
            return store
    return None


def _known_by(file: Path, manifest: Manifest, aside: Path | None, target: Path, now: datetime) -> list[dict[str, Any]]:
    """What holds clients now and no list knows of: the backup that is put back, and the store that is put aside."""
    found = {file.resolve(): (manifest.made_at, digest_of(file))}
    if aside is not None and (store := _store_of(target)) is not None:
        found[store] = (now, backups.NO_HASH)
    return [
        {"path": str(path), "made_at": utc(at), "made_by": "", "sha256": digest, "bytes": path.stat().st_size}
        for path, (at, digest) in found.items()
    ]


def _aside_of(target: Path, at: datetime) -> Path:
    aside = target.with_name(f"{target.name}.before-{at:%Y-%m-%dT%H%M%S}")
    if os.path.lexists(aside):
        raise ConfigError("the practice that is replaced cannot be kept aside: the name is taken", where=str(aside))
    return aside


def _put_in_place(work: Workplace, target: Path, aside: Path | None) -> None:
    """Two renames where a practice is replaced; stopped in between, it is back at once, killed, with the next `fit restore`."""
    if aside is not None:
        work.replaces(target, aside)
        target.rename(aside)
    try:
        with suppress(FileNotFoundError):
            target.rmdir()  # an empty one
        work.files.rename(target)
    except BaseException:
        if aside is not None and not os.path.lexists(target):
            aside.rename(target)
        raise
