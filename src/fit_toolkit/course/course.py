"""Many courses side by side in flat arrays, and the operators policies are written with.

Points are sorted by course, then time; `offsets` cut them. Values are whole millionths (int64), so sums and
differences are exact and one client's ratings cannot leak into another's through a running float sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fit_toolkit.course.findings import Findings
from fit_toolkit.course.members import Members
from fit_toolkit.course.parameters import Rating
from fit_toolkit.course.scale import ScaleView

TICK = 1_000_000
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DENSE = 32  # a look-up table may be so many times as long as what it is for
POINT_COLUMNS = ("tick", "day", "session", "root", "prorated", "mark")


if TYPE_CHECKING:
    column = cached_property
else:

    class column(cached_property):  # noqa: N801 - used as `property` is
        """A column worked out once and handed out read-only: what a policy does to it may not reach its evidence."""

        def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
            """Work it out at the first time; from then on Python finds it without asking here."""
            found = super().__get__(instance, owner)
            if isinstance(found, np.ndarray):
                found.setflags(write=False)
            return found


def ticks(values: ArrayLike) -> Ints:
    """Whole millionths nearest to the given numbers."""
    whole: Ints = np.rint(np.asarray(values, float) * TICK).astype(np.int64)
    return whole


def _exact(difference: Floats) -> Floats:
    """The float nearest to the exact decimal of a difference of two values, in place."""
    difference = np.asarray(difference)
    difference *= TICK
    np.rint(difference, out=difference)
    difference /= TICK
    return difference


def _look_up(keys: Ints, values: Floats, wanted: Ints, most: int) -> Floats:
    """For each wanted key the value beside it, NaN for none; `keys` are sorted, distinct, from 0 to below `most`."""
    if most <= DENSE * (len(keys) + len(wanted)):  # a table is several times faster than a search, while it is small
        table = np.zeros(most, np.int32)
        table[keys] = np.arange(1, len(keys) + 1)
        return np.concatenate(([np.nan], values))[table[wanted]]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    out = values[place]
    out[keys[place] != wanted] = np.nan
    return out


@dataclass(frozen=True, eq=False)
class Course:
    """All courses of one scale and rater. n points, m courses, k members.

    `tick` value in millionths; `day` days since 1970-01-01 of the session; `session` its number from 1; `root` id of
    the first administration in the chain of corrections; `prorated`, `mark` (language or wording changed here) masks;
    `offsets` m+1 cuts; `member` for each course the row in `members`; `partners` further courses cut alike.
    """

    tick: Ints
    day: Ints
    session: Ints
    root: Ints
    prorated: Mask
    mark: Mask
    offsets: Ints
    member: Ints
    members: Members
    scale: ScaleView
    partners: Mapping[Rating, Course] = field(default_factory=dict)
    max_gap_days: int = 42

    def __len__(self) -> int:
        """How many points there are."""
        return len(self.tick)

    # ---- layout

    @column
    def count(self) -> Ints:
        """Ratings per course (m)."""
        return np.diff(self.offsets)

    @column
    def owner(self) -> Ints:
        """For each point, the course it belongs to (n)."""
        return np.repeat(np.arange(len(self.count)), self.count)

    @column
    def _begin(self) -> Ints:
        return np.repeat(self.offsets[:-1], self.count)

    @column
    def _at(self) -> Ints:
        return np.arange(len(self.tick))

    @column
    def _firsts(self) -> Ints:
        return self.offsets[:-1][self.count > 0]

    @column
    def number(self) -> Ints:
        """1 for the first rating of a course, 2 for the second (n)."""
        number = np.arange(1, len(self) + 1)
        number -= np.repeat(self.offsets[:-1], self.count)
        return number

    def each(self, per_member: ArrayLike) -> NDArray[Any]:
        """Spread one value per member over the points (k -> n)."""
        spread: NDArray[Any] = np.asarray(per_member)[self.member[self.owner]]
        return spread

    # ---- values

    @column
    def value(self) -> Floats:
        """The rating in the scale's own units (n)."""
        return self.tick / TICK

    @column
    def days_since_previous(self) -> Floats:
        """Days since the rating before; NaN at the first (n)."""
        out = np.empty(len(self.day))
        out[1:] = self.day[1:] - self.day[:-1]
        out[self._firsts] = np.nan
        return out

    @column
    def _apart(self) -> Ints:
        """Places whose rating before is missing or older than `max_gap_days`; few, as a rule."""
        late = np.flatnonzero(self.days_since_previous > self.max_gap_days)
        return np.concatenate((self._firsts, late))

    @column
    def previous(self) -> Floats:
        """The rating before this one; NaN at the first and after more than `max_gap_days`."""
        out = np.empty(len(self))
        out[1:] = self.value[:-1]
        out[self._apart] = np.nan
        return out

    def lag(self, k: int) -> Floats:
        """The rating `k` before this one; NaN where there is none or a gap longer than `max_gap_days` lies between."""
        if k < 1:
            raise ValueError("lag looks back: k must be at least 1")
        out = np.full(len(self.tick), np.nan)
        np.divide(self.tick[:-k], TICK, out=out[k:])
        apart = np.zeros(len(self), bool)
        apart[self._apart] = True
        out[self._last(apart) > self._at - k] = np.nan
        return out

    @column
    def first(self) -> Floats:
        """The first rating of the course, at every point of it."""
        return self.tick[self._begin] / TICK

    def best(self) -> Floats:
        """The best of the earlier ratings; NaN at the first."""
        out = np.empty(len(self))
        if len(out):
            key = self.tick if self.scale.better > 0 else -self.tick
            low = int(key.min())
            shift = self.owner * (int(key.max()) - low + 1)  # lifts every course above the one before it
            run = key + shift
            np.maximum.accumulate(run, out=run)
            run -= shift
            np.divide(run[:-1], TICK * self.scale.better, out=out[1:])
            out[self._firsts] = np.nan
        return out

    @column
    def _sum_before(self) -> Ints:
        total = np.empty(len(self) + 1, np.int64)
        total[0] = 0
        np.cumsum(self.tick, out=total[1:])
        before = total[:-1]
        before -= np.repeat(total[self.offsets[:-1]], self.count)
        return before

    def earlier_sum(self) -> Floats:
        """The sum of the earlier ratings; 0 at the first."""
        return self._sum_before / TICK

    def earlier_mean(self) -> Floats:
        """The mean of the earlier ratings; NaN at the first."""
        with np.errstate(invalid="ignore"):
            return self._sum_before / ((self.number - 1) * TICK)

    def earlier_sd(self) -> Floats:
        """The SD (n - 1) of the earlier ratings; NaN before the third rating."""
        away = self.tick - self.tick[self._begin]  # from the course's own first rating: equal ratings give exactly 0
        squares = np.empty(len(away) + 1, np.int64)
        squares[0] = 0
        np.cumsum(away * away, out=squares[1:])  # may wrap round; the difference below is exact all the same
        square = (squares[:-1] - squares[self._begin]).astype(float)
        n = (self.number - 1).astype(float)
        mean_sum = (self._sum_before - (self.number - 1) * self.tick[self._begin]).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = (square - mean_sum * mean_sum / n) / (n - 1)
        variance[self.number <= 2] = np.nan  # an SD needs two earlier ratings
        sd: Floats = np.sqrt(np.maximum(variance, 0.0)) / TICK
        return sd

    def earlier_median(self, k: int) -> Floats:
        """The median of the last `k` earlier ratings; NaN where there are fewer."""
        stack = np.stack([self.lag(i) for i in range(1, k + 1)])
        median: Floats = np.sort(stack, axis=0)[[(k - 1) // 2, k // 2]].mean(axis=0)
        median[np.isnan(stack).any(axis=0)] = np.nan
        return median

    def change(self, since: ArrayLike) -> Floats:
        """This rating minus `since`, exact to the millionth; NaN where `since` is unknown."""
        return _exact(np.subtract(self.value, since))

    def worsening(self, since: ArrayLike) -> Floats:
        """How much worse this rating is than `since`: positive is worse, whatever the scale's direction."""
        value = self.value
        return _exact(np.subtract(since, value) if self.scale.better > 0 else np.subtract(value, since))

    # ---- memory over points

    def _last(self, mask: Mask) -> Ints:
        """For each point the place of the newest point up to here where `mask` holds, else -1 (may be another's)."""
        place: Ints = np.maximum.accumulate(np.where(mask, self._at, -1))
        return place

    def hold(self, values: ArrayLike, when: Mask) -> Floats:
        """`values` as they stood at the newest point of this course where `when` held; NaN before the first."""
        place = self._last(when)
        out = np.asarray(values, float)[place]
        out[place < self._begin] = np.nan
        return out

    def streak(self, mask: Mask, known: Mask | None = None) -> Ints:
        """How many points in a row up to here `mask` has held; points that are not `known` neither count nor break."""
        if known is None:
            return self._at - np.maximum(self._last(~mask), self._begin - 1)
        counted = np.concatenate(([0], np.cumsum(mask & known)))
        broken = np.maximum(self._last(known & ~mask), self._begin - 1)
        run: Ints = counted[1:] - counted[broken + 1]
        return run

    # ---- other courses and published lines

    def beside(self, other: Rating) -> Floats:
        """The rating of another course at the same session; NaN where there is none."""
        partner = self.partners.get(other)
        if partner is None:
            raise KeyError(f"this policy did not declare a parameter for {other!r}")
        if not len(partner) or not len(self):
            return np.full(len(self), np.nan)
        if np.array_equal(partner.offsets, self.offsets) and np.array_equal(partner.day, self.day):
            return partner.value  # both rated every session
        first_day = int(min(self.day.min(), partner.day.min()))
        wide = int(max(self.day.max(), partner.day.max())) - first_day + 1
        mine = self.owner * wide + self.day - first_day
        theirs = partner.owner * wide + partner.day - first_day
        return _look_up(theirs, partner.value, mine, len(self.count) * wide)

    def limit(self, name: str) -> Floats:
        """A published line of the scale at every point, by age and sex where it is keyed so; NaN where none applies.

        The age is that at the point. A year of birth leaves two possible: the line has to hold for both.
        """
        named = [limit for limit in self.scale.limits if limit.name == name]
        if not named:
            raise KeyError(f"{self.scale.instrument} {self.scale.scale} has no verified cut-off named {name!r}")
        line = np.full(len(self), np.nan)
        for limit in named:
            fits = np.isnan(line)
            if limit.sex is not None:
                fits &= self.each(self.members.sex == limit.sex)
            if limit.age_from is not None:
                fits &= self._age - 1 >= limit.age_from
            if limit.age_to is not None:
                fits &= self._age <= limit.age_to
            line[fits] = limit.value
        return line

    @column
    def _age(self) -> Floats:
        """The age reached in the year of each point; NaN where unknown, which compares as false."""
        year = self.day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
        this_year = np.datetime64(self.members.today, "D").astype("datetime64[Y]").astype(np.int64)
        age: Floats = self.each(self.members.age) - (this_year - year)
        return age

    # ---- findings

    def where(
        self,
        fires: Mask,
        *,
        reason: str,
        back_to: ArrayLike | None = None,
        until: Mask | None = None,
        known: Mask | None = None,
        renew: Mask | None = None,
        **evidence: ArrayLike,
    ) -> Findings:
        """Give findings about all points; `gap` (days since the rating before) is always part of the evidence.

        A spell that opens here lasts until the rating is back at `back_to` as it stood at the opening; with `until`
        where that mask holds; with neither until a known point that does not fire. A point is known where `known`
        says so, else where no evidence column given here is NaN.
        """
        columns = {name: self._column(values) for name, values in evidence.items()}
        given = tuple(columns.values())
        columns.setdefault("value", self.value)
        columns["gap"] = self.days_since_previous
        return Findings(
            course=self,
            members=None,
            fires=np.asarray(fires, bool),
            back_to=None if back_to is None else self._column(back_to),
            until=None if until is None else np.asarray(until, bool),
            renew=None if renew is None else np.asarray(renew, bool),
            reason=reason,
            evidence=columns,
            said_known=None if known is None else np.asarray(known, bool),
            judged=given,
        )

    def _column(self, values: ArrayLike) -> Floats:
        column = np.asarray(values, float)
        return column if column.shape == self.tick.shape else np.broadcast_to(column, self.tick.shape)

    # ---- travelling

    def columns(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, as they travel to a child process."""
        own = {name: getattr(self, name) for name in (*POINT_COLUMNS, "offsets", "member")}
        return own | {f"members.{name}": column for name, column in self.members.columns().items()}

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, NDArray[Any]],
        *,
        scale: ScaleView,
        today: int,
        max_gap_days: int = 42,
        partners: Mapping[Rating, Course] | None = None,
    ) -> Course:
        """Rebuild a course from what `columns` gave."""
        members = {name.removeprefix("members."): c for name, c in columns.items() if name.startswith("members.")}
        return cls(
            **{name: columns[name] for name in (*POINT_COLUMNS, "offsets", "member")},
            members=Members.from_columns(members, today),
            scale=scale,
            partners=partners or {},
            max_gap_days=max_gap_days,
        )
