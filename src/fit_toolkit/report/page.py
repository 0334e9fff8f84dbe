"""The report as a page: its figures in words and marks, row by row; nothing is on it that is not among the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.marks import Axis, Mark, placed, round_axis, scale_axis, shares
from fit_toolkit.report.words import CAUTION, INTERVAL, LAST, NOT_DISCIPLINE, TOO_FEW

LABELS: Final = {
    "improved": "reliably better", "unchanged": "no reliable change", "deteriorated": "reliably worse", "recovered": "recovered",
    "not_improved": "no reliable change, or worse",
    "not_deteriorated": "no reliable change, or better",
    "improved_of_all": "reliably better, of all: worst to best case", "deteriorated_of_all": "reliably worse, of all: best to worst case",
    "measured": "with a first and a last rating", "rated_at_end": "last rating at the last session", "planned": "as planned",
    "unplanned": "not as planned", "not_known": "not known", "unplanned_bounds": "not as planned: best to worst case",
    "effect_size": "effect size, first to last", "gain": "mean gain in points", "ceiling_first": "first rating at the very top",
    "ceiling_last": "last rating at the very top", "rated_higher": "rated better at the end", "rated_same": "rated the same",
    "rated_lower": "rated worse at the end", "variation_share": "between therapists, of all variance",
    "variation_by_chance": "as much or more by chance alone", "alerts_acted": "acted on",
}  # fmt: skip
SEVERITIES: Final = {
    "safety": "about safety",
    "attention": "asking for attention",
    "notice": "to notice",
    "all": "all alerts",
}


class Row(Struct, frozen=True, kw_only=True):
    """One line: words, marks, and the same as numbers. Without `mark` the `note` says why."""

    label: str
    mark: Mark | None = None
    value: str = ""
    interval: str = ""
    of: str = ""
    note: str = ""
    spoken: str = ""
    strong: bool = False


class Block(Struct, frozen=True, kw_only=True):
    """Rows on one axis under a heading; `heads` are those of the three columns of numbers."""

    title: str
    about: str = ""
    axis: Axis | None = None
    rows: tuple[Row, ...] = ()
    heads: tuple[str, str, str] = ("", "95 % interval", "")
    notes: tuple[str, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """A numbered part of the report."""

    title: str
    lead: str
    blocks: tuple[Block, ...]
    caution: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """Everything the template prints."""

    report: Report
    courses: str
    headline: tuple[str, ...]
    sections: tuple[Section, ...]
    definitions: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]


def page_of(report: Report) -> Page:
    """Lay the report out."""
    parts = [] if report.problem else [_completion(report), _outcomes(report), _alliance(report)]
    parts.append(_alerts(report))
    if not report.problem:
        parts.append(_therapists(report))
    kinds = dict.fromkeys((name_of(each.figure), each.definition) for each in report.figures if each.definition)
    sources = dict.fromkeys(
        f"{report.names[each.group]}: {each.source}"
        for each in report.figures
        if each.source and each.group in report.names and each.section == "outcomes"
    )
    return Page(
        report=report,
        courses=_courses(report),
        headline=_headline(report),
        sections=tuple(parts),
        definitions=tuple(kinds),
        sources=tuple(sources),
    )


def name_of(figure: str) -> str:
    """Write the name of a figure as people read it."""
    return LABELS.get(figure, figure.replace("_", " "))


def percent(value: float) -> str:
    """Write a share in whole per cent; what is not quite none or all is not written as such."""
    whole = round(100 * value)
    return "<1%" if whole == 0 and value > 0 else ">99%" if whole == 100 and value < 1 else f"{whole}%"


def points(value: float, *, signed: bool = False) -> str:
    """Write a number of points or SDs with two digits; minus as a minus."""
    return f"{value:{'+' if signed else ''}.2f}".replace("-", "−")


def _interval(each: Figure) -> str:
    if each.low is None or each.high is None:
        return ""
    if each.unit == "share":
        return f"{round(100 * each.low)} to {round(100 * each.high)}%"
    return f"{points(each.low, signed=True)} to {points(each.high, signed=True)}"


def row_of(each: Figure, axis: Axis, label: str = "", *, strong: bool = False) -> Row:
    """Turn a figure into a row."""
    words = label or name_of(each.figure)
    if not each.shown:
        return Row(label=words, note=each.note)
    number = (
        "" if each.value is None else percent(each.value) if each.unit == "share" else points(each.value, signed=True)
    )
    of = f"{each.count} of {each.n}" if each.count is not None and each.n is not None else f"{each.n}"
    bounds = each.value is None
    mark = placed(axis, Mark(each.value, each.low, each.high, None, bounds))
    value = "" if bounds else number
    return Row(label=words, mark=mark, value=value, interval=_interval(each), of=of, strong=strong,
               spoken=f"{words}: {number} {_interval(each)}".replace("  ", " "))  # fmt: skip


def _block(figures: Iterable[Figure], title: str, about: str = "", *, notes: Sequence[str] = (), n: str = "n") -> Block:
    axis = shares()
    rows = tuple(row_of(each, axis) for each in figures)
    return Block(
        title=title, about=about, axis=axis, rows=rows, heads=("share", "95 % interval", n), notes=tuple(notes)
    )


def _completion(report: Report) -> Section:
    axis, found = shares(), report.of("completion")
    rows = tuple(row_of(each, axis, _form_and_rater(report, each.group)) for each in found)
    notes = tuple(
        dict.fromkeys(
            f"{each.of.removeprefix('forms expected in ').capitalize()}: {each.note}."
            for each in found
            if each.note and each.shown
        )
    )
    block = Block(
        title="Came in, of the forms expected",
        axis=axis,
        rows=rows,
        heads=("share", "95 % interval", "forms"),
        notes=notes,
    )
    if not rows:
        block = Block(title="Nothing was expected", notes=("There is neither a plan nor a rating of these courses.",))
    return Section(
        title="Ratings that came in", lead="Everything after this rests on the ratings that are there.", blocks=(block,)
    )


def _form_and_rater(report: Report, group: str) -> str:
    id, rater, *occasion = group.split("/")
    name = report.names.get(f"{id}/{rater}", report.names.get(group, id)).partition(", by the ")[0]
    return ", ".join([name, f"by the {rater}", *(f"at the {each}" for each in occasion)])


def _outcomes(report: Report) -> Section:
    blocks: list[Block] = []
    for group in dict.fromkeys(each.group for each in report.of("outcomes")):
        blocks += _outcome(report, group, {each.figure: each for each in report.of("outcomes", group=group)})
    if not blocks:
        blocks.append(Block(title="No outcome was rated", notes=("No course that ended has a rating of an outcome.",)))
    figures = report.of("endings")
    note = next((each.note for each in figures if each.figure == "unplanned_bounds" and each.shown), "")
    known = (
        (
            f"{note.capitalize()}: closed for a reason that is in neither list of the settings (report.planned, report.unplanned).",
        )
        if note and not note.startswith("0 ")
        else ()
    )
    blocks.append(
        _block(figures, "How courses ended", notes=known, n="courses")
        if figures
        else Block(title="How courses ended", notes=("Not counted while courses still open are in the report.",))
    )
    return Section(title="Outcomes", lead=LAST, blocks=tuple(blocks), caution=CAUTION)


def _outcome(report: Report, group: str, found: dict[str, Figure]) -> list[Block]:
    title = report.names.get(group, group)
    measured = found["measured"]
    if not measured.shown:
        return [Block(title=title, rows=(Row(label=name_of("measured"), note=measured.note),))]
    low, high, better = report.tops[group]
    first, last = found["mean_first"], found["mean_last"]
    about = f"{low:g} to {high:g}, {better} = better; first ratings {first.value:.2f}, last {last.value:.2f} on average"
    effect, gain = found["effect_size"], found["gain"]
    axis = round_axis(value for value in (effect.low, effect.high) if value is not None)
    notes = (
        [f"{effect.note}. Gain in points: {points(gain.value, signed=True)} ({_interval(gain)})."]
        if gain.value is not None and effect.shown
        else []
    )
    change = Block(title=title, about=about, axis=axis if effect.shown else None, rows=(row_of(effect, axis, strong=True),),
                   heads=("in SDs", "95 % interval", "courses"), notes=tuple(notes))  # fmt: skip
    names = (
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
    told = found["improved"].source.partition(": ")[0] if "improved" in found else ""
    after = found["sessions_after_last"]
    said = [f"Reliable: {told}."] if told else []
    if found["recovered"].shown:
        said.append(
            f"Recovered: reliably better and no longer past the line ({found['recovered'].source.partition(', ')[0]})."
        )
    if after.value is not None:
        said.append(
            f"Sessions between the last rating and the end: {after.value:g} in the median of {after.n} courses."
        )
    return [change, _block((found[name] for name in names if name in found), "", notes=said, n="courses")]


def _alliance(report: Report) -> Section:
    blocks: list[Block] = []
    groups = list(dict.fromkeys(each.group for each in report.of("alliance") if each.figure != "lead_lag"))
    for group in (each for each in groups if each.count("/") == 1):
        blocks += _relationship(report, group, [each for each in groups if each.startswith(f"{group}/")])
    if not blocks:
        blocks.append(
            Block(
                title="The relationship was not rated",
                notes=("No course that ended has a rating of it by the client.",),
            )
        )
    blocks += [_lead_lag(report, each) for each in report.of("alliance", "lead_lag")]
    lead = "With the therapist of the last rating. Clients rate high; a top rating may be kindness, and most of what moves is near the top."
    return Section(title="The working relationship", lead=lead, blocks=tuple(blocks))


def _relationship(report: Report, group: str, facets: Sequence[str]) -> list[Block]:
    title = report.names.get(group, group)
    found = {each.figure: each for each in report.of("alliance", group=group)}
    if not found["measured"].shown:
        return [Block(title=title, rows=(Row(label=name_of("measured"), note=found["measured"].note),))]
    low, high, better = report.tops[group]
    axis = scale_axis(low, high)
    rows = [_from_to(report, each, axis, strong=each == group) for each in (group, *facets)]
    gain = found["gain"]
    change = Block(title=title, about=f"{low:g} to {high:g}, {better} = better; ○ start, ● end; {_in_words(gain)}", axis=axis,
                   rows=tuple(rows), heads=("change", "95 % interval", "courses"))  # fmt: skip
    names = ("measured", "rated_higher", "rated_same", "rated_lower", "ceiling_first", "ceiling_last")
    return [change, _block((found[name] for name in names if name in found), "", n="courses")]


def _in_words(gain: Figure) -> str:
    if gain.low is None or gain.high is None:
        return "too few to say whether it changed"
    if gain.low > 0:
        return "rated better at the end than at the start"
    return "rated worse at the end than at the start" if gain.high < 0 else "no clear change from start to end"


def _from_to(report: Report, group: str, axis: Axis, *, strong: bool) -> Row:
    found = {each.figure: each for each in report.of("alliance", group=group)}
    name = "all together" if strong else report.names.get(group, group)
    first, last, gain = found["mean_first"], found.get("mean_last"), found.get("gain")
    if first.value is None or last is None or last.value is None:
        return Row(label=name, note=first.note)
    known = gain is not None and gain.value is not None
    value = points(gain.value, signed=True) if gain is not None and gain.value is not None else ""
    mark = placed(axis, Mark(last.value, None, None, first.value))
    spoken = f"{name}: {first.value:.2f} at the start, {last.value:.2f} at the end"
    return Row(label=f"{name}, {first.value:.2f} to {last.value:.2f}", mark=mark, value=value, strong=strong, spoken=spoken,
               interval=_interval(gain) if gain is not None and known else "", of=f"{first.n}")  # fmt: skip


def _lead_lag(report: Report, each: Figure) -> Block:
    title = "What went before what, within clients"
    if each.value is None:
        return Block(title=title, notes=(f"{each.note.capitalize()}.",))
    axis = round_axis(value for value in (each.low, each.high) if value is not None)
    outcome = each.group.partition(" then ")[2]
    better = report.tops[outcome][2] if outcome in report.tops else "?"
    row = row_of(each, axis, "next outcome, per point of the relationship above usual")
    note = f"Looks back over whole courses; {each.n} {each.of}. An association in time is no proof of a cause."
    return Block(title=title, about=f"in points of {report.names.get(outcome, outcome)}, {better} = better", axis=axis, rows=(row,), heads=("points", "95 % interval", "clients"), notes=(note,))  # fmt: skip


def _alerts(report: Report) -> Section:
    axis, rows, notes = shares(), [], []
    for group in dict.fromkeys(each.group for each in report.of("alerts")):
        found = {each.figure: each for each in report.of("alerts", group=group)}
        raised, acted, median = found["alerts_raised"], found.get("alerts_acted"), found.get("alerts_median")
        label = SEVERITIES.get(group, group)
        if raised.value is None:
            rows.append(Row(label=label, note=raised.note))
            continue
        told = f"{label}: {raised.value:.1f} for 100 sessions"
        rows.append(row_of(acted, axis, told) if acted is not None else Row(label=told, note="none was raised"))
        if group == "all":
            half = (
                f"Half of them were acted on within {median.value:.1f} days. "
                if median is not None and median.value is not None
                else ""
            )
            waiting = f"{median.note.capitalize()}. " if median is not None and median.note else ""
            notes = [f"{raised.count} alerts in {raised.n} sessions with a rating. {half}{waiting}".strip()]
    if report.labels:
        notes = ["Alerts are counted for the whole practice only, so they are left out of a narrowed report."]
    elif not rows:
        notes = ["No session was rated in this period."]
    block = Block(title="Acted on, of the alerts raised", axis=axis if any(row.mark for row in rows) else None, rows=tuple(rows), heads=("share", "95 % interval", "alerts"), notes=tuple(notes))  # fmt: skip
    lead = "Of the whole practice in this period, open courses included. An alert asks somebody to look; acted on means that a person noted what they did."
    return Section(title="Alerts and what became of them", lead=lead, blocks=(block,))


def _therapists(report: Report) -> Section:
    lead = f"{NOT_DISCIPLINE} In the order of the codes: no ranking."
    found = report.of("therapists")
    share = found[0]
    if share.value is None:
        return Section(
            title="Therapists",
            lead=lead,
            blocks=(Block(title="No figures by therapist", notes=(f"{share.note.capitalize()}.",)),),
        )
    axis = shares()
    variance = Block(title=f"How much therapists differ: {report.names.get(share.group, share.group)}", about=share.note, axis=axis,
                     rows=tuple(row_of(each, axis) for each in found[:2]), heads=("share", "", "courses"))  # fmt: skip
    each_one = [each for each in found if each.figure == "therapist"]
    around = round_axis(value for each in each_one for value in (each.low, each.high) if value is not None)
    rows = tuple(row_of(each, around, each.group) for each in each_one if each.shown)
    notes = [f"{each.note}.".capitalize() for each in each_one if not each.shown]
    if all(
        each.low is not None and each.high is not None and each.low <= 0 <= each.high for each in each_one if each.shown
    ):
        notes.insert(0, f"Every interval holds 0: {TOO_FEW} about any one of them.")
    estimates = Block(title="Each one's clients, drawn towards the mean of all", about="in points, above 0 better", axis=around, rows=rows,
                      heads=("points", "95 % interval", "courses"), notes=tuple(notes))  # fmt: skip
    return Section(
        title="Therapists", lead=lead, blocks=(variance, estimates), caution=f"Figures by therapist: {report.agreed}."
    )


def _courses(report: Report) -> str:
    found = report.of("courses", "courses")[0]
    if found.count is None:
        return found.note
    return f"{found.count:,} courses of treatment {'ended or are open' if report.open_too else 'ended'}"


def _headline(report: Report) -> tuple[str, ...]:
    if report.problem:
        return (f"{report.problem[0].upper()}{report.problem[1:]}.",)
    said = []
    came = [each for each in report.of("completion") if each.shown]
    if came:
        count, n = sum(each.count or 0 for each in came), sum(each.n or 0 for each in came)
        said.append(f"Of {n:,} ratings expected {count:,} came in ({percent(count / n)}).")
    effect = next((each for each in report.of("outcomes", "effect_size") if each.value is not None), None)
    measured = next((each for each in report.of("outcomes", "measured") if each.shown), None)
    if measured is not None:
        said.append(f"{measured.count} of {measured.n} courses have a first and a last rating of the outcome.")
    if effect is not None and effect.value is not None and effect.low is not None and effect.high is not None:
        way = "better" if effect.value > 0 else "worse"
        sure = "" if effect.low > 0 or effect.high < 0 else ", which may be chance"
        said.append(f"These moved by {abs(effect.value):.2f} SD for the {way}{sure}.")
    return tuple(said) or ("Nothing was rated in the courses that ended.",)


FOOT: Final = INTERVAL
