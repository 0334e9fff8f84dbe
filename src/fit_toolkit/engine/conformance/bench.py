"""Where a plugin is tried: in this process as it runs there, and in child processes with made-up data only."""

from __future__ import annotations

from types import TracebackType
from typing import Literal, Self

import msgspec

from fit_toolkit.engine.records import Provided, TrialKind
from fit_toolkit.engine.registry import Registry
from fit_toolkit.engine.workers import Workers

Room = Literal["open", "shut", "other-day", "amid", "plain"]
PATIENCE = 10.0  # no trial needs longer for a thousand made-up ratings
IMPATIENCE = 1.0  # once something did not answer in time, the rest is not waited for as long
LATE = "did not answer within"


class Bench:
    """The child processes of one trial, each started when it is first needed; a context manager that ends them."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._rooms: dict[Room, Workers] = {}

    def __enter__(self) -> Self:
        """Start nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child."""
        self.close()

    @property
    def hangs(self) -> bool:
        """Whether something has not answered in time."""
        return any(LATE in failure.error for workers in self._rooms.values() for failure in workers.failures)

    def close(self) -> None:
        """End every child; the next question starts new ones."""
        for workers in self._rooms.values():
            workers.close()
        self._rooms.clear()

    def workers(self, room: Room) -> Workers:
        """Give the workers of a room.

        `plain` is as in a run; `open` tells errors in full; `shut` has no network, other programs and files to write;
        `other-day` and `amid` are the same on other days.
        """
        if room not in self._rooms:
            limits = self.registry.limits
            seconds = min(limits.seconds, IMPATIENCE if self.hangs else PATIENCE)
            trial: TrialKind = "" if room == "plain" else room
            self._rooms[room] = Workers(limits=msgspec.structs.replace(limits, seconds=seconds, trial=trial))
        return self._rooms[room]


def away(provided: Provided) -> Provided:
    """The same thing as one that runs in a child process."""
    return msgspec.structs.replace(provided, cls=None)
