"""Which cells of a table of shares may be told: none of few clients, and none from which one of few can be subtracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

Key = tuple[float | None, float | None]  # fifth of the intake and session; None: all of them


class Line(NamedTuple):
    """A cell and the parts it is the sum of; `apart`: no client is in two of them."""

    whole: Key
    parts: tuple[Key, ...]
    apart: bool


def tellable(clients: Mapping[Key, int], least: int) -> set[Key]:
    """Give the cells that may be told, of `clients` in each cell.

    A cell of fewer than `least` clients is hidden. What is hidden of a sum can be had by subtraction, so of every sum that
    is told either no part is hidden, or two and more that hold `least` clients together; as long as that is not so, the
    smallest other part is hidden with them (one that is hidden alone would give away the ones it was hidden for). By
    session the same clients come again, so the largest hidden part counts there, not all together.
    """
    told = {key for key, count in clients.items() if count >= least}
    lines = list(_lines(clients))
    while True:
        more = {also for line in lines if (also := _also(line, clients, told, least)) is not None}
        if not more:
            return told
        told -= more


def _also(line: Line, clients: Mapping[Key, int], told: set[Key], least: int) -> Key | None:
    """Name the part that has to be hidden as well, None where nothing can be had by subtraction."""
    hidden = [clients[part] for part in line.parts if part not in told]
    left = [part for part in line.parts if part in told]
    if line.whole not in told or not hidden or not left:
        return None
    together = sum(hidden) if line.apart else max(hidden)
    return None if together >= least and len(hidden) > 1 else min(left, key=lambda part: (clients[part], str(part)))


def _lines(clients: Mapping[Key, int]) -> Iterator[Line]:
    """Give every sum: over the fifths and over the sessions, of all and of each one of the other."""
    for whole in clients:
        fifth, session = whole
        if fifth is None:
            yield Line(whole, tuple(key for key in clients if key[0] is not None and key[1] == session), apart=True)
        if session is None:
            yield Line(whole, tuple(key for key in clients if key[1] is not None and key[0] == fifth), apart=False)
