"""The one file a backup is: a zip of the store and the practice's own files, with a list of what is in it and its hashes."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import msgspec

from fit_toolkit.errors import ConfigError, DataError

SCHEMA = "fit/backup/1"
MANIFEST = "backup.json"
STORE = "store.db"
LARGEST_MANIFEST = 16 * 2**20
BLOCK = 2**20
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no time before; the same files make the same bytes
_LATER = re.compile(r"fit/backup/[0-9]{1,4}")
_PART = re.compile(r"[^/\\:\x00-\x1f]+")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One file in a backup."""

    sha256: str
    size: int


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    schema: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup; `contents` is what its store comes to, table by table."""

    schema: str
    made_at: datetime
    version: str
    revision: str
    files: dict[str, Part]
    contents: dict[str, tuple[int, str]]
    left_out: list[str] = []


def write_archive(
    target: Path, files: Mapping[str, Path], manifest: Manifest, *, work: Path, whole: Callable[[str, int], object]
) -> tuple[str, int]:
    """Write a backup that appears whole or not at all; returns its hash and size. A file that is there is refused.

    It is made in the folder `work`, on the same disk; `whole` is told hash and size before it gets its name.
    """
    _refuse_there(target)
    made = work / "backup"
    with open(os.open(made, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:  # noqa: PTH123 - with a mode
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry(MANIFEST), msgspec.json.format(msgspec.json.encode(manifest)))
            for name, source in files.items():
                with source.open("rb") as content, archive.open(_entry(name), "w", force_zip64=True) as into:
                    for block in iter(lambda content=content: content.read(BLOCK), b""):  # type: ignore[misc]
                        into.write(block)
        file.flush()
        os.fsync(file.fileno())
    read_archive(made, None)  # what cannot be read back is no backup
    digest, size = digest_of(made), made.stat().st_size
    _refuse_there(target)
    whole(digest, size)
    made.rename(target)
    return digest, size


def _refuse_there(target: Path) -> None:
    if os.path.lexists(target):
        raise ConfigError("there is a file of this name already", where=str(target), hint="nothing was written")


def read_archive(file: Path, folder: Path | None) -> Manifest:
    """Check a backup whole, hash by hash, and put its files into a folder (None: nowhere); whatever is amiss is refused."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            names = {entry.filename: entry for entry in archive.infolist()}
            if names.keys() != {MANIFEST, *manifest.files} or len(names) != len(archive.infolist()):
                raise damaged(file, "it holds other files than it says")
            for name, part in manifest.files.items():
                with archive.open(names[name]) as content:
                    _take(file, name, part, content, folder)
    except FileNotFoundError:
        raise DataError("there is no such file", where=str(file)) from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(file, "it cannot be read") from error
    except KeyError as error:
        raise DataError("this is no backup of fit-toolkit", where=str(file), hint="fit backup makes one") from error
    except OSError as error:
        raise DataError(f"the backup cannot be read: {error.strerror or 'damaged'}", where=str(file)) from error
    except zlib.error as error:
        raise damaged(file, "it cannot be unpacked") from error
    return manifest


def damaged(file: Path, why: str) -> DataError:
    """The refusal of a backup that is not as it was written."""
    return DataError(f"this is no sound backup: {why}", where=str(file), hint="take another; nothing was changed")


def digest_of(file: Path) -> str:
    """Hash a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(MANIFEST) as content:
        text = content.read(LARGEST_MANIFEST)
    if (schema := msgspec.json.decode(text, type=_Kind).schema) != SCHEMA:
        if _LATER.fullmatch(schema):
            raise ConfigError(
                "this backup was made by a newer version of fit-toolkit", hint="install that version first"
            )
        raise ValueError(schema)
    found = msgspec.json.decode(text, type=Manifest)
    if STORE not in found.files or any(not _plain(name) for name in found.files):
        raise ValueError(MANIFEST)
    return found


def _take(file: Path, name: str, part: Part, content: IO[bytes], folder: Path | None) -> None:
    """Read one file, never more of it than the list says, and keep it."""
    digest, left = hashlib.sha256(), part.size
    for block in _blocks(content, left + 1):
        digest.update(block)
        left -= len(block)
        if left < 0:
            break
        if folder is not None:
            _append(folder / name, block)
    if left or digest.hexdigest() != part.sha256:
        raise damaged(file, "a file in it is not as it was written")
    if folder is not None and not part.size:
        _append(folder / name, b"")


def _blocks(content: IO[bytes], most: int) -> Iterator[bytes]:
    while most > 0 and (block := content.read(min(BLOCK, most))):
        most -= len(block)
        yield block


def _append(file: Path, block: bytes) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as target:  # noqa: PTH123 - with a mode
            target.write(block)
    except OSError as error:
        why = f"the backup cannot be unpacked here: {error.strerror}"
        raise ConfigError(why, hint="nothing was changed; the backup itself may be sound") from None


def _plain(name: str) -> bool:
    """Say whether a name stays inside the folder it is put into, on every system."""
    parts: Iterable[str] = name.split("/")
    return not PurePosixPath(name).is_absolute() and all(
        _PART.fullmatch(part) and part not in {".", ".."} for part in parts
    )


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
