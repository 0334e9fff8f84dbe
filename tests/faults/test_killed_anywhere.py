"""Whatever is killed at whichever of its statements: nothing is lost, nothing is there twice, and the next go mends it.

Twenty places of each command are tried, most of them where a transaction or a sending begins or ends; every statement
with FIT_TEST_LONG=1.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONG
from tests.faults.programs import lines_of
from tests.faults.scenarios import SCENARIOS, lived_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills are POSIX")
MOST = 20
LEAST = {
    "import": 50,
    "enter": 40,
    "ack": 40,
    "move": 40,
    "correct": 40,
    "void": 25,
    "undo": 25,
    "run": 100,
    "deliver": 100,
    "run and send": 200,
    "upgrade": 40,
}  # steps


@pytest.fixture(scope="module")
def told(ram: Path) -> list[dict[str, Any]]:
    (ram / "base").mkdir()
    clinic = lived_in(ram / "base")
    return lines_of("kill_each", clinic.root, clinic.clock().isoformat(), 0 if LONG else MOST, *SCENARIOS)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_command_killed_at_any_of_its_statements_is_as_if_it_had_begun_later(
    told: list[dict[str, Any]], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, *kills = [one for one in told if one["name"] == name]
    assert whole["code"] == 0
    assert whole["steps"] > LEAST[name], "the command does what it did"
    assert len(kills) == whole["steps"] if LONG else len(kills) > 10
    for name_of, expected in (
        ("code", -9), ("text", ""), ("wrong", []), ("still wrong", []), ("lost", []), ("never planned", []),
    ):  # fmt: skip
        assert {kill["kill"]: kill[name_of] for kill in kills if kill[name_of] != expected} == {}
    assert {kill["kill"]: kill["differing"] for kill in kills if kill["differing"]} == {}
    assert {kill["again"] for kill in kills} <= set(SCENARIOS[name].codes)
    if SCENARIOS[name].sends:
        assert max(kill["repeated"] for kill in kills) == 1, "killed between a sending and its record"
    with capsys.disabled():
        repeats = sum(kill["repeated"] for kill in kills)
        print(f"\n{name}: {len(kills)} kills at {whole['steps']} steps, {repeats} messages sent again under their key")
