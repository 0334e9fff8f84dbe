"""Kills a delivery at each of its statements in turn; run as a program, so that it may fork."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.practice import open_practice
from fit_toolkit.store import outbox
from fit_toolkit.store.outbox import LEASE


def main(root: Path, now: datetime, step: int) -> None:
    """Print one line of JSON for each kill: its number, the keys sent, the states left after a clean second go."""
    number = 1 - step
    while True:
        number += step
        copy = Path(shutil.copytree(root, root.parent / f"kill-{number}"))
        child = os.fork()
        if child == 0:
            _deliver_until(number, copy, now)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        practice = open_practice(copy)
        deliver(practice, now=now + LEASE + timedelta(minutes=1))
        with practice.store.read() as c:
            states = [row["state"] for row in outbox.list_messages(c)]
        practice.store.close()
        lines = (copy / "messages" / "messages.jsonl").read_text(encoding="utf-8").splitlines()
        print(json.dumps({"kill": number, "keys": [json.loads(line)["key"] for line in lines], "states": states}))
        shutil.rmtree(copy)
        if os.waitstatus_to_exitcode(status) == 0:  # it ended before its number came up: every statement had its turn
            return


def _deliver_until(number: int, folder: Path, now: datetime) -> None:
    left = number

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    practice = open_practice(folder)
    for event in ("before_cursor_execute", "begin", "commit"):
        sa.event.listen(practice.store.engine, event, count)
    deliver(practice, now=now)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]))
