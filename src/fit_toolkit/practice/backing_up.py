"""Backs a practice up into one file, keeps the list of such files, and removes old ones."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fit_toolkit.errors import ConfigError
from fit_toolkit.practice.archive import SCHEMA, STORE, Manifest, Part, digest_of, write_archive
from fit_toolkit.practice.erasing import write_stones
from fit_toolkit.settings import FILE
from fit_toolkit.sheets.batch_folder import PLACES
from fit_toolkit.store import backups
from fit_toolkit.store.backup import contents, copy_store, revision_of
from fit_toolkit.store.workplace import work_beside

if TYPE_CHECKING:
    from fit_toolkit.practice.practice import Practice

OWN = ("instruments", "plugins", "templates", "locales")  # folders of the practice's own making
KINDS = {
    ".toml", ".yaml", ".yml", ".json", ".py", ".html", ".css", ".js", ".svg", ".png", ".jpg", ".jpeg", ".po", ".txt", ".md",
    ".csv", ".ttf", ".otf", ".woff2",
}  # fmt: skip
NAME = "fit-{:%Y-%m-%dT%H%M%S}.zip"
PATTERN = "fit-????-??-??T??????.zip"


@dataclass(frozen=True)
class Made:
    """A backup that was made: where, its hash, how many rows, and which older ones were removed for it."""

    path: Path
    sha256: str
    size: int
    rows: int
    left_out: list[str]
    removed: list[str]


def back_up(practice: Practice, target: Path | None, *, actor: str, keep: int = 0) -> Made:
    """Copy store and own files into a new file; without `target`, or where it is a folder, under a name with the time.

    With `keep`, older backups of ours in the same folder beyond so many are removed: never before the new one is whole.
    """
    place = _place(practice, target)
    own, left_out = own_files(practice)
    with work_beside(place) as work:
        copy = work.folder / STORE
        copy_store(practice.store, copy)
        files = {STORE: copy, **own}
        held = contents(copy)
        manifest = Manifest(
            schema=SCHEMA, made_at=practice.now(), version=version("fit-toolkit"), revision=revision_of(copy), contents=held,
            files={name: Part(sha256=digest_of(file), size=file.stat().st_size) for name, file in files.items()},
            left_out=left_out,
        )  # fmt: skip
        digest, size = write_archive(
            place,
            files,
            manifest,
            work=work.files,
            whole=lambda digest, size: _note(practice, place, actor, digest, size),
        )
    write_stones(practice, [place.parent])
    removed = _rotate(practice, place, keep) if keep else []
    return Made(place, digest, size, sum(count for count, _ in held.values()), left_out, removed)


def _note(practice: Practice, place: Path, actor: str, digest: str, size: int) -> None:
    """Put a backup on the list before it has its name: none is ever there that nobody knows of."""
    with practice.store.begin() as c:
        backups.add_backup(c, str(place), made_at=practice.now(), made_by=actor, sha256=digest, size=size)


def known_backups(practice: Practice) -> list[dict[str, Any]]:
    """List the backups made, with whether each is where it was put."""
    with practice.store.read() as c:
        return [row | {"there": Path(row["path"]).is_file()} for row in backups.listed(c)]


def own_files(practice: Practice) -> tuple[dict[str, Path], list[str]]:
    """The practice's own files by their names in a backup, and what of the folder is left out.

    Never a file that some setting names as holding a password or a key, nor anything that is a link.
    """
    secret = _secrets(practice)
    found: dict[str, Path] = {}
    left_out: list[str] = []
    places = practice.root / PLACES
    for file in [*sorted(practice.root.glob("*.toml")), *([places] if places.is_file() else []), *_below(practice)]:
        name = file.relative_to(practice.root).as_posix()
        if file.is_symlink() or file.resolve() in secret or file.suffix.lower() not in KINDS:
            left_out.append(name)
        else:
            found[name] = file
    if FILE not in found:
        raise ConfigError(f"{FILE} is a link, and would not be in the backup", hint="put the file itself there")
    return found, left_out


def _below(practice: Practice) -> list[Path]:
    files = (file for name in OWN for file in sorted((practice.root / name).rglob("*")))
    return [file for file in files if "__pycache__" not in file.parts and (file.is_symlink() or file.is_file())]


def _secrets(practice: Practice) -> set[Path]:
    """Every file that a setting whose name ends in `file` points to, in the tables of channels and readers, too."""
    named = [value for name, value in practice.settings.values.items() if name.endswith("file")]
    for tables in practice.settings.tables.values():
        for table in tables.values():
            named += [value for name, value in table.values.items() if name.endswith("file")]
    return {(practice.root / value).resolve() for value in named if isinstance(value, str) and value}


def _place(practice: Practice, target: Path | None) -> Path:
    name = NAME.format(practice.local(practice.now()))
    if target is not None and not target.is_dir():
        if not target.parent.is_dir():
            raise ConfigError("there is no such folder to write into", where=str(target.parent))
        return target.resolve()
    folder = practice.path("backup.folder") if target is None else target
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & 0o022:
        raise ConfigError("others can write into this folder", where=str(folder), hint="chmod go-w")
    return (folder / name).resolve()


def _rotate(practice: Practice, newest: Path, keep: int) -> list[str]:
    """Remove the oldest of our own in the folder of the newest; one that somebody has changed is left."""
    here = [row for row in known_backups(practice) if Path(row["path"]).parent == newest.parent and row["there"]]
    old = [row for row in here if Path(row["path"]) != newest][: max(0, len(here) - keep)]
    done = [row for row in old if Path(row["path"]).match(PATTERN) and digest_of(Path(row["path"])) == row["sha256"]]
    for row in done:
        Path(row["path"]).unlink()
    with practice.store.begin() as c:
        backups.gone(c, [row["id"] for row in done], at=practice.now())
    return [row["path"] for row in done]
