"""What the report is made from: the ended courses with their sessions, and the forms of each instrument when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from fit_toolkit.analysis.portions import wilson_interval
from fit_toolkit.catalog import Catalog
from fit_toolkit.course import TICK
from fit_toolkit.language import say
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.report.completion import Grid
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.words import KEPT_BACK, defined
from fit_toolkit.settings import Settings
from fit_toolkit.store import service
from fit_toolkit.store.frames import UNKNOWN, Columns

if TYPE_CHECKING:
    import sqlalchemy as sa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ends:
    """First and last known value of each course (NaN where there are not two days with one), and the days."""

    first: Floats
    last: Floats
    first_day: Ints
    last_day: Ints

    @property
    def measured(self) -> Mask:
        """Which courses have both."""
        return np.isfinite(self.first)


@dataclass(frozen=True, eq=False)
class Gathered:
    """The courses that ended in a period; `course` in any frame is a place in them."""

    c: sa.Connection
    scope: service.Scope
    catalog: Catalog
    settings: Settings
    smallest: int
    courses: Columns
    _forms: dict[tuple[str, str], Columns] = field(default_factory=dict)
    _read: dict[tuple[str, str], Columns] = field(default_factory=dict)  # shared by all parts of one service

    @property
    def n(self) -> int:
        """How many courses ended."""
        return len(self.courses["member_id"])

    @property
    def all_of(self) -> str:
        """What the courses are called."""
        return say("courses that ended or are open") if self.scope.open_too else say("courses that ended")

    def part(self, which: Mask) -> Gathered:
        """Give some of the courses as a service of their own, read from the store together with the others."""
        left = {name: column[which] for name, column in self.courses.items()}
        return Gathered(self.c, self.scope, self.catalog, self.settings, self.smallest, left, _read=self._read)

    def whole(self) -> Gathered:
        """Give the service without any labels."""
        scope = replace(self.scope, labels=())
        return Gathered(self.c, scope, self.catalog, self.settings, self.smallest, service.courses(self.c, scope))

    def people(self, which: Mask | Ints | None = None) -> int:
        """Count the clients of some of the courses: one client may have several, and is no less to be told from them."""
        clients = self.courses["client_id"]
        return len(np.unique(clients if which is None else clients[which]))

    def counted(self, parts: Mapping[str, Mask] | Mapping[str, Ints]) -> dict[str, int]:
        """Count the clients of each part, to see which of them are a few."""
        return {name: self.people(which) for name, which in parts.items()}

    @cached_property
    def sessions(self) -> Columns:
        """The session days of the episodes."""
        if ("", "") not in self._read:
            self._read["", ""] = service.session_days(self.c, self.scope)
        return self._read["", ""]

    @cached_property
    def grid(self) -> Grid:
        """Every session of every course."""
        return Grid.of(self.courses, self.sessions)

    @cached_property
    def rated(self) -> list[tuple[str, str, str]]:
        """What was rated: instrument, rater, occasion."""
        return service.rated_by(self.c, self.scope)

    @cached_property
    def readable(self) -> Catalog:
        """The instruments without those whose definitions are broken."""
        return self.catalog.readable({instrument for instrument, _, _ in self.rated})

    def streams(self, *constructs: str) -> list[tuple[Instrument, str]]:
        """List what clients, or those who answer for them, rated of these constructs: instrument and rater."""
        pairs = dict.fromkeys(
            (instrument, rater) for instrument, rater, _ in self.rated if rater in ("client", "carer")
        )
        known = [(self.readable.get(id), rater) for id, rater in pairs if id in self.readable]
        return [(form, rater) for form, rater in known if form.construct in constructs]

    def forms(self, instrument: str, rater: str) -> Columns:
        """Give all forms of an instrument by a rater in the courses, by course and day.

        Columns: `id`, `course`, `day`, `occasion`, `staff_id` and `tick`, the value of the main scale.
        """
        key = (instrument, rater)
        if key not in self._forms:
            if key not in self._read:
                rated = any(each[0] == instrument for each in self.rated) and instrument in self.readable
                scale = self.readable.get(instrument).main_scale if rated else ""
                self._read[key] = service.ratings(self.c, self.scope, instrument, rater, scale)
            rows = self._read[key]
            rows = only(rows, np.isin(rows["member_id"], self.courses["member_id"]))
            course = np.searchsorted(self.courses["member_id"], rows["member_id"])
            inside = (self.courses["started"][course] <= rows["day"]) & (rows["day"] <= self.courses["ended"][course])
            rest = {name: rows[name] for name in rows if name not in ("member_id", "value_ticks")}
            self._forms[key] = only({"course": course, "tick": rows["value_ticks"], **rest}, inside)
        return self._forms[key]

    def values(self, instrument: str, rater: str) -> Columns:
        """Give the forms that could be scored, at most one for each day of a course: the one rated last."""
        rows = self.forms(instrument, rater)
        return newest_of_day({name: column[rows["tick"] != UNKNOWN] for name, column in rows.items()})

    def facets(self, instrument: str, rater: str, scales: Sequence[str]) -> Iterator[Columns]:
        """Give for each of some scales what `values` gives for the main one; a facet is asked at some sessions only."""
        rows = self.forms(instrument, rater)
        key = (f"facets of {instrument}", rater)
        if key not in self._read:
            self._read[key] = service.scores(self.c, self.scope, instrument, rater, scales)
        scores = self._read[key]
        place = np.searchsorted(scores["id"], rows["id"])
        for scale in scales:
            tick = scores[scale][place]
            known = tick != UNKNOWN
            yield newest_of_day({**{name: column[known] for name, column in rows.items()}, "tick": tick[known]})

    def ends(self, rows: Columns) -> Ends:
        """Give the first and the last of `rows` (by course and day) for each course."""
        course = rows["course"]
        there = np.unique(course)
        first, behind = (np.searchsorted(course, there, side=side) for side in ("left", "right"))
        later = rows["day"][behind - 1] > rows["day"][first]
        at, one, two = there[later], first[later], behind[later] - 1
        values = [np.full(self.n, np.nan) for _ in range(2)]
        days = [np.full(self.n, UNKNOWN, np.int64) for _ in range(2)]
        for place, row in enumerate((one, two)):
            values[place][at] = rows["tick"][row] / TICK
            days[place][at] = rows["day"][row]
        return Ends(values[0], values[1], days[0], days[1])


def only(rows: Columns, which: Mask) -> Columns:
    """Give some of the rows; all of them as they are, without a copy of what may be large."""
    return rows if which.all() else {name: column[which] for name, column in rows.items()}


def newest_of_day(rows: Columns) -> Columns:
    """Keep of each day of a course the form rated last; `rows` are by course, day and the order of rating."""
    newest = np.ones(len(rows["course"]), bool)
    newest[:-1] = (np.diff(rows["course"]) != 0) | (np.diff(rows["day"]) != 0)
    return {name: column[newest] for name, column in rows.items()}


def share(section: str, figure: str, count: int, n: int, *, of: str, group: str = "", source: str = "") -> Figure:
    """Give a share of courses with Wilson's interval."""
    low, high = wilson_interval(count, n)
    known = n > 0
    return Figure(section=section, figure=figure, group=group, count=count, n=n, of=of, value=count / n if known else None,
                  low=low if known else None, high=high if known else None, unit="share",
                  definition=defined(figure), source=source)  # fmt: skip


def silent(
    section: str, figure: str, *, group: str = "", n: int | None = None, note: str = "", source: str = ""
) -> Figure:
    """Give a figure that is not shown, with why."""
    return Figure(section=section, figure=figure, group=group, n=n, of="courses" if n else "", note=note or say(KEPT_BACK),
                  definition=defined(figure), source=source)  # fmt: skip


def kept_back(section: str, figure: str, count: int, smallest: int, *, group: str = "", source: str = "") -> Figure:
    """Say of a count that it is kept back: because it is small, or beside one that is."""
    note = say("fewer than %(n)s", n=smallest) if count < smallest else say(KEPT_BACK)
    return silent(section, figure, group=group, note=note, source=source)


def few(section: str, figure: str, smallest: int, *, group: str = "", source: str = "") -> Figure:
    """Say that something rests on fewer clients than are shown."""
    note = say("fewer than %(n)s clients: too few to say anything", n=smallest)
    return silent(section, figure, group=group, note=note, source=source)
