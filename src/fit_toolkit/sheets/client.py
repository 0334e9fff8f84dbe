"""The client's own page: what is left when everything that is not the client's own answer is taken away."""

from __future__ import annotations

from msgspec import structs

from fit_toolkit.language import mark as marked
from fit_toolkit.language import say
from fit_toolkit.sheets.data import ClientData, Facet, Facets, Panel, Point, Series, SheetData

HIGHER, LOWER = marked("A higher line is better"), marked("A lower line is better")
TITLES = (marked("How our work together felt to you"), marked("How you have been"))  # as the panels bring them
MARKS = (marked("new therapist"), marked("pause begins"), marked("back after a break"))
HIDDEN = frozenset({"now scored another way"})  # says nothing to the one who answered


def client_page(sheet: SheetData) -> ClientData:
    """Keep the client's own answers and lines; drop flags, bands, cut-offs, risk and everybody else's ratings.

    Templates of the client page never see the therapist's data, so an edited template cannot print it either.
    """
    facets = sheet.facets
    rows = tuple(
        Facet(label=f.label, client=f.client, client_before=f.client_before, wording=f.wording)
        for f in facets.rows
        if f.client is not None
    )
    panels = tuple(own for panel in sheet.panels if (own := _own(panel)).series)
    answered = [facets.on] if rows else []
    answered += [point.on for panel in panels for series in panel.series for point in series.points]
    return ClientData(
        number=sheet.number,
        client=sheet.client,
        as_of=sheet.as_of,
        session_on=max((day for day in answered if day is not None), default=None),
        facets=Facets(
            on=facets.on,
            before=facets.before,
            minimum=facets.minimum,
            maximum=facets.maximum,
            rows=rows,
        ),
        panels=panels,
        marks=tuple(structs.replace(mark, text=say(mark.text)) for mark in sheet.marks if mark.text not in HIDDEN),
        quotes=sheet.quotes,
        sections=tuple(structs.replace(s, problem=bool(s.problem) * "-") for s in sheet.sections if s.page == "client"),
        version=sheet.version,
        language=sheet.language,
    )


def _own(panel: Panel) -> Panel:
    return Panel(
        key=panel.key,
        title=say(panel.client_title or panel.title),
        what=say(panel.client_what or (HIGHER if panel.better == "higher" else LOWER)),
        minimum=panel.minimum,
        maximum=panel.maximum,
        better=panel.better,
        max_gap_days=panel.max_gap_days,
        series=tuple(
            Series(
                rater=s.rater,
                label=say("you"),
                points=tuple(Point(on=p.on, value=p.value, starts=p.starts) for p in s.points),
            )
            for s in panel.series
            if s.rater == "client" and s.points
        ),
    )
