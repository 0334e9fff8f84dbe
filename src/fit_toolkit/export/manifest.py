"""What an export says about itself: which files, with their hashes, what is in them, and how careful to be with them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from fit_toolkit.errors import ConfigError

if TYPE_CHECKING:
    from fit_toolkit.model.writing import ExportPart

FILE: Final = "manifest.json"
SCHEMA: Final = "fit/export/1"
PSEUDONYMISED: Final = (
    "Pseudonymised is not anonymous: codes are replaced, but days, answers and the order of sessions are as they were, and"
    " the practice can tell who is who. Treat it as personal data about health."
)
IDENTIFIED: Final = "The codes are those of the practice. These are personal data about health."
WITH_TEXTS: Final = "Free text is included; it may name people whatever the codes are."


@dataclass
class Counts:
    """How much an export holds, counted while it is handed over."""

    clients: int = 0
    administrations: int = 0
    answers: int = 0
    scores: int = 0
    definitions: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, part: ExportPart) -> None:
        """Count one part."""
        self.clients += int(part.members["client"].nunique())
        self.administrations += len(part.administrations)
        self.answers += len(part.answers)
        self.scores += len(part.scores)
        frame = part.administrations
        self.definitions.update(zip(frame["instrument"], frame["version"], frame["definition_hash"], strict=True))

    def plain(self) -> dict[str, int]:
        """Give the numbers by name."""
        names = ("clients", "administrations", "answers", "scores")
        return {name: getattr(self, name) for name in names}

    def definition_rows(self) -> Iterator[dict[str, Any]]:
        """Give each version of an instrument with how many forms were scored by it."""
        for (instrument, version, digest), count in sorted(self.definitions.items()):
            yield {"instrument": instrument, "version": version, "definition_hash": digest, "administrations": count}


def moment_of(now: datetime) -> datetime:
    """Give the moment an export is dated with: SOURCE_DATE_EPOCH where it is set, else `now` (naive UTC)."""
    said = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not said:
        return now.replace(tzinfo=UTC, microsecond=0)
    if not said.isdecimal():
        raise ConfigError("SOURCE_DATE_EPOCH is no number of seconds", hint="unset it, or give seconds since 1970")
    return datetime.fromtimestamp(int(said), UTC)


def listed(folder: Path, rows: Mapping[str, int]) -> list[dict[str, Any]]:
    """Give every file with its size, rows and hash, in order."""
    return [
        {"path": name, "bytes": (folder / name).stat().st_size, "rows": rows[name], "sha256": _sha256(folder / name)}
        for name in sorted(rows)
    ]


def write_manifest(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the manifest beside the files."""
    text = msgspec.json.format(msgspec.json.encode(content), indent=2)
    (folder / FILE).write_bytes(text + b"\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
