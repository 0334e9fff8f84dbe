"""How the measuring itself went: what came in of what was expected, and what became of alerts."""

from __future__ import annotations

from collections.abc import Sequence

from fit_toolkit.language import decimals, say
from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.labels import OCCASIONS, SEVERITIES, upper
from fit_toolkit.report.marks import shares
from fit_toolkit.report.rows import (
    Block,
    Row,
    Section,
    row_of,
)
from fit_toolkit.report.words import RATERS


def completion(report: Report) -> Section:
    """Lay out which of the expected ratings came in, apart for courses with and without a diary."""
    title = say("Came in, of the forms expected")
    without = say("Came in, where no appointments are kept")
    blocks = [_came_in(report, report.of("completion", "received"), title),
              _came_in(report, report.of("completion", "received_no_diary"), without)]  # fmt: skip
    blocks = [each for each in blocks if each.rows] or [
        Block(title=say("Nothing was expected"), notes=(say("There is neither a plan nor a rating of these courses."),))
    ]
    return Section(
        title=say("Ratings that came in"),
        lead=say("Everything after this rests on the ratings that are there."),
        blocks=tuple(blocks),
    )


def _came_in(report: Report, found: Sequence[Figure], title: str) -> Block:
    axis = shares()
    notes = tuple(f"{upper(each)}." for each in dict.fromkeys(each.note for each in found if each.shown))
    return Block(
        title=title,
        axis=axis,
        rows=tuple(row_of(each, axis, _form_and_rater(report, each.group)) for each in found),
        heads=(say("share"), say("95 % interval"), say("forms")),
        notes=notes,
    )


def _form_and_rater(report: Report, group: str) -> str:
    id, rater, *occasion = group.split("/")
    name = report.forms.get(id, id)
    by = say("%(form)s, by the %(rater)s", form=name, rater=say(RATERS[rater]))
    return ", ".join([by, *(say(OCCASIONS[each]) for each in occasion)])


def alerts(report: Report) -> Section:
    """Lay out how many alerts there were and what became of them."""
    axis, rows, notes = shares(), [], []
    for group in dict.fromkeys(each.group for each in report.of("alerts")):
        found = {each.figure: each for each in report.of("alerts", group=group)}
        raised, acted, median = found["alerts_raised"], found.get("alerts_acted"), found.get("alerts_median")
        label = say(SEVERITIES[group])
        if raised.value is None:
            rows.append(Row(label=label, note=raised.note))
            continue
        told = say("%(what)s: %(rate)s for 100 sessions", what=label, rate=decimals(f"{raised.value:.1f}"))
        rows.append(row_of(acted, axis, told) if acted is not None else Row(label=told, note=say("none was raised")))
        if group == "all":
            half = (
                say("Half of them were acted on within %(n)s days.", n=decimals(f"{median.value:.1f}"))
                if median is not None and median.value is not None
                else ""
            )
            waiting = f"{upper(median.note)}." if median is not None and median.note else ""
            total = say("%(count)s alerts in %(n)s sessions with a rating.", count=raised.count, n=raised.n)
            notes = [" ".join(part for part in (total, half, waiting) if part)]
    if report.labels:
        notes = [say("Alerts are counted for the whole practice only, so they are left out of a narrowed report.")]
    elif not rows:
        notes = [say("No session was rated in this period.")]
    block = Block(title=say("Acted on, of the alerts raised"), axis=axis if any(row.mark for row in rows) else None, rows=tuple(rows), heads=(say("share"), say("95 % interval"), say("alerts")), notes=tuple(notes))  # fmt: skip
    lead = say(
        "Of the whole practice in this period, open courses included. An alert asks somebody to look; acted on means that a person noted what they did."
    )
    return Section(title=say("Alerts and what became of them"), lead=lead, blocks=(block,))
