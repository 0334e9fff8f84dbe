"""The command line as tests type it: what it came to, and a shell in a clinic at the clinic's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from fit_toolkit.cli import run
from tests.clinic import Clinic


@dataclass(frozen=True)
class Outcome:
    """What a command line came to."""

    code: int
    out: str
    err: str


@dataclass
class Shell:
    """Runs `fit`, or always one of its commands, in a clinic; keeps all that was ever said."""

    clinic: Clinic
    capsys: pytest.CaptureFixture[str]
    command: tuple[str, ...] = ()
    hours: float = 0  # since the clinic's own time
    everything: str = ""

    def __call__(self, *arguments: str) -> Outcome:
        now = self.clinic.clock() + timedelta(hours=self.hours)
        code = run(["--practice", str(self.clinic.root), *self.command, *arguments], clock=lambda: now)
        said = self.capsys.readouterr()
        self.everything += said.out + said.err
        return Outcome(code, said.out, said.err)
