"""The second section: what became of the clients' outcome ratings from the first to the last available one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fit_toolkit.language import decimals, say
from fit_toolkit.report.cells import hidden, is_few
from fit_toolkit.report.change import ENOUGH, GroupChange, Interval, group_change, judge
from fit_toolkit.report.figure import Figure, Unit
from fit_toolkit.report.gathered import Ends, Gathered, few, kept_back, share, silent
from fit_toolkit.report.judging import NO_LINE, NONE, judge_of, line_of
from fit_toolkit.report.words import defined

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

SECTION = "outcomes"
CONSTRUCTS = ("outcome", "symptoms", "functioning")
JUDGED = ("improved", "unchanged", "deteriorated")


def outcomes(found: Gathered) -> list[Figure]:
    """Describe each outcome form; the one with the most courses measured first."""
    measured = [(form, rater, found.ends(found.values(form.id, rater))) for form, rater in found.streams(*CONSTRUCTS)]
    measured.sort(key=lambda each: (-int(each[2].measured.sum()), each[0].id, each[1]))
    return [figure for form, rater, ends in measured for figure in _of_form(found, form, rater, ends)]


def _of_form(found: Gathered, form: Instrument, rater: str, ends: Ends) -> list[Figure]:
    group, n = f"{form.id}/{rater}", int(ends.measured.sum())
    if n == 0:
        return [share(SECTION, "measured", 0, found.n, of=found.all_of, group=group)]
    if found.people(ends.measured) < found.smallest:
        return [few(SECTION, "measured", found.smallest, group=group)]
    better = 1 if form.scale_direction(form.main_scale) == "higher_is_better" else -1
    figures = [share(SECTION, "measured", n, found.n, of=found.all_of, group=group)]
    figures += of_change(SECTION, group, group_change(ends.first, ends.last, better))
    figures += _judged(found, form, rater, ends, better)
    return figures + _last(found, ends, group)


def of_change(section: str, group: str, change: GroupChange, *, effect: bool = True) -> list[Figure]:
    """Give means, gain and effect size, or why the last two are not there."""
    means = [
        Figure(section=section, figure=name, group=group, n=change.n, of="courses with two ratings", value=value,
               unit="points", definition=defined(name))
        for name, value in (("mean_first", change.mean_first), ("mean_last", change.mean_last))
    ]  # fmt: skip
    rest = [_interval(section, "gain", group, change.gain, "points", under=change.n < ENOUGH)]
    if effect:
        rest.append(
            _interval(
                section,
                "effect_size",
                group,
                change.effect,
                "SD",
                under=change.n < ENOUGH,
                note=decimals(say("SD of the first ratings: %(sd)s", sd=f"{change.sd_first:.2f}")),
            )
        )
    return means + rest


def _interval(
    section: str, name: str, group: str, found: Interval | None, unit: Unit, note: str = "", *, under: bool
) -> Figure:
    if found is None:
        return silent(
            section,
            name,
            group=group,
            note=say("not given under %(n)s courses with two ratings", n=ENOUGH)
            if under
            else say("not given: all first ratings are the same"),
        )
    note = note if found.low is not None else say("every change is the same: no interval")
    return Figure(section=section, figure=name, group=group, n=found.n, of="courses with two ratings", value=found.value,
                  low=found.low, high=found.high, unit=unit, note=note, definition=defined(name))  # fmt: skip


def _judged(found: Gathered, form: Instrument, rater: str, ends: Ends, better: int) -> list[Figure]:
    group, by = f"{form.id}/{rater}", judge_of(found, form, rater)
    if by is None:
        return [silent(SECTION, name, group=group, note=say(NONE)) for name in ("improved", "recovered")]
    line, beyond, told = line_of(found, form, rater, ends)
    judged = judge(ends.first, ends.last, better, by, line=line, beyond=beyond)
    n = int(ends.measured.sum())
    parts = {name: getattr(judged, name) for name in JUDGED}
    counts = {name: int(part.sum()) for name, part in parts.items()}
    people = found.counted(parts)
    gone = hidden(people, found.smallest, beside=("unchanged",))
    figures = [
        kept_back(SECTION, name, people[name], found.smallest, group=group, source=by.source)
        if name in gone
        else share(SECTION, name, counts[name], n, of="courses with two ratings", group=group, source=by.source)
        for name in JUDGED
    ]
    figures += [
        share(SECTION, f"not_{name}", n - counts[name], n, of="courses with two ratings", group=group, source=by.source)
        for name in ("improved", "deteriorated")
        if gone and name not in gone
    ]
    figures += [
        _bounds(found, f"{name}_of_all", counts[name], found.n - n, group, by.source)
        for name in ("improved", "deteriorated")
        if name not in gone
    ]
    if not told:
        return [*figures, silent(SECTION, "recovered", group=group, note=say(NO_LINE))]
    source = f"{told}; {by.source}"
    nested = (
        (judged.clinical, ends.measured),
        (judged.recovered, judged.clinical),
        (judged.recovered, judged.improved),
    )
    if "improved" in gone or any(
        is_few(found.people(each), found.smallest)
        for part, whole in nested
        for each in (part, whole & ~part)  # what is left of the whole could be had by subtraction
    ):
        return [*figures, silent(SECTION, "recovered", group=group, source=source)]
    recovered, clinical = int(judged.recovered.sum()), int(judged.clinical.sum())
    of = say("courses past the line at the first rating")
    return [*figures, share(SECTION, "recovered", recovered, clinical, of=of, group=group, source=source)]


def _bounds(found: Gathered, name: str, count: int, unknown: int, group: str, source: str) -> Figure:
    return Figure(section=SECTION, figure=name, group=group, n=found.n, of=found.all_of, low=count / found.n,
                  high=(count + unknown) / found.n, unit="share", note=say("%(n)s not measured", n=unknown),
                  definition=defined(name), source=source)  # fmt: skip


def _last(found: Gathered, ends: Ends, group: str) -> list[Figure]:
    """Say how long before the end of the course the last rating was."""
    at = np.flatnonzero(ends.measured)
    place = found.grid.number_of(at, ends.last_day[at])
    after = found.grid.per_course[at] - place - 1
    n, at_end = len(at), int((after == 0).sum())
    people = found.counted({"at": at[after == 0], "not": at[after > 0]})
    figures = [
        Figure(section=SECTION, figure="sessions_after_last", group=group, n=n, of="courses with two ratings",
               value=float(np.median(after)), unit="sessions", definition=defined("sessions_after_last"))
    ]  # fmt: skip
    if hidden(people, found.smallest):
        return [*figures, silent(SECTION, "rated_at_end", group=group)]
    return [*figures, share(SECTION, "rated_at_end", at_end, n, of="courses with two ratings", group=group)]
