"""Does the workload in processes that are killed at random moments; run as a program, so that it may fork.

Each process goes on where the one before it was killed. Prints one line of JSON for each kill, then one for the end.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from fit_toolkit.practice import verify
from tests.faults.dump import differing, dump, rows
from tests.faults.kill_each import keys_planned, keys_sent, left_behind, said
from tests.faults.warm import Warm
from tests.faults.workload import STEPS_A_DAY, do, time_of

LONGEST = 0.12  # seconds before a kill, to begin with; more while nothing gets finished on a busy machine
REPEATS = 5  # their place in what a message tells of an alert
PUT_OFF = ("remind_at", "held")  # of an alert: when a message about it is thought of again


def main(root: Path, start: datetime, kills: int, seed: int) -> None:
    """Kill `kills` processes; then finish the day they were in, and compare with a practice that was left in peace."""
    warm, chance = Warm(root), random.Random(seed)
    twin = Path(shutil.copytree(root.parent, root.parent.parent / "undisturbed")) / root.name
    done, spoken, longest, looked = 0, 0, LONGEST, b""
    wrong: list[str] = []
    _ready(warm, root, start)
    warm.settle()
    while spoken < kills:
        child, reading = _work(warm, root, start, done)
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as lines:
            finished = lines.read().split()
        done += len(finished)
        spoken += 1
        longest = max(LONGEST, longest * (0.8 if finished else 1.1))
        bad = [code for code in finished if code != "0"]
        now = time_of(start, done)
        if (left := left_behind(warm, root, now)) != looked:  # what is as it was has been looked at
            looked, wrong = left, unsound(warm, root, now)
        print(json.dumps({"kill": spoken, "done": done, "bad": bad, "wrong": wrong}))
    finished_day = False
    while not finished_day:  # the step of the last kill too: it may be in the store although nobody heard of it
        assert do(warm, root, done, start) == 0
        done += 1
        finished_day = done % STEPS_A_DAY == 0
    for number in range(done):
        assert do(warm, twin, number, start) == 0, f"step {number} of the undisturbed practice"
    _all_sent(warm, root, twin, start, done)
    sent = keys_sent(root)
    print(json.dumps({
        "steps": done,
        "wrong": unsound(warm, root, time_of(start, done), scores=True),
        "differing": differing(steady(dump(root)), steady(dump(twin))),
        "lost": sorted(keys_planned(root) - set(sent)),
        "never planned": sorted(set(sent) - keys_planned(root)),
        "repeated": len(sent) - len(set(sent)),
        "sent": len(sent),
        "cut off": len(rows(root, "SELECT id FROM run WHERE finished_at IS NULL")),
        "text": said(root),
    }))  # fmt: skip


def _ready(warm: Warm, root: Path, start: datetime) -> None:
    """Do a day in a copy, so that everything is imported before the first fork."""
    copy = Path(shutil.copytree(root.parent, root.parent.parent / "first")) / root.name
    for number in range(STEPS_A_DAY):
        assert do(warm, copy, number, start) == 0, f"step {number}: {(copy.parent / 'said.txt').read_text()[-500:]}"
    unsound(warm, copy, start, scores=True)


def _work(warm: Warm, root: Path, start: datetime, done: int) -> tuple[int, int]:
    """Start a process that goes on with step `done` until it is killed, and a pipe that says what it has finished."""
    reading, writing = os.pipe()

    def work() -> int:
        number = done
        while True:
            code = do(warm, root, number, start)
            os.write(writing, f"{code}\n".encode())
            number += 1

    child = warm.fork(work)
    os.close(writing)
    return child, reading


def _all_sent(warm: Warm, root: Path, twin: Path, start: datetime, done: int) -> None:
    """Let the leases of killed senders run out and send what is left, in both practices at the same time of day."""
    for folder in (root, twin):
        assert warm.fit(folder, "alerts", "deliver", now=time_of(start, done)) == 0


def steady(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out repeats of messages and their count: it goes from when the last one went out, and a kill puts that off."""
    alerts = []
    for line in found["alert"]:
        alert = json.loads(line)
        alerts.append(json.dumps({name: value for name, value in alert.items() if name not in PUT_OFF}))
    told = [_uncounted(json.loads(line)) for line in found["told"] if '"repeat"' not in line]
    return found | {"alert": sorted(alerts), "told": sorted(told)}


def _uncounted(line: list[Any]) -> str:
    """A message to somebody higher up says how many repeats went before it."""
    if "escalated" in line:
        line[REPEATS] = 0
    return json.dumps(line)


def unsound(warm: Warm, practice: Path, now: datetime, *, scores: bool = False) -> list[str]:
    """What `fit verify` finds wrong."""
    return [f"{x.check}: {x.found}" for x in verify(warm.practice(practice, now), scores=scores) if not x.sound]


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
