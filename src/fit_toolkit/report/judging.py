"""Which published or local figure says what change is more than error, and where the line of a form lies; or why none does."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Members
from fit_toolkit.course.scale import ScaleView
from fit_toolkit.courses.stream import scale_view
from fit_toolkit.errors import FitError
from fit_toolkit.language import decimals, mark, say
from fit_toolkit.report.change import Judge, Z
from fit_toolkit.report.gathered import Ends, Floats, Gathered, Ints
from fit_toolkit.store.frames import UNKNOWN

if TYPE_CHECKING:
    from fit_toolkit.model.instrument import Instrument

NONE = mark(
    "not given: this form has no verified figure for a change beyond error, and no norm set that a policy of this practice "
    "names says how much its ratings vary"
)
NO_LINE = mark("not given: this form has no verified line between the ranges")
OPERATORS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def judge_of(found: Gathered, form: Instrument, rater: str) -> Judge | None:
    """Choose the points: a verified reliable change, else verified retest reliability and SD, else a norm set of the practice."""
    scale = next(each for each in form.scales if each.id == form.main_scale)
    for published in scale.reliable_change:
        if published.verified:
            least = mark("%(n)s points or more") if published.inclusive else mark("%(n)s points exceeded")
            method = f" ({published.method})" if published.method else ""
            said = f"{decimals(say(least, n=f'{published.points:g}'))}{method}: {form.cite(published.source)}"
            return Judge(published.points, published.inclusive, said)
    reliability = next((each for each in scale.reliability if each.verified and each.kind != "alpha"), None)
    sd = next((each for each in scale.sds if each.verified and each.kind == "between"), None)
    if reliability is not None and sd is not None:
        points = Z * math.sqrt(2) * sd.value * math.sqrt(1 - reliability.value)
        said = say(
            "%(n)s points exceeded, from %(kind)s reliability %(r)s (%(source)s) and SD %(sd)s (%(other)s)", n=decimals(f"{points:.2f}"),
            kind=reliability.kind, r=decimals(f"{reliability.value:g}"), source=form.cite(reliability.source), sd=decimals(f"{sd.value:g}"),
            other=form.cite(sd.source),
        )  # fmt: skip
        return Judge(points, inclusive=False, source=said)
    return _local(found, form, rater)


def _local(found: Gathered, form: Instrument, rater: str) -> Judge | None:
    for name in dict.fromkeys(
        str(table.values["norms"]) for table in found.settings.policies if table.values.get("norms")
    ):
        try:
            norms = found.catalog.norms(name)
        except FitError:  # fit policies check says what is wrong with it
            continue
        norm = norms.find(form.id, form.main_scale, rater, form.usual_occasion)
        if norm is not None:
            points = Z * math.sqrt(2) * norm.sd_within
            checked = "" if norms.reviewed else say(", which nobody has reviewed")
            said = say(
                "%(n)s points exceeded, by the %(kind)s norm set %(name)s%(checked)s: 1.96 sqrt(2) times the SD within clients, %(sd)s",
                n=decimals(f"{points:.2f}"), kind=norms.kind, name=f"{norms.id} {norms.version}", checked=checked, sd=decimals(f"{norm.sd_within:g}"),
            )  # fmt: skip
            return Judge(points, inclusive=False, source=said)
    return None


def line_of(found: Gathered, form: Instrument, rater: str, ends: Ends) -> tuple[Floats, str, str]:
    """Give each course's line at its first rating (NaN: none applies), the operator of being past it, and what it is.

    Of several lines it is the first verified one, with those of the same name for other people.
    """
    view = scale_view(form, form.main_scale, rater)
    if not view.limits:
        return np.full(found.n, np.nan), "<", ""
    first = view.limits[0]
    at = np.flatnonzero(ends.measured)
    course = as_course(found, at, ends.first_day[at], np.zeros(len(at), np.int64), view)
    line = np.full(found.n, np.nan)
    line[at] = course.limit(first.name)
    values = sorted({limit.value for limit in view.limits if limit.name == first.name})
    several = say(" or ").join(decimals(f"{value:g}") for value in values)
    told = f"{first.name}: {OPERATORS[first.operator]} {several}, {form.cite(first.source)}"
    return line, first.operator, told


def as_course(
    found: Gathered, course: Ints, day: Ints, tick: Ints, view: ScaleView, sessions: Ints | None = None
) -> Course:
    """Put ratings, by course and day, into what the analysis layer works on."""
    courses = found.courses
    born = np.where(courses["born_year"] == UNKNOWN, np.nan, courses["born_year"].astype(float))
    today = int(courses["ended"].max(initial=0))
    members = Members.plain(
        found.n, today=today, id=courses["member_id"], started=courses["started"].astype(float), age=_year(today) - born, sex=courses["sex"],
    )  # fmt: skip
    n = len(course)
    none: NDArray[np.bool_] = np.zeros(n, bool)
    return Course(
        tick=tick, day=day, session=np.zeros(n, np.int64) if sessions is None else sessions, root=np.arange(n, dtype=np.int64),
        prorated=none, mark=none, offsets=np.concatenate(([0], np.cumsum(np.bincount(course, minlength=found.n)))),
        member=np.arange(found.n, dtype=np.int64), members=members, scale=view,
        max_gap_days=found.settings.number("alerts.max_gap_days"),
    )  # fmt: skip


def _year(day: int) -> int:
    return int(np.datetime64(day, "D").astype("datetime64[Y]").astype(int)) + 1970


def said_of(figures: Iterable[str]) -> str:
    """Join sources, each once."""
    return "; ".join(dict.fromkeys(figure for figure in figures if figure))
