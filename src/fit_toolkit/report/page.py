"""The report as a page: its figures in words and marks, row by row; nothing is on it that is not among the figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from fit_toolkit.language import decimals, mark, say, spoken
from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.labels import OCCASIONS, SEVERITIES, grouped, name_of, percent, points, upper
from fit_toolkit.report.marks import Axis, Mark, placed, round_axis, scale_axis, shares
from fit_toolkit.report.words import CAUTION, LAST, NOT_DISCIPLINE, RATERS


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
    heads: tuple[str, str, str] = ("", "", "")
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
    language: str
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
        language=spoken().code,
        courses=_courses(report),
        headline=_headline(report),
        sections=tuple(parts),
        definitions=tuple(kinds),
        sources=tuple(sources),
    )


def _interval(each: Figure) -> str:
    if each.low is None or each.high is None:
        return ""
    if each.unit == "share":
        return say("%(low)s to %(high)s%%", low=round(100 * each.low), high=round(100 * each.high))
    return say("%(low)s to %(high)s", low=points(each.low, signed=True), high=points(each.high, signed=True))


def row_of(each: Figure, axis: Axis, label: str = "", *, strong: bool = False) -> Row:
    """Turn a figure into a row."""
    words = label or name_of(each.figure)
    if not each.shown:
        return Row(label=words, note=each.note)
    number = (
        "" if each.value is None else percent(each.value) if each.unit == "share" else points(each.value, signed=True)
    )
    of = (
        say("%(count)s of %(n)s", count=each.count, n=each.n)
        if each.count is not None and each.n is not None
        else f"{each.n}"
    )
    bounds = each.value is None
    mark = placed(axis, Mark(each.value, each.low, each.high, None, bounds))
    value = "" if bounds else number
    return Row(label=words, mark=mark, value=value, interval=_interval(each), of=of, strong=strong,
               spoken=f"{words}: {number} {_interval(each)}".replace("  ", " "))  # fmt: skip


def _block(figures: Iterable[Figure], title: str, about: str = "", *, notes: Sequence[str] = (), n: str) -> Block:
    axis = shares()
    rows = tuple(row_of(each, axis) for each in figures)
    return Block(
        title=title,
        about=about,
        axis=axis,
        rows=rows,
        heads=(say("share"), say("95 % interval"), n),
        notes=tuple(notes),
    )


def _completion(report: Report) -> Section:
    axis, found = shares(), report.of("completion")
    rows = tuple(row_of(each, axis, _form_and_rater(report, each.group)) for each in found)
    notes = tuple(dict.fromkeys(f"{upper(each.of)}: {each.note}." for each in found if each.note and each.shown))
    block = Block(
        title=say("Came in, of the forms expected"),
        axis=axis,
        rows=rows,
        heads=(say("share"), say("95 % interval"), say("forms")),
        notes=notes,
    )
    if not rows:
        block = Block(
            title=say("Nothing was expected"), notes=(say("There is neither a plan nor a rating of these courses."),)
        )
    return Section(
        title=say("Ratings that came in"),
        lead=say("Everything after this rests on the ratings that are there."),
        blocks=(block,),
    )


def _form_and_rater(report: Report, group: str) -> str:
    id, rater, *occasion = group.split("/")
    name = report.forms.get(id, id)
    by = say("%(form)s, by the %(rater)s", form=name, rater=say(RATERS[rater]))
    return ", ".join([by, *(say(OCCASIONS[each]) for each in occasion)])


def _outcomes(report: Report) -> Section:
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
        _block(figures, say("How courses ended"), notes=known, n=say("courses"))
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
        return [_not_measured(title, measured)]
    low, high, better = report.tops[group]
    first, last = found["mean_first"], found["mean_last"]
    about = decimals(
        say(
            "%(range)s; first ratings %(first)s, last %(last)s on average",
            range=_range(low, high, better),
            first=f"{first.value:.2f}",
            last=f"{last.value:.2f}",
        )
    )
    effect, gain = found["effect_size"], found["gain"]
    axis = round_axis(value for value in (effect.low, effect.high) if value is not None)
    notes = (
        [
            effect.note
            + say(
                ". Gain in points: %(gain)s (%(interval)s).",
                gain=points(gain.value, signed=True),
                interval=_interval(gain),
            )
        ]
        if gain.value is not None and effect.shown
        else []
    )
    change = Block(title=title, about=about, axis=axis if effect.shown else None, rows=(row_of(effect, axis, strong=True),),
                   heads=(say("in SDs"), say("95 % interval"), say("courses")), notes=tuple(notes))  # fmt: skip
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
    said = [say("Reliable: %(told)s.", told=told)] if told else []
    if found["recovered"].shown:
        said.append(
            say(
                "Recovered: reliably better and no longer past the line (%(line)s).",
                line=found["recovered"].source.partition(", ")[0],
            )
        )
    if after.value is not None:
        said.append(
            say(
                "Sessions between the last rating and the end: %(n)s in the median of %(courses)s courses.",
                n=decimals(f"{after.value:g}"),
                courses=after.n,
            )
        )
    return [change, _block((found[name] for name in names if name in found), "", notes=said, n=say("courses"))]


def _not_measured(title: str, measured: Figure) -> Block:
    """Show how many have two ratings where that is all there is to show: none, or too few."""
    return replace(_block([measured], title, n=say("courses")), axis=shares() if measured.shown else None)


def _alliance(report: Report) -> Section:
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
        return [_not_measured(title, found["measured"])]
    low, high, better = report.tops[group]
    axis = scale_axis(low, high)
    rows = [_from_to(report, each, axis, strong=each == group) for each in (group, *facets)]
    gain = found["gain"]
    change = Block(title=title, about=" · ".join((_range(low, high, better), say("○ start, ● end"), _in_words(gain))), axis=axis,
                   rows=tuple(rows), heads=(say("change"), say("95 % interval"), say("courses")))  # fmt: skip
    names = ("measured", "rated_higher", "rated_same", "rated_lower", "ceiling_first", "ceiling_last")
    return [change, _block((found[name] for name in names if name in found), "", n=say("courses"))]


def _range(low: float, high: float, better: str) -> str:
    return say("%(low)s to %(high)s, %(better)s", low=f"{low:g}", high=f"{high:g}", better=_better(better))


def _better(better: str) -> str:
    return say("higher = better") if better == "higher" else say("lower = better")


def _in_words(gain: Figure) -> str:
    if gain.low is None or gain.high is None:
        return say("too few to say whether it changed")
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
               interval=_interval(gain) if gain is not None and known else "", of=f"{first.n}")  # fmt: skip


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
    return Block(title=title, about=say("in points of %(form)s, %(better)s", form=report.names.get(outcome, outcome), better=_better(better)), axis=axis, rows=(row,), heads=(say("points"), say("95 % interval"), say("clients")), notes=(note,))  # fmt: skip


def _alerts(report: Report) -> Section:
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


def _therapists(report: Report) -> Section:
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
    estimates = Block(title=say("Each one's clients, drawn towards the mean of all"), about=say("in points, above 0 better"), axis=around, rows=rows,
                      heads=(say("points"), say("95 % interval"), say("courses")), notes=tuple(notes))  # fmt: skip
    return Section(
        title=say("Therapists"),
        lead=lead,
        blocks=(variance, estimates),
        caution=say("Figures by therapist: %(agreed)s.", agreed=report.agreed),
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
