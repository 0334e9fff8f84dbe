"""Who has rated often with little change of late, and by what that is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fit_toolkit.caseload.needs import STUCK_RATINGS, STUCK_SHARE
from fit_toolkit.caseload.table import Floats, Ints, Mask, Table
from fit_toolkit.course import TICK, Course, Members
from fit_toolkit.course.scale import ScaleView
from fit_toolkit.courses.stream import scale_view
from fit_toolkit.store import caseload as read
from fit_toolkit.store.frames import UNKNOWN

if TYPE_CHECKING:
    from fit_toolkit.catalog import Catalog
    from fit_toolkit.model.instrument import Instrument

LOOKED_AT: Final = ("outcome", "symptoms", "functioning")  # a steady relationship is nothing to mend
K: Final = STUCK_RATINGS


@dataclass(frozen=True)
class Stuck:
    """The last ratings of one member: within what they lie, and the verified figure they were held against (None: none is)."""

    form: str
    low: float
    high: float
    points: float | None = None
    inclusive: bool = True


def stuck(table: Table, catalog: Catalog) -> dict[int, Stuck]:
    """Give, by row, those whose last eight ratings of how they are hold little change; the first form that says so.

    Where the form has a verified figure for reliable change, none of the eight is so far from the first of them. Else they
    lie within a fifth of the scale, which is a convention. Nobody is in it who had no room to get better by as much, or
    whose newest rating is on the good side of every verified line that applies.
    """
    found: dict[int, Stuck] = {}
    forms = table.own_forms
    for instrument, rater in sorted(set(zip(forms["instrument"].tolist(), forms["rater"].tolist(), strict=True))):
        if instrument not in catalog.readable({instrument}):
            continue
        form = catalog.get(instrument)
        enough = (forms["instrument"] == instrument) & (forms["rater"] == rater) & (forms["count"] >= K)
        rows = forms["row"][enough]
        rows = rows[~table.over[rows]]
        if form.construct in LOOKED_AT and len(rows):
            for row, each in _of_one_form(table, form, rater, rows):
                found.setdefault(row, each)
    return found


def _of_one_form(table: Table, form: Instrument, rater: str, rows: Ints) -> list[tuple[int, Stuck]]:
    view = scale_view(form, form.main_scale, rater)
    rows, ticks, day = _last_ratings(table, form, rater, rows)
    if not len(rows):
        return []
    low, high = ticks.min(axis=1), ticks.max(axis=1)
    whole = round((view.high - view.low) * TICK)
    if view.reliable_change is None:
        points, reached = round(whole * STUCK_SHARE), high - low > round(whole * STUCK_SHARE)
    else:
        points = round(view.reliable_change * TICK)
        away = np.abs(ticks - ticks[:, :1])
        reached = (away >= points if view.reliable_inclusive else away > points).any(axis=1)
    best = round((view.high if view.higher_is_better else view.low) * TICK)
    room = np.abs(best - ticks[:, 0]) >= points
    here = np.flatnonzero(~reached & room & ~_beyond_all(table, view, rows, ticks[:, -1], day))
    return [
        (int(rows[at]), Stuck(form.short, low[at] / TICK, high[at] / TICK, view.reliable_change, view.reliable_inclusive))
        for at in here
    ]  # fmt: skip


def _last_ratings(table: Table, form: Instrument, rater: str, rows: Ints) -> tuple[Ints, Ints, Ints]:
    """The last eight values of each member who has as many, one a day: rows, values and the day of the newest."""
    given = read.form_days(table.c, table.members["member_id"][rows].tolist(), form.id, rater, on=table.on)
    newest = np.ones(len(given["id"]), bool)
    newest[:-1] = (np.diff(given["member_id"]) != 0) | (np.diff(given["day"]) != 0)
    given = {name: column[newest] for name, column in given.items()}
    behind = np.searchsorted(given["member_id"], given["member_id"], side="right")
    late = behind - np.arange(len(behind)) <= K + 2  # two that could not be scored may be among them
    given = {name: column[late] for name, column in given.items()}
    tick = read.scores_of(table.c, given["id"].tolist(), form.main_scale)
    known = tick != UNKNOWN
    member, day, tick = given["member_id"][known], given["day"][known], tick[known]
    behind = np.searchsorted(member, member, side="right")
    last = np.flatnonzero(behind - np.arange(len(behind)) == K)
    place = last[:, None] + np.arange(K)
    return (
        np.searchsorted(table.members["member_id"], member[last]),
        tick[place],
        day[last + K - 1] if len(last) else last,
    )


def _beyond_all(table: Table, view: ScaleView, rows: Ints, tick: Ints, day: Ints) -> Mask:
    """Whose newest rating is on the good side of every verified line that applies; false where none does."""
    if not view.limits:
        return np.zeros(len(rows), bool)
    lines = _lines(table, view, rows, tick, day)
    beyond = np.ones(len(rows), bool)
    any_line = np.zeros(len(rows), bool)
    for name, line in lines.items():
        operator = next(limit.operator for limit in view.limits if limit.name == name)
        ticks = np.where(np.isnan(line), 0, np.rint(line * TICK)).astype(np.int64)
        on_that_side = {"<": tick < ticks, "<=": tick <= ticks, ">": tick > ticks, ">=": tick >= ticks}[operator]
        beyond &= np.isnan(line) | ~on_that_side
        any_line |= ~np.isnan(line)
    return beyond & any_line


def _lines(table: Table, view: ScaleView, rows: Ints, tick: Ints, day: Ints) -> dict[str, Floats]:
    """Each line of the scale for each of them, by sex and age where it is keyed so."""
    n = len(rows)
    born = table.members["born_year"][rows]
    age = np.where(born == UNKNOWN, np.nan, table.on.year - born.astype(float))
    course = Course(
        tick=tick, day=day, session=np.zeros(n, np.int64), root=np.arange(n, dtype=np.int64), prorated=np.zeros(n, bool),
        mark=np.zeros(n, bool), offsets=np.arange(n + 1), member=np.arange(n, dtype=np.int64),
        members=Members.plain(n, today=table.today, age=age, sex=table.members["sex"][rows]), scale=view,
    )  # fmt: skip
    return {limit.name: course.limit(limit.name) for limit in view.limits}
