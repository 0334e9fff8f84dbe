"""Sheets of random people: whatever the data, the page renders, fits and keeps its numbers in the box."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pikepdf
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from fit_toolkit.sheets.data import Band, BandPoint, Facet, Facets, Inset, Mark, Panel, Point, Series, SheetData
from fit_toolkit.sheets.pdf import sheet_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.conftest import LONG
from tests.sheets import examples

START = date(2025, 3, 3)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), max_size=60) | st.sampled_from(
    ["أبجد هوز", "x" * 200, "<b>&amp;", "{{ 7*7 }}", ""]
)
values = st.integers(0, 1000).map(lambda n: n / 100)


@st.composite
def points(draw: st.DrawFn) -> tuple[Point, ...]:
    gaps = draw(st.lists(st.integers(1, 120), max_size=60))
    day, out = START, []
    for gap in gaps:
        day += timedelta(days=gap)
        out.append(Point(on=day, value=draw(values), stands_out=draw(st.booleans()), starts=draw(st.booleans())))
    return tuple(out)


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    own = draw(points())
    series = [Series(rater="client", label="client", points=own)]
    if draw(st.booleans()):
        series.append(Series(rater="therapist", label="therapist", points=draw(points())))
    band = Band(label="usual", points=tuple(BandPoint(on=p.on, low=p.value - 3, high=p.value + 3) for p in own[2:]))
    return Panel(
        key="alliance", title=draw(texts), what=draw(texts), minimum=0, maximum=10,
        better=draw(st.sampled_from(["higher", "lower"])), series=tuple(series),
        band=band if draw(st.booleans()) else None,
        inset=Inset(low=6, high=10, label="6 to 10") if draw(st.booleans()) else None,
    )  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> SheetData:
    maybe = st.none() | values
    rows = draw(st.lists(st.builds(Facet, label=texts, client=maybe, client_before=maybe, therapist=maybe), max_size=9))
    return structs.replace(
        examples.falling(),
        panels=tuple(draw(st.lists(panels(), max_size=3))),
        facets=Facets(on=START, rows=tuple(rows), why_none="No answers yet."),
        marks=tuple(draw(st.lists(st.builds(Mark, on=st.dates(START, date(2026, 3, 3)), text=texts), max_size=5))),
        headline=draw(texts), therapist=draw(texts), question=draw(texts), missing=tuple(draw(st.lists(texts, max_size=9))),
    )  # fmt: skip


@settings(max_examples=3000 if LONG else 60)
@given(sheets())
def test_every_page_renders_and_every_number_of_a_picture_lies_within_it(sheet: SheetData) -> None:
    for page in ("therapist", "client"):
        html = render_sheet(sheet, page)
        for width, height, svg in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"(.*?)</svg>', html, re.DOTALL):
            for x, y in re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)"', svg):
                assert 0 <= float(x) <= float(width)
                assert 0 <= float(y) <= float(height)
            for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", svg):
                assert -2 <= float(x) <= float(width)
                assert -2 <= float(y) <= float(height)


@settings(max_examples=300 if LONG else 12)
@given(sheets())
def test_every_page_is_one_page(sheet: SheetData) -> None:
    for page in ("therapist", "client"):
        with pikepdf.open(io.BytesIO(sheet_pdf(sheet, page))) as opened:
            assert len(opened.pages) == 1
