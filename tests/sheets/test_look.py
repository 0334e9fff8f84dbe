"""A clinic's own look: what it may change, and what is refused with a word."""

from __future__ import annotations

import io
import os
import re
import struct
import zlib
from pathlib import Path

import pikepdf
import pytest
from msgspec.structs import replace

from fit_toolkit.errors import ConfigError
from fit_toolkit.language import language_of, speaking
from fit_toolkit.sheets.look import ACCENT, FONT, INK, PLAIN, SOFT, Look, look_of, read_style
from fit_toolkit.sheets.pdf import sheet_pdf, write_pdf
from fit_toolkit.sheets.render import render_sheet
from tests.sheets import examples
from tests.sheets.test_canary import needs_pdftotext, read
from tests.sheets.test_pdf import pages


def png(width: int = 8, height: int = 4) -> bytes:
    """A green picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\x20\x80\x40" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def swelling() -> bytes:
    """A picture of one pixel whose data unpack to 40 MB."""
    head, tail = png(1, 1)[:33], png()[-12:]
    body = zlib.compress(bytes(40_000_000), 9)
    return head + struct.pack(">I", len(body)) + b"IDAT" + body + struct.pack(">I", zlib.crc32(b"IDAT" + body)) + tail


def practice(folder: Path, style: str | bytes = "", logo: bytes = b"") -> Path:
    (folder / "templates").mkdir(exist_ok=True)
    if style:
        (folder / "templates/style.css").write_bytes(style.encode() if isinstance(style, str) else style)
    if logo:
        (folder / "templates/logo.png").write_bytes(logo)
    return folder


def test_without_files_of_its_own_a_practice_has_the_bundled_look(tmp_path: Path) -> None:
    assert look_of(tmp_path) == look_of(None) == PLAIN


def test_the_variables_of_a_style_sheet_reach_words_and_pictures(tmp_path: Path) -> None:
    look = look_of(practice(tmp_path, ':root { --accent: #7a1f5c; --font: "DejaVu Serif", serif; --size: 9pt }'))
    html = render_sheet(examples.falling(), look=look)
    assert 'class="hot" d="' in html
    assert 'stroke="#7a1f5c"' in html
    assert ACCENT not in html.partition("</style>")[2]
    assert "DejaVu Serif" in html.partition("</style>")[2]
    assert html.index("--size: 9pt") > html.index("--size: 8.6pt")


def test_a_logo_is_within_the_page_and_the_pdf(tmp_path: Path) -> None:
    look = look_of(practice(tmp_path, logo=png()))
    html = render_sheet(examples.falling(), "client", look=look)
    assert html.count("data:image/png;base64,") == 1
    pdf = sheet_pdf(examples.falling(), look=look)
    assert b"/Image" in pdf
    assert pages(pdf) == 1


LOGOS = {
    "a JPEG": (b"\xff\xd8\xff\xe0" + bytes(60), "no PNG"),
    "an SVG by another name": (b"<svg xmlns='http://www.w3.org/2000/svg'/>" + bytes(40), "no PNG"),
    "a PNG cut short": (png()[:20], "no PNG"),
    "a picture that swells": (png(1, 1)[:16] + struct.pack(">II", 60000, 60000) + png(1, 1)[24:], "2000 by 2000"),
    "a PNG without its end": (png()[:60], "damaged"),
    "a PNG with other pixels": (png()[:41] + bytes(60), "damaged"),
    "a PNG and something after it": (png() + b"<script>", "damaged"),
    "a PNG that unpacks to more than it says": (swelling(), "damaged"),
    "a large file": (png() + bytes(300_000), "larger than 256 kB"),
}


@pytest.mark.parametrize("case", LOGOS, ids=str)
def test_a_logo_that_is_none_is_not_printed_and_said(case: str, tmp_path: Path) -> None:
    data, why = LOGOS[case]
    look = look_of(practice(tmp_path, logo=data))
    assert look.logo == ""
    assert len(look.problems) == 1
    assert why in look.problems[0]
    assert look.problems[0].startswith("templates/logo.png: ")


@pytest.mark.skipif(os.name == "nt", reason="links need a right of their own there")
def test_a_style_or_a_logo_that_is_a_link_to_another_file_is_not_read(tmp_path: Path) -> None:
    root, other = practice(tmp_path), tmp_path / "elsewhere"
    other.write_bytes(png())
    for name in ("style.css", "logo.png"):
        (root / "templates" / name).unlink(missing_ok=True)
        (root / "templates" / name).symlink_to(other)
    look = look_of(root)
    assert (look.css, look.logo) == ("", "")
    assert ["a link that leads out of its folder" in problem for problem in look.problems] == [True, True]


@pytest.mark.parametrize("kind", ["svg", "jpg", "webp"])
def test_a_logo_of_another_kind_is_said_and_not_printed(kind: str, tmp_path: Path) -> None:
    (practice(tmp_path) / f"templates/logo.{kind}").write_bytes(b"<svg onload='fetch(1)'/>")
    look = look_of(tmp_path)
    assert look.logo == ""
    assert look.problems == (
        "templates/logo.png: there is a logo of another kind; save it as a PNG; no logo is printed",
    )


STYLES = (
    "body { background: url(file:///etc/passwd) }",
    "body { background: URL ('http://127.0.0.1/x') }",
    "@import 'x.css';",
    "@im\\70ort 'x.css';",
    "body { background: u\\72l(x) }",
    "@font-face { font-family: x; src: url(x) }",
    "body { background: image-set('x.png' 1x) }",
    "</style><script>fetch('/')</script>",
    "a { color: red } /*" + " " * 70_000,
    b"\xff\xfe",
)


@pytest.mark.parametrize("css", STYLES, ids=lambda css: str(css)[:24])
def test_a_style_sheet_that_reaches_out_is_not_used_and_said(css: str | bytes, tmp_path: Path) -> None:
    look = look_of(practice(tmp_path, css))
    assert look.css == ""
    assert look.problems
    assert look.problems[0].startswith("templates/style.css: ")


PALE = {
    "--accent: #ffcc00": "--accent: #ffcc00 is too pale to read, 1.5 to 1 with the paper, 4.5 is the least; #005f9e is used",
    "--soft: #999999": "--soft: #999999 is too pale to read, 2.8 to 1 with the paper, 4.5 is the least; #595959 is used",
    "--warn: red": "--warn is not written as #rrggbb; #a80000 is used",
    "--accent: rgb(0, 0, 0)": "--accent is not written as #rrggbb; #005f9e is used",
    "color: #00ff00": "color: #00ff00 is too pale to read, 1.4 to 1 with the paper, 4.5 is the least",
}


@pytest.mark.parametrize("line", PALE)
def test_a_colour_too_pale_for_words_is_said_and_ours_is_used(line: str, tmp_path: Path) -> None:
    look = look_of(practice(tmp_path, f":root {{ {line} }}"))
    assert look.problems == (f"templates/style.css: {PALE[line]}",)
    assert (look.accent, look.ink, look.soft) == (ACCENT, INK, SOFT)
    assert "--accent: #005f9e; --ink: #1d1d1b; --soft: #595959; --warn: #a80000" in look.css


def test_colours_that_can_be_read_are_used_as_they_are(tmp_path: Path) -> None:
    look = look_of(
        practice(
            tmp_path,
            ":root { --accent: #7A1F5C; --warn:#880000 } .headline { color: #333333; background-color: #ffffee }",
        )
    )
    assert look.problems == ()
    assert look.accent == "#7A1F5C"
    assert look.css.count("--accent") == 1


def test_grey_print_has_no_colour_at_all_and_says_the_same(tmp_path: Path) -> None:
    own = practice(tmp_path, ":root { --accent: #7a1f5c }")
    html = render_sheet(examples.falling(), look=look_of(own, grey=True))
    body = html.partition("</style>")[2]
    for colour in set(re.findall(r"#[0-9a-f]{6}", body)):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) <= 4, colour
    assert html.index("--accent: #1d1d1b") > html.index("--accent: #7a1f5c")
    assert '<b class="hot">' in html, "what moved is bold, not only coloured"


def test_large_print_sets_no_word_smaller_than_thirteen_points_and_takes_the_pages_it_needs() -> None:
    look = Look(large=True)
    html = render_sheet(examples.falling(), look=look)
    assert "--size: 16pt; --h1: 25pt; --note: 13pt; --table: 13pt" in html
    assert pages(sheet_pdf(examples.falling(), look=look)) in {2, 3, 4}


@needs_pdftotext
def test_in_large_print_no_table_is_torn_apart_and_no_page_holds_the_foot_alone(tmp_path: Path) -> None:
    for page in ("therapist", "client"):
        (tmp_path / f"{page}.pdf").write_bytes(sheet_pdf(examples.falling(), page, look=Look(large=True)))
    numbers = [text for text in read(tmp_path / "therapist.pdf") if "The same as numbers" in text]
    rows = ("session of", "therapist (9 answers)", "How the client is (5 answers)")
    assert [all(row in text for row in rows) for text in numbers] == [True]
    assert all(len(text.split()) > 40 for text in read(tmp_path / "client.pdf"))


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_the_paper_is_the_one_that_is_set_and_a_sheet_is_one_page_of_it(paper: str, size: tuple[int, int]) -> None:
    for make in (examples.falling, examples.crowded):
        pdf = sheet_pdf(make(), look=Look(paper=paper))
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            boxes = [tuple(round(float(page.mediabox[at])) for at in (2, 3)) for page in opened.pages]
        assert boxes == [size]


def test_a_page_from_right_to_left_says_so_and_keeps_dates_apart() -> None:
    with speaking(language_of("ar")):
        html = render_sheet(replace(examples.falling(), language="ar"), "client")
    assert html.startswith('<!DOCTYPE html>\n<html lang="ar" dir="rtl">')
    assert "<bdi>27 أبريل 2026</bdi>" in html
    assert write_pdf(html)[1] == 1
    assert FONT.split(",")[0].strip('"') in html


def test_a_look_that_cannot_be_used_names_no_file_outside_of_the_practice(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_style(practice(tmp_path, b"\xff") / "templates/style.css")
    assert str(tmp_path) not in "".join(look_of(tmp_path).problems)
