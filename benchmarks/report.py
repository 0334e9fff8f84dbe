"""The report of 20,000 courses beside plain pandas reading the same rows: `python benchmarks/report.py`.

Plain pandas asks the store for the very rows and columns the report rests on, with the joins somebody would write by
hand, and computes nothing. Everything takes turns; medians of processor time are compared. Bars: at most 1.25 of plain
pandas and 1.2 GB of memory.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pandas as pd
import sqlalchemy as sa

from fit_toolkit.practice import Practice
from fit_toolkit.practice.reporting import as_html, make_report
from tests.report.making import ALLIANCE, FACETS, PHQ, Service, made_up

BAR, MEMORY = 1.25, 1200
SINCE, UNTIL = date(2026, 1, 1), date(2026, 11, 23)
PART = 5_000
AGREED = {"governance.therapist_figures": "agreed on 2026-03-01 with the works council"}
SCOPE = "m.joined_on <= :until AND coalesce(m.left_on, e.closed_on) BETWEEN :since AND :until"
MEMBERS = f"FROM member m JOIN episode e ON e.id = m.episode_id WHERE {SCOPE}"
RATED = f"""
FROM administration a JOIN member m ON m.id = a.member_id JOIN episode e ON e.id = m.episode_id
JOIN score s ON s.administration_id = a.id
WHERE {SCOPE} AND a.state = 'valid' AND a.instrument = :instrument AND a.rater = 'client'
"""


def service(folder: Path, courses: int) -> Practice:
    """Make up a service, some thousand courses at a time."""
    made = Service(folder, AGREED)
    made.plan()
    for start in range(0, courses, PART):
        made.add(made_up(min(PART, courses - start), therapists=100, seed=start))
    return made.practice


def read_plainly(practice: Practice) -> int:
    """Read what the report rests on with pandas, as one would write it by hand."""
    rows = 0
    with practice.store.read() as c:

        def read(query: str, **given: str) -> pd.DataFrame:
            return pd.read_sql_query(sa.text(query), c, params={"since": str(SINCE), "until": str(UNTIL), **given})

        rows += len(read(f"SELECT m.id, m.episode_id, m.joined_on, m.left_on, e.closed_on, e.close_reason {MEMBERS}"))
        columns = "SELECT a.id, a.member_id, a.session_on, a.occasion, a.pair_id, s.value_ticks"
        for instrument in (PHQ, ALLIANCE):
            rows += len(read(f"{columns} {RATED} AND s.scale = 'total'", instrument=instrument))
        facets = ", ".join(f"'{each}'" for each in FACETS)
        rows += len(read(f"SELECT a.id, s.scale, s.value_ticks {RATED} AND s.scale IN ({facets})", instrument=ALLIANCE))
        rows += len(read("SELECT episode_id, \"on\" FROM appointment WHERE status IN ('held', 'planned')"))
        rows += len(read("SELECT DISTINCT member_id, session_on FROM administration WHERE state = 'valid'"))
    return rows


def interleaved(cases: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run the cases in turn, leave out the first round, and return each median in seconds of processor time."""
    times: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(rounds + 1):
        for name, case in cases.items():
            start = time.process_time()
            case()
            if number:
                times[name].append(time.process_time() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> int:
    """Print the figures and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--courses", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        practice = service(Path(folder, "practice"), given.courses)
        report = make_report(practice, since=SINCE, until=UNTIL)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = interleaved(
            {
                "fit report": lambda: make_report(practice, since=SINCE, until=UNTIL),
                "plain pandas": lambda: read_plainly(practice),
                "its page": lambda: as_html(practice, report),
            },
            given.rounds,
        )
        rows = read_plainly(practice)
    ratio, page = found["fit report"] / found["plain pandas"], found["its page"] / found["fit report"]
    print(
        f"{given.courses:,} courses, {rows:,} rows: "
        + ", ".join(f"{name} {taken:.2f} s" for name, taken in found.items())
    )
    print(f"  fit report, all figures / plain pandas, reading only {ratio:.2f} (bar {BAR})")
    print(f"  its page takes {page:.3f} of that; most memory, the making of the data included, {memory:.0f} MB")
    return 0 if ratio <= BAR and memory <= MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
