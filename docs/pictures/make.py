"""Draw the pictures of the manual from a made-up client: `python docs/pictures/make.py` (needs pdftoppm and Pillow)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from fit_toolkit import catalog  # noqa: E402 - the example people are in the tests, beside src
from fit_toolkit.caseload.table import Wanted  # noqa: E402
from fit_toolkit.cli import run  # noqa: E402
from fit_toolkit.practice import caseload, open_practice  # noqa: E402
from fit_toolkit.practice.reporting import as_pdf, make_report  # noqa: E402
from fit_toolkit.sheets import form_pdf, sheet_pdf, write_pdf  # noqa: E402
from tests.report.making import Service, made_up  # noqa: E402
from tests.sheets import examples  # noqa: E402
from tests.sheets.shapes import SHAPES  # noqa: E402

DPI = 110
SMALL = 62  # of the ten shapes
COLOURS = 64


def draw(name: str, pdf: bytes, dpi: int = DPI) -> None:
    """Turn a one-page PDF into a small PNG."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.pdf")
        source.write_bytes(pdf)
        command = ["pdftoppm", "-r", str(dpi), "-png", "-singlefile", str(source), str(source.with_suffix(""))]
        subprocess.run(command, check=True)
        page = Image.open(source.with_suffix(".png")).convert("RGB").quantize(COLOURS)
        page.save(HERE / f"{name}.png", optimize=True)


def report() -> bytes:
    """The report of a made-up service; its first page is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service(Path(folder, "practice"))
        service.plan()
        service.add(made_up(400, therapists=8))
        found = make_report(service.practice, since=date(2026, 1, 1), until=date(2026, 11, 22))
        return as_pdf(service.practice, found)


def waiting() -> bytes:
    """The caseload of the demo; its first page is drawn."""
    morning = datetime.fromisoformat("2026-11-23T07:00")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "demo")
        run(["demo", str(root)], clock=lambda: morning)
        practice = open_practice(root, clock=lambda: morning)
        html, _ = caseload.as_html(practice, Wanted(), supervision=False)
        practice.store.close()
        return write_pdf(html)[0]


def main() -> None:
    """Draw both pages of the sheet, a sheet of sixty sessions, the report, the caseload, a blank form and ten shapes of courses."""
    known = catalog.build([catalog.bundled()])
    id = "today-together-client"
    draw("sheet-therapist", sheet_pdf(examples.falling()))
    draw("sheet-client", sheet_pdf(examples.falling(), "client"))
    draw("sheet-sixty-sessions", sheet_pdf(examples.sixty()))
    draw("report", report())
    draw("caseload", waiting())
    draw("form", form_pdf(known.get(id), known.wording(id, "en"), code="C-0042", who_sees="the supervision group"))
    (HERE / "shapes").mkdir(exist_ok=True)
    for make in SHAPES:
        draw(f"shapes/{make.__name__}", sheet_pdf(make()), SMALL)


if __name__ == "__main__":
    main()
