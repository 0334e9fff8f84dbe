"""What a policy says about every point of a course, or about members."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fit_toolkit.course.course import Course
    from fit_toolkit.course.members import Members


@dataclass(frozen=True, eq=False)
class Findings:
    """A yes or no for all points (or all members), with the evidence beside it.

    `fires`, `until`, `renew` are masks; `back_to` is a level in the scale's own units; `evidence` holds one
    float column each. A point that is not `known` neither fires nor clears: `fires`
    is false there, as every comparison with an unknown number is. `renew` marks points inside a spell that need a
    person again. `since` and `again` (days) are set for findings about members only.
    """

    course: Course | None
    members: Members | None
    fires: NDArray[np.bool_]
    back_to: NDArray[np.float64] | None
    until: NDArray[np.bool_] | None
    renew: NDArray[np.bool_] | None
    reason: str
    evidence: dict[str, NDArray[np.float64]]
    since: NDArray[np.float64] | None = None
    again: NDArray[np.float64] | None = None
    said_known: NDArray[np.bool_] | None = None
    judged: tuple[NDArray[np.float64], ...] = ()

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Where something could be said: as the policy says, else where no evidence it gave is unknown."""
        if self.said_known is not None:
            return self.said_known
        known = np.ones(len(self.fires), bool)
        for column in self.judged:
            known &= ~np.isnan(column)
        return known

    @property
    def about_members(self) -> bool:
        """True when the findings are about members, not about points."""
        return self.course is None

    def facts(self, at: int) -> dict[str, float]:
        """The evidence at one place, without what is unknown there."""
        return {name: float(column[at]) for name, column in self.evidence.items() if not np.isnan(column[at])}
