"""Every number of the therapist's page, block by block, each with the forms it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fit_toolkit.catalog import Catalog
from fit_toolkit.courses.asking import Asking
from fit_toolkit.language import say
from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.records import Administration
from fit_toolkit.sheets.apart import far_apart
from fit_toolkit.sheets.chart import chart, number, places
from fit_toolkit.sheets.data import Band, BandPoint, Panel, Point, Series, SheetData
from fit_toolkit.sheets.explain_data import Traced
from fit_toolkit.sheets.explain_ranges import Ranged, drawn_by
from fit_toolkit.sheets.history import tables
from fit_toolkit.sheets.language import say_day, say_days, say_short
from fit_toolkit.sheets.reading import Reading

TAG = re.compile(r"<(style|script).*?</\1>|<[^>]+>", re.DOTALL)
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
CONVENTION = "3 of 10 of the range; a convention of the page"


@dataclass(frozen=True, eq=False)
class Sources:
    """What a sheet was made from, side by side with the sheet."""

    sheet: SheetData
    reading: Reading
    catalog: Catalog
    asking: Asking | None
    instruments: Sequence[Instrument]  # one per panel
    alerts: Sequence[tuple[Any, Mapping[str, Any] | None]]  # a line of the sheet and its row

    def on(self, instrument: str, rater: str, day: date) -> list[Administration]:
        """The forms of one session."""
        return [a for a in self.reading.of(instrument, rater) if a.session_on == day]

    def scored(self, instrument: Instrument, point: Point) -> tuple[int, ...]:
        """The form whose score a point is."""
        found = [
            a.id for rater in instrument.raters for a in self.on(instrument.id, rater, point.on)
            if (score := a.score(instrument.main_scale)) is not None and score.value == point.value
        ]  # fmt: skip
        return tuple(found[:1])

    def counterpart(self, instrument: Instrument) -> Instrument | None:
        """The other person's form."""
        return self.catalog.get(instrument.counterpart) if instrument.counterpart in self.catalog else None

    def drawn(self, panel: int, series: Series) -> Instrument:
        """The form that a line of a panel was rated on."""
        own = self.instruments[panel]
        other = self.counterpart(own)
        return other if other is not None and series is not self.sheet.panels[panel].series[0] else own


def numbers_of(at: Sources) -> Iterator[Traced]:
    """Trace everything on the page, in the order of its blocks."""
    yield from _head(at)
    yield from _risk(at)
    yield from _relationship(at)
    yield from _alerts(at)
    for place, panel in enumerate(at.sheet.panels):
        yield from _panel(at, place, panel)
    yield from _axes(at)
    yield from _rest(at)


def _head(at: Sources) -> Iterator[Traced]:
    sheet, reading = at.sheet, at.reading
    newest = tuple(a.id for a in reading.given if a.session_on == reading.rated_on)
    yield Traced(place="head", what="client, therapist", shown=f"{sheet.client}; {sheet.therapist}", how="as typed")
    if sheet.session_number is not None:
        how = "the days of the episode on which somebody rated or an appointment was held, counted by date"
        yield Traced(place="head", what="session", shown=str(sheet.session_number), how=how)
    for text in sheet.freshness:
        yield Traced(place="head", what="how old", shown=text, how="days up to the day of the sheet", forms=newest)
    forms: list[int] = []
    for place, panel in enumerate(sheet.panels[:2]):
        own = next((s for s in panel.series if s.points), None)
        if own is None:
            continue
        for point in (*own.points[:1], *own.points[-2:]):
            forms += at.scored(at.drawn(place, own), point)
        beside = [(s, p) for s in panel.series if s is not own for p in s.points if p.on == own.points[-1].on]
        for series, point in beside:
            if far_apart(point.value, own.points[-1].value, panel.minimum, panel.maximum):
                forms += at.scored(at.drawn(place, series), point)
    yield Traced(place="head", what="headline", shown=sheet.headline, forms=tuple(dict.fromkeys(forms)),
                 how="the last rating less the one before; the first; facets as below")  # fmt: skip


def _risk(at: Sources) -> Iterator[Traced]:
    risk = at.sheet.risk
    answered = [a for a in at.reading.given if a.risks]
    for answer in risk.answers:
        forms = tuple(a.id for a in answered if a.session_on in answer.dates)
        yield Traced(place="risk", what=answer.item, shown=answer.answer, forms=forms, how="as answered")
        yield Traced(place="risk", what="days since the newest of them", shown=str(answer.days_ago), forms=forms[-1:])
        if len(answer.dates) > 1:
            yield Traced(place="risk", what="also on", shown=say_days(answer.dates[1:]), forms=forms[:-1])
        yield Traced(place="risk", what="how it stands", shown="; ".join(filter(None, (answer.state, _code(answer)))))
    yield Traced(place="risk", what="times asked", shown=str(risk.asked), how="forms with an answer to a flagged item")
    yield Traced(place="risk", what="whom to call", shown=risk.contact, how="setting safety.contact")


def _relationship(at: Sources) -> Iterator[Traced]:
    facets = at.sheet.facets
    form = next((f for f in at.instruments if f.construct == "alliance"), None)
    if form is None:
        return
    other = at.counterpart(form)
    for row in facets.rows:
        item = next((i for i in form.number_items if row.label in {i.label, i.facet, i.id}), None)
        if item is None:
            continue
        theirs = (
            next((i.id for i in other.number_items if (i.facet or i.id) == (item.facet or item.id)), "")
            if other
            else ""
        )
        sides: list[tuple[str, float | None, Instrument | None, date | None, str]] = [
            ("client, now", row.client, form, facets.on, item.id),
            ("client, the time before", row.client_before, form, facets.before, item.id),
            ("client, at first", getattr(row, "client_first", None), form, getattr(facets, "first", None), item.id),
            ("therapist", row.therapist, other, facets.therapist_on, theirs),
        ]
        for who, value, asked, day, name in sides:
            if value is not None and asked is not None:
                forms = _answered(at, asked, name, value, day)
                yield Traced(place="relationship", what=f"{row.label}, {who}", shown=number(value),
                             how=f"answer to {name}", forms=forms)  # fmt: skip
    if facets.share:
        own = tuple(a.id for f in (form, other) if f for a in at.reading.of(f.id, f.raters[0]))
        yield Traced(place="relationship", what="share", shown=facets.share, forms=own)
    if apart := [row.label for row in facets.rows if row.apart]:
        yield Traced(
            place="relationship", what=f"far apart: {', '.join(apart)}", shown=number(facets.apart), how=CONVENTION
        )
    ends = (facets.minimum, (facets.minimum + facets.maximum) / 2, facets.maximum)
    yield Traced(
        place="relationship", what="the range of an answer", shown=_list(ends), how=f"{form.id} {form.version}"
    )


def _answered(at: Sources, form: Instrument, item: str, value: float, day: date | None) -> tuple[int, ...]:
    """The newest form with this answer, on the day where one is named."""
    given = [a for a in at.reading.of(form.id, form.raters[0]) if a.numbers.get(item) == value]
    return tuple(a.id for a in [a for a in given if a.session_on == day][-1:] or given[-1:])


def _alerts(at: Sources) -> Iterator[Traced]:
    sheet = at.sheet
    for line, row in at.alerts:
        words = (line.reason, line.basis, line.done, getattr(line, "last", ""), _code(line))
        yield Traced(
            place="alerts", what=line.what, shown="; ".join(filter(None, words)), how="the evidence of the alert below",
            policy=str(row["policy"]) if row else "", alert=int(row["id"]) if row else None,
        )  # fmt: skip
    for note in (sheet.late, sheet.question, *sheet.notes):
        if note:
            yield Traced(place="alerts", what="note", shown=note)
    if len(sheet.alerts) + sheet.more_alerts > 2:
        counts = ", ".join(str(n) for n in range(len(sheet.alerts) + sheet.more_alerts))
        yield Traced(place="alerts", what="how many more there are, as far as there was room", shown=counts)


def _code(line: Any) -> str:
    return str(getattr(line, "code", ""))


def _panel(at: Sources, place: int, panel: Panel) -> Iterator[Traced]:
    instrument, decimals = at.instruments[place], places(panel)
    yield Traced(place="course", what=panel.title, shown=panel.what, how=f"{instrument.id} {instrument.version}")
    for series in panel.series:
        form = at.drawn(place, series)
        for p in series.points:
            exact = number(p.value)
            shown = number(p.value, decimals)
            shown += f" ({p.answered}/{p.items})" if p.answered is not None and p.items else ""
            yield Traced(
                place="course", what=f"{panel.title}, {series.label}, {p.on}",
                shown=shown if exact in shown else f"{shown}; {exact}", how=f"{form.main_scale}, {p.status}",
                forms=at.scored(form, p),
            )  # fmt: skip
        if series.points:
            yield Traced(place="course", what=f"{panel.title}, {series.label}: ratings, answers in each",
                         shown=f"{len(series.points)}; {max((p.items or 0 for p in series.points), default=0)}")  # fmt: skip
    for band, usual in ((panel.band, True), (panel.expected, False)):
        if band is not None:
            yield from _band(panel, band, drawn_by(at.reading, instrument, at.asking, band, usual=usual))
    if panel.cutoff is not None:
        yield Traced(place="course", what="line", shown=panel.cutoff.label, how=panel.cutoff.source)
    if panel.inset is not None:
        yield Traced(place="course", what="enlarged part", shown=panel.inset.label, how="the upper part of the range")


def _band(panel: Panel, band: Band, ranged: Ranged | None) -> Iterator[Traced]:
    for p in band.points:
        yield Traced(
            place="course", what=f"{panel.title}, {band.label}, {p.on}", shown=_edges(panel, p),
            how="from the ratings before it, by the policy", policy=ranged.use.id if ranged is not None else "",
            forms=ranged.forms(p.on) if ranged is not None else (),
        )  # fmt: skip


def _edges(panel: Panel, p: BandPoint) -> str:
    """The edges as they are printed: within the range of the form, in the picture's words with two decimals."""
    inside = [min(max(edge, panel.minimum), panel.maximum) for edge in (p.low, p.high)]
    ways = ([number(edge, places(panel)) for edge in inside], [number(edge) for edge in (p.low, p.high)])
    return "; ".join(dict.fromkeys(say("%(low)s to %(high)s", low=low, high=high) for low, high in ways))


def _axes(at: Sources) -> Iterator[Traced]:
    """What is written at the edges of the pictures: ranges, gaps, counts of sessions."""
    sheet = at.sheet
    laid = chart(sheet.panels, sheet.marks, say_date=say_short, sessions=sheet.sessions)
    for plot in laid.plots:
        labels = [*plot.main.scale, *(plot.inset.scale if plot.inset is not None else ())]
        how = "lowest, middle and highest score of the form; enlarged part"
        yield Traced(place="course", what=f"{plot.panel.title}, axis", shown="; ".join(n.text for n in labels), how=how)
        for gap in plot.gaps:
            yield Traced(place="course", what="days between two ratings", shown=str(gap.days))
        if plot.main.ties:
            shown = f"{number(plot.far)}; {plot.main.ties.count('M')}"
            yield Traced(
                place="course",
                what="from how far apart on sessions are tied; how many are",
                shown=shown,
                how=CONVENTION,
            )
        if plot.strip is not None:
            words = "; ".join([*(n.text for n in plot.strip.lines), *(n.text for n in plot.strip.keys)])
            yield Traced(
                place="course", what="strip of sessions", shown=words, how="ratings and sessions counted by date"
            )
    days = {p.on for panel in sheet.panels for s in panel.series for p in s.points}
    if days:
        shown = f"{min(len(days), 4)}, {min(len(days), 6)}, {len(days)}"
        yield Traced(place="course", what="sessions in the table, and with a rating", shown=shown)
    for mark in sheet.marks:
        yield Traced(place="course", what=f"mark, {mark.on}", shown=mark.text)


def _rest(at: Sources) -> Iterator[Traced]:
    sheet = at.sheet
    for quote in sheet.quotes:
        forms = tuple(a.id for a in at.reading.given if a.texts and a.session_on == quote.on)
        yield Traced(place="words", what="as written, not repeated here", shown=quote.label, forms=forms)
    for missing in sheet.missing:
        yield Traced(place="words", what="missing", shown=missing, how="the plan less what was rated")
    given = tuple(a.id for a in at.reading.given)
    for block in sheet.sections:
        figures = " ".join(FIGURE.findall(TAG.sub(" ", block.html)))  # its words may be somebody's free text
        if block.page == "therapist" and figures:
            yield Traced(
                place="sections", what=f"section {block.kind}", shown=figures, forms=given, how="by its plugin"
            )
    yield from _history(at)
    for line, row in at.alerts:
        if _code(line):
            yield Traced(
                place="foot", what="code of an alert", shown=_code(line), alert=int(row["id"]) if row else None
            )
    for answer in sheet.risk.answers:
        if _code(answer):
            yield Traced(place="foot", what="code of the alert about a flagged answer", shown=_code(answer))
    yield Traced(place="foot", what="what was done, by number", shown="1, 2, 3, 4, 5, 6, 7", how="on every sheet")
    for source in sheet.sources:
        yield Traced(place="foot", what="source", shown=source)
    yield Traced(place="foot", what="number of the sheet, fit-toolkit", shown=f"{sheet.number}, {sheet.version}")


def _history(at: Sources) -> Iterator[Traced]:
    """The second page: every answer about the relationship at every session."""
    history = at.sheet.history
    form = next((f for f in at.instruments if f.construct == "alliance"), None)
    if history is None or form is None:
        return
    laid = tables(history)
    for table in laid.tables:
        heads = f"{', '.join(str(day.day) for day in table.days)}; {', '.join(text for text, _ in table.months)}"
        yield Traced(place="history", what="session days", shown=heads, how="counted by date")
        for row in table.lines:
            item = next((i.id for i in form.number_items if row.label in {i.id, say(i.label or i.facet or i.id)}), "")
            for day, cell in zip(table.days, row.cells, strict=True):
                if cell.text:
                    forms = (
                        tuple(a.id for a in at.reading.of(form.id, form.raters[0]) if a.session_on == day)
                        if item
                        else ()
                    )
                    how = f"answer to {item}" if item else "score of that session, as in the course"
                    yield Traced(place="history", what=f"{row.label}, {day}", shown=cell.text, how=how, forms=forms)
    key = [*laid.edges, laid.apart, str(laid.gap), str(laid.earlier), *(say_day(d) for d in (history.days or ())[:1])]
    yield Traced(place="history", what="shades from, called far apart, longest gap, sessions before",
                 shown="; ".join(key), how="conventions of the page; setting alerts.max_gap_days")  # fmt: skip


def _list(values: Sequence[float]) -> str:
    return "; ".join(number(value) for value in values)
