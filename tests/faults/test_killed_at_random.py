"""Two hundred processes killed at random moments of a mixed workload leave what one left in peace leaves.

A thousand with FIT_TEST_LONG=1.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import LONG
from tests.faults.programs import lines_of
from tests.faults.scenarios import lived_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills are POSIX")
START = "2026-02-02T08:00:00"


def test_nothing_is_lost_or_there_twice_after_two_hundred_random_kills(
    ram: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ram / "base").mkdir()
    lived_in(ram / "base")
    kills = 1000 if LONG else 200
    *each, end = lines_of("kill_at_random", ram / "base" / "practice", START, kills, 7)
    assert [one for one in each if one["wrong"] or one["bad"]] == []
    for found in ("wrong", "differing", "lost", "never planned"):
        assert end[found] == []
    assert end["text"] == ""
    assert end["steps"] >= kills // 10
    assert end["cut off"] > 0, "a run was among what was killed"
    with capsys.disabled():
        print(
            f"\n{kills} random kills over {end['steps']} steps: {end['cut off']} runs cut off, {end['sent']} messages sent, "
            f"{end['repeated']} of them again under their key"
        )
