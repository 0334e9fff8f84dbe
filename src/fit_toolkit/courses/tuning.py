"""The threshold with which a policy would have raised as many alerts as wanted on the ratings there are; nothing is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.portions import Portion
from fit_toolkit.analysis.quality import Flagged, Quality, Tally, together
from fit_toolkit.course import Course, ScaleView
from fit_toolkit.courses.asking import Parts
from fit_toolkit.courses.policies import PolicyUse, bind
from fit_toolkit.courses.slices import all_slices
from fit_toolkit.courses.stream import Stream
from fit_toolkit.engine import PluginFailureError, Workers
from fit_toolkit.engine.records import Parameter, Thing
from fit_toolkit.errors import ConfigError, DataError, PluginError, UsageError
from fit_toolkit.settings import PolicyTable

if TYPE_CHECKING:
    import sqlalchemy as sa

LEAST: Final = 100  # ratings: with fewer, a volume per 100 is a guess
STRETCHES: Final = 32  # the search first goes in so many steps from the quiet end, then halves the stretch it found


@dataclass(frozen=True)
class Tuned:
    """The loudest value that keeps within the budget; `met` is False where even the quietest value does not."""

    table: PolicyTable
    parameter: str
    value: float
    met: bool
    limited: bool  # a louder value would have gone over the budget
    quality: Quality
    present: Any
    present_quality: Quality


def tune(
    c: sa.Connection, parts: Parts, policy: str, *, per_100: Fraction, as_of: date, parameter: str | None = None
) -> Tuned:
    """Search the values of one parameter from the quiet end on.

    The number of ratings that fire is monotone in a threshold; alerts are nearly so, because two stretches may become one.
    So the search takes the first crossing of the budget that it meets in 32 steps, and halves the stretch before it.

    Of a value and the whole number beside it that does just the same, the whole number is given.
    Raises DataError for an unknown policy and for too few ratings, UsageError for what is no threshold.
    """
    with _Trial(c, parts, policy, as_of) as trial:
        wanted = _parameter(trial.thing, parameter)
        now = trial.asked(trial.table)
        if now.alerts.n < LEAST:
            raise DataError(f"{now.alerts.n} ratings: too few to choose a threshold by; {LEAST} are needed")
        grid = _grid(trial.thing, wanted, trial.view)

        refused: list[str] = []

        @cache
        def asked(place: int) -> Quality | None:
            try:
                return trial.asked(replace(trial.table, values={**trial.table.values, wanted.name: grid[place]}))
            except (
                ConfigError
            ) as error:  # a value that does not go with the others, as a fall that would still be the ceiling
                refused.append(error.what)
                return None

        if asked(0) is None and asked(len(grid) - 1) is None:
            raise UsageError(f"'{wanted.name}' cannot be tuned: {refused[0]}", hint=trial.table.where())
        place, found, met, limited = _search(asked, len(grid), per_100)
        place = _whole(asked, grid, place, found)
        present = trial.table.values.get(wanted.name, wanted.default)
        return Tuned(trial.table, wanted.name, grid[place], met, limited, found, present, now)


def _search(asked: Callable[[int], Quality | None], size: int, per_100: Fraction) -> tuple[int, Quality, bool, bool]:
    """Give the place of the loudest value within the budget, what it does, whether it is within, and whether a louder is not."""
    ends = {place: found for place in (0, size - 1) if (found := asked(place)) is not None}
    quiet = min(ends, key=lambda place: ends[place].flags.count)

    def within(place: int) -> Quality | None:
        found = asked(place)
        return found if found is not None and 100 * found.alerts.count <= per_100 * found.alerts.n else None

    if (best := within(quiet)) is None:
        return quiet, ends[quiet], False, True
    steps = np.unique(np.rint(np.linspace(0, size - 1, min(STRETCHES + 1, size))).astype(int)).tolist()
    path = steps if quiet == 0 else steps[::-1]
    good, bad = path[0], None
    for place in path[1:]:
        found = within(place)
        if found is None:
            bad = place
            break
        good, best = place, found
    while bad is not None and abs(bad - good) > 1:
        middle = (good + bad) // 2
        found = within(middle)
        if found is None:
            bad = middle
        else:
            good, best = middle, found
    return good, best, True, bad is not None


def _whole(asked: Callable[[int], Quality | None], grid: list[float], place: int, found: Quality) -> int:
    """Give the place of a whole number beside a value where it does just the same, as on a scale of whole points; else its own."""
    for near in dict.fromkeys((math.ceil(grid[place]), math.floor(grid[place]))):
        if near in grid and (other := asked(grid.index(near))) is not None:
            counts = [(each.alerts.count, each.flags.count, each.clients_flagged.count) for each in (other, found)]
            if counts[0] == counts[1]:
                return grid.index(near)
    return place


class _Trial:
    """One policy of a practice, asked with other values about all its ratings; leaves no child process behind."""

    def __init__(self, c: sa.Connection, parts: Parts, policy: str, as_of: date) -> None:
        tables = [table for table in parts.settings.policies if table.values.get("id") == policy]
        if not tables:
            raise DataError(f"there is no policy '{policy}'", hint="fit policies list")
        self.parts, self.table = parts, tables[0]
        kind = str(self.table.values.get("kind", ""))
        self.thing: Thing = parts.registry.provided("policy", kind, where=self.table.where("kind")).thing
        if self.thing.clock:
            raise UsageError(f"{kind} follows the calendar: it has no volume per 100 ratings")
        self.c, self.as_of = c, as_of
        self.workers = Workers(parts.registry)
        self.loaded: dict[Stream, list[tuple[Course, NDArray[np.str_]]]] = {}

    def __enter__(self) -> Self:
        try:
            first = self._uses(self.table)[0]
            if first.stands:
                raise UsageError("a policy about safety is never tuned to a number of alerts")
            self.view: ScaleView = first.view
        except BaseException:
            self.workers.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.workers.close()

    def asked(self, table: PolicyTable) -> Quality:
        """Count what the policy does as the table has it."""
        return _together([self._quality(use) for use in self._uses(table)])

    def _uses(self, table: PolicyTable) -> tuple[PolicyUse, ...]:
        settings = replace(self.parts.settings, policies=(table,))
        bound = bind(settings, self.parts.registry, self.parts.catalog, self.workers)
        if not bound.uses:
            raise PluginError("; ".join(str(failure) for failure in bound.failures) or "the policy cannot be asked")
        return bound.uses

    def _quality(self, use: PolicyUse) -> Quality:
        if use.stream not in self.loaded:
            self.loaded[use.stream] = list(self._load(use))
        lapse = use.lapse if use.basis == "convention" else 0
        tallies = []
        for course, whose in self.loaded[use.stream]:
            try:
                findings = self.workers.find(use.ready, course)
            except PluginFailureError as error:
                raise PluginError(str(error)) from error
            flagged = Flagged.of(findings, after=use.after, lapse=lapse, stands=use.stands)
            tallies.append(Tally.of(course, flagged, whose=whose))
        return together(tallies).quality()

    def _load(self, use: PolicyUse) -> Iterator[tuple[Course, NDArray[np.str_]]]:
        """Give the courses slice by slice, because that is how they are asked, and whose each is."""
        gap = self.parts.settings.number("alerts.max_gap_days")
        for part in all_slices(self.c, as_of=self.as_of, max_gap_days=gap):
            loaded = part.load(use.stream, use.view, use.partners)
            place = np.searchsorted(part.members["member_id"], loaded.member)
            yield loaded.course, part.members["client"][place]


def _together(found: list[Quality]) -> Quality:
    """Add up a policy that watches several items; intervals are those of a single one only."""
    if len(found) == 1:
        return found[0]

    def added(name: str) -> Portion:
        each = [getattr(one, name) for one in found]
        return Portion(
            sum(one.count for one in each),
            sum(one.n for one in each),
            max(one.clients for one in each),
            math.nan,
            math.nan,
        )

    return Quality(alerts=added("alerts"), flags=added("flags"), clients_flagged=added("clients_flagged"))


def _parameter(thing: Thing, name: str | None) -> Parameter:
    """Give the parameter that was named, else the first number among them: the threshold comes first by custom."""
    numbers = {each.name: each for each in thing.parameters if not each.role and _is_number(each)}
    if name is None and numbers:
        return next(iter(numbers.values()))
    if name is not None and name in numbers:
        return numbers[name]
    known = ", ".join(numbers) or "none"
    what = f"'{name}' of {thing.kind} is no threshold" if name is not None else f"{thing.kind} has no threshold"
    raise UsageError(f"{what} that can be tuned", hint=f"its thresholds: {known}")


def _is_number(parameter: Parameter) -> bool:
    return "number" in parameter.type.replace("whole number", "")


def _grid(thing: Thing, parameter: Parameter, view: ScaleView) -> list[float]:
    """Give the values to try, from low to high: within what the policy allows and the scale has, in round steps."""
    schema = _schema(thing, parameter.name)
    low, high = (_bound(schema, *names) for names in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")))
    width = view.high - view.low
    start = view.low if low is None else low
    end = (view.high if low is None else start + width) if high is None else high
    step = 10.0 ** (math.floor(math.log10(end - start)) - 2)
    digits = max(0, -round(math.log10(step)))
    values = [round(start + place * step, digits) for place in range(round((end - start) / step) + 1)]
    lowest, highest = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    return [value for value in values if lowest < value < highest and start <= value <= end]


def _bound(schema: Mapping[str, Any], *names: str) -> float | None:
    return next((float(schema[name]) for name in names if name in schema), None)


def _schema(thing: Thing, name: str) -> Mapping[str, Any]:
    """Give what the policy's own schema says about a parameter; of several types, about the number."""
    found: Any = thing.schema
    properties: Any = found.get("properties") or next(
        (each["properties"] for each in found.get("$defs", {}).values() if name in each.get("properties", {})), {}
    )
    own: Mapping[str, Any] = properties.get(name, {})
    return next((each for each in own.get("anyOf", ()) if each.get("type") == "number"), own)
