"""Quantiles the bands need, without a statistics package at run time."""

from __future__ import annotations

import math
from functools import lru_cache

PRECISION = 1e-13


def student_cdf(t: float, df: int) -> float:
    """P(T <= t) for Student's t with a whole number of degrees of freedom.

    The finite trigonometric series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(t / math.sqrt(df))
    cos, sin = math.cos(angle), math.sin(angle)
    if df % 2:
        term, total = cos, 0.0
        for k in range(1, (df - 1) // 2 + 1):
            total += term
            term *= cos * cos * (2 * k) / (2 * k + 1)
        inside = 2 / math.pi * (angle + sin * total)
    else:
        term, total = 1.0, 0.0
        for k in range(1, df // 2 + 1):
            total += term
            term *= cos * cos * (2 * k - 1) / (2 * k)
        inside = sin * total
    return 0.5 + inside / 2


@lru_cache(maxsize=4096)
def student_quantile(probability: float, df: int) -> float:
    """The t with P(T <= t) = `probability`, for 0.5 < probability < 1 and whole `df` >= 1, to about 1e-12."""
    if not 0.5 < probability < 1 or df < 1:
        raise ValueError("needs 0.5 < probability < 1 and df >= 1")
    low, high = 0.0, 1.0
    while student_cdf(high, df) < probability:
        high *= 2
    while high - low > PRECISION * max(1.0, high):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if student_cdf(middle, df) < probability else (low, middle)
    return (low + high) / 2
