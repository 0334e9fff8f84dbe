"""What a policy says about every point of a course, or about members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fit_toolkit.course.course import Course
    from fit_toolkit.course.members import Members


@dataclass(frozen=True, eq=False)
class Findings:
    """A yes or no for all points (or all members), with the evidence beside it.

    `fires`, `known`, `until`, `renew` are masks; `back_to` is a level in the scale's own units; `evidence` holds one
    float column each. An unknown point neither fires nor clears. `renew` marks points inside a spell that need a
    person again. `since` and `again` (days) are set for findings about members only.
    """

    course: Course | None
    members: Members | None
    fires: NDArray[np.bool_]
    known: NDArray[np.bool_]
    back_to: NDArray[np.float64] | None
    until: NDArray[np.bool_] | None
    renew: NDArray[np.bool_] | None
    reason: str
    evidence: dict[str, NDArray[np.float64]]
    since: NDArray[np.float64] | None = None
    again: NDArray[np.float64] | None = None

    @property
    def about_members(self) -> bool:
        """True when the findings are about members, not about points."""
        return self.course is None

    def facts(self, at: int) -> dict[str, float]:
        """The evidence at one place, without what is unknown there."""
        return {name: float(column[at]) for name, column in self.evidence.items() if not np.isnan(column[at])}
