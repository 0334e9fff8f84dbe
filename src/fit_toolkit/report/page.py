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
        return say("nothing is shown of these courses")
    if report.open_too:
        return say("%(n)s courses of treatment ended or are open", n=grouped(found.count))
    return say("%(n)s courses of treatment ended", n=grouped(found.count))


def _headline(report: Report) -> tuple[str, ...]:
    if report.problem:
        return (report.problem,)
    said = [*_came_in(report), *_moved(report)]
    return tuple(said) or (say("Nothing was rated in the courses that ended."),)


def _came_in(report: Report) -> list[str]:
    """Say how many ratings came in; with and without a diary are not added up, since without one what is missing is not seen."""
    kept = [each for each in report.of("completion", "received") if each.shown]
    not_kept = [each for each in report.of("completion", "received_no_diary") if each.shown]
    came = kept or not_kept
    if not came:
        return []
    words = mark("Of %(n)s ratings expected %(count)s came in (%(share)s).")
    if not kept:
        words = mark(
            "Of %(n)s ratings expected %(count)s came in (%(share)s); without a diary what is missing is not all seen."
        )
    elif not_kept:
        words = mark("Where a diary is kept, %(count)s of %(n)s ratings expected came in (%(share)s).")
    count, n = sum(each.count or 0 for each in came), sum(each.n or 0 for each in came)
    return [say(words, n=grouped(n), count=grouped(count), share=percent(count / n))]


def _moved(report: Report) -> list[str]:
    """Say of the outcome measured most often how many have two ratings, and how far these are apart."""
    measured = next((each for each in report.of("outcomes", "measured") if each.shown), None)
    if measured is None:
        return []
    count, n = grouped(measured.count or 0), grouped(measured.n or 0)
    said = [say("%(count)s of %(n)s courses have a first and a last rating of the outcome.", count=count, n=n)]
    for effect in report.of("outcomes", "effect_size", measured.group):
        if effect.value is not None and effect.low is not None and effect.high is not None:
            way = (
                mark("These moved by %(n)s SD for the better.")
                if effect.value > 0
                else mark("These moved by %(n)s SD for the worse.")
            )
            if effect.low <= 0 <= effect.high:
                way = mark("These moved by %(n)s SD, which may be chance.")
            said.append(say(way, n=points(abs(effect.value))))
    return said
