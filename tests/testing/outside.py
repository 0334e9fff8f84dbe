"""Runs pytest as an author does: in a folder of their own, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PLAIN = ("-p", "no:cacheprovider", "-W", "error")


class Outcome(NamedTuple):
    """How a run of pytest ended: its code, what each test came to, everything it printed."""

    code: int
    tests: dict[str, str]
    text: str


def run_pytest(folder: Path, *arguments: str, path: str = "") -> Outcome:
    """Run pytest verbosely in `folder`; `path` is one more place to import from."""
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "300"}
    verbose = () if "-v" in arguments else ("-v",)  # twice would show where each test was written
    command = [sys.executable, "-m", "pytest", *verbose, *PLAIN, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, timeout=120)
    text = done.stdout + done.stderr
    found = re.findall(r"^\S+::(\S+) (PASSED|FAILED|SKIPPED|ERROR)", done.stdout, re.MULTILINE)
    return Outcome(done.returncode, dict(found), text)
