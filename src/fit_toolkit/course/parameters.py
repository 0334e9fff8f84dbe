"""Typed parameters by which a policy asks for more than its own course."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Rating(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A second course: another rater, instrument or scale; what is left out is taken from the policy's own course."""

    rater: str | None = None
    instrument: str | None = None
    scale: str | None = None


class Norms(msgspec.Struct, frozen=True):
    """A norm set as a policy sees it: mean and SDs in the scale's units, with where they come from.

    `sd_between` is the SD of clients' true levels, `sd_within` the SD of one client's ratings around their level.
    `reviewed`: somebody other than who made it looked at the figures and noted that in the file.
    """

    name: str
    mean: float
    sd_between: float
    sd_within: float
    status: Literal["published", "local", "assumed", "synthetic"] = "assumed"
    version: str = "1"
    n_clients: int | None = None
    source: str = ""
    hash: str = ""
    reviewed: bool = False

    @property
    def standing(self) -> str:
        """Say in words what the figures are: local, unreviewed."""
        return _standing(self.status, reviewed=self.reviewed)


class Curve(msgspec.Struct, frozen=True):
    """An expected course by intake score and session: named, versioned coefficients of a curve pack.

    `coefficients`, and those of the episodes that ended well and of the others where the pack has twins, are what
    `fit_toolkit.analysis.expected_response` takes. `sessions` are the first and the last of which it says something,
    `intakes` the lowest and the highest first rating (5th and 95th centile of those it was made from);
    `inside` is the share of held-out ratings inside each of its bands (by the band's per cent).
    """

    name: str
    coefficients: dict[str, float] = {}
    version: str = "1"
    source: str = ""
    hash: str = ""
    status: Literal["published", "local", "elsewhere", "assumed", "synthetic"] = "assumed"
    period: str = ""
    n_clients: int | None = None
    sessions: tuple[float, float] | None = None
    intakes: tuple[float, float] | None = None
    inside: dict[str, float] = {}
    successful: dict[str, float] = {}
    unsuccessful: dict[str, float] = {}
    reviewed: bool = False

    @property
    def standing(self) -> str:
        """Say in words what the figures are: local, unreviewed."""
        return _standing(self.status, reviewed=self.reviewed)

    def to_builtins(self) -> dict[str, Any]:
        """Plain data, as it is hashed and sent to a child process."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain


def _standing(status: str, *, reviewed: bool) -> str:
    """Put where figures come from, and whether anybody else has looked at them, into words."""
    said = {"assumed": "assumed: typed by hand", "synthetic": "made up for the demo"}.get(status)
    return said or f"{status}, {'reviewed' if reviewed else 'unreviewed'}"
