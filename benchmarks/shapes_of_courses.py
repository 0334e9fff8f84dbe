"""Running bands, control chart, cumulative sums, shapes, V-shaped stretches of 100,000 members x 12 sessions, in array time.

Prints for each method how many plain numpy passes over the same ratings it takes (a pass: the mean, the SD and the steps of
every member's ratings, from the same flat arrays) and how many times faster it is than the same method in pandas
`groupby.apply`, which is timed on a share of the members and scaled. The results of both ways are compared on that share.
What is applied to one member is plain Python, which is faster than NumPy or pandas on twelve numbers. The arrays go slice by
slice, as in a run. Ends with 1 where a method takes more than 12 passes, is less than 10 times as fast as groupby.apply, or
differs.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from fit_toolkit.analysis import control_limits, course_shapes, slow_erosion, usual_band, v_shapes
from fit_toolkit.course import Course, Members, Norms, ScaleView

SLICE = 4000
PASSES, FASTER = 12, 10
NORMS = Norms(name="benchmark", mean=37.0, sd_between=2.5, sd_within=1.5)
PRIOR, NOISE = 1 / NORMS.sd_between**2, 1 / NORMS.sd_within**2
SCALE = ScaleView(instrument="example", scale="total", high=40.0)
BETWEEN = 2.5
Z = NormalDist().inv_cdf(0.975)


def clinic(members: int, sessions: int) -> Course:
    """Ratings to one decimal, a week apart: between SD 2.5, within 1.5, cut off at 40."""
    random = np.random.default_rng(1)
    ratings = np.clip(random.normal(37, 2.5, (members, 1)) + random.normal(0, 1.5, (members, sessions)), 0, 40)
    return course_of(np.rint(ratings * 10).astype(np.int64).ravel() * 100_000, members, sessions)


def course_of(tick: np.ndarray, members: int, sessions: int) -> Course:
    """Give a fresh course, of which nothing has been worked out yet."""
    n = members * sessions
    week = np.tile(np.arange(sessions, dtype=np.int64), members)
    return Course(
        tick=tick,
        day=week * 7,
        session=week + 1,
        root=np.arange(n, dtype=np.int64),
        prorated=np.zeros(n, bool),
        mark=np.zeros(n, bool),
        offsets=np.arange(members + 1, dtype=np.int64) * sessions,
        member=np.arange(members, dtype=np.int64),
        members=Members.plain(members),
        scale=SCALE,
    )


def plain_pass(course: Course) -> tuple[np.ndarray, ...]:
    """Go over the ratings once in plain numpy: mean, SD and steps of each member."""
    starts = course.offsets[:-1]
    value, count = course.tick / 1_000_000, np.diff(course.offsets)
    mean = np.add.reduceat(value, starts) / count
    sd = np.sqrt(np.add.reduceat((value - np.repeat(mean, count)) ** 2, starts) / (count - 1))
    return mean, sd, np.diff(value)


METHODS: dict[str, Callable[[Course], np.ndarray]] = {
    "running band": lambda course: usual_band(course, norms=NORMS).low,
    "control chart": lambda course: control_limits(course).low,
    "cumulative sum": lambda course: slow_erosion(course, norms=NORMS).sum,
    "shapes": lambda course: course_shapes(course).code,
    "V-shaped stretches": lambda course: v_shapes(course, between=BETWEEN).per_course,
}


def band_of_one(own: pd.Series) -> list[float]:
    """The lower edge of the usual band at each rating of one member."""
    out, before = [math.nan], 0.0
    for n, value in enumerate(own.tolist()):
        if n:
            weight = 1 / (PRIOR + n * NOISE)
            centre = (NORMS.mean * PRIOR + before * NOISE) * weight
            out.append(centre - Z * math.sqrt(weight + NORMS.sd_within**2))
        before += value
    return out


def chart_of_one(own: pd.Series) -> list[float]:
    """The lower control limit at each rating of one member."""
    values = own.tolist()
    low = [math.nan] * len(values)
    for n in range(5, len(values)):
        steps = [abs(b - a) for a, b in itertools.pairwise(values[:n])]
        if sum(steps) > 0:
            low[n] = sum(values[:n]) / n - 2.66 * sum(steps) / len(steps)
    return low


def sum_of_one(own: pd.Series) -> list[float]:
    """The cumulative sum at each rating of one member."""
    out, total, before = [], 0.0, 0.0
    for n, value in enumerate(own.tolist()):
        if n:
            weight = 1 / (PRIOR + n * NOISE)
            expected = (NORMS.mean * PRIOR + before * NOISE) * weight
            away = (expected - value) / math.sqrt(weight + NORMS.sd_within**2)
            total = max(0.0, total + min(away, 2.0) - 0.5)
        before += value
        out.append(total)
    return out


def shape_of_one(own: pd.Series) -> list[float]:
    """The place of the shape of one member's course (no gaps here)."""
    values = own.tolist()
    part, n = max(len(values) // 3, 1), len(values)
    start, end = sum(values[:part]) / part, sum(values[-part:]) / part
    large = [d for d in (round(b - a, 6) for a, b in itertools.pairwise(values)) if abs(d) >= 6]
    swings = sum(1 for k, d in enumerate(large) if k == 0 or (d > 0) != (large[k - 1] > 0))
    low = [value <= round(min(start, end) - 6, 6) for value in values]
    stretches = sum(1 for k in range(n) if low[k] and (k == 0 or not low[k - 1]))
    inside = stretches == 1 and not low[0] and not low[-1]
    change = round(end - start, 6)
    tests = [n < 4, False, swings >= 3, min(values) >= 38, change >= 6 and start < 30, change >= 6]
    tests += [change <= -6 and start < 30, change <= -6, inside and sum(low) <= 2, inside, True]
    return [float(tests.index(True))]


def stretches_of_one(own: pd.Series) -> list[float]:
    """How many V-shaped stretches one member's course has."""
    values = own.tolist()
    sd = statistics.stdev(values)
    theta, top, bottom, repaired = round(max(sd, BETWEEN), 6) if sd else math.inf, values[0], math.nan, 0
    for value in values[1:]:
        if math.isnan(bottom):
            if value >= top:
                top = value
            elif round(top - value, 6) >= theta:
                bottom = value
        elif value < bottom:
            bottom = value
        elif round(value - bottom, 6) >= theta:
            repaired, top, bottom = repaired + 1, value, math.nan
    return [float(repaired)]


ONE_BY_ONE: dict[str, Callable[[pd.Series], list[float]]] = {
    "running band": band_of_one,
    "control chart": chart_of_one,
    "cumulative sum": sum_of_one,
    "shapes": shape_of_one,
    "V-shaped stretches": stretches_of_one,
}


def by_slices(method: Callable[[Course], Any], tick: np.ndarray, members: int, sessions: int) -> None:
    """Work through slices of whole courses, one after another, as a run does."""
    for start in range(0, members, SLICE):
        m = min(SLICE, members - start)
        method(course_of(tick[start * sessions : (start + m) * sessions], m, sessions))


def timed(work: Callable[[], Any]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=12)
    parser.add_argument("--share", type=int, default=5_000, help="members for groupby.apply")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    members, sessions, share = given.members, given.sessions, min(given.share, given.members)
    tick = clinic(members, sessions).tick
    some = course_of(tick[: share * sessions], share, sessions)
    frame = pd.DataFrame({"member": some.owner, "value": some.value})
    passes: list[float] = []
    seconds: dict[str, list[float]] = {name: [] for name in METHODS}
    for _ in range(given.runs):
        passes.append(timed(lambda: by_slices(plain_pass, tick, members, sessions)))
        for name, method in METHODS.items():
            seconds[name].append(timed(partial(by_slices, method, tick, members, sessions)))
    one_pass = statistics.median(passes)
    print(
        f"{members:,} members x {sessions} sessions, medians of {given.runs}; one plain pass {one_pass * 1000:.1f} ms"
    )
    fine = True
    for name, method in METHODS.items():
        began = time.perf_counter()
        by_one = frame.groupby("member")["value"].apply(ONE_BY_ONE[name])
        slow = (time.perf_counter() - began) * members / share
        plain = np.concatenate(by_one.tolist())
        same = np.allclose(method(some), plain, rtol=0, atol=1e-4, equal_nan=True)
        fast = statistics.median(seconds[name])
        print(
            f"  {name:20} {fast * 1000:8.1f} ms: {fast / one_pass:5.1f} passes (bar {PASSES}); groupby.apply takes"
            f" {slow / fast:5.0f} times as long (bar {FASTER}); {'same' if same else 'DIFFERENT'} on {share:,} members"
        )
        fine &= same and fast <= PASSES * one_pass and slow >= FASTER * fast
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
