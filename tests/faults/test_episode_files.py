"""Files of episodes, spoilt: refused with a message or taken as they read, every row counted, and never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fit_toolkit.errors import FitError
from fit_toolkit.intake.episode_files import FILES, listed
from fit_toolkit.intake.episodes import import_episodes
from tests.conftest import LONG
from tests.export.test_move import LIFE, WISH, empty, exported, lived
from tests.intake.making import Clinic, table_of

SPOILT = 5_000 if LONG else 60
BITS = (b",", b"\n", b'"', b"", b"2026-13-01", b"9999-12-31", b"0001-01-01", b"=1", b"\xff", b"\0", b"couple", b"individual",
        b"T9", b"A", b"E1", b";", b"site:a;site:b", b"1980", b"-", b"9" * 20, b"\xc2\xa0", b"client", b"episode")  # fmt: skip


def spoilt(text: bytes, dice: random.Random) -> bytes:
    """Put something else into a place, into a cell, or a row in twice."""
    how = dice.randrange(3)
    if how == 0:
        at = dice.randrange(len(text))
        return text[:at] + dice.choice(BITS) + text[at + dice.randint(0, 5) :]
    rows = text.split(b"\r\n")
    if how == 1:
        row = dice.randrange(len(rows))
        cells = rows[row].split(b",")
        cells[dice.randrange(len(cells))] = dice.choice(BITS)
        rows[row] = b",".join(cells)
    else:
        rows.insert(dice.randint(1, len(rows)), dice.choice(rows))
    return b"\r\n".join(rows)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an export says of a practice in which everything happened."""
    here = empty(tmp_path_factory.mktemp("here"), staffed=True)
    lived(here, LIFE)
    return {name: text for name, text in exported(here).items() if name in FILES}


def fate(there: Clinic, made: dict[str, bytes], *, add_staff: bool) -> str:
    try:
        sheets = [listed(table_of(there.folder, text, name), name, "") for name, text in made.items()]
        with there.store.begin(dry_run=True) as c:
            came = import_episodes(c, sheets, WISH, add_staff=add_staff)
    except FitError:
        return "refused"
    assert all(each.rows == each.accepted + each.unchanged + each.rejected for each in came.files)
    assert came.rejected == len({(each.file, one.row) for each in came.files for one in each.problems})
    return "rejected" if came.rejected else "taken"


def test_spoilt_files_are_refused_or_counted_row_by_row(files: dict[str, bytes], tmp_path: Path) -> None:
    there = empty(tmp_path, staffed=False)
    fates = set()
    for seed in range(SPOILT):
        dice = random.Random(seed)
        made = dict(files)
        for _ in range(dice.randint(1, 3)):
            name = dice.choice(sorted(made))
            made[name] = spoilt(made[name], dice)
        if dice.randrange(8) == 0:
            made.pop(dice.choice(sorted(made)))
        fates.add(fate(there, made, add_staff=dice.random() < 0.5))
    assert fates == {"refused", "rejected", "taken"}
