"""The lock of a run: who is turned away is told since when it is held, and never takes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fit_toolkit.store.lock import HeldError, hold_lock, in_words

BEGAN = datetime.fromisoformat("2026-03-12T05:10")
BERLIN = ZoneInfo("Europe/Berlin")


def turned_away(path: Path, later: timedelta, zone: ZoneInfo = BERLIN) -> HeldError:
    with pytest.raises(HeldError) as refused, hold_lock(path, now=BEGAN + later, zone=zone):
        pass
    return refused.value


def test_who_is_turned_away_reads_since_when_in_the_time_of_the_practice(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold_lock(lock, now=BEGAN):
        held = turned_away(lock, timedelta(hours=3))
        assert held.what == "another run (started 06:10, 3 h ago) holds the lock on this practice"
        assert (held.since, held.age) == (BEGAN, timedelta(hours=3))
        assert "(started 2026-03-12 06:10, 2 d ago)" in turned_away(lock, timedelta(days=2)).what


def test_a_moment_with_a_zone_is_the_same_moment(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold_lock(lock, now=BEGAN.replace(tzinfo=UTC).astimezone(BERLIN)):
        assert turned_away(lock, timedelta(0)).since == BEGAN


def test_a_clock_that_went_back_gives_no_age_below_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold_lock(lock, now=BEGAN):
        assert turned_away(lock, -timedelta(hours=1)).age == timedelta(0)


@pytest.mark.parametrize("written", ["", "yesterday", "2026-03-12T06:10:00" * 9, "ü"])
def test_a_file_that_says_nothing_readable_is_only_a_lock(tmp_path: Path, written: str) -> None:
    lock = tmp_path / "lock"
    with hold_lock(lock, now=BEGAN):
        lock.write_bytes(written.encode())
        held = turned_away(lock, timedelta(hours=1))
    assert (held.what, held.age) == ("another run holds the lock on this practice", None)


def test_whoever_has_it_next_is_named_with_their_own_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with hold_lock(lock, now=BEGAN):
        pass
    with hold_lock(lock, now=BEGAN + timedelta(days=1)):
        assert turned_away(lock, timedelta(days=1, minutes=5)).age == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (47 * 3600, "47 h"), (48 * 3600, "2 d")],
)
def test_a_time_span_has_one_unit(seconds: int, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
