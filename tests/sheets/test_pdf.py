"""The PDF: one page, from nothing but the page itself, the same bytes from the same data."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.pdf import sheet_pdf, write_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.sheets import examples


def page(body: str, head: str = "") -> str:
    return f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>{head}</head><body>{body}</body></html>'


def pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


@pytest.mark.parametrize("which", ["therapist", "client"])
@pytest.mark.parametrize("make", examples.SHAPES, ids=lambda f: f.__name__)
def test_every_course_shape_fits_one_page(make: Callable[[], SheetData], which: str) -> None:
    assert pages(sheet_pdf(make(), which)) == 1


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ('<img src="file:///etc/passwd" alt="x">', ""),
        ('<img src="http://127.0.0.1:9/x.png" alt="x">', ""),
        ('<img src="https://example.org/x.png" alt="x">', ""),
        ('<img src="data:image/png;base64,AAAA" alt="x">', ""),
        ('<svg width="9mm" height="9mm"><image href="file:///etc/passwd" width="5" height="5"/></svg>', ""),
        ("<p>x</p>", '<link rel="stylesheet" href="file:///etc/passwd">'),
        ("<p>x</p>", '<link rel="attachment" href="file:///etc/passwd">'),
        ("<p>x</p>", "<style>@import url(file:///etc/passwd);</style>"),
        ("<p>x</p>", "<style>@font-face { font-family: f; src: url(http://127.0.0.1:9/f) }</style>"),
        ('<p style="background: url(file:///etc/passwd)">x</p>', ""),
    ],
)
def test_a_page_that_asks_for_anything_from_outside_gives_no_pdf(body: str, head: str) -> None:
    with pytest.raises(ConfigError, match="outside"):
        write_pdf(page(body, head))


def test_an_asset_that_is_handed_over_is_used() -> None:
    css = {"asset:house.css": (b"p { color: red }", "text/css")}
    pdf, n = write_pdf(page("<p>x</p>", '<link rel="stylesheet" href="asset:house.css">'), assets=css)
    assert n == 1
    assert pdf.startswith(b"%PDF")


def test_a_refused_style_stays_refused_the_second_time() -> None:
    html = page("<p>x</p>", "<style>@import url(file:///etc/hostname);</style>")
    for _ in range(2):
        with pytest.raises(ConfigError, match="outside"):
            write_pdf(html)


def test_the_style_of_a_page_counts_wherever_it_stands() -> None:
    two = "<style>@page { size: A4 }</style><style>@page { size: A5 }</style>"
    with pikepdf.open(io.BytesIO(write_pdf(page("<p>x</p>", two))[0])) as opened:
        assert round(float(opened.pages[0].mediabox[2])) == 420
    body = page("<style>p { break-after: page }</style><p>x</p><p>y</p>")
    assert write_pdf(body)[1] == 2


def test_the_same_data_and_source_date_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert sheet_pdf(examples.falling()) == sheet_pdf(examples.falling())


def test_the_same_bytes_come_from_another_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    code = (
        f"import sys; sys.path.insert(0, {str(Path(examples.__file__).parent)!r}); import examples\n"
        "from fit_toolkit.sheets.pdf import sheet_pdf\n"
        "sys.stdout.buffer.write(sheet_pdf(examples.ceiling()))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert other == sheet_pdf(examples.ceiling())


def test_the_pdf_is_tagged_has_a_title_and_a_language() -> None:
    with pikepdf.open(io.BytesIO(sheet_pdf(examples.falling()))) as opened:
        root = opened.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "en"
        assert "/StructTreeRoot" in root
        assert b"pdfuaid" in root.Metadata.read_bytes()
        assert str(opened.docinfo["/Title"]) == "Sheet 0007, for the therapist"


def test_pictures_carry_their_words_into_the_pdf() -> None:
    raw = sheet_pdf(examples.falling())
    plain = raw + b"".join(_streams(raw))
    assert b"/Alt" in plain
    assert b"/Figure" in plain


def _streams(pdf: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(match.group(1))
        except zlib.error:
            continue


def test_no_word_runs_out_of_the_page() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    pdf = sheet_pdf(examples.crowded())
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    boxes = re.findall(r'xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)"', found.stdout.decode())
    assert len(boxes) > 150
    for left, top, right, bottom in boxes:
        assert float(left) >= 20
        assert float(top) >= 20
        assert float(right) <= 575
        assert float(bottom) <= 830


def test_a_wide_open_page_is_not_set_tighter_than_needed() -> None:
    assert 'body class="normal"' in render_sheet(examples.falling())
