"""The key by which clients of imported files are named, where the practice wants pseudonyms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fit_toolkit.errors import ConfigError

if TYPE_CHECKING:
    from fit_toolkit.intake.identity import Pseudonyms
    from fit_toolkit.practice.practice import Practice

SETTING = "import.pseudonym_key_file"


def names_of(practice: Practice, *, asked: bool | None) -> Pseudonyms | None:
    """Give who names the clients of a file, where they get pseudonyms: as asked, else as fit.toml says."""
    wanted = practice.settings.flag("import.pseudonyms") if asked is None else asked
    return key_of(practice) if wanted else None


def read_own_key(practice: Practice) -> Pseudonyms:
    """Read the key that fit.toml names."""
    from fit_toolkit.intake.identity import HOW, read_key

    named = practice.settings.text(SETTING)
    if not named:
        raise ConfigError("pseudonyms need a key", hint=HOW)
    return read_key(practice.root / Path(named).expanduser(), practice.root)


def key_of(practice: Practice) -> Pseudonyms:
    """Read the key; another one than that of the clients who are here already is refused."""
    from fit_toolkit.store import marks

    names = read_own_key(practice)
    with practice.store.read() as c:
        there = marks.mark(c, marks.PSEUDONYM_KEY)
    if there not in {"", names.mark}:
        raise ConfigError(
            "this is another key than the one that named the clients of this practice",
            where=practice.settings.text(SETTING), hint="restore that one; with this one everybody would come in anew",
        )  # fmt: skip
    return names


def remember_key(practice: Practice, names: Pseudonyms) -> None:
    """Keep a mark of the key that clients were named with, so that another one is noticed."""
    from fit_toolkit.store import marks

    with practice.store.begin() as c:
        if not marks.mark(c, marks.PSEUDONYM_KEY):
            marks.set_mark(c, marks.PSEUDONYM_KEY, names.mark)
