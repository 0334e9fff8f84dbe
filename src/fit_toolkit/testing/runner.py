"""Runs `fit` in this process, as a person would type it, and keeps what it said."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What a command line came to: its exit code, and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """What it wrote to stdout, read as JSON."""
        return json.loads(self.stdout)


class Runner:
    """Runs commands in one practice at one moment: `cli("alerts", "run")`."""

    def __init__(self, practice: Path | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.practice = practice
        self.clock = clock

    def __call__(self, *arguments: str) -> Ran:
        """Run one command line, given word by word without the leading `fit`."""
        from fit_toolkit.cli import run

        given = [] if self.practice is None else ["--practice", str(self.practice)]
        out, err = _Text(), _Text()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run([*given, *arguments], clock=self.clock)
        return Ran(int(code), out.text(), err.text())


class _Text(io.TextIOWrapper):
    """A stream of text that also takes bytes, as those of a terminal do."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", newline="\n", write_through=True)

    def text(self) -> str:
        self.flush()
        written = self.buffer
        return written.getvalue().decode() if isinstance(written, io.BytesIO) else ""
