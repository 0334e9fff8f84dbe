"""Whether a session rated better than usual for this client goes before a better outcome: within-person lead and lag."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fit_toolkit.analysis.per_course import Floats, Ints, Mask, reduced
from fit_toolkit.analysis.quantiles import student_quantile
from fit_toolkit.course import Course, Rating

CLIENTS = 10  # below this nothing is estimated: a convention


@dataclass(frozen=True, eq=False)
class LeadLag:
    """`lead` (beta): change of the next outcome per point of the other rating above the client's own usual; `carry` (rho).

    Intervals by client; NaN where fewer than 10 clients have steps, or nothing varied.
    """

    lead: float
    carry: float
    lead_interval: tuple[float, float]
    carry_interval: tuple[float, float]
    clients: int
    steps: int


def lead_lag_effect(
    course: Course, other: Rating, *, centre: Literal["person", "running"] = "person", confidence: float = 0.95
) -> LeadLag:
    """Fit outcome(t+1) = a_i + rho outcome(t) + beta (A(t) - usual A) + e within persons; `course` is the outcome, A `other`.

    `person`: everything is centred on the client's own mean over the steps used, which is least squares with a constant
    for each client; for research, because these means know the future, and rho is biased downwards in short courses
    (Nickell 1981). `running`: A, the outcome and the next outcome are centred on what was known before session t (the
    mean of the earlier ratings of each, in sessions whose outcome was rated), so nothing looks ahead. A step needs both ratings of one session and the next
    outcome within `max_gap_days`. The model of Falkenstroem and others, without random slopes; standard errors clustered
    by client (G / (G - 1), t with G - 1 df). An association in time is no proof of a cause.
    """
    rows, columns = _steps(course, other, centre)
    owner = course.owner[rows]
    if centre == "person":
        columns = [_centred(column, rows, course) for column in columns]
    else:
        columns = [column - column.mean() if len(column) else column for column in columns]
    following, now, ahead = columns
    clients, steps = len(np.unique(owner)), len(owner)
    design = np.stack([ahead, now], axis=1)
    unknown = (math.nan, math.nan)
    if clients < CLIENTS or np.linalg.matrix_rank(design) < 2:
        return LeadLag(math.nan, math.nan, unknown, unknown, clients, steps)
    inverse = np.linalg.inv(design.T @ design)
    found = inverse @ design.T @ following
    scores = design * (following - design @ found)[:, None]
    by_client = np.stack([np.bincount(owner, weights=column)[np.unique(owner)] for column in scores.T])
    error = np.sqrt(np.diag(inverse @ (by_client @ by_client.T) @ inverse) * clients / (clients - 1))
    half = student_quantile(0.5 + confidence / 2, clients - 1) * error
    lead, carry = found.tolist()
    intervals = [(float(b - h), float(b + h)) for b, h in zip(found, half, strict=True)]
    return LeadLag(lead, carry, intervals[0], intervals[1], clients, steps)


def _steps(course: Course, other: Rating, centre: str) -> tuple[Ints, list[Floats]]:
    """Give the points steps start from, and the next outcome, the outcome and the other rating there."""
    ahead, following = course.beside(other), np.full(len(course), np.nan)
    following[:-1] = np.where(np.isnan(course.previous[1:]), np.nan, course.value[1:])
    now = course.value
    if centre == "running":
        usual, before = course.earlier_mean(), _earlier_mean(ahead, course)
        following, now, ahead = following - usual, now - usual, ahead - before
    used: Mask = ~(np.isnan(following) | np.isnan(ahead) | np.isnan(now))
    if centre == "person":  # one step says nothing about what is usual for a client
        used &= reduced(np.add, used.astype(np.int64), course)[course.owner] >= 2
    rows = np.flatnonzero(used)
    return rows, [column[rows] for column in (following, now, ahead)]


def _centred(column: Floats, rows: Ints, course: Course) -> Floats:
    spread = np.zeros(len(course))
    spread[rows] = column
    used = np.zeros(len(course), np.int64)
    used[rows] = 1
    total, n = reduced(np.add, spread, course), reduced(np.add, used, course)
    away: Floats = column - (total / np.maximum(n, 1))[course.owner[rows]]
    return away


def _earlier_mean(values: Floats, course: Course) -> Floats:
    """Mean of what is known of `values` before each point of its course; NaN where nothing is."""
    known = ~np.isnan(values)
    ticks = np.rint(np.where(known, values, 0.0) * 1_000_000).astype(np.int64)
    total, n = np.concatenate(([0], np.cumsum(ticks))), np.concatenate(([0], np.cumsum(known)))
    begin = course.offsets[:-1][course.owner]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Floats = (total[:-1] - total[begin]) / (1_000_000 * (n[:-1] - n[begin]))
    return mean
