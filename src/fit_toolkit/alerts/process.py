"""What became of the alerts of a period: how many, how many somebody acted on, with which words, and after how long.

It says how the work with alerts goes, never how anybody works: groups are in the order of their names, and under
`ENOUGH` alerts there is no median.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.model.alerts import LIVE
from fit_toolkit.store.process import NOBODY, Period, count_sessions, raised, sessions_by_therapist

if TYPE_CHECKING:
    import sqlalchemy as sa

By = Literal["policy", "therapist", "severity", "all"]
ENOUGH: Final = 10  # alerts, below which a median would say more than is known
BUDGETED: Final = ("attention", "notice")  # safety has no budget: none of it is to be saved
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Process:
    """What became of the alerts of one group; `median_days` is None under ten alerts, or where half were never acted on.

    `sessions` are sessions of a client with at least one rating. `raised` asked for somebody in the period; of these
    somebody acted on `acted`, `waiting` still wait, and the rest ended by themselves.
    """

    group: str
    sessions: int
    raised: int
    acted: int
    waiting: int
    notes: dict[str, int] = field(default_factory=dict)
    median_days: float | None = None

    @property
    def per_100(self) -> float | None:
        """Alerts per 100 sessions; None without a session."""
        return 100 * self.raised / self.sessions if self.sessions else None

    @property
    def ended(self) -> int:
        """Those that ended before anybody acted."""
        return self.raised - self.acted - self.waiting


def process(c: sa.Connection, period: Period, *, by: By, now: datetime) -> list[Process]:
    """Count the alerts raised in a period, by `by`, in the order of the groups' names."""
    rows = raised(c, period)
    sessions = sessions_by_therapist(c, period) if by == "therapist" else {}
    total = count_sessions(c, period) if by != "therapist" else 0
    groups: dict[str, list[sa.Row[Any]]] = {name: [] for name in sessions}
    for row in rows:
        groups.setdefault("all" if by == "all" else getattr(row, by) or NOBODY, []).append(row)
    if by == "all":
        groups.setdefault("all", [])
    return [_counted(name, groups[name], sessions.get(name, 0) if sessions else total, now) for name in sorted(groups)]


def over_budget(c: sa.Connection, period: Period, budget: int) -> tuple[int, int] | None:
    """Alerts of attention and notice, and sessions, where there are more than `budget` per 100 sessions; else None."""
    alerts = sum(row.severity in BUDGETED for row in raised(c, period))
    sessions = count_sessions(c, period)
    return (alerts, sessions) if budget and 100 * alerts > budget * sessions else None


def half_after(days: NDArray[np.float64], happened: NDArray[np.bool_]) -> float | None:
    """Within how many days half of them happened: the Kaplan-Meier median; None where half never did.

    Those that had not happened count up to the day on which they were last looked at: a median of those that did happen
    would flatter (Kaplan and Meier 1958).

    Args:
        days: days until it happened, or until it was last looked at.
        happened: whether it did.
    """
    moments, events = np.unique(days[happened], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), moments, side="left")
    left = np.cumprod(1 - events / at_risk)
    there = np.flatnonzero(left <= 0.5 + 1e-12)
    return float(moments[there[0]]) if len(there) else None


def _counted(name: str, rows: Sequence[sa.Row[Any]], sessions: int, now: datetime) -> Process:
    acted = np.array([row.acted_at is not None for row in rows], bool)
    waiting = np.array([row.acted_at is None and row.state in LIVE for row in rows], bool)
    until = [row.acted_at or (now if wait else row.changed_at) for row, wait in zip(rows, waiting, strict=True)]
    days = np.array([max((end - row.asked_at) / DAY, 0) for row, end in zip(rows, until, strict=True)], float)
    return Process(
        group=name,
        sessions=sessions,
        raised=len(rows),
        acted=int(acted.sum()),
        waiting=int(waiting.sum()),
        notes=dict(Counter(row.action for row in rows if row.action)),
        median_days=half_after(days, acted) if len(rows) >= ENOUGH else None,
    )
