"""The third section: how the working relationship was rated at the start and at the end, and what went before what."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fit_toolkit.analysis.change.pairs import difference
from fit_toolkit.analysis.lead_lag import CLIENTS, lead_lag_effect
from fit_toolkit.course import Rating
from fit_toolkit.courses.stream import scale_view
from fit_toolkit.language import say
from fit_toolkit.report.cells import hidden
from fit_toolkit.report.change import group_change
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Ends, Gathered, Mask, few, kept_back, share, silent
from fit_toolkit.report.judging import as_course
from fit_toolkit.report.outcomes import CONSTRUCTS, of_change
from fit_toolkit.report.words import defined
from fit_toolkit.store.frames import Columns

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

SECTION = "alliance"


def alliance(found: Gathered) -> list[Figure]:
    """Describe each form about the relationship that clients rated, then how it goes with the outcome over time."""
    measured = []
    for form, rater in found.streams("alliance"):
        rows = _with_last_therapist(found.values(form.id, rater))
        measured.append((form, rater, rows, found.ends(rows)))
    measured.sort(key=lambda each: (-int(each[3].measured.sum()), each[0].id, each[1]))
    figures = [figure for each in measured for figure in _of_form(found, *each)]
    return figures + (_lead_lag(found, measured[0][0], measured[0][1]) if measured else [])


def _with_last_therapist(rows: Columns) -> Columns:
    """Keep of each course the ratings about the therapist of its last one: with another the relationship starts anew."""
    last = np.searchsorted(rows["course"], rows["course"], side="right") - 1
    mine = rows["staff_id"] == rows["staff_id"][last]
    return {name: column[mine] for name, column in rows.items()}


def _of_form(found: Gathered, form: Instrument, rater: str, rows: Columns, ends: Ends) -> list[Figure]:
    group, n = f"{form.id}/{rater}", int(ends.measured.sum())
    if n == 0:
        return [share(SECTION, "measured", 0, found.n, of=found.all_of, group=group)]
    if found.people(ends.measured) < found.smallest:
        return [few(SECTION, "measured", found.smallest, group=group)]
    scale = next(each for each in form.scales if each.id == form.main_scale)
    better = 1 if form.scale_direction(scale.id) == "higher_is_better" else -1
    figures = [share(SECTION, "measured", n, found.n, of=found.all_of, group=group)]
    figures += of_change(SECTION, group, group_change(ends.first, ends.last, better), effect=False)
    gain = better * difference(ends.last, ends.first)  # NaN is none of the three
    figures += _parts(found, group, n, {"rated_higher": gain > 0, "rated_same": gain == 0, "rated_lower": gain < 0})
    top = scale.maximum if better > 0 else scale.minimum
    for name, values in (("ceiling_first", ends.first), ("ceiling_last", ends.last)):
        figures += _parts(found, group, n, {name: values == top, "": ends.measured & (values != top)})
    return figures + _facets(found, form, rater, rows)


def _parts(found: Gathered, group: str, n: int, parts: dict[str, Mask]) -> list[Figure]:
    counts, people = {name: int(mask.sum()) for name, mask in parts.items()}, found.counted(parts)
    gone = hidden(people, found.smallest, beside=("rated_same",))
    return [
        kept_back(SECTION, name, people[name], found.smallest, group=group) if name in gone else share(SECTION, name, counts[name], n, of="courses with two ratings", group=group)
        for name in counts
        if name
    ]  # fmt: skip


def _facets(found: Gathered, form: Instrument, rater: str, main: Columns) -> list[Figure]:
    """Means of each facet's first and last known value with the same therapist; a facet is asked at some sessions only."""
    facets = [scale for scale in form.scales if scale.id != form.main_scale]
    if not facets:
        return []
    staff = np.full(found.n, -1, np.int64)
    staff[main["course"]] = main["staff_id"]
    figures: list[Figure] = []
    for scale, rows in zip(facets, found.facets(form.id, rater, [each.id for each in facets]), strict=True):
        mine = rows["staff_id"] == staff[rows["course"]]
        ends = found.ends({name: column[mine] for name, column in rows.items()})
        better = 1 if form.scale_direction(scale.id) == "higher_is_better" else -1
        group = f"{form.id}/{rater}/{scale.id}"
        if not ends.measured.any():
            continue
        if found.people(ends.measured) < found.smallest:
            figures.append(few(SECTION, "mean_first", found.smallest, group=group))
        else:
            figures += of_change(SECTION, group, group_change(ends.first, ends.last, better), effect=False)
    return figures


def _lead_lag(found: Gathered, form: Instrument, rater: str) -> list[Figure]:
    """Relate the outcome rated most often with the relationship rated most often, session by session."""
    outcomes = found.streams(*CONSTRUCTS)
    if not outcomes:
        return [silent(SECTION, "lead_lag", note=say("not given: no outcome was rated"))]
    other, its_rater = max(outcomes, key=lambda each: (len(found.values(each[0].id, each[1])["course"]), each[0].id))
    about = _with_last_therapist(found.values(form.id, rater))  # what is usual with one is not with another
    outcome = found.values(other.id, its_rater)
    key = Rating(instrument=form.id)
    courses = [
        as_course(found, rows["course"], rows["day"], rows["tick"], scale_view(each, each.main_scale, who),
                  found.grid.number_of(rows["course"], rows["day"]) + 1)
        for each, who, rows in ((form, rater, about), (other, its_rater, outcome))
    ]  # fmt: skip
    effect = lead_lag_effect(replace(courses[1], partners={key: courses[0]}), key)
    group = f"{form.id}/{rater} then {other.id}/{its_rater}"
    if math.isnan(effect.lead) or effect.clients < found.smallest:
        note = say(
            "not given: fewer than %(n)s clients have steps from one session to the next in which anything varies",
            n=CLIENTS,
        )
        return [silent(SECTION, "lead_lag", group=group, note=note)]
    return [Figure(section=SECTION, figure="lead_lag", group=group, n=effect.clients, of=say("clients with %(n)s steps", n=effect.steps),
                   value=effect.lead, low=effect.lead_interval[0], high=effect.lead_interval[1], unit="points per point",
                   note=say("retrospective"), definition=defined("lead_lag"))]  # fmt: skip
