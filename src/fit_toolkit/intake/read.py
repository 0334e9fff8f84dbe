"""A file as rows of raw text, by the reader that is surest of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec

from fit_toolkit.engine.extras import missing_library
from fit_toolkit.engine.surroundings import alone
from fit_toolkit.errors import ContractError, DataError, FitError, PluginError, UsageError
from fit_toolkit.intake.door import Guard
from fit_toolkit.intake.mapping import ROLES
from fit_toolkit.intake.source import Progress, Source, quiet, survey
from fit_toolkit.model.parts import RawTable, Reader

REJECTED: Final = ".rejected.csv"  # how the name of a file of rejected rows ends
HEAD: Final = 64 * 1024
LARGEST: Final = 512 * 1024 * 1024  # of a format that is read as a whole
PACKED: Final = {  # how files begin that hold other files
    b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PK\x05\x06": "zip", b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf": "7z",
    b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd",
}  # fmt: skip
ROWS: Final = 20_000  # a file of so many rows is worked on as a whole; a larger one is read in pieces of so many


def read_table(
    path: Path,
    readers: Mapping[str, type[Reader]],
    *,
    reader: str = "",
    settings: Mapping[str, Any] | None = None,
    usual: Mapping[str, Mapping[str, Any]] | None = None,
) -> RawTable:
    """Read a file with the reader named, or with the one that is surest of it.

    `usual` holds the practice's settings by reader; `settings` are those of this file and come first.
    """
    kind, chosen = _chosen(path, readers, reader, settings, usual)
    _not_too_large(path)
    (table,) = _asked(path, kind, lambda: iter([chosen.rows(path)]))
    return table


def read_source(  # noqa: PLR0913 - the same as read_table, and what is to be known of a file that is not kept
    path: Path,
    readers: Mapping[str, type[Reader]],
    *,
    reader: str = "",
    settings: Mapping[str, Any] | None = None,
    usual: Mapping[str, Mapping[str, Any]] | None = None,
    ids: Container[str] = (),
    names: Callable[[str], bool] = bool,
    rows: int = ROWS,
    folder: Path | None = None,
    progress: Progress = quiet,
    guard: Guard | None = None,
) -> Source:
    """Read a file once from end to end, and keep it in memory only if it is small; else it is set aside in `folder`.

    `ids` are words that have to be known of beforehand, the ids of instruments, in the columns that `names` is true of: a
    row for each that is in the file is in the sample of a large one. `guard` takes out of it what must not be set aside.
    """
    kind, chosen = _chosen(path, readers, reader, settings, usual)
    if type(chosen).parts is Reader.parts:
        _not_too_large(path)
    tables = _asked(path, kind, lambda: chosen.parts(path, rows))
    return survey(path, tables, ids=ids, names=names, folder=folder, progress=progress, guard=guard)


def reader_of(path: Path, readers: Mapping[str, type[Reader]]) -> str:
    """Name the reader that is surest of a file."""
    return _surest(path, _head(path), readers)


def _chosen(
    path: Path,
    readers: Mapping[str, type[Reader]],
    reader: str,
    settings: Mapping[str, Any] | None,
    usual: Mapping[str, Mapping[str, Any]] | None,
) -> tuple[str, Reader]:
    """Give the name of the reader, and the reader with its settings."""
    head = _head(path)
    if reader in readers and path.name.endswith(REJECTED) and not _sure(readers[reader], head, path):
        reader = ""  # rows that a map for another format rejected; they are CSV
        settings = {key: value for key, value in (settings or {}).items() if key in {"encoding", "delimiter"}}
    kind = reader or _surest(path, head, readers)
    if kind not in readers:
        raise UsageError(f"there is no reader '{kind}'", hint="known: " + ", ".join(sorted(readers)))
    try:
        said = {key: value for key, value in (settings or {}).items() if value != ""}
        return kind, msgspec.convert({**(usual or {}).get(kind, {}), **said}, readers[kind])
    except msgspec.ValidationError as error:
        raise UsageError(f"the reader {kind} cannot take these settings: {error}") from error


def _asked(path: Path, kind: str, ask: Callable[[], Iterator[RawTable]]) -> Iterator[RawTable]:
    """Give the tables of a reader one by one, each held against the contract; whatever it does, it is named."""
    tables: Iterator[RawTable] | None = None
    while True:
        try:
            with alone() as changed:
                tables = ask() if tables is None else tables
                table = next(tables, None)
        except FitError:
            raise
        except ModuleNotFoundError as error:
            raise missing_library(error, f"the reader {kind}", path.name) from None
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or type(error).__name__}", where=path.name) from None
        except (Exception, SystemExit) as error:
            raise PluginError(f"the reader {kind} failed: {type(error).__name__}", where=path.name) from error
        if changed:
            raise PluginError(f"the reader {kind} {changed[0]}; nothing was taken", where=path.name)
        if table is None:
            return
        yield checked(table, kind)


def checked(table: object, kind: str) -> RawTable:
    """Hold what a reader gave against its contract."""
    if not isinstance(table, RawTable):
        raise ContractError(f"the reader {kind} gave something that is no table")
    width = len(table.columns)
    if len(table.rows) != len(table.lines) or not set(map(len, table.rows)) <= {width}:
        raise ContractError(f"the reader {kind} gave rows of different lengths")
    kinds = {*map(type, table.columns), *map(type, chain.from_iterable(table.rows))}
    if not all(issubclass(kind, str) for kind in kinds):
        raise ContractError(f"the reader {kind} gave cells that are not text")
    columns = set(table.columns)
    if not {*table.meant, *table.personal} <= columns:
        raise ContractError(f"the reader {kind} says what columns mean that are not there")
    if not set(table.meant.values()) <= {"", *ROLES}:
        raise ContractError(f"the reader {kind} gives a column a role that there is not")
    return table


def note_of(table: RawTable, name: str) -> str:
    """Give what a reader noted under a name, `delimiter: ;`, or nothing."""
    return next((note[len(name) + 2 :] for note in table.notes if note.startswith(f"{name}: ")), "")


def fingerprint(path: Path) -> str:
    """Give the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _head(path: Path) -> bytes:
    if not path.is_file():
        raise DataError("there is no such file", where=str(path))
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(path)) from None


def _not_too_large(path: Path) -> None:
    if path.stat().st_size > LARGEST:
        hint = "import it in parts, or save it as CSV, which may be of any size"
        raise DataError(f"the file is larger than {LARGEST >> 20} MB", where=path.name, hint=hint)


def _packed(head: bytes) -> str:
    """Name the program that packed a file, by how it begins, or nothing."""
    return next((kind for mark, kind in PACKED.items() if head.startswith(mark)), "")


def _sure(reader: type[Reader], head: bytes, path: Path) -> float:
    """Ask a reader how sure it is of a file; one that cannot even look at it is not asked for it."""
    try:
        with alone() as changed:
            sure = float(reader().sniff(head, path.suffix.lower()))
    except (Exception, SystemExit):  # noqa: BLE001 - whatever it is, this reader is out
        return 0.0
    return 0.0 if changed else sure


def _surest(path: Path, head: bytes, readers: Mapping[str, type[Reader]]) -> str:
    sure = {kind: _sure(cls, head, path) for kind, cls in readers.items()}
    best = max(sure.values(), default=0.0)
    names = sorted(kind for kind, value in sure.items() if value == best)
    if best <= 0 and (packed := _packed(head)):
        hint = "unpack it and import what is in it; save a spreadsheet as .xlsx or CSV"
        raise DataError(f"the file is packed ({packed})", where=path.name, hint=hint)
    if best <= 0:
        raise DataError("no reader knows this format", where=path.name, hint="CSV is read; see fit plugins list")
    if len(names) > 1:
        raise UsageError(f"several readers would take the file: {', '.join(names)}", hint="choose one with --reader")
    return names[0]
