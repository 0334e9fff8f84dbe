"""Turns the signals that ask a program to end into a wish that it fulfils when what it has begun is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol


class Asked(Protocol):
    """Somebody who can be asked to stop."""

    def ask(self, signal: int) -> None:
        """Ask with a signal's number."""
        ...


@contextmanager
def ended_in_order() -> Iterator[None]:
    """End with SIGTERM as with Ctrl-C: what is under way is put away, and the exit code is 128 and the signal's number."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - given by Python
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def stop_when_asked(work: Asked) -> Iterator[None]:
    """Note SIGTERM, SIGINT and SIGHUP with `work` instead of ending at once; a second one ends at once."""

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - given by Python
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        work.ask(number)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread is told of signals
        return
    wanted = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    # what is ignored stays so: nohup, or a shell's job in the background
    wanted = [each for each in wanted if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.getsignal(each) for each in wanted}
    for each in wanted:
        signal.signal(each, note)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
