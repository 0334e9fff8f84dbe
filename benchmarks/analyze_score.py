"""100,000 rows of a 21-item, three-scale form from CSV to CSV: `python benchmarks/analyze_score.py`.

Reports what reading and writing the file takes and what scoring takes. Bar: reading and writing are the larger share.
"""

from __future__ import annotations

import statistics
import time

import msgspec
import numpy as np

from fit_toolkit.analysis.files import read_table
from fit_toolkit.analysis.scored import Scored, Wish, score_table
from fit_toolkit.model import Instrument

ROWS = 100_000
ROUNDS = 7
BAR = 0.5


def form() -> Instrument:
    """Make a form of 21 items, 0 to 3, and three doubled scales of seven items each, with bands."""
    items = [{"id": f"q{number}", "range": [0, 3]} for number in range(1, 22)]
    bands = [{"low": 0, "high": 9, "label": "low"}, {"low": 10, "high": 20, "label": "middle"}]
    bands.append({"low": 21, "high": 42, "label": "high"})
    scales = [
        {
            "id": name,
            "items": [f"q{number}" for number in range(first, 22, 3)],
            "multiply": 2,
            "range": [0, 42],
            "band_sets": [{"id": "main", "source": "made-up", "verified": True, "bands": bands}],
        }
        for first, name in enumerate(("total", "second", "third"), 1)
    ]
    return msgspec.convert(
        {
            "format": "fit-instrument/1", "id": "three", "version": "1", "title": "Three", "construct": "symptoms",
            "raters": ["client"], "direction": "higher_is_worse", "items": items, "scales": scales,
            "licence": {"status": "open", "electronic_use": "allowed", "text_included": False},
            "validation": {"status": "unknown"},
        },
        Instrument,
    )  # fmt: skip


def made_up() -> bytes:
    """Write a file of answers, one in a hundred left out."""
    random = np.random.default_rng(20261123)
    answers = random.integers(0, 4, (ROWS, 21)).astype(str)
    answers[random.random(answers.shape) < 0.01] = ""
    head = ",".join(["id", *(f"q{number}" for number in range(1, 22))])
    rows = [f"c{number}," + ",".join(row) for number, row in enumerate(answers)]
    return ("\n".join([head, *rows]) + "\n").encode()


def once(instrument: Instrument, data: bytes) -> tuple[tuple[float, float, float], Scored]:
    """Read, score and write once, and time each."""
    start = time.perf_counter()
    table = read_table(data, "answers.csv")
    read = time.perf_counter()
    made = score_table(instrument, table, Wish(ids=("id",)))
    done = time.perf_counter()
    made.csv().encode()
    return (read - start, done - read, time.perf_counter() - done), made


def main() -> int:
    """Measure; 1 when scoring takes more than reading and writing."""
    instrument, data = form(), made_up()
    runs = [once(instrument, data) for _ in range(ROUNDS)]
    reading, scoring, writing = (statistics.median(took[part] for took, _ in runs) for part in range(3))
    total = reading + scoring + writing
    lines = len(runs[0][1].place)
    print(
        f"{ROWS} rows x 21 items, 3 scales ({len(data) / 1e6:.1f} MB in, {lines} lines out): {total * 1e3:.0f} ms: "
        f"reading {reading / total:.0%}, scoring {scoring / total:.0%}, writing {writing / total:.0%} "
        f"(file {1 - scoring / total:.0%}, bar {BAR:.0%})"
    )
    return int(scoring / total > 1 - BAR)


if __name__ == "__main__":
    raise SystemExit(main())
