"""What a policy may know about the scale (or item) whose course it looks at."""

from __future__ import annotations

import msgspec


class Limit(msgspec.Struct, frozen=True):
    """A published line on a scale, for everybody or for one sex and an age range (years, inclusive)."""

    name: str
    value: float
    operator: str = "<"
    sex: str | None = None
    age_from: float | None = None
    age_to: float | None = None
    source: str = ""


class ScaleView(msgspec.Struct, frozen=True):
    """Direction, range and published figures of one scale, or of one item watched like a scale."""

    instrument: str
    scale: str
    title: str = ""
    higher_is_better: bool = True
    low: float = 0.0
    high: float = 10.0
    trigger: float | None = None  # a flagged answer starts here; None for a scale
    trigger_operator: str = ">="
    limits: tuple[Limit, ...] = ()
    reliable_change: float | None = None  # points, as published and checked against the source
    reliable_inclusive: bool = True  # whether a change of exactly so many points counts, as the instrument declares it

    @property
    def better(self) -> int:
        """+1 when higher values are better, -1 when they are worse."""
        return 1 if self.higher_is_better else -1
