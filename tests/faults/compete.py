"""Lets many processes loose on one practice at the same moment; run as a program, so that it may fork.

Prints one line of JSON for each process, and one for what the practice then holds.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.errors import FitError
from fit_toolkit.practice import verify
from tests.clinic import TODAY
from tests.faults.dump import differing, dump, rows
from tests.faults.scenarios import Fit
from tests.faults.warm import SAID, Warm

TASK = Callable[[int], int]


def main(kind: str, root: Path, now: datetime, count: int) -> None:
    """Start `count` processes that wait for each other and then all do the same kind of work."""
    warm = Warm(root)
    warm_up(warm, root, now)
    twin = Path(shutil.copytree(root.parent, root.parent.parent / "alone")) / root.name
    task = TASKS[kind](warm, root, now)
    warm.settle()
    ready, go = os.pipe()
    children = [warm.fork(lambda number=number: waiting(ready, go, task, number)) for number in range(count)]  # type: ignore[misc]
    os.close(ready)
    os.close(go)  # the end of the pipe is what all of them wait for
    for number, child in enumerate(children):
        _, status = os.waitpid(child, 0)
        print(json.dumps({"process": number, "code": os.waitstatus_to_exitcode(status)}))
    found = [f"{each.check}: {each.found}" for each in verify(warm.practice(root, now)) if not each.sound]
    told = dump(root)["told"]
    said = root.parent / SAID
    if "runs" in kind:
        warm.fit(twin, *RUNS[kind], now=now)
    print(json.dumps({
        "wrong": found,
        "ratings": rows(root, "SELECT count(*) FROM administration WHERE state = 'valid'")[0][0],
        "clients": rows(root, "SELECT count(*) FROM client WHERE code LIKE 'w%'")[0][0],
        "opened": rows(root, "SELECT count(*) FROM alert_event WHERE from_state IS NULL")[0][0],
        "alerts": rows(root, "SELECT count(*) FROM alert")[0][0],
        "events": rows(root, "SELECT count(*) FROM alert_event")[0][0],
        "told twice": len(told) - len(set(told)),
        "differing": differing(dump(root), dump(twin)) if "runs" in kind else [],
        "touched": rows(root, "SELECT count(*) FROM touched")[0][0],
        "said": sorted(set(said.read_text().splitlines()))[:20] if said.exists() else [],
    }))  # fmt: skip


def warm_up(warm: Warm, root: Path, now: datetime) -> None:
    """Import whatever these commands import, without changing anything."""
    file = root.parent / "none.csv"
    file.write_text(csv_of("c1", now, 0))
    warm.fit(root, "import", str(file), "--instrument", TODAY, "--dry-run", now=now)
    warm.fit(root, "alerts", "run", "--dry-run", now=now)
    list(verify(warm.practice(root, now)))
    (root.parent / SAID).unlink()


def csv_of(client: str, now: datetime, number: int) -> str:
    """One rating of one client, opening an episode for whoever is new."""
    head = "client,therapist,date," + ",".join(f"q{n}" for n in range(1, 11))
    return f"{head}\n{client},anna,{now:%Y-%m-%d}" + f",{number % 11}" * 10 + "\n"


def waiting(ready: int, go: int, task: TASK, number: int) -> int:
    """Wait for the start, then do the work."""
    os.close(go)
    os.read(ready, 1)
    return task(number)


def writer(warm: Warm, root: Path, now: datetime, *, each: int = 10) -> TASK:
    """Each tenth brings in a rating of a client of its own, the others add a client."""
    for number in range(0, 1000, each):
        (root.parent / f"{number}.csv").write_text(csv_of(f"w{number}", now, number))

    def task(number: int) -> int:
        if number % each:
            return warm.fit(root, "clients", "add", f"w{number}", now=now)
        file = str(root.parent / f"{number}.csv")
        return warm.fit(root, "import", file, "--instrument", TODAY, "--open-episodes", now=now)

    return task


def runner(warm: Warm, root: Path, now: datetime) -> TASK:
    """Each looks for alerts and sends, as cron does."""
    fit: Fit = warm.fit
    return lambda _: fit(root, "alerts", "run", now=now)


def bare_runner(warm: Warm, root: Path, now: datetime) -> TASK:
    """Each looks for alerts without taking the lock: it is for tidiness, what is right rests on the store."""

    def task(_: int) -> int:
        try:
            return int(run_alerts(warm.practice(root, now), lock=False).exit_code)
        except FitError as error:
            with (root.parent / SAID).open("a") as said:
                said.write(f"{error}\n")
            return int(error.exit_code)

    return task


TASKS: dict[str, Callable[[Warm, Path, datetime], TASK]] = {
    "writers": writer,
    "importers": partial(writer, each=1),
    "runs": runner,
    "runs without a lock": bare_runner,
}
RUNS = {"runs": ("alerts", "run"), "runs without a lock": ("alerts", "run", "--no-deliver")}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), int(sys.argv[4]))
