"""Words stand out from paper by 4.5 to 1, what is drawn by 3 to 1; measured in the pages as they are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from fit_toolkit.sheets.look import INK, contrast
from tests.browser.structure import Node, tree

# Lines to read values off, which are printed beside them as well; hatching within an outline; the paper under a word.
QUIET = {"rules", "clear", "hatch"}
DRAWN = {"path", "circle", "rect", "line", "ellipse", "polygon", "polyline"}
HEX = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?\b")


@pytest.fixture(scope="module")
def trees(pages: dict[str, str]) -> dict[str, Node]:
    return {name: tree(html) for name, html in pages.items()}


def given(node: Node, name: str) -> str:
    """An attribute of an element, or of the nearest around it."""
    return next((each.attrs[name] for each in (node, *node.above()) if name in each.attrs), "")


def full(colour: str) -> str:
    return "#" + "".join(sign * 2 for sign in colour[1:]) if len(colour) == 4 else colour


def faint(colour: str, least: float) -> bool:
    return contrast(full(colour)) < least


def words(page: Node) -> Iterator[str]:
    for text in page.all("text"):
        colour = given(text, "fill")
        if not HEX.fullmatch(colour) or faint(colour, 4.5):
            yield f"{colour}: {text.text[:30]}"


def drawings(page: Node) -> Iterator[str]:
    """What is drawn too faintly; an outline that is dark enough is enough for what it goes round."""
    for node in page.all(*DRAWN):
        names = {name for each in (node, *node.above()) for name in each.attrs.get("class", "").split()}
        within = {each.tag for each in node.above()}
        if names & QUIET or "pattern" in within:
            continue
        colours = [given(node, name) for name in ("stroke", "fill")]
        seen = [colour for colour in colours if HEX.fullmatch(colour)]
        partner = node.parent is not None and any(
            isinstance(each, Node) and each.attrs.get("d") == node.attrs.get("d", "-")
            for each in node.parent.children
            if each is not node
        )
        if seen and not partner and all(faint(colour, 3) for colour in seen):
            yield f"{node.tag}.{node.attrs.get('class', '')} {' '.join(seen)}"


def test_every_word_in_a_picture_can_be_read(trees: dict[str, Node]) -> None:
    assert {name: found for name, page in trees.items() if (found := sorted(set(words(page))))} == {}


def test_everything_drawn_can_be_seen(trees: dict[str, Node]) -> None:
    assert {name: found for name, page in trees.items() if (found := sorted(set(drawings(page))))} == {}


def style_sheets() -> dict[str, str]:
    folder = files("fit_toolkit.templates")
    found: dict[str, str] = {}
    for part in folder.iterdir():
        if part.is_dir():
            found |= {f"{part.name}/{each.name}": each.read_text(encoding="utf-8") for each in part.iterdir() if each.name.endswith(".css")}  # fmt: skip
    return found


def test_every_colour_a_style_sheet_gives_to_words_can_be_read() -> None:
    sheets = style_sheets()
    assert len(sheets) >= 6
    for name, css in sheets.items():
        for rule in re.findall(r"{([^{}]*)}", css):
            grounds = re.findall(r"background(?:-color)?:\s*(#\w+)", rule) or ["#fff"]
            mine = re.findall(r"(?<![-\w])color:\s*(#\w+)|--(?:accent|ink|soft|warn):\s*(#\w+)", rule)
            colours = [full(colour) for pair in mine for colour in pair if colour]
            colours += [] if colours else [INK]  # what words have where nothing is said
            for colour in colours:
                assert contrast(colour, full(grounds[-1])) >= 4.5, (name, rule)


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == 1
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)
    assert faint("#999", 3)
    assert not faint("#949494", 3)
