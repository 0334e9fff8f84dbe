"""Variation between therapists on the report's page, where a clinic has agreed to it."""

from __future__ import annotations

from fit_toolkit.language import say
from fit_toolkit.report.build import Report
from fit_toolkit.report.labels import upper
from fit_toolkit.report.marks import round_axis, shares
from fit_toolkit.report.rows import (
    Block,
    Section,
    row_of,
)
from fit_toolkit.report.variation import CLIENTS
from fit_toolkit.report.words import NOT_DISCIPLINE


def therapists(report: Report) -> Section:
    """Lay out how much therapists differ, or why that is not said."""
    lead = " ".join((say(NOT_DISCIPLINE), say("In the order of the codes: no ranking.")))
    found = report.of("therapists")
    share = found[0]
    if share.value is None:
        return Section(
            title=say("Therapists"),
            lead=lead,
            blocks=(Block(title=say("No figures by therapist"), notes=(f"{upper(share.note)}.",)),),
        )
    axis = shares()
    variance = Block(title=say("How much therapists differ: %(form)s", form=report.names.get(share.group, share.group)), about=share.note, axis=axis,
                     rows=tuple(row_of(each, axis) for each in found[:2]), heads=(say("share"), "", say("courses")))  # fmt: skip
    each_one = [each for each in found if each.figure == "therapist"]
    around = round_axis(value for each in each_one for value in (each.low, each.high) if value is not None)
    rows = tuple(row_of(each, around, each.group) for each in each_one if each.shown)
    notes = [f"{upper(each.note)}." for each in each_one if not each.shown]
    if all(
        each.low is not None and each.high is not None and each.low <= 0 <= each.high for each in each_one if each.shown
    ):
        notes.insert(0, say("Every interval holds 0: too few to say anything about any one of them."))
    notes.append(say(NOT_DISCIPLINE))  # on the page with the names, wherever that begins
    estimates = Block(title=say("Each one's clients, drawn towards the mean of all"), about=say("in points, above 0 better; with %(n)s courses or more", n=CLIENTS), axis=around, rows=rows,
                      heads=(say("points"), say("95 % interval"), say("courses")), notes=tuple(notes))  # fmt: skip
    return Section(
        title=say("Therapists"),
        lead=lead,
        blocks=(variance, estimates),
        caution=say("Figures by therapist: %(agreed)s.", agreed=report.agreed),
    )
