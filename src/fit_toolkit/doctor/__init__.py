"""What is missing on this machine or in this practice, and the command that mends it; needs none of what it looks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from fit_toolkit.doctor import machine
from fit_toolkit.doctor.verdict import State, Verdict, examine

__all__ = ["State", "Verdict", "examine", "look"]


def look(
    folder: Path | None = None, *, plugins: bool = True, clock: Callable[[], datetime] | None = None
) -> Iterator[Verdict]:
    """Look at the machine, then at the practice in `folder` or upward from here."""

    def practice() -> Iterator[Verdict]:
        from fit_toolkit.doctor import of_practice  # fails where a library is missing, which is said already

        given = {} if clock is None else {"clock": clock}
        yield from examine(of_practice.checks(folder, plugins=plugins, **given))

    yield from examine([*machine.CHECKS, ("practice", practice)])
