"""All episodes of a practice in slices of bounded size, for whoever looks at the whole history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from fit_toolkit.courses.load import Slice
from fit_toolkit.store import runs

if TYPE_CHECKING:
    import sqlalchemy as sa

EPISODES_A_SLICE: Final = 4000


def all_slices(
    c: sa.Connection, *, as_of: date, max_gap_days: int = 42, episodes: Sequence[int] | None = None
) -> Iterator[Slice]:
    """Give every episode, or each of those given, once, some 4,000 at a time; without any, one slice of nobody."""
    episodes = runs.all_episodes(c) if episodes is None else episodes
    for start in range(0, max(len(episodes), 1), EPISODES_A_SLICE):
        yield Slice.of(c, episodes[start : start + EPISODES_A_SLICE], as_of=as_of, max_gap_days=max_gap_days)
