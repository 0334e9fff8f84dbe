"""Sheets of random people, and what must hold of the page of any of them."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations

import pikepdf
import pytest
from hypothesis import Phase, settings
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
from fit_toolkit.sheets.pdf import DENSITIES, sheet_pdf
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.sheets.trim import MAY_BREAK
from tests.conftest import LONG
from tests.sheets import examples

START = date(2025, 3, 3)
EXAMPLES = 5_000 if LONG else 150  # of each of the two pages
OVER = 0.45  # of the height of a word another may stand over it: boxes are as high as lines
LATIN = re.compile(r"[A-Za-z]{2,}|\d{2,}")  # words whose letters stand in a PDF in the order they are read
SPOKEN_ONLY = re.compile(r'<head>.*?</head>|<title>.*?</title>|<div class="narrow">.*?</div>', re.DOTALL)
Word = tuple[float, float, float, float, str]  # left, top, right, bottom
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


def words_of(pdf: bytes) -> tuple[int, list[Word]]:
    """How many pages a PDF has, and the box of every word on them."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    told = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    box = r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
    return pages, [(float(a), float(b), float(c), float(d), word) for a, b, c, d, word in re.findall(box, told)]


def collided(words: list[Word]) -> list[tuple[str, str]]:
    """Words that lie over each other by more than a hair: a box is as high as a line, and higher in a font that stands in."""
    out = []
    for a, b in combinations(sorted(words, key=lambda w: w[1]), 2):
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide > 1.5 and high > OVER * min(a[3] - a[1], b[3] - b[1]):
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


def lost(page: str, words: list[Word]) -> list[str]:
    """Words of a page that are missing on its PDF: a word wholly off the paper is in no list of boxes."""
    seen = SPOKEN_ONLY.sub(" ", page)
    wanted = Counter(LATIN.findall(html.unescape(re.sub(r"<[^>]+>", " ", seen)).replace(MAY_BREAK, "")))
    printed = html.unescape("".join(word for *_, word in words)).replace(
        MAY_BREAK, ""
    )  # a word may go on in the next line
    return sorted(word for word, n in wanted.items() if printed.count(word) < n)


def random_sheets(test: Callable[..., None]) -> Callable[..., None]:
    """How the two tests are run: the same sheets every time, others every time with --long."""
    run = settings(max_examples=EXAMPLES, derandomize=not LONG, database=None, phases=(Phase.explicit, Phase.generate))
    marked: Callable[..., None] = pytest.mark.skipif(
        shutil.which("pdftotext") is None, reason="pdftotext is not installed"
    )(run(test))
    return marked


def check(sheet: SheetData, page: str) -> None:
    """What must hold of one page, as HTML and as PDF."""
    html_page = render_sheet(sheet, page)
    assert outside(html_page) == []
    pages, words = words_of(sheet_pdf(sheet, page))
    assert pages == 1
    left, top, right, bottom = PAPER
    assert [word for a, b, c, d, word in words if a < left or b < top or c > right or d > bottom] == []
    assert collided(words) == []
    missing = (lost(render_sheet(sheet, page, density=density), words) for density in DENSITIES)
    assert next((each for each in missing if not each), lost(html_page, words)) == []  # it is set in one of these
