"""A process with everything imported and no connection open, which forks the processes that are to die or to compete.

Starting `fit` costs half a second of imports each time; a fork of a warm process costs a few milliseconds. The plugins
and instruments, which are only read, and compiled statements are handed on; settings and store are opened anew by every
command.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

import fit_toolkit.practice as practice_package
from fit_toolkit.cli import run
from fit_toolkit.practice import Practice, open_practice
from tests.statements import share

SAID = "said.txt"  # beside the practice: what the commands printed


class Warm:
    """Runs commands in this process, or in forks of it."""

    def __init__(self, root: Path) -> None:
        first = open_practice(root)
        self.registry = first.registry
        self.parts = {"registry": first.registry, "catalog": first.catalog}
        for id in first.catalog.ids():
            first.catalog.hash(id)
        self.first = first
        practice_package.open_practice = self._open
        share(pytest.MonkeyPatch())  # for as long as this process lives

    def _open(self, folder: Path | None = None, **how: object) -> Practice:
        found = open_practice(folder, **how)  # type: ignore[arg-type]
        found.__dict__.update(self.parts)  # where cached properties keep what they found
        return found

    def settle(self) -> None:
        """Take everything made so far out of the collector's sight: forks begin sooner and share more."""
        gc.collect()
        gc.freeze()

    def practice(self, folder: Path, now: datetime) -> Practice:
        """The practice in `folder` with the settings it was copied with."""
        found = replace(self.first, root=folder, clock=lambda: now)
        found.__dict__.update(self.parts)
        return found

    def fit(self, folder: Path, *arguments: str, now: datetime) -> int:
        """Run one command line in this process; what it prints goes to `said.txt` beside the practice."""
        with (folder.parent / SAID).open("a") as said:
            kept = sys.stdout, sys.stderr
            sys.stdout = sys.stderr = said
            try:
                return run(["--practice", str(folder), *arguments], clock=lambda: now)
            finally:
                sys.stdout, sys.stderr = kept
                gc.collect()

    def fork(self, work: Callable[[], int]) -> int:
        """Do `work` in a fork and return its process id; it ends with what `work` gives."""
        gc.collect()
        assert threading.active_count() == 1, "a fork takes no other thread along"
        child = os.fork()
        if child:
            return child
        code = 99
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - the fork must never go on as the test
            traceback.print_exc()
        finally:
            os._exit(code)

    def forked(self, work: Callable[[], int]) -> int:
        """Do `work` in a fork, wait for it, and return its exit code; minus the number of the signal that ended it."""
        _, status = os.waitpid(self.fork(work), 0)
        return os.waitstatus_to_exitcode(status)


def die() -> None:
    """End this process as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)
