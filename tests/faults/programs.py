"""Starts the programs of this folder that fork, and reads what they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[2]


def lines_of(module: str, *arguments: object) -> list[dict[str, Any]]:
    """Run `python -m tests.faults.MODULE` to its end and give its lines of JSON."""
    command = [sys.executable, "-m", f"tests.faults.{module}", *(str(each) for each in arguments)]
    # a fork takes no thread along that a library for arithmetic has started
    alone = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=HERE, timeout=3000, check=False, env=os.environ | alone
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
