"""Sheets of random people: whatever the data, both pages render, fit, and no word of the PDF lies over another."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import date, timedelta
from itertools import combinations

import pikepdf
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from fit_toolkit.sheets.data import (
    AlertLine,
    Band,
    BandPoint,
    Cutoff,
    Facet,
    Facets,
    Inset,
    Mark,
    Panel,
    Point,
    Quote,
    Risk,
    RiskAnswer,
    Series,
    SheetData,
)
from fit_toolkit.sheets.pdf import sheet_pdf, write_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.conftest import LONG
from tests.sheets import examples

START = date(2025, 3, 3)
PAGES = ("therapist", "client")
PAPER = (20.0, 20.0, 575.0, 833.0)  # points: A4 less the least a printer needs
RANGES = ((0.0, 10.0), (0.0, 27.0), (-3.0, 3.0), (1.0, 7.0), (0.0, 1_000_000.0))
HARD = ["", "أبجد هوز", "שלום לכם", "x" * 200, "Donaudampfschifffahrtsgesellschaft", "<b>&amp;", "{{ 7*7 }}", "–" * 50]
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCÄßéñøŁΩДжאבגדابتث中文  .,;:-–()/%&<>{}"  # what the fonts of any machine have
texts = st.sampled_from(HARD) | st.text(ALPHABET, max_size=60)
shares = st.sampled_from([0.0, 1.0]) | st.integers(0, 1000).map(lambda n: n / 1000)
maybe = st.none() | shares.map(lambda share: share * 10)
courses = st.sampled_from([0, 0, 1, 2, 60]) | st.integers(0, 30)  # never rated, one session, sixty


@st.composite
def points(draw: st.DrawFn, low: float, high: float) -> tuple[Point, ...]:
    """Ratings of one person: weekly, or with gaps; some prorated, some under an alert, some of another course."""
    n = draw(courses)
    gap = draw(st.sampled_from([1, 7, 7, 30, 120]))
    values = draw(st.lists(shares, min_size=n, max_size=n))
    odd = draw(st.lists(st.sampled_from(["", "", "", "gap", "prorated", "hot", "starts"]), min_size=n, max_size=n))
    day, out = START, []
    for share, what in zip(values, odd, strict=True):
        day += timedelta(days=gap + 90 * (what == "gap"))
        status = "prorated" if what == "prorated" else "complete"
        out.append(Point(on=day, value=low + share * (high - low), status=status, answered=8, items=9,
                         stands_out=what == "hot", starts=what == "starts"))  # fmt: skip
    return tuple(out)


@st.composite
def panels(draw: st.DrawFn, key: str) -> Panel:
    low, high = draw(st.sampled_from(RANGES))
    span = high - low
    own = draw(points(low, high))
    series = [Series(rater="client", label="client", points=own)]
    if draw(st.booleans()):
        series.append(Series(rater="therapist", label="therapist", points=draw(points(low, high))))
    edges = tuple(BandPoint(on=p.on, low=p.value - span / 3, high=p.value + span / 3) for p in own[2:])
    ranges = [
        Band(label=label, points=edges) if bool(edges) and draw(st.booleans()) else None
        for label in ("usual for this client", "expected")
    ]
    top = Inset(low=low + 0.6 * span, high=high, label="enlarged") if draw(st.booleans()) else None
    line = Cutoff(value=low + draw(shares) * span, label="line ≥ 12", source="somebody, somewhere")
    return Panel(
        key=key, title=draw(texts), what=draw(texts), minimum=low, maximum=high,
        better=draw(st.sampled_from(["higher", "lower"])), series=tuple(series), band=ranges[0], expected=ranges[1],
        inset=top, cutoff=line if draw(st.booleans()) else None,
    )  # fmt: skip


alerts = st.builds(
    AlertLine, severity=st.sampled_from(["safety", "attention", "notice"]), what=texts, reason=texts, basis=texts,
    since=st.dates(START, date(2026, 3, 3)), state=st.sampled_from(["new", "seen", "done"]), done=texts,
)  # fmt: skip
risks = st.builds(
    RiskAnswer, item=texts, answer=texts, days_ago=st.integers(0, 9999), state=texts,
    dates=st.lists(st.dates(START, date(2026, 3, 3)), min_size=1, max_size=40).map(tuple),
)  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> SheetData:
    facet = st.builds(Facet, label=texts, client=maybe, client_before=maybe, therapist=maybe, wording=texts)
    made = [draw(panels(key)) for key in ("alliance", "outcome", "outcome")[: draw(st.integers(0, 3))]]
    rated = sorted({p.on for panel in made for s in panel.series for p in s.points})
    return structs.replace(
        examples.falling(),
        client=draw(texts), therapist=draw(texts), headline=draw(texts), question=draw(texts),
        panels=tuple(made), sessions=tuple(rated[:: draw(st.sampled_from([1, 1, 2]))]),
        session_on=rated[-1] if rated else None, session_number=len(rated) or None,
        facets=Facets(on=START, before=START if draw(st.booleans()) else None, why_none="No answers yet.",
                      rows=tuple(draw(st.lists(facet, max_size=9)))),
        marks=tuple(draw(st.lists(st.builds(Mark, on=st.dates(START, date(2026, 3, 3)), text=texts), max_size=5))),
        alerts=tuple(draw(st.lists(alerts, max_size=5))), risk=Risk(answers=tuple(draw(st.lists(risks, max_size=3)))),
        quotes=tuple(draw(st.lists(st.builds(Quote, on=st.just(START), label=texts, text=texts), max_size=2))),
        missing=tuple(draw(st.lists(texts, max_size=9))), notes=tuple(draw(st.lists(texts, max_size=3))),
    )  # fmt: skip


def words_of(pdf: bytes) -> tuple[int, list[tuple[float, float, float, float, str]]]:
    """How many pages a PDF has, and the box of every word on them."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    told = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    box = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return pages, [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in re.findall(box, told)]


def collided(words: list[tuple[float, float, float, float, str]]) -> list[tuple[str, str]]:
    """Words that lie over each other by more than a hair: a box is as high as a line, and higher in a font that stands in."""
    out = []
    for a, b in combinations(sorted(words, key=lambda w: w[1]), 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > 1.5 and high > 0.6 * min(a[3] - a[1], b[3] - b[1]):
            out.append((a[4], b[4]))
    return out


def outside(page: str) -> list[str]:
    """Words and corners of the pictures of a page that lie outside of them."""
    out = []
    for width, height, svg in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"(.*?)</svg>', page, re.DOTALL):
        for x, y, word in re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>(.*?)</text>', svg):
            if not (0 <= float(x) <= float(width) and 0 <= float(y) <= float(height)):
                out.append(word)
        for x, y in re.findall(r"[ML]([-\d.]+) ([-\d.]+)", svg):
            if not (-2 <= float(x) <= float(width) and -2 <= float(y) <= float(height)):
                out.append(f"{x} {y}")
    return out


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@settings(
    max_examples=10_000 if LONG else 60, derandomize=not LONG, database=None, phases=(Phase.explicit, Phase.generate)
)
@given(sheets(), st.sampled_from(PAGES))
def test_a_page_is_one_page_and_no_word_leaves_it_or_covers_another(sheet: SheetData, page: str) -> None:
    for each in PAGES:
        assert outside(render_sheet(sheet, each)) == []
    pages, words = words_of(sheet_pdf(sheet, page))
    assert pages == 1
    left, top, right, bottom = PAPER
    assert [word for a, b, c, d, word in words if a < left or b < top or c > right or d > bottom] == []
    assert collided(words) == []


def test_words_over_each_other_and_off_the_paper_would_be_seen() -> None:
    body = '<p style="position: absolute; top: 0">under</p><p style="position: absolute; top: 1mm; left: 2mm">over</p>'
    pdf = write_pdf(
        f"<html lang=en><title>-</title><body>{body}<p style='margin-left: 176mm'>outside</p></body></html>"
    )[0]
    words = words_of(pdf)[1]
    assert collided(words) == [("under", "over")]
    assert max(right for _, _, right, _, _ in words) > PAPER[2]
    assert outside('<svg viewBox="0 0 10 10"><text x="11" y="2">out</text></svg>') == ["out"]
