"""The pictures of ten course shapes in the manual are what a sheet looks like, within what fonts and rasters differ by.

A page is drawn and made so coarse that a letter's outline is gone and a line, a mark or a block of words is left; each
cell may differ a little. That the ten differ from each other by far more is tested, too. After a change of the look:
`python docs/pictures/make.py` draws them anew, to be looked at before they are committed.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.pdf import sheet_pdf
from tests.sheets.shapes import SHAPES

GOLDEN = Path(__file__).parents[2] / "docs/pictures/shapes"
DPI = 62
CELLS = (62, 88)  # across and down
CELL, MEAN = 0.12, 0.012  # how much darker or lighter one cell, and the page on average, may be; 1 is black for white


def _font() -> str:
    """Why the pictures cannot be compared here; "" where they can."""
    if shutil.which("pdftoppm") is None:
        return "pdftoppm is not installed (poppler-utils)"
    if shutil.which("fc-match") is not None:
        found = subprocess.run(["fc-match", "Liberation Sans"], capture_output=True, check=False, text=True).stdout
        if "Liberation Sans" not in found:
            return "Liberation Sans is not installed (fonts-liberation), so every line of words is another"
    return ""


pytestmark = pytest.mark.skipif(bool(_font()), reason=_font())


def picture(sheet: SheetData) -> Image.Image:
    """The page as pixels."""
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-singlefile", "-"]
    drawn = subprocess.run(command, input=sheet_pdf(sheet), capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("L")


def coarse(page: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """How light each cell of a page is."""
    return np.asarray(page.convert("L").resize(CELLS, Image.Resampling.BOX), dtype=float) / 255


def apart(a: Image.Image, b: Image.Image) -> tuple[float, float]:
    """By how much two pictures differ: in the cell where it is most, and on average."""
    difference = np.abs(coarse(a) - coarse(b))
    return float(difference.max()), float(difference.mean())


@pytest.mark.parametrize("make", SHAPES, ids=lambda make: make.__name__)
def test_a_sheet_looks_like_its_picture_in_the_manual(make: Callable[[], SheetData]) -> None:
    golden = Image.open(GOLDEN / f"{make.__name__}.png")
    most, mean = apart(golden, picture(make()))
    assert most <= CELL, "one place of the page looks different: python docs/pictures/make.py, and look"
    assert mean <= MEAN, "the page looks different: python docs/pictures/make.py, and look"


def test_no_two_pictures_could_be_taken_for_each_other() -> None:
    pages = [Image.open(GOLDEN / f"{make.__name__}.png") for make in SHAPES]
    assert all(apart(a, b)[0] > 1.5 * CELL for a, b in combinations(pages, 2))


def test_the_manual_shows_all_of_them_and_no_more() -> None:
    names = {f"{make.__name__}.png" for make in SHAPES}
    assert {file.name for file in GOLDEN.iterdir()} == names
    page = (GOLDEN.parents[1] / "sheets.md").read_text(encoding="utf-8")
    assert all(f"pictures/shapes/{name}" in page for name in names)
