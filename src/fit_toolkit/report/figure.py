"""One figure of the report with everything it takes to follow it: what it counts, of how many, how sure, and from where."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Unit = Literal["share", "count", "points", "SD", "days", "sessions", "per 100 sessions", "points per point", ""]
COLUMNS = (
    "section", "figure", "group", "count", "n", "of", "value", "low", "high", "unit", "note", "definition", "source",
)  # fmt: skip


class Figure(Struct, frozen=True, kw_only=True):
    """A figure; `count` of `n` where it is a share. `note` says why it is not there, or what to mind.

    `low` and `high` are the interval named in the definition: 95 %, or the two bounds for what is missing.
    """

    section: str
    figure: str
    group: str = ""
    count: int | None = None
    n: int | None = None
    of: str = ""  # what n counts
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: Unit = ""
    note: str = ""
    definition: str = ""
    source: str = ""

    @property
    def shown(self) -> bool:
        """Whether there is anything to show but the note."""
        return self.value is not None or self.count is not None or self.low is not None

    def row(self) -> dict[str, Any]:
        """Give it as a row of the CSV and the JSON, with six digits after the point."""
        cells = {name: getattr(self, name) for name in COLUMNS}
        return {name: round(cell, 6) if isinstance(cell, float) else cell for name, cell in cells.items()}
