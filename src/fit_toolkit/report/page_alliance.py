"""The working relationship on the report's page: from start to end, near the top, and what went before what."""

from __future__ import annotations

from collections.abc import Sequence

from fit_toolkit.language import say
from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.labels import points, upper
from fit_toolkit.report.marks import Axis, Mark, placed, round_axis, scale_axis
from fit_toolkit.report.rows import (
    Block,
    Row,
    Section,
    better_in_words,
    block_of,
    interval_of,
    not_measured,
    range_in_words,
    row_of,
)


def alliance(report: Report) -> Section:
    """Lay out what clients said of the work together, from start to end."""
    blocks: list[Block] = []
    groups = list(dict.fromkeys(each.group for each in report.of("alliance") if each.figure != "lead_lag"))
    for group in (each for each in groups if each.count("/") == 1):
        blocks += _relationship(report, group, [each for each in groups if each.startswith(f"{group}/")])
    if not blocks:
        blocks.append(
            Block(
                title=say("The relationship was not rated"),
                notes=(say("No course that ended has a rating of it by the client."),),
            )
        )
    blocks += [_lead_lag(report, each) for each in report.of("alliance", "lead_lag")]
    lead = say(
        "With the therapist of the last rating. Clients rate high; a top rating may be kindness, and most of what moves is near the top."
    )
    return Section(title=say("The working relationship"), lead=lead, blocks=tuple(blocks))


def _relationship(report: Report, group: str, facets: Sequence[str]) -> list[Block]:
    title = report.names.get(group, group)
    found = {each.figure: each for each in report.of("alliance", group=group)}
    if "mean_first" not in found:
        return [not_measured(title, found["measured"])]
    low, high, better = report.tops[group]
    axis = scale_axis(low, high)
    rows = [_from_to(report, each, axis, strong=each == group) for each in (group, *facets)]
    gain = found["gain"]
    change = Block(title=title, about=" · ".join((range_in_words(low, high, better), say("○ start, ● end"), _in_words(gain))), axis=axis,
                   rows=tuple(rows), heads=(say("change"), say("95 % interval"), say("courses")))  # fmt: skip
    names = ("measured", "rated_higher", "rated_same", "rated_lower", "ceiling_first", "ceiling_last")
    counted = (found[name] for name in names if name in found)
    return [change, block_of(counted, say("%(form)s, course by course", form=title), n=say("courses"))]


def _in_words(gain: Figure) -> str:
    if gain.low is None or gain.high is None:
        return (
            say("too few to say whether it changed") if gain.value is None else say("the same change in every course")
        )
    if gain.low > 0:
        return say("rated better at the end than at the start")
    return (
        say("rated worse at the end than at the start") if gain.high < 0 else say("no clear change from start to end")
    )


def _from_to(report: Report, group: str, axis: Axis, *, strong: bool) -> Row:
    found = {each.figure: each for each in report.of("alliance", group=group)}
    name = say("all together") if strong else report.names.get(group, group)
    first, last, gain = found["mean_first"], found.get("mean_last"), found.get("gain")
    if first.value is None or last is None or last.value is None:
        return Row(label=name, note=first.note)
    known = gain is not None and gain.value is not None
    value = points(gain.value, signed=True) if gain is not None and gain.value is not None else ""
    mark = placed(axis, Mark(last.value, None, None, first.value))
    one, two = points(first.value), points(last.value)
    spoken = say("%(what)s: %(first)s at the start, %(last)s at the end", what=name, first=one, last=two)
    return Row(label=say("%(what)s, %(low)s to %(high)s", what=name, low=one, high=two), mark=mark, value=value, strong=strong, spoken=spoken,
               interval=interval_of(gain) if gain is not None and known else "", of=f"{first.n}")  # fmt: skip


def _lead_lag(report: Report, each: Figure) -> Block:
    title = say("What went before what, within clients")
    if each.value is None:
        return Block(title=title, notes=(f"{upper(each.note)}.",))
    axis = round_axis(value for value in (each.low, each.high) if value is not None)
    outcome = each.group.partition(" then ")[2]
    better = report.tops[outcome][2]
    row = row_of(each, axis, say("next outcome, per point of the relationship above usual"))
    note = say(
        "Looks back over whole courses; %(n)s %(of)s. An association in time is no proof of a cause.",
        n=each.n,
        of=each.of,
    )
    return Block(title=title, about=say("in points of %(form)s, %(better)s", form=report.names.get(outcome, outcome), better=better_in_words(better)), axis=axis, rows=(row,), heads=(say("points"), say("95 % interval"), say("clients")), notes=(note,))  # fmt: skip
