"""Two hundred processes that write at the same moment, and twenty runs that overlap: everything is there, and once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG
from tests.faults.programs import lines_of
from tests.faults.scenarios import lived_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks are POSIX")


def competing(folder: Path, kind: str, count: int) -> tuple[list[int], dict[str, Any]]:
    """The exit codes of all processes, and what the practice then holds."""
    (folder / kind / "base").mkdir(parents=True)
    clinic = lived_in(folder / kind / "base")
    *each, end = lines_of("compete", kind, clinic.root, clinic.clock().isoformat(), count)
    assert end["wrong"] == []
    assert [line for line in end["said"] if "unexpected" in line or "Traceback" in line] == []
    return [one["code"] for one in each], end


@pytest.mark.parametrize("kind", ["writers", pytest.param("importers", marks=pytest.mark.long)])
def test_two_hundred_writers_all_get_their_turn(ram: Path, kind: str) -> None:
    codes, end = competing(ram, kind, 200)
    assert codes == [0] * 200, end["said"]
    assert end["clients"] == 200
    assert end["ratings"] == 23 + (200 if kind == "importers" else 20)


def test_of_twenty_runs_that_overlap_one_does_the_work_and_the_others_step_aside(ram: Path) -> None:
    codes, end = competing(ram, "runs", 20)
    assert set(codes) <= {0, 75}
    assert 0 in codes
    assert end["differing"] == [], "what one run alone comes to"
    assert (end["told twice"], end["touched"]) == (0, 0)


def test_twenty_runs_without_the_lock_still_make_each_transition_once(ram: Path) -> None:
    codes, end = competing(ram, "runs without a lock", 100 if LONG else 20)
    assert set(codes) == {0}, end["said"]
    assert end["differing"] == [], "what one run alone comes to"
    assert (end["told twice"], end["touched"]) == (0, 0)
