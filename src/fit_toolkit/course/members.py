"""One row per course about the member it belongs to, rated or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course.findings import Findings


@dataclass(frozen=True, eq=False)
class Members:
    """Arrays of length m, one entry per member; days count from 1970-01-01, unknown is NaN.

    `last_rated` is the day of the newest rating of this instrument by this rater. `due` is the day on
    which the next expected rating was, or will be, due (NaN: none is expected, as in a pause or after the end). `age` is
    reached in the year of `today`; as only the year of birth is known, the person may be a year younger still.
    """

    id: NDArray[np.int64]
    started: NDArray[np.float64]
    ended: NDArray[np.float64]
    last_rated: NDArray[np.float64]
    due: NDArray[np.float64]
    age: NDArray[np.float64]
    sex: NDArray[np.str_]
    today: int

    def __len__(self) -> int:
        """How many members there are."""
        return len(self.id)

    def where(
        self,
        fires: NDArray[np.bool_],
        *,
        reason: str,
        since: NDArray[np.float64] | None = None,
        again: NDArray[np.float64] | None = None,
        **evidence: Any,
    ) -> Findings:
        """Give findings about members.

        `since` is the day from which the finding holds (it names the spell); `again` is the day on which the answer
        may change with the calendar alone (NaN: never; left out: tomorrow).
        """
        m = len(self)
        columns = {name: _column(values, m) for name, values in evidence.items()}
        tomorrow = np.full(m, float(self.today + 1))
        return Findings(
            course=None,
            members=self,
            fires=np.asarray(fires, bool),
            back_to=None,
            until=None,
            renew=None,
            reason=reason,
            evidence=columns,
            since=np.full(m, float(self.today)) if since is None else np.asarray(since, float),
            again=tomorrow if again is None else np.asarray(again, float),
        )

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, as they travel to a child process."""
        return {name: getattr(self, name) for name in MEMBER_COLUMNS}

    @classmethod
    def from_columns(cls, columns: Mapping[str, NDArray[Any]], today: int) -> Members:
        """Rebuild members from what `columns` gave."""
        return cls(**{name: columns[name] for name in MEMBER_COLUMNS}, today=today)

    @classmethod
    def plain(cls, count: int, *, today: int = 0, **columns: NDArray[Any]) -> Members:
        """Members of whom only what is given is known; handy in tests and probes."""
        unknown = np.full(count, np.nan)
        values: dict[str, NDArray[Any]] = dict.fromkeys(MEMBER_COLUMNS, unknown)
        values |= {"id": np.arange(count, dtype=np.int64), "sex": np.full(count, "")}
        return cls(**(values | columns), today=today)


MEMBER_COLUMNS = ("id", "started", "ended", "last_rated", "due", "age", "sex")


def _column(values: Any, length: int) -> NDArray[np.float64]:
    return np.array(np.broadcast_to(np.asarray(values, float), (length,)))
