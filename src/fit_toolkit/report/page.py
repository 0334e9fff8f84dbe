"""The report as a page: its figures in words and marks, row by row; nothing is on it that is not among the figures."""

from __future__ import annotations

from msgspec import Struct

from fit_toolkit.language import mark, say, spoken
from fit_toolkit.report.build import Report
from fit_toolkit.report.labels import grouped, name_of, percent, points
from fit_toolkit.report.page_alliance import alliance
from fit_toolkit.report.page_outcomes import outcomes
from fit_toolkit.report.page_process import alerts, completion
from fit_toolkit.report.page_therapists import therapists
from fit_toolkit.report.rows import Section


class Page(Struct, frozen=True, kw_only=True):
    """Everything the template prints."""

    report: Report
    language: str
    courses: str
    headline: tuple[str, ...]
    sections: tuple[Section, ...]
    definitions: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]


def page_of(report: Report) -> Page:
    """Lay the report out."""
    parts = [] if report.problem else [completion(report), outcomes(report), alliance(report)]
    parts.append(alerts(report))
    if not report.problem:
        parts.append(therapists(report))
    kinds = dict.fromkeys((name_of(each.figure), each.definition) for each in report.figures if each.definition)
    sources = dict.fromkeys(
        f"{report.names[each.group]}: {each.source}"
        for each in report.figures
        if each.source and each.group in report.names and each.section == "outcomes"
    )
    return Page(
        report=report,
        language=spoken().code,
        courses=_courses(report),
        headline=_headline(report),
        sections=tuple(parts),
        definitions=tuple(kinds),
        sources=tuple(sources),
    )


def _courses(report: Report) -> str:
    found = report.of("courses", "courses")[0]
    if found.count is None:
        return found.note
    if report.open_too:
        return say("%(n)s courses of treatment ended or are open", n=grouped(found.count))
    return say("%(n)s courses of treatment ended", n=grouped(found.count))


def _headline(report: Report) -> tuple[str, ...]:
    if report.problem:
        return (report.problem,)
    said = []
    came = [each for each in report.of("completion") if each.shown]
    if came:
        count, n = sum(each.count or 0 for each in came), sum(each.n or 0 for each in came)
        said.append(
            say(
                "Of %(n)s ratings expected %(count)s came in (%(share)s).",
                n=grouped(n),
                count=grouped(count),
                share=percent(count / n),
            )
        )
    effect = next((each for each in report.of("outcomes", "effect_size") if each.value is not None), None)
    measured = next((each for each in report.of("outcomes", "measured") if each.shown), None)
    if measured is not None:
        said.append(
            say(
                "%(count)s of %(n)s courses have a first and a last rating of the outcome.",
                count=grouped(measured.count or 0),
                n=grouped(measured.n or 0),
            )
        )
    if effect is not None and effect.value is not None and effect.low is not None and effect.high is not None:
        way = (
            mark("These moved by %(n)s SD for the better.")
            if effect.value > 0
            else mark("These moved by %(n)s SD for the worse.")
        )
        if effect.low <= 0 <= effect.high:
            way = mark("These moved by %(n)s SD, which may be chance.")
        said.append(say(way, n=points(abs(effect.value))))
    return tuple(said) or (say("Nothing was rated in the courses that ended."),)
