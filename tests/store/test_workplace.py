"""What is being made lies in a hidden folder; a dead one is removed by the next, a living one is left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fit_toolkit.store.lock import hold_lock
from fit_toolkit.store.workplace import LEFT, LOCK, clear_away, work_beside


def dead(folder: Path, *, lock: bool = True) -> Path:
    """A folder in which a process was killed."""
    made = folder / ".fit-dead.fit-part"
    (made / "files").mkdir(parents=True)
    if lock:
        (made / LOCK).touch()
    return made


def test_it_is_beside_the_place_private_and_gone_afterwards(tmp_path: Path) -> None:
    with work_beside(tmp_path / "out") as work:
        assert work.folder.parent == tmp_path
        assert (work.folder.stat().st_mode & 0o077, list(work.files.iterdir())) == (0, [])
        work.files.rename(tmp_path / "out")
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_dead_one_goes_with_the_next_and_a_living_one_stays(tmp_path: Path) -> None:
    left = dead(tmp_path)
    with hold_lock(left / LOCK), work_beside(tmp_path / "out"):
        assert left.is_dir()
    with work_beside(tmp_path / "out") as mine:
        assert list(tmp_path.iterdir()) == [mine.folder]
        with work_beside(tmp_path / "other"):
            assert mine.files.is_dir()


def test_one_that_is_just_being_made_is_left_for_a_day(tmp_path: Path) -> None:
    left = dead(tmp_path, lock=False)
    with work_beside(tmp_path / "out"):
        assert left.is_dir()
    old = time.time() - LEFT - 1
    os.utime(left, (old, old))
    with work_beside(tmp_path / "out"):
        assert not left.exists()


def test_what_was_put_aside_and_not_replaced_is_back(tmp_path: Path) -> None:
    place, aside = tmp_path / "clinic", tmp_path / "clinic.before"
    aside.mkdir()
    for there in (False, True):
        left = dead(tmp_path)
        (left / "replaces.json").write_text(f'["{place}", "{aside}"]', encoding="utf-8")
        with work_beside(tmp_path / "out"):
            assert (place.is_dir(), aside.is_dir()) == (True, there)
        aside.mkdir(exist_ok=True)  # once it is replaced, what was put aside stays there


def test_nothing_is_moved_or_removed_on_the_word_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mine := tmp_path / "home" / "mine").mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    left = dead(tmp_path / "shared")
    (left / "replaces.json").write_text(f'["{tmp_path}/taken", "{mine}"]', encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("fit_toolkit.store.workplace._ours", lambda _: False)
        clear_away(tmp_path / "shared")
    assert left.is_dir()
    clear_away(tmp_path / "shared")
    assert (left.exists(), mine.is_dir()) == (False, True)
