"""A practice's own closed episodes as the ratings a curve pack is fitted to, or held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.gather import Gathered, together
from fit_toolkit.courses.slices import all_slices
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.store import people

if TYPE_CHECKING:
    import sqlalchemy as sa

EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class ClosedRatings:
    """Ratings in long form, one entry per rating; `client` is a number that means nothing outside."""

    client: npt.NDArray[Any]
    session: npt.NDArray[np.float64]
    value: npt.NDArray[np.float64]
    direction: str
    limits: tuple[float, float]
    scale: str
    rater: str
    first: date
    last: date

    @property
    def period(self) -> str:
        """The months the ratings are of: a single day might be one client's."""
        return f"{self.first:%Y-%m} to {self.last:%Y-%m}"


def closed_ratings(
    c: sa.Connection,
    catalog: Catalog,
    instrument: str,
    scale: str = "",
    *,
    as_of: date,
    since: date | None = None,
    without: str = "",
) -> ClosedRatings:
    """Take the ratings of all episodes closed by `as_of` and opened from `since` on; of each client the first episode only.

    Episodes with the client called `without` in them are left out.
    """
    definition = catalog.get(instrument)
    if definition.construct == "alliance":
        raise UsageError(f"{instrument} is about the alliance, of which no course is expected", hint="an outcome form")
    stream = Stream.of(definition, scale or definition.main_scale, definition.raters[0])
    closed = [
        each.id
        for each in people.list_episodes(c)
        if each.closed_on is not None
        and each.closed_on <= as_of
        and (since is None or each.opened_on >= since)
        and without not in {member.client for member in each.members}
    ]
    view = scale_view(definition, stream.scale, stream.rater)
    parts = all_slices(c, as_of=as_of, episodes=closed)
    rated = together([Gathered.of(part, part.load(stream, view, {}), stream) for part in parts])
    kept = _first_episodes(rated)[rated.owner]
    if not kept.any():
        of_those = f" that was opened from {since} on" if since is not None else ""
        raise DataError(f"no closed episode{of_those} has ratings of {instrument} {stream.scale}")
    days = [EPOCH + timedelta(days=int(day)) for day in (rated.day[kept].min(), rated.day[kept].max())]
    return ClosedRatings(
        client=rated.owner[kept],
        session=rated.session[kept].astype(np.float64),
        value=rated.value[kept],
        direction="higher_is_better" if view.higher_is_better else "higher_is_worse",
        limits=(view.low, view.high),
        scale=stream.scale,
        rater=stream.rater,
        first=days[0],
        last=days[1],
    )


def _first_episodes(rated: Gathered) -> npt.NDArray[np.bool_]:
    """Say of each course whether it is the first of its client."""
    client = np.unique(rated.client, return_inverse=True)[1]
    order = np.lexsort((rated.member, rated.started, client))
    first = np.zeros(len(client), dtype=bool)
    first[order[np.flatnonzero(np.diff(client[order], prepend=-1))]] = True
    return first
