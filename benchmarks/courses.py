"""Findings of the six course policies over 100,000 members x 8 sessions, beside a plain loop and a copy of the columns.

Prints two ratios: how many times faster than a per-member Python loop with identical findings (bar: at least 40), and
how many times a copy of the four columns the policies read (bar: at most 10). Medians of interleaved runs; the cutting
of spells is reported beside it.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import NormalDist
from typing import TypeAlias

import numpy as np

from fit_toolkit.course import AlertPolicy, Course, Findings, Members, Norms, Rating, ScaleView, cut
from fit_toolkit.engine import build_registry

SLICE = 4000
LOOP_BAR, COPY_BAR = 40, 10
GAP = 42
Rows: TypeAlias = list[tuple[bool, float, float | bool]]
NORMS = Norms(name="benchmark", mean=8.0, sd_between=1.0, sd_within=0.7)
PRIOR, NOISE = 1 / NORMS.sd_between**2, 1 / NORMS.sd_within**2
Z = NormalDist().inv_cdf(0.975)
OTHER = Rating(rater="therapist")
PARAMETERS: dict[str, dict[str, object]] = {
    "cutoff": {"line": 7.0, "operator": "<", "margin": 0.5},
    "drop": {"points": 1.0},
    "fall-from-best": {"points": 2.0},
    "beyond-usual": {"norms": NORMS},
    "divergence": {"gap": 3.0},
    "risk": {"trigger": 3.0},
}
SCALE = ScaleView(instrument="example", scale="total", trigger=3.0, trigger_operator="<=")


def policies() -> list[AlertPolicy]:
    """The six first-party policies that look at courses."""
    registry = build_registry(third_party=False)
    made = []
    for kind, parameters in PARAMETERS.items():
        cls = registry.policies[kind].cls
        assert cls is not None
        made.append(cls(**parameters))
    return made


def clinic(members: int, sessions: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ratings to one decimal of client and therapist, in ticks, and the days."""
    random = np.random.default_rng(1)
    level = random.normal(8, 1, (members, 1))
    ratings = np.clip(level + random.normal(0, 0.7, (members, sessions)), 0, 10)
    theirs = np.clip(ratings + random.normal(0, 1.2, ratings.shape), 0, 10)
    days = np.tile(np.arange(sessions) * 7, members).astype(np.int64)
    return _ticks(ratings), _ticks(theirs), days


def _ticks(values: np.ndarray) -> np.ndarray:
    tenths: np.ndarray = np.rint(values * 10).astype(np.int64).ravel()
    return tenths * 100_000


def slices(tick: np.ndarray, theirs: np.ndarray, day: np.ndarray, members: int, sessions: int) -> Iterator[Course]:
    """Slices of whole courses, one after another, as a run works through them."""
    for start in range(0, members, SLICE):
        m = min(SLICE, members - start)
        place = slice(start * sessions, (start + m) * sessions)
        partner = _course(theirs[place], day[place], m, sessions, {})
        yield _course(tick[place], day[place], m, sessions, {OTHER: partner})


def _course(tick: np.ndarray, day: np.ndarray, m: int, sessions: int, partners: dict[Rating, Course]) -> Course:
    n = len(tick)
    return Course(
        tick=tick,
        day=day,
        session=day,
        root=day,
        prorated=np.zeros(n, bool),
        mark=np.zeros(n, bool),
        offsets=np.arange(m + 1, dtype=np.int64) * sessions,
        member=np.arange(m, dtype=np.int64),
        members=Members.plain(m),
        scale=SCALE,
        partners=partners,
    )


def by_array(parts: Iterator[Course], asked: list[AlertPolicy]) -> None:
    """Ask as a run does, slice by slice: the columns become a Course, and six policies look at it."""
    for course in parts:
        for policy in asked:
            policy.find(course)


def plain_cutoff(own: list[float], _: list[float], __: list[int]) -> Rows:
    """One member, one rating at a time: fires, the line, whether it would end a spell."""
    return [(value < 7.0, 7.0, round(value - 0.5, 6) >= 7.0) for value in own]


def plain_drop(own: list[float], _: list[float], days: list[int]) -> Rows:
    """Fires, the fall, the level to be back at."""
    rows: Rows = []
    for n, value in enumerate(own):
        previous = own[n - 1] if n and days[n] - days[n - 1] <= GAP else math.nan
        fall = round(previous - value, 6)
        rows.append((fall >= 1.0, fall, previous))
    return rows


def plain_fall_from_best(own: list[float], _: list[float], __: list[int]) -> Rows:
    """Fires, the fall, the best."""
    rows: Rows = []
    best = math.nan
    for n, value in enumerate(own):
        fall = round(best - value, 6)
        rows.append((fall >= 2.0, fall, best))
        best = max(best, value) if n else value
    return rows


def plain_beyond_usual(own: list[float], _: list[float], __: list[int]) -> Rows:
    """Fires, both edges of the band."""
    rows: Rows = []
    total = 0.0
    for n, value in enumerate(own):
        weight = 1 / (PRIOR + n * NOISE)
        centre = (NORMS.mean * PRIOR + total * NOISE) * weight
        half = Z * math.sqrt(weight + NORMS.sd_within**2) if n else math.nan
        rows.append((value < centre - half, centre - half, centre + half))
        total += value
    return rows


def plain_divergence(own: list[float], other: list[float], _: list[int]) -> Rows:
    """Fires, how far apart, whether it would end a spell."""
    rows: Rows = []
    for value, their in zip(own, other, strict=True):
        apart = abs(round(value - their, 6))
        rows.append((apart >= 3.0, apart, apart < 1.5))
    return rows


def plain_risk(own: list[float], _: list[float], __: list[int]) -> Rows:
    """Fires, the answer, whether it asks for a person again."""
    rows: Rows = []
    worst = math.nan
    for n, value in enumerate(own):
        flagged = value <= 3.0
        rows.append((flagged, value, flagged and n > 0 and not value >= worst))
        worst = (min(worst, value) if worst == worst else value) if flagged else math.nan  # noqa: PLR0124
    return rows


PLAIN = (plain_cutoff, plain_drop, plain_fall_from_best, plain_beyond_usual, plain_divergence, plain_risk)
SHOWN = (
    ("line", "until"),
    ("fall", "back_to"),
    ("fall", "best"),
    ("low", "high"),
    ("apart", "until"),
    ("answer", "renew"),
)


def by_member(ratings: list[list[float]], theirs: list[list[float]], days: list[list[int]]) -> list[Rows]:
    """The same findings by a plain loop: every policy a function of one member's ratings."""
    out: list[Rows] = [[] for _ in PLAIN]
    for own, other, when in zip(ratings, theirs, days, strict=True):
        for place, policy in enumerate(PLAIN):
            out[place] += policy(own, other, when)
    return out


def identical(parts: list[list[Findings]], plain: list[Rows]) -> bool:
    """Whether both ways found the same, evidence included (to a billionth, where sums of floats are involved)."""
    for place, (names, rows) in enumerate(zip(SHOWN, plain, strict=True)):
        found = [findings[place] for findings in parts]
        for column, expected in zip(("fires", *names), zip(*rows, strict=True), strict=True):
            got = np.concatenate([_column(each, column) for each in found])
            if not np.allclose(got, np.array(expected, float), rtol=0, atol=1e-9, equal_nan=True):
                return False
    return True


def _column(findings: Findings, name: str) -> np.ndarray:
    column = findings.evidence.get(name, getattr(findings, name, None))
    return np.asarray(column, float)


def copies(columns: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Copy the four columns that the policies read: value, day, the other side's value, the owner."""
    return [column.copy() for column in columns]


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> int:
    """Measure and print; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    tick, theirs, day = clinic(given.members, given.sessions)
    owner = np.repeat(np.arange(given.members), given.sessions)
    asked = policies()
    shape = (given.members, given.sessions)
    ratings, others = ((t / 1_000_000).reshape(shape).tolist() for t in (tick, theirs))
    days = day.reshape(shape).tolist()
    found = [[policy.find(course) for policy in asked] for course in slices(tick, theirs, day, *shape)]
    same = identical(found, by_member(ratings, others, days))
    del found
    seconds: dict[str, list[float]] = {"arrays": [], "loop": [], "copy": [], "spells": []}
    for _ in range(given.runs):
        seconds["arrays"].append(timed(lambda: by_array(slices(tick, theirs, day, *shape), asked)))
        seconds["copy"].append(timed(lambda: copies((tick, day, theirs, owner))))
        seconds["loop"].append(timed(lambda: by_member(ratings, others, days)))
        cutting = 0.0
        for course in slices(tick, theirs, day, *shape):
            for policy in asked:
                findings = policy.find(course)
                cutting += timed(partial(cut, findings, lapse=3))
        seconds["spells"].append(cutting)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"six policies over {given.members:,} members x {given.sessions} sessions, medians of {given.runs}")
    print(f"  findings {median['arrays'] * 1000:8.1f} ms; identical to the plain loop: {'yes' if same else 'NO'}")
    print(
        f"  plain per-member loop {median['loop'] * 1000:8.1f} ms: {median['loop'] / median['arrays']:.0f} times as long (bar {LOOP_BAR})"
    )
    print(
        f"  copy of the four columns {median['copy'] * 1000:.1f} ms: findings take {median['arrays'] / median['copy']:.1f} copies (bar {COPY_BAR})"
    )
    print(f"  spells, cut afterwards {median['spells'] * 1000:8.1f} ms")
    within = median["loop"] >= LOOP_BAR * median["arrays"] and median["arrays"] <= COPY_BAR * median["copy"]
    return 0 if same and within else 1


if __name__ == "__main__":
    sys.exit(main())
