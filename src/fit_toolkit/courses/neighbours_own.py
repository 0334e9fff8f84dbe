"""A practice's own closed episodes that were most like one client at the start: computed here, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.curves.neighbours import MINIMUM_POOL, Neighbours, nearest_courses
from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.packs_own import closed_ratings
from fit_toolkit.courses.stream import Stream, scale_view
from fit_toolkit.errors import DataError

if TYPE_CHECKING:
    import sqlalchemy as sa

Floats = npt.NDArray[np.float64]
CENTILES = (0.05, 0.95)  # as for curve packs: beyond them hardly anybody in the pool was like that


@dataclass(frozen=True, eq=False)
class Beside:
    """One client's ratings by session, and where those of the neighbours lay."""

    sessions: Floats
    own: Floats  # NaN where the client did not rate
    found: Neighbours
    alike: int  # so many sessions they were chosen by
    scale: str
    limits: tuple[float, float]
    period: str


def beside_neighbours(  # noqa: PLR0913 - keyword-only choices of the method
    c: sa.Connection,
    catalog: Catalog,
    member: int,
    episode: int,
    client: str,
    instrument: str,
    scale: str = "",
    *,
    as_of: date,
    k: int = 30,
    ratings: int = 1,
    percent: float = 80.0,
) -> Beside:
    """Compare a member with closed episodes of other clients that were most alike at sessions 1 to `ratings`.

    Refused: fewer than 300 such episodes, a member without one of these ratings, and one whose first rating lies outside
    the 5th to 95th centile of theirs.
    """
    pool = closed_ratings(c, catalog, instrument, scale, as_of=as_of, without=client)
    times = np.unique(np.concatenate([np.arange(1.0, ratings + 1), pool.session]))
    _, row = np.unique(pool.client, return_inverse=True)
    courses = np.full((int(row.max()) + 1, len(times)), np.nan)
    courses[row, np.searchsorted(times, pool.session)] = pool.value
    own = _own(c, catalog, member, episode, instrument, pool.scale, times, as_of=as_of)
    if np.isnan(own[:ratings]).any():
        which = "session 1" if ratings == 1 else f"every one of sessions 1 to {ratings}"
        raise DataError(
            f"the client has no rating of {instrument} {pool.scale} at {which}, so nobody can be called alike"
        )
    known = courses[:, :ratings]
    usable = known[np.isfinite(known).all(axis=1), 0]
    if len(usable) >= MINIMUM_POOL:
        low, high = np.quantile(usable, CENTILES)
        if not low <= own[0] <= high:
            raise DataError("the client's first rating lies outside the 5th to 95th centile of the closed episodes,"
                            " so nobody can be called alike")  # fmt: skip
    found = nearest_courses(known, courses, own[None, :ratings], k=k, percent=percent)
    return Beside(times, own, found, ratings, pool.scale, pool.limits, pool.period)


def _own(  # noqa: PLR0913 - whose, what and when
    c: sa.Connection,
    catalog: Catalog,
    member: int,
    episode: int,
    instrument: str,
    scale: str,
    times: Floats,
    *,
    as_of: date,
) -> Floats:
    """Give the member's own ratings at these sessions."""
    definition = catalog.get(instrument)
    stream = Stream.of(definition, scale, definition.raters[0])
    loaded = Slice.of(c, [episode], as_of=as_of).load(stream, scale_view(definition, scale, stream.rater), {})
    course: Any = loaded.course
    mine = loaded.member[course.owner] == member
    session, value = course.session[mine].astype(np.float64), course.value[mine]
    place = np.searchsorted(times, session)
    there = (place < len(times)) & (times[np.minimum(place, len(times) - 1)] == session)
    own = np.full(len(times), np.nan)
    own[place[there]] = value[there]
    return own
