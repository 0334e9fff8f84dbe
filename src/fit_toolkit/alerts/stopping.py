"""When a run has to end before its work is done: its time is up, or somebody asked it to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

from fit_toolkit.course import Course, Findings
from fit_toolkit.courses.evaluate import Find
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailureError


class StopError(Exception):
    """Somebody asked a run to stop while it was only reading: what it has not written yet is given up."""


class Stopping:
    """Says whether a run may go on; `ask` comes from outside, at any moment, from whoever wants it to stop."""

    def __init__(self, seconds: float | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.signal = 0
        self._waiting = False
        self._clock = clock
        self._end = None if seconds is None else clock() + seconds

    def ask(self, signal: int) -> None:
        """Ask to stop; called by the handler of a signal, between any two steps of the run.

        While a policy is being asked nothing is being written, and it may not answer for a minute: that ends at once.
        """
        self.signal = signal
        if self._waiting:
            raise StopError

    @property
    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self.signal != 0

    @property
    def time_is_up(self) -> bool:
        """Whether the run has lasted as long as it may."""
        return self._end is not None and self._clock() >= self._end

    def watched(self, find: Find) -> Find:
        """Ask policies as `find` does, but none after somebody asked to stop: one may take a minute."""

        def go_on(use: PolicyUse, course: Course) -> Findings:
            if self.asked:
                raise StopError
            self._waiting = True
            try:
                return find(use, course)
            except PluginFailureError as error:
                if self.asked:  # the signal may have reached its process, too: that says nothing about the policy
                    raise StopError from error
                raise
            finally:
                self._waiting = False

        return go_on
