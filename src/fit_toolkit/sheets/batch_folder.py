"""A therapist's folder of sheets: files that appear whole, and a list of those that are ours, so that only these are removed."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

from fit_toolkit.errors import ConfigError

MANIFEST = ".fit-sheets.json"
PLACES = ".fit-sheets-places.json"  # in the practice
SCHEMA = "fit/sheets-folder/1"
PART = ".fit-part"  # an unfinished file ends with it
MARK = b'<meta name="generator" content="fit-toolkit '  # every page of ours says so
GROUP_MAY_READ = stat.S_IRGRP | stat.S_IXGRP
EVERYBODY = stat.S_IRWXO
SECONDS = 1.0  # after so long the list is written again: what a kill costs is made anew


class Kept(Struct, frozen=True, kw_only=True):
    """What is known of one file of ours; nothing in it is about a client but the numbers of sheets."""

    sha256: str  # "" while it is being made
    key: str = ""  # what it was made from
    sheets: tuple[int, ...] = ()  # rows of the table `sheet`, which name the member
    page: str = ""
    day: date
    made: date  # the last day on which it was asked for


class _Manifest(Struct, kw_only=True, forbid_unknown_fields=True):
    schema: str
    ours: bool = False  # the folder itself was made by us
    files: dict[str, Kept] = {}


class Folder:
    """One folder; `today` is what the age of files is counted from."""

    def __init__(self, path: Path, *, today: date) -> None:
        self.path = path
        self.today = today
        made = _made(path)
        self._manifest = _read(path / MANIFEST)
        self._listed = set(self._manifest.files)  # in the file, too
        self._saved = time.monotonic()
        if made:
            self._manifest.ours = True
            self.save()
        mode = stat.S_IMODE(path.lstat().st_mode)
        self._mode = 0o640 if mode & GROUP_MAY_READ == GROUP_MAY_READ else 0o600
        for left in path.glob(f".*{PART}"):  # of a run that was cut off
            left.unlink()

    @property
    def files(self) -> dict[str, Kept]:
        """The files of ours by name, as far as they are listed."""
        return dict(self._manifest.files)

    def key(self, name: str) -> str:
        """What a file was made from; "" where it is not there or no longer as it was made."""
        entry = self._manifest.files.get(name)
        return entry.key if entry is not None and self._unchanged(name, entry) else ""

    def put(
        self, name: str, content: bytes, *, day: date, key: str = "", sheets: Iterable[int] = (), page: str = ""
    ) -> None:
        """Write a file whole; one of the same name that is not ours is refused.

        It is on the list before it is there: killed in between, the list says too much, never too little.
        """
        self._refuse_foreign(name)
        entry = Kept(sha256=_digest(content), key=key, sheets=tuple(sheets), page=page, day=day, made=self.today)
        same = self._unchanged(name, entry)
        if name not in self._listed:
            self._manifest.files[name] = msgspec.structs.replace(entry, sha256="", key="")
            self.save()
        if not same:
            _write(self.path / name, content, self._mode)
        self._change(name, entry)

    def announce(self, name: str, *, day: date, sheets: Iterable[int], page: str) -> None:
        """Say that a file is going to be made, so that the list need not be written for each."""
        if name not in self._manifest.files:
            entry = Kept(sha256="", sheets=tuple(sheets), page=page, day=day, made=self.today)
            self._manifest.files[name] = entry

    def save(self) -> None:
        """Write the list."""
        _write(self.path / MANIFEST, msgspec.json.format(msgspec.json.encode(self._manifest, order="sorted")), 0o600)
        self._listed = set(self._manifest.files)
        self._saved = time.monotonic()

    def _change(self, name: str, entry: Kept) -> None:
        self._manifest.files[name] = entry
        if time.monotonic() - self._saved >= SECONDS:
            self.save()

    def keep(self, name: str, *, day: date) -> None:
        """Say that a file that is there already was asked for again."""
        entry = self._manifest.files[name]
        self._change(name, msgspec.structs.replace(entry, day=day, made=self.today))

    def read(self, name: str) -> bytes:
        """Give the content of a file of ours."""
        return (self.path / name).read_bytes()

    def remove(self, names: Iterable[str]) -> list[str]:
        """Remove files of ours that are as we made them; give the names of those that somebody has changed."""
        changed, before = [], len(self._manifest.files)
        for name in names:
            entry = self._manifest.files[name]
            file = self.path / name
            if os.path.lexists(file) and entry.sha256 and not self._unchanged(name, entry):
                changed.append(name)
                continue
            with suppress(FileNotFoundError):
                file.unlink()
            del self._manifest.files[name]
        if len(self._manifest.files) < before:
            self.save()
        return changed

    def older_than(self, first: date) -> list[str]:
        """Name the files that were last asked for before a day."""
        return sorted(name for name, entry in self._manifest.files.items() if entry.made < first)

    def remove_if_empty(self) -> None:
        """Remove the folder when nothing of ours or of anybody is left in it, and we made it."""
        if self._manifest.files:
            return
        (self.path / MANIFEST).unlink(missing_ok=True)
        if self._manifest.ours:
            with suppress(OSError):  # there is something of somebody else in it
                self.path.rmdir()

    def _unchanged(self, name: str, entry: Kept) -> bool:
        file = self.path / name
        try:
            return stat.S_ISREG(file.lstat().st_mode) and _digest(file.read_bytes()) == entry.sha256
        except OSError:
            return False

    def _refuse_foreign(self, name: str) -> None:
        file = self.path / name
        if name in self._manifest.files or not os.path.lexists(file):
            return
        if stat.S_ISREG(file.lstat().st_mode) and MARK in file.read_bytes()[:4096]:
            return  # a page of ours from before there were lists, or of fit demo
        raise ConfigError(
            f"there is a file {name} that fit sheets did not make", where=str(self.path), hint="move it away, or choose another folder with -o"
        )  # fmt: skip


def folders_in(place: Path, *, today: date, known: Mapping[Path, Folder] | None = None) -> list[Folder]:
    """The folders in `place` that hold a list of ours; links are not followed."""
    found = []
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if known is not None and path in known:
            found.append(known[path])
        elif not path.is_symlink() and path.is_dir() and (path / MANIFEST).is_file():
            with suppress(ConfigError):  # what cannot be read is not ours to tidy
                found.append(Folder(path, today=today))
    return found


def places(root: Path) -> list[Path]:
    """Every place where sheets of a practice were ever put, as far as it is still there."""
    try:
        listed = msgspec.json.decode((root / PLACES).read_bytes(), type=list[str])
    except FileNotFoundError:
        return []
    except msgspec.MsgspecError:
        raise ConfigError(
            "the list of places with sheets cannot be read", where=PLACES, hint="restore it from a backup"
        ) from None
    return [Path(each) for each in listed if Path(each).is_dir()]


def remember(root: Path, place: Path) -> None:
    """Note a place before the first sheet is put there, so that what is in it can be found and erased."""
    known = [str(each) for each in places(root)]
    if str(place) not in known:
        _write(root / PLACES, msgspec.json.format(msgspec.json.encode(sorted([*known, str(place)]))), 0o600)


def _made(path: Path) -> bool:
    """Make the folder, readable by its owner alone; one that is there keeps what the clinic has set."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode):
            raise ConfigError("this is no folder, or a link to one", where=str(path), hint="move it away") from None
        if os.name == "posix" and mode & EVERYBODY:
            raise ConfigError(
                "everybody on this computer can look into this folder", where=str(path), hint="chmod o-rwx"
            ) from None
        return False
    return True


def _read(file: Path) -> _Manifest:
    if file.is_symlink():
        raise ConfigError("the list of sheets is a link", where=str(file), hint="remove it")
    try:
        found = msgspec.json.decode(file.read_bytes(), type=_Manifest)
    except FileNotFoundError:
        return _Manifest(schema=SCHEMA)
    except msgspec.MsgspecError:
        raise ConfigError(
            "the list of sheets cannot be read", where=str(file), hint="remove it and the sheets beside it"
        ) from None
    if found.schema != SCHEMA or any("/" in name or "\\" in name or name.startswith(".") for name in found.files):
        raise ConfigError("the list of sheets is not one of ours", where=str(file), hint="remove it")
    return found


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write beside it and put it in its place, so that a reader sees the old file or the new one, never half of it."""
    part = file.with_name(f".{file.name.lstrip('.')}{PART}")
    part.unlink(missing_ok=True)
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as target:  # noqa: PTH123 - with a mode
            if hasattr(os, "fchmod"):
                os.fchmod(target.fileno(), mode)  # whatever the mask of the account is
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        part.replace(file)
    except BaseException:  # a full disk, or Ctrl-C: half a page is of no use to anybody
        with suppress(OSError):
            part.unlink()
        raise


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
