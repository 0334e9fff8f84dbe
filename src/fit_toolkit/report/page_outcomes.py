"""The outcomes on the report's page: effect size, reliable change with its definition, and how courses ended."""

from __future__ import annotations

from fit_toolkit.language import decimals, say
from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.labels import points, upper
from fit_toolkit.report.marks import round_axis
from fit_toolkit.report.rows import (
    Block,
    Section,
    block_of,
    interval_of,
    not_measured,
    range_in_words,
    row_of,
)
from fit_toolkit.report.words import CAUTION, LAST

BY_COURSE = (
    "measured",
    "improved",
    "unchanged",
    "deteriorated",
    "not_improved",
    "not_deteriorated",
    "recovered",
    "improved_of_all",
    "deteriorated_of_all",
    "rated_at_end",
)


def outcomes(report: Report) -> Section:
    """Lay out how outcomes changed, and how courses ended."""
    blocks: list[Block] = []
    for group in dict.fromkeys(each.group for each in report.of("outcomes")):
        blocks += _outcome(report, group, {each.figure: each for each in report.of("outcomes", group=group)})
    if not blocks:
        blocks.append(
            Block(title=say("No outcome was rated"), notes=(say("No course that ended has a rating of an outcome."),))
        )
    figures = report.of("endings")
    note = next((each.note for each in figures if each.figure == "unplanned_bounds" and each.low != each.high), "")
    known = (
        (
            upper(note)
            + say(": closed for a reason that is in neither list of the settings (report.planned, report.unplanned)."),
        )
        if note
        else ()
    )
    blocks.append(
        block_of(figures, say("How courses ended"), notes=known, n=say("courses"))
        if figures
        else Block(
            title=say("How courses ended"), notes=(say("Not counted while courses still open are in the report."),)
        )
    )
    return Section(title=say("Outcomes"), lead=say(LAST), blocks=tuple(blocks), caution=say(CAUTION))


def _outcome(report: Report, group: str, found: dict[str, Figure]) -> list[Block]:
    title = report.names.get(group, group)
    measured = found["measured"]
    if "mean_first" not in found:
        return [not_measured(title, measured)]
    return [_change(report, group, title, found), _change_by_course(title, found)]


def _change(report: Report, group: str, title: str, found: dict[str, Figure]) -> Block:
    """The effect size, with the ratings it comes from and the gain in points."""
    first, last = found["mean_first"], found["mean_last"]
    effect, gain = found["effect_size"], found["gain"]
    about = say(
        "%(range)s; first ratings %(first)s, last %(last)s on average",
        range=range_in_words(*report.tops[group]),
        first=f"{first.value:.2f}",
        last=f"{last.value:.2f}",
    )
    points_gained = "" if gain.value is None else points(gain.value, signed=True)
    in_points = (
        say("Gain in points: %(gain)s (%(interval)s).", gain=points_gained, interval=interval_of(gain))
        if gain.low is not None
        else say("Gain in points: %(gain)s in every course.", gain=points_gained)
    )
    axis = round_axis(value for value in (effect.low, effect.high) if value is not None)
    return Block(
        title=title,
        about=decimals(about),
        axis=axis if effect.shown else None,
        rows=(row_of(effect, axis, strong=True),),
        heads=(say("in SDs"), say("95 % interval"), say("courses")),
        notes=(f"{effect.note}. {in_points}" if effect.shown else in_points,) if gain.value is not None else (),
    )


def _change_by_course(title: str, found: dict[str, Figure]) -> Block:
    """How many courses improved reliably, recovered or deteriorated, and what these words mean here."""
    told = found["improved"].source.partition(": ")[0] if "improved" in found else ""
    after = found["sessions_after_last"]
    said = [say("Reliable: %(told)s.", told=told)] if told else []
    if found["recovered"].shown:
        line = found["recovered"].source.partition(", ")[0]
        said.append(say("Recovered: reliably better and no longer past the line (%(line)s).", line=line))
    if after.value is not None:
        said.append(
            say(
                "Sessions between the last rating and the end: %(n)s in the median of %(courses)s courses.",
                n=decimals(f"{after.value:g}"),
                courses=after.n,
            )
        )
    counted = (found[name] for name in BY_COURSE if name in found)
    return block_of(counted, say("%(form)s, course by course", form=title), notes=said, n=say("courses"))
