"""The rated courses of one stream over the whole history, gathered slice by slice into few plain columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from fit_toolkit.course import TICK
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.stream import Stream

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Gathered:
    """Courses with a rating: whose they are, by course; when and what was rated, by rating, in the order of the courses."""

    member: Ints
    client: npt.NDArray[Any]  # their codes; two members may be one client
    staff: Ints
    started: npt.NDArray[np.float64]
    occasion: npt.NDArray[Any]
    count: Ints
    day: Ints
    session: Ints
    tick: Ints

    @classmethod
    def of(cls, part: Slice, loaded: Loaded, stream: Stream) -> Gathered:
        """Take what is rated of one slice; courses are about a therapist where the stream is, else the member's own counts."""
        course, rated = loaded.course, loaded.course.count > 0
        member = loaded.member[rated]
        place = np.searchsorted(part.members["member_id"], member)
        return cls(
            member,
            part.members["client"][place],
            loaded.staff[rated] if stream.alliance else part.members["staff_id"][place],
            np.asarray(part.members["started"][place], dtype=np.float64),
            loaded.occasion[rated],
            course.count[rated],
            course.day,
            course.session,
            course.tick,
        )

    @property
    def owner(self) -> Ints:
        """The course of each rating."""
        return np.repeat(np.arange(len(self.count)), self.count)

    @property
    def value(self) -> npt.NDArray[np.float64]:
        """The ratings in the units of the scale."""
        return self.tick / TICK


def together(parts: Sequence[Gathered]) -> Gathered:
    """Put slices together, sorted by member, so that it does not matter how the history was cut."""
    names = Gathered.__dataclass_fields__
    whole = Gathered(*(np.concatenate([getattr(each, name) for each in parts]) for name in names))
    order = np.lexsort((whole.occasion, whole.staff, whole.member))
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    points = np.argsort(rank[whole.owner], kind="stable")
    by_rating = {"day", "session", "tick"}
    return Gathered(*(getattr(whole, name)[points if name in by_rating else order] for name in names))
