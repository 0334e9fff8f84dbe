"""How far a long piece of work is and how long it will take: on stderr, and only where somebody looks at it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

PATIENCE: Final = 1.0  # seconds before anything is shown, and no more often
WIDTH: Final = 30


@contextmanager
def progress(shares: Mapping[str, float]) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar with the time that is left; `shares` says what part of the whole each step takes, in their order.

    Gives what is to be told of a step: its name, how much of it is done, and of how much.
    """
    if not sys.stderr.isatty():
        yield _quiet
        return
    began = shown = time.monotonic()
    longest, order, whole = 0, list(shares), sum(shares.values())

    def tell(step: str, done: int, of: int) -> None:
        nonlocal shown, longest
        now = time.monotonic()
        if now - shown < PATIENCE:
            return
        shown = now
        before = sum(shares[each] for each in order[: order.index(step)])
        line = _line(step, (before + shares[step] * done / max(of, 1)) / whole, now - began)
        longest = max(longest, len(line))
        sys.stderr.write(f"\r{line:<{longest}}")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        if longest:  # nothing of the bar stays among the messages
            sys.stderr.write("\r" + " " * longest + "\r")
            sys.stderr.flush()


def _quiet(step: str, done: int, of: int) -> None:
    """Tell nobody."""


def _line(step: str, part: float, spent: float) -> str:
    """Write one state of the bar."""
    part = min(max(part, 0.001), 1.0)
    left = round(spent * (1 - part) / part)
    said = f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"
    filled = int(WIDTH * part)
    return f"{step:<8} [{'#' * filled}{' ' * (WIDTH - filled)}] {100 * part:3.0f} %, about {said} left"
