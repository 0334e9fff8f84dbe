"""One warm sheet as PDF: the whole path from plain data beside WeasyPrint's bare cost for the same HTML.

Also an empty A4 page in the same process, HTML only, and headless Chromium printing the same file. Everything takes
turns; medians are compared. Bar: at most 1.15 of bare. `python benchmarks/sheet.py`
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import weasyprint

from fit_toolkit.courses.asking import Asking
from fit_toolkit.sheets import SheetData, render_sheet, sheet_pdf
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.pdf import VARIANT
from tests.clinic import Clinic
from tests.sheets import examples

BAR = 1.15
EMPTY = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>x</title>'
    "<style>@page { size: A4 }</style></head><body></body></html>"
)


def bare(html: str) -> bytes:
    """What one would write without us."""
    return bytes(weasyprint.HTML(string=html).write_pdf(pdf_variant=VARIANT))


def interleaved(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run the cases in turn, leave out the first two rounds, and return each median in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 2):
        for name, case in cases.items():
            start = time.perf_counter()
            case()
            if number > 1:
                times[name].append(time.perf_counter() - start)
    return {name: 1000 * statistics.median(taken) for name, taken in times.items()}


def chromium(html: str, rounds: int) -> float | None:
    """Print the same file with headless Chromium, a process each time as a script would."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        page, out = Path(folder, "sheet.html"), Path(folder, "sheet.pdf")
        page.write_text(html, encoding="utf-8")
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
                   f"--print-to-pdf={out}", page.as_uri()]  # fmt: skip
        taken = interleaved(
            {"chromium": lambda: subprocess.run(command, check=True, capture_output=True, timeout=60)}, rounds
        )
    return taken["chromium"]


def measure(sheet: SheetData, rounds: int) -> dict[str, float]:
    """Time every way of making this sheet."""
    html = render_sheet(sheet)
    return interleaved(
        {
            "empty A4 page": lambda: bare(EMPTY),
            "bare WeasyPrint": lambda: bare(html),
            "fit-toolkit": lambda: sheet_pdf(sheet),
            "HTML only": lambda: render_sheet(sheet),
        },
        rounds,
    )


def from_the_store(rounds: int) -> dict[str, float]:
    """The same with everything before it: reading the store, asking the policies, building the plain data."""
    with tempfile.TemporaryDirectory() as folder:
        clinic = Clinic(Path(folder, "practice"), day=80)
        clinic.open("c1")
        for week in range(10):
            clinic.rate("c1", 7 * week, 6 + week % 3)
            clinic.rate("c1", 7 * week, 7, instrument="today-together-therapist")
            clinic.rate("c1", 7 * week, 3 + week % 4, instrument="arriving-today", q7=0)
        clinic.run()
        today = clinic.clock().date()
        with Asking(clinic.practice) as asking, clinic.practice.store.read() as c:

            def build() -> SheetData:
                return build_sheet(clinic.practice, c, 1, as_of=today, asking=asking)

            html = render_sheet(build())
            cases: dict[str, Callable[[], object]] = {
                "bare WeasyPrint": lambda: bare(html),
                "fit-toolkit": lambda: sheet_pdf(build()),
                "building alone": build,
            }
            return interleaved(cases, rounds)


def main() -> int:
    """Print the table and say whether the bar holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    worst = 0.0
    for sheet, name in ((examples.falling(), "full sheet"), (examples.improving(), "quiet sheet")):
        found = measure(sheet, rounds)
        other = chromium(render_sheet(sheet), 3)
        empty, plain, ours = found["empty A4 page"], found["bare WeasyPrint"], found["fit-toolkit"]
        worst = max(worst, ours / plain)
        print(f"{name}: " + ", ".join(f"{key} {value:.1f} ms" for key, value in found.items()))
        print(f"  fit-toolkit / bare WeasyPrint {ours / plain:.2f} (bar {BAR}); {ours / empty:.1f} empty pages")
        print(f"  HTML only {ours / found['HTML only']:.0f} times faster than PDF")
        print(f"  headless Chromium, a process each {other:.0f} ms" if other else "  no Chromium here")
    found = from_the_store(rounds)
    ratio = found["fit-toolkit"] / found["bare WeasyPrint"]
    worst = max(worst, ratio)
    print("from the store: " + ", ".join(f"{key} {value:.1f} ms" for key, value in found.items()))
    print(f"  fit-toolkit / bare WeasyPrint {ratio:.2f} (bar {BAR})")
    return 0 if worst <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
