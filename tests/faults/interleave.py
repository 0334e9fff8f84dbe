"""Steps two commands through their transactions in every order, or many; run as a program, so that it may fork.

A step ends where a transaction or a sending begins or ends: between these nothing that one does can be seen by the
other. Prints one line of JSON for each order.
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from math import comb
from pathlib import Path
from typing import Any

from fit_toolkit import Channel
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.errors import FitError
from fit_toolkit.practice import verify
from tests.faults.dump import differing, dump, mixed, substance
from tests.faults.kill_each import keys_sent, said
from tests.faults.scenarios import CHANNEL, LATER, SCENARIOS
from tests.faults.steps import at_every_step
from tests.faults.warm import Warm

PATIENCE = 60  # seconds without a sign of life: then something hangs
TURNS = ("BEGIN", "COMMIT", "ROLLBACK", "before sending", "after sending")
Task = Callable[[Warm, Path, datetime], int]


def bare_run(warm: Warm, folder: Path, now: datetime) -> int:
    """A run that takes no lock: what is right must not rest on it."""
    try:
        return int(run_alerts(warm.practice(folder, now), lock=False).exit_code)
    except FitError as error:
        return int(error.exit_code)


def command(*words: str) -> Task:
    """A command line."""
    return lambda warm, folder, now: warm.fit(folder, *words, now=now)


def scenario(name: str) -> Task:
    """A command of the other tests."""
    return lambda warm, folder, now: SCENARIOS[name].start(warm.fit, folder, now)


ACK = command("alerts", "ack", "1", "3", "--action", "changed something", "--by", "anna")  # the run resolves 1
PAIRS: dict[str, tuple[Task, Task, tuple[tuple[str, ...], ...]]] = {
    "evaluate x evaluate": (bare_run, bare_run, ()),
    "evaluate x ack": (bare_run, ACK, ()),
    "import x evaluate": (scenario("import"), bare_run, ()),
    "move x evaluate": (scenario("move"), bare_run, ()),
    "import x import": (scenario("import"), scenario("import"), ()),
    "deliver x deliver": (
        command("alerts", "deliver"),
        command("alerts", "deliver"),
        (("alerts", "run", "--no-deliver"),),
    ),
}


@dataclass
class Worker:
    """One of the two processes, and where it stands."""

    pid: int
    says: int
    hears: int
    label: str | None = None  # what it is about to do; None: it is at work
    writes: bool = False  # has the right to write
    reads: bool = False  # looks at a picture of the data
    over: bool = False
    rest: bytes = b""
    trail: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Wait for what it is about to do, or for its end."""
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.says], [], [], PATIENCE)
            assert ready, f"a worker hangs after {self.trail}"
            part = os.read(self.says, 4096)
            if not part:
                self.over, self.label = True, None
                return
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        self.label = line.decode()

    def may(self, other: Worker) -> bool:
        """Whether its next step would not just wait for the other."""
        if self.over or self.label is None:
            return False
        if self.label.startswith("BEGIN IMMEDIATE"):
            return not other.writes
        return not (self.label.startswith("COMMIT") and self.writes and other.reads)

    def go(self) -> None:
        """Let it take its step, and wait until it stands before the next one."""
        label = self.label or ""
        self.trail.append(label)
        if label.startswith("BEGIN"):
            self.writes, self.reads = "IMMEDIATE" in label, "IMMEDIATE" not in label
        elif label.startswith(("COMMIT", "ROLLBACK")):
            self.writes = self.reads = False
        os.write(self.hears, b".")
        self.listen()


class Pair:
    """Two commands on fresh copies of one practice."""

    def __init__(self, warm: Warm, root: Path, name: str, now: datetime) -> None:
        self.warm, self.now, self.name = warm, now, name
        self.channel: type[Channel] = warm.registry.channels[CHANNEL].cls or Channel
        first, second, before = PAIRS[name]
        self.tasks = (first, second)
        self.root = self.copy(root, "base")
        for words in before:
            warm.fit(self.root, *words, now=now)
        self.serial = [self.one_after_the_other(order) for order in ((0, 1), (1, 0))]
        self.seen: dict[str, dict[str, Any]] = {}
        warm.settle()
        _, workers = self.step([])
        self.codes(workers)
        self.lengths = [len(worker.trail) for worker in workers]

    def copy(self, root: Path, name: str) -> Path:
        """A fresh copy of the practice."""
        folder = root.parent.parent / f"{self.name}-{name}".replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(root.parent, folder)
        return folder / root.name

    def one_after_the_other(self, order: tuple[int, int]) -> dict[str, Any]:
        """What comes of the commands when neither disturbs the other."""
        twin = self.copy(self.root, "serial")
        codes = [0, 0]
        for place in order:
            codes[place] = self.tasks[place](self.warm, twin, self.now)
        return {"codes": codes, **self.settled(twin)}

    def settled(self, twin: Path) -> dict[str, Any]:
        """Let a last run find what is left to do, and send what is left; then look."""
        for words in (("alerts", "run", "--no-deliver"), ("alerts", "deliver")):
            assert self.warm.fit(twin, *words, now=self.now + LATER) == 0
        return {"dump": dump(twin), "sent": sorted(keys_sent(twin))}

    def orders(self, most: int) -> Iterator[list[int]]:
        """All orders of the steps of both, or `most` of them at random."""
        first, second = self.lengths
        chance = random.Random(11)
        if comb(first + second, first) <= most:
            for places in combinations(range(first + second), first):
                yield [0 if place in places else 1 for place in range(first + second)]
            return
        apart = max(
            2, -(-first // most)
        )  # one within the other, wherever it may begin or, with a low count, often enough
        yield from ([0] * cut + [1] * second + [0] * (first - cut) for cut in range(0, first + 1, apart))
        for _ in range(most):
            order = [0] * first + [1] * second
            chance.shuffle(order)
            yield order

    def step(self, order: list[int]) -> tuple[Path, list[Worker]]:
        """Take the two through their steps in an order, as far as neither only waits for the other."""
        twin = self.copy(self.root, "step")
        workers = [self.start(task, twin) for task in self.tasks]
        for worker in workers:
            worker.listen()
        wanted = iter(order)
        while not all(worker.over for worker in workers):
            place = next(wanted, 0)
            chosen, other = workers[place], workers[1 - place]
            if not chosen.may(other):
                chosen, other = other, chosen
            assert chosen.may(other), f"both wait: {[worker.label for worker in workers]}"
            chosen.go()
        return twin, workers

    def start(self, task: Task, twin: Path) -> Worker:
        """Start a process that asks before every step."""
        says, saying = os.pipe()
        hearing, hears = os.pipe()

        def ask(label: str) -> None:
            if label.startswith(TURNS):
                os.write(saying, label.replace("\n", " ").encode()[:60] + b"\n")
                os.read(hearing, 1)

        def work() -> int:
            os.close(says)
            os.close(hears)
            at_every_step(ask, self.channel)
            return task(self.warm, twin, self.now)

        pid = self.warm.fork(work)
        os.close(saying)
        os.close(hearing)
        return Worker(pid, says, hears)

    def codes(self, workers: list[Worker]) -> list[int]:
        """The exit codes of two that are over."""
        for worker in workers:
            os.close(worker.says)
            os.close(worker.hears)
        return [os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1]) for worker in workers]

    def tried(self, order: list[int]) -> dict[str, Any]:
        """What came of one order, and whether it is what comes of one command after the other."""
        twin, workers = self.step(order)
        codes = self.codes(workers)
        found = [
            f"{x.check}: {x.found}" for x in verify(self.warm.practice(twin, self.now), scores=False) if not x.sound
        ]
        state = json.dumps([codes, dump(twin), sorted(keys_sent(twin))])
        if state not in self.seen:
            end = self.settled(twin)
            alike = [one for one in self.serial if one["codes"] == codes]
            exact = any(not differing(one["dump"], end["dump"]) for one in alike)
            left = mixed(substance(end["dump"]), [substance(one["dump"]) for one in self.serial])
            self.seen[state] = {
                "exactly": exact,
                "differing": [] if exact else left,
                "sent twice": len(end["sent"]) - len(set(end["sent"])),
            }
        steps = [len(worker.trail) for worker in workers]
        return {"codes": codes, "steps": steps, "wrong": found, "text": said(twin), **self.seen[state]}


def main(root: Path, now: datetime, most: int, names: list[str]) -> None:
    """Try the orders of every pair."""
    warm = Warm(root)
    for name in names:
        pair = Pair(warm, root, name, now)
        for order in pair.orders(most):
            found = pair.tried(order)
            print(json.dumps({"pair": name, "order": "".join("AB"[place] for place in order), **found}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), sys.argv[4:] or list(PAIRS))
