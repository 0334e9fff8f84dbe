"""A day's 200 therapist sheets as PDF through `fit sheets`' own way, beside WeasyPrint's bare cost for the same HTML.

Three figures. Overhead: everything from the store to the file, in one warm process, against WeasyPrint alone on the same
pages (bar: at most 1.15); the two take turns, ten sheets each. HTML: the batch as HTML against the batch as PDF, both in
one process (bar: at least 20). These two in processor time, which others on the machine disturb less. Speed-up: the batch
with two processes against one by the clock, taking turns (bar: at least 1.7, with two free cores; whether they were is
printed). `python benchmarks/sheets.py`
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if __name__ == "__main__":  # processes that make sheets load this file, too; with `fit` there would be next to nothing
    import weasyprint

    from fit_toolkit.sheets.batch import Outcome, Wish, make_batch
    from fit_toolkit.sheets.batch_work import Done, Failed, Job, Shared, html_of, in_turn
    from fit_toolkit.sheets.pdf import VARIANT
    from fit_toolkit.store import people
    from tests.clinic import START, Clinic

OVERHEAD, SPEED_UP, HTML = 1.15, 1.7, 20.0
TURN = 10  # sheets
THERAPISTS = 10


def clinic(folder: Path, members: int) -> Clinic:
    """A practice of ten therapists with so many clients together, ten sessions each, two people rating."""
    made = Clinic(folder, day=80)
    with made.practice.store.begin() as c:
        for at in range(THERAPISTS):
            people.add_staff(c, f"t{at}", role="therapist", starts_on=START)
    for at in range(members):
        made.open(f"c{at}", therapist=f"t{at % THERAPISTS}")
        for week in range(10):
            made.rate(f"c{at}", 7 * week, 6 + (week + at) % 3)
            made.rate(f"c{at}", 7 * week, 7, instrument="today-together-therapist")
            made.rate(f"c{at}", 7 * week, 3 + (week * at) % 4, instrument="arriving-today", q7=0)
    made.run()
    return made


class Turns:
    """Runs a batch in this process and, after every few sheets, WeasyPrint alone on the same pages."""

    def __init__(self) -> None:
        self.bare: list[float] = []
        self.ours: list[float] = []
        self.end = 0.0  # of the last turn; what comes after it joins the sheets and writes the page

    def __call__(self, jobs: Iterator[Job], shared: Shared, count: int) -> Iterator[tuple[Job, Done | Failed]]:
        """Stand in for the batch's own way of running."""
        pages: list[str] = []
        start = time.process_time()
        for job, came in in_turn(jobs, shared):
            yield job, came
            aside = time.process_time()
            pages.append(html_of(job, (), shared.look))  # what WeasyPrint is given
            start += time.process_time() - aside
            if len(pages) == TURN:
                middle = time.process_time()
                for html in pages:
                    weasyprint.HTML(string=html).write_pdf(pdf_variant=VARIANT)
                self.ours.append((middle - start) / TURN)
                self.bare.append((time.process_time() - middle) / TURN)
                pages, start = [], time.process_time()
        self.end = start


def timed(work: Callable[[], Outcome]) -> tuple[float, float]:
    """Seconds on the clock and of all processors, children included."""
    start, before = time.perf_counter(), os.times()
    outcome = work()
    after = os.times()
    assert outcome.failed == 0, outcome
    return time.perf_counter() - start, sum(after[:4]) - sum(before[:4])


def main() -> int:
    """Print the three figures and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        practice = clinic(Path(folder, "practice"), given.members).practice
        places = (Path(folder, f"out{at}") for at in range(1000))

        def batch(
            fmt: Literal["pdf", "html"], jobs: int, runner: Callable[..., object] | None = None
        ) -> Callable[[], Outcome]:
            def work() -> Outcome:
                wish = Wish(day=practice.today(), place=next(places), fmt=fmt, jobs=jobs)
                how = {} if runner is None else {"runner": runner}
                return make_batch(practice, wish, tell=print, **how)  # type: ignore[arg-type]

            return work

        batch("pdf", 1, Turns())()  # warm
        turns = Turns()
        batch("pdf", 1, turns)()
        rest = (time.process_time() - turns.end) / given.members
        bare = statistics.median(turns.bare)
        total = statistics.median(turns.ours) + rest
        print(f"{given.members} sheets, load of this machine {os.getloadavg()[0]:.1f}")
        print(
            f"one warm process: {1000 * total:.1f} ms a sheet, of it {1000 * rest:.1f} to join them and write the page; bare WeasyPrint {1000 * bare:.1f} ms"
        )
        print(f"  ratio {total / bare:.2f} (bar {OVERHEAD})")
        html = statistics.median([timed(batch("html", 1))[1] for _ in range(3)]) / given.members
        print(f"HTML: {1000 * html:.1f} ms a sheet, {total / html:.1f} times faster than PDF (bar {HTML:g})")
        one, two = [], []
        for _ in range(given.rounds):
            one.append(timed(batch("pdf", 1)))
            two.append(timed(batch("pdf", 2)))
        (wall1, cpu1), (wall2, cpu2) = (tuple(map(statistics.median, zip(*each, strict=True))) for each in (one, two))
        print(
            f"one process {wall1:.1f} s ({cpu1:.1f} s of processors), two {wall2:.1f} s ({cpu2:.1f} s): {wall1 / wall2:.2f} times faster (bar {SPEED_UP})"
        )
        print(
            f"  processors at work for us: {cpu1 / wall1:.2f} and {cpu2 / wall2:.2f}; with {len(os.sched_getaffinity(0))} to be had, less than 2 means others were using them"
        )
    return 0 if total / bare <= OVERHEAD and wall1 / wall2 >= SPEED_UP and total / html >= HTML else 1


if __name__ == "__main__":
    sys.exit(main())
