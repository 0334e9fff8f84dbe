"""Reliable change of all neighbouring pairs of 100,000 members x 12 sessions: `python benchmarks/change.py`.

Beside a plain NumPy pass over the same pairs (subtract, divide, compare twice) and the same method by pandas
`groupby.apply`, which is timed on every fiftieth member and multiplied. Also all six methods on 100,000 pairs.
Bars: at most BAR_NUMPY times the plain pass; at least BAR_PANDAS times as fast as groupby.apply.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from fit_toolkit.analysis import all_methods, clinical_cutoff, reliable_change

MEMBERS, SESSIONS, ROUNDS, EVERY = 100_000, 12, 5, 50
RELIABILITY, SD, CRITICAL = 0.8, 5.0, 1.959963984540054
BAR_NUMPY, BAR_PANDAS = 15, 50
Floats = npt.NDArray[np.float64]


def made_up() -> Floats:
    """Make up courses on a scale of tenths, one row per member."""
    random = np.random.default_rng(20261123)
    level = random.normal(25, 5, (MEMBERS, 1))
    return np.round(level - np.arange(SESSIONS) * 0.5 + random.normal(0, 2, (MEMBERS, SESSIONS)), 1)


def plain(pre: Floats, post: Floats) -> Floats:
    """Do the least there is to do: an index and two comparisons."""
    index = (post - pre) / (SD * math.sqrt(2 * (1 - RELIABILITY)))
    return np.where(index < -CRITICAL, 1, np.where(index > CRITICAL, 3, 2))


def by_group(frame: pd.DataFrame) -> pd.Series:
    """Do the same member by member."""
    return frame.groupby("member")["value"].apply(
        lambda each: (each.diff() / (SD * math.sqrt(2 * (1 - RELIABILITY)))).abs() > CRITICAL
    )


def took(work: Callable[[], object]) -> float:
    """Give the seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Measure, interleaved; 1 where a bar is missed."""
    values = made_up()
    pre, post = values[:, :-1].ravel(), values[:, 1:].ravel()
    some = values[::EVERY]
    frame = pd.DataFrame({"member": np.repeat(np.arange(len(some)), SESSIONS), "value": some.ravel()})
    line = clinical_cutoff("c", better="lower", m_clinical=25, sd_clinical=5, m_functional=12, sd_functional=4)
    runs = [
        (
            took(lambda: reliable_change(pre, post, reliability=RELIABILITY, sd=SD, better="lower")),
            took(lambda: plain(pre, post)),
            took(lambda: by_group(frame)) * EVERY,
            took(
                lambda: all_methods(values[:, 0], values[:, -1], reliability=RELIABILITY, better="lower", cutoff=line)
            ),
        )
        for _ in range(ROUNDS)
    ]
    ours, numpy, pandas, every = (statistics.median(run[place] for run in runs) for place in range(4))
    print(
        f"jt on {len(pre)} pairs: {ours * 1e3:.0f} ms; plain NumPy {numpy * 1e3:.0f} ms (ratio {ours / numpy:.1f}, bar {BAR_NUMPY});"
        f" pandas groupby.apply {pandas:.1f} s ({pandas / ours:.0f} times ours, bar {BAR_PANDAS})"
    )
    print(f"six methods with categories and agreement on {MEMBERS} pairs: {every * 1e3:.0f} ms")
    return int(ours / numpy > BAR_NUMPY or pandas / ours < BAR_PANDAS)


if __name__ == "__main__":
    raise SystemExit(main())
