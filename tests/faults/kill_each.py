"""Kills a command at each of its steps in turn; run as a program, so that it may fork.

Prints one line of JSON for each kill, and first one for the command when nothing happens to it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fit_toolkit import Channel
from fit_toolkit.errors import StoreError
from fit_toolkit.practice import verify
from tests.faults.dump import differing, dump, rows
from tests.faults.scenarios import CHANNEL, SCENARIOS, Scenario
from tests.faults.steps import at_every_step
from tests.faults.warm import SAID, Warm, die

TURNS = {"BEGIN", "COMMIT", "ROLLBACK", "before", "after", "end"}
MANY = 15  # beside those, every so many-th of the other statements
SENT = Path("messages") / "messages.jsonl"


class Killing:
    """One scenario in one practice, over and over on fresh copies of it."""

    def __init__(self, warm: Warm, root: Path, scenario: Scenario, now: datetime) -> None:
        self.warm, self.scenario, self.now, self.root = warm, scenario, now, root
        self.root = self.copy("base")
        self.channel: type[Channel] = self.warm.registry.channels[CHANNEL].cls or Channel
        self.seen: dict[bytes, dict[str, Any]] = {}
        if scenario.prepare is not None:
            scenario.prepare(self.root)
        for words in scenario.before:
            assert self.warm.fit(self.root, *(word.format(folder=self.root.parent) for word in words), now=now) == 0
        twin = self.copy("whole")
        self.code = scenario.start(self.warm.fit, twin, now)
        self.steps = self.labels()
        self.whole = dump(twin)
        self.sent = keys_sent(twin)
        self.unsound(twin)
        self.warm.settle()

    def copy(self, name: str) -> Path:
        """A fresh copy of the practice in a folder of its own."""
        folder = self.root.parent.parent / f"{self.scenario.name}-{name}".replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root.parent, folder)
        return folder / self.root.name

    def labels(self) -> list[str]:
        """The steps the command takes, by the first word of each."""
        twin = self.copy("count")
        reading, writing = os.pipe()

        def work() -> int:
            step = partial(_note, writing)
            at_every_step(step, self.channel)
            code = self.scenario.start(self.warm.fit, twin, self.now)
            step("end")
            return code

        child = self.warm.fork(work)
        os.close(writing)
        with os.fdopen(reading) as lines:
            found = [line.strip() for line in lines]
        os.waitpid(child, 0)
        return found

    def kill(self, number: int) -> dict[str, Any]:
        """Kill the command before a step; say what was found afterwards, and what came of doing it again."""
        twin = self.copy("kill")

        def work() -> int:
            left = number

            def step(_: str) -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    die()

            at_every_step(step, self.channel)
            self.scenario.start(self.warm.fit, twin, self.now)
            step("end")
            return 0

        code = self.warm.forked(work)
        found = {"kill": number, "code": code, "text": said(twin)}
        state = left_behind(self.warm, twin, self.now)
        if state not in self.seen:  # the same state again comes to the same end: the clock stands still
            self.seen[state] = {"wrong": self.unsound(twin)} | self.again(twin)
        return found | self.seen[state]

    def unsound(self, twin: Path, *, scores: bool = False) -> list[str]:
        """What `fit verify` finds wrong."""
        try:
            found = list(verify(self.warm.practice(twin, self.now), scores=scores))
        except StoreError as error:
            return [] if "older version" in error.what else [error.what]  # it was to be brought up to date
        return [f"{each.check}: {each.found}" for each in found if not each.sound]

    def again(self, twin: Path) -> dict[str, Any]:
        """Do it again, cleanly, and compare with what comes of it when nothing happens."""
        code = self.scenario.redo(self.warm.fit, twin, self.now)
        sent, planned = keys_sent(twin), keys_planned(twin)
        return {
            "again": code,
            "still wrong": self.unsound(twin, scores=True),
            "differing": differing(dump(twin), self.whole),
            "lost": sorted(planned - set(sent)) if self.scenario.sends else [],
            "never planned": sorted(set(sent) - planned),
            "repeated": len(sent) - len(set(sent)),
            "text": said(twin),
        }


def _note(writing: int, label: str) -> None:
    os.write(writing, label.split(maxsplit=1)[0].encode() + b"\n" if label else b"?\n")


def left_behind(warm: Warm, practice: Path, now: datetime) -> bytes:
    """What a killed command left, to the letter: the store, once opening it has undone what was begun, and what was sent."""
    with suppress(StoreError), warm.practice(practice, now).store.read():  # an older version is left for `again`
        pass
    return (practice / "store.db").read_bytes() + repr(keys_sent(practice)).encode()


def said(practice: Path) -> str:
    """What the commands printed about something unforeseen."""
    file = practice.parent / SAID
    lines = file.read_text().splitlines() if file.exists() else []
    return "\n".join(line for line in lines if "unexpected" in line or "Traceback" in line)


def keys_planned(practice: Path) -> set[str]:
    """The keys of all messages that were not called back."""
    return {row[0] for row in rows(practice, "SELECT key FROM outbox WHERE state != 'cancelled'")}


def keys_sent(practice: Path) -> list[str]:
    """The keys of all messages that went out, in order."""
    file = practice / SENT
    return [json.loads(line)["key"] for line in file.read_text().splitlines()] if file.exists() else []


def chosen(steps: list[str], most: int) -> list[int]:
    """Which steps to die before: all, or `most` spread over where transactions and sendings begin and end."""
    if not most:
        return list(range(len(steps)))
    turns = {place for place, label in enumerate(steps) if label in TURNS}
    turns |= {place + 1 for place in turns if place + 1 < len(steps)}
    places = sorted(turns | set(range(0, len(steps), MANY)))
    return sorted({places[round(n * (len(places) - 1) / (most - 1))] for n in range(most)})


def main(root: Path, now: datetime, most: int, names: list[str]) -> None:
    """Kill each command at the steps chosen."""
    warm = Warm(root)
    for name in names:
        killing = Killing(warm, root, SCENARIOS[name], now)
        whole = {"name": name, "steps": len(killing.steps), "code": killing.code, "sent": len(killing.sent)}
        print(json.dumps(whole))
        for place in chosen(killing.steps, most):
            print(json.dumps({"name": name, "before": killing.steps[place], **killing.kill(place + 1)}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
