"""A delivery that is killed at any of its statements loses nothing, and repeats a message only under its own key."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.alerts.outgoing import CARE, LOW, clinic_with, messages
from tests.clinic import ARRIVING
from tests.conftest import LONG

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills are POSIX")


def test_nothing_is_lost_wherever_it_is_killed(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW + CARE, alerts__channels=["file"])
    (clinic.root / "fit.toml").write_text('[alerts]\nchannels = ["file"]\n')
    clinic.open("c1")
    clinic.open("c2")
    clinic.rate("c1", 0, 3)
    clinic.rate("c2", 0, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    keys = {row["key"] for row in messages(clinic)}
    assert len(keys) == 2
    clinic.practice.store.close()
    step = 1 if LONG else 4
    command = [sys.executable, "-m", "tests.alerts.killing", str(clinic.root), clinic.clock().isoformat(), str(step)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2], timeout=300
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(told) * step > 20
    assert [one["kill"] for one in told if set(one["keys"]) != keys or set(one["states"]) != {"sent"}] == []
    most = max(len(one["keys"]) for one in told)
    assert most == len(keys) + 1 if LONG else most <= len(keys) + 1  # killed between the sending and its record
