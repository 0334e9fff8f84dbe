"""From the store to all figures of the report, in the order in which they are to be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

import fit_toolkit
from fit_toolkit.catalog import Catalog
from fit_toolkit.language import say
from fit_toolkit.report.alerts_in import AlertCount, alerts_in
from fit_toolkit.report.alliance import alliance
from fit_toolkit.report.beside import Beside, kept_beside
from fit_toolkit.report.came_in import came_in
from fit_toolkit.report.endings import endings
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, silent
from fit_toolkit.report.outcomes import outcomes
from fit_toolkit.report.refused import problem_of
from fit_toolkit.report.therapists import SETTING, therapists
from fit_toolkit.report.words import RATERS, defined
from fit_toolkit.settings import Settings
from fit_toolkit.store import service

if TYPE_CHECKING:
    import sqlalchemy as sa


class Report(Struct, frozen=True, kw_only=True):
    """A report: what it is of, and its figures. It holds no code of a client, and of therapists only what was agreed on."""

    practice: str
    since: date
    until: date
    labels: tuple[str, ...]
    open_too: bool
    made_on: date
    smallest: int
    agreed: str
    problem: str  # why there are no figures of clients at all
    forms: dict[str, str]  # short names of instruments, by id
    names: dict[str, str]  # of forms and facets, by group
    tops: dict[str, tuple[float, float, str]]  # range and direction of each form, by group
    figures: tuple[Figure, ...]
    version: str

    def of(self, section: str, figure: str = "", group: str | None = None) -> list[Figure]:
        """Give the figures of a section, or of one kind and group in it."""
        return [
            each
            for each in self.figures
            if each.section == section and (not figure or each.figure == figure) and group in {None, each.group}
        ]


def build_report(
    c: sa.Connection,
    catalog: Catalog,
    settings: Settings,
    scope: service.Scope,
    *,
    today: date,
    alerts: Sequence[AlertCount] = (),
) -> Report:
    """Make every figure about the courses that ended in the period, and about its alerts.

    There are no figures where a few clients, or one therapist's results, could be had from it and another report.
    `alerts` are those of the whole practice, and left out with labels.
    """
    smallest = settings.number("report.smallest_cell")
    found = Gathered(c, scope, catalog, settings, smallest, service.courses(c, scope))
    beside = Beside.of(found)
    problem = problem_of(found, beside)
    if problem:
        figures = [silent("courses", "courses", note=problem) if found.n else _ended(found)]
    else:
        sections = (came_in, outcomes, endings, alliance)
        figures = [_ended(found), *(figure for make in sections for figure in kept_beside(found, make, beside))]
    figures += [] if scope.labels else alerts_in(alerts, smallest)
    figures += [] if problem else therapists(found, beside.rests)
    names, tops = _names(found, figures)
    return Report(
        practice=settings.text("practice.name"), since=scope.since, until=scope.until, labels=scope.labels, open_too=scope.open_too, made_on=today,
        smallest=smallest, agreed=settings.text(SETTING), problem=problem, forms=_forms(found, figures), names=names, tops=tops, figures=tuple(figures),
        version=fit_toolkit.__version__,
    )  # fmt: skip


def _ended(found: Gathered) -> Figure:
    return Figure(section="courses", figure="courses", count=found.n, unit="count", definition=defined("courses"))


def _forms(found: Gathered, figures: Sequence[Figure]) -> dict[str, str]:
    ids = {part.partition("/")[0] for each in figures if "/" in each.group for part in each.group.split(" then ")}
    return {id: found.catalog.get(id).short for id in sorted(ids) if id in found.catalog.readable([id])}


def _names(found: Gathered, figures: Sequence[Figure]) -> tuple[dict[str, str], dict[str, tuple[float, float, str]]]:
    """Name the forms and facets that figures are about, and give their ranges and which way is better."""
    names: dict[str, str] = {}
    tops: dict[str, tuple[float, float, str]] = {}
    for group in dict.fromkeys(part for each in figures if "/" in each.group for part in each.group.split(" then ")):
        id, rater, *rest = group.split("/")
        if id not in found.catalog.readable([id]):
            continue
        form = found.catalog.get(id)
        scale = next((each for each in form.scales if rest and each.id == rest[0]), None)
        about = scale if scale is not None else next(each for each in form.scales if each.id == form.main_scale)
        names[group] = (
            say(scale.title or scale.id)
            if scale is not None
            else (
                form.short
                if rater == "client"
                else say("%(form)s, by the %(rater)s", form=form.short, rater=say(RATERS[rater]))
            )
        )
        better = "higher" if form.scale_direction(about.id) == "higher_is_better" else "lower"
        tops[group] = (about.minimum, about.maximum, better)
    return names, tops
