"""A store that is damaged, foreign, read-only or on a full disk is refused in one line, and what is there stays.

A part of the places by default; all pages and a thousand bytes with FIT_TEST_LONG=1.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG
from tests.faults.programs import lines_of
from tests.faults.scenarios import lived_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and modes are POSIX")
SOUND, REFUSED = 0, 5


@pytest.fixture(scope="module")
def tries(ram: Path) -> list[dict[str, Any]]:
    (ram / "base").mkdir()
    ram.chmod(0o755)  # whoever a practice is lent to has to get there
    clinic = lived_in(ram / "base")
    return lines_of("spoil", clinic.root, clinic.clock().isoformat(), 1000 if LONG else 60)


def of(tries: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The tries of one kind, each of which was told in one line, if at all, and none as a defect."""
    found = [one for one in tries if one["kind"] == kind]
    for one in found:
        assert not [line for line in one["said"] if "unexpected" in line or "Traceback" in line], one
        assert len([line for line in one["said"] if line.startswith("fit: ")]) == (one["code"] == REFUSED), one
    return found


def test_a_damaged_store_is_refused_or_read_as_it_is_and_never_written(
    tries: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    found = of(tries, "corrupted")
    assert [one for one in found if one["wrote"] or one["made"]] == []
    assert {one["code"] for one in found} == {SOUND, REFUSED}
    assert {one["code"] for one in found if one["what"] in {"cut", "zeroed"}} == {REFUSED}
    with capsys.disabled():
        print(f"\ndamaged stores: {Counter((one['what'], one['code']) for one in found)}")


def test_what_is_no_store_of_ours_is_refused_by_every_command(tries: list[dict[str, Any]]) -> None:
    found = of(tries, "foreign")
    assert len(found) == 64
    assert [one for one in found if one["code"] != REFUSED or one["wrote"] or one["made"]] == []


def test_a_full_disk_leaves_all_of_a_command_or_nothing_and_the_next_go_does_the_rest(
    tries: list[dict[str, Any]],
) -> None:
    found = of(tries, "full")
    assert [one for one in found if one["differing"] or one["again"] != SOUND] == []
    assert {one["code"] for one in found} == {SOUND, REFUSED}
    assert [one for one in found if one["code"] == REFUSED and one["changed"] and one["words"] != "run"] == []
    assert {one["words"] for one in found if one["code"] == REFUSED} >= {"import", "run"}


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can lend a practice to somebody else"
)
def test_a_read_only_practice_can_be_looked_at_and_is_not_changed(tries: list[dict[str, Any]]) -> None:
    found = of(tries, "read-only")
    assert {one["code"] for one in found if one.get("looks")} == {SOUND}
    writing = [one for one in found if not one.get("looks")]
    assert len(writing) == 15
    assert [one for one in writing if one["code"] != REFUSED or one["changed"] or one["differing"]] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is always full")
def test_output_that_finds_no_room_is_an_error(tries: list[dict[str, Any]]) -> None:
    assert {one["code"] for one in of(tries, "outputs")} == {REFUSED}
