"""Internal consistency: alpha, omega and what belongs to them, from the answers of one giving per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.reliability.factor import omega, one_factor
from fit_toolkit.analysis.reliability.moments import Moments, counts_of_resamples, moments
from fit_toolkit.errors import DataError, UsageError

Floats = npt.NDArray[np.float64]
Missing: TypeAlias = Literal["complete", "pairwise"]
BATCH = 2_000_000  # weights held at a time
SCALE_FIGURES = ("alpha", "alpha_std", "omega_total", "sem", "mean", "sd", "average_r")
ITEM_FIGURES = ("item_rest_r", "alpha_if_dropped")


@dataclass(frozen=True, eq=False)
class Consistency:
    """Figures of the sum of the items; NaN where one cannot be computed. `n`: how many people they rest on."""

    n: int
    alpha: float
    alpha_std: float
    omega_total: float
    sem: float
    mean: float
    sd: float
    average_r: float
    item_rest_r: Floats
    alpha_if_dropped: Floats


@dataclass(frozen=True, eq=False)
class Intervals:
    """Bootstrap intervals: low and high for each figure; `failed`: the share of resamples that gave no figure at all."""

    low: dict[str, Floats]
    high: dict[str, Floats]
    resamples: int
    groups: int
    failed: float


def reverse(answers: Floats, items: Sequence[bool], low: float, high: float) -> Floats:
    """Turn the marked columns around: (low + high) - answer, so that `low` becomes `high`."""
    return np.where(np.asarray(items, dtype=bool), low + high - answers, answers)


def consistency(answers: npt.ArrayLike, *, missing: Missing = "complete") -> Consistency:
    """Say how well the items of a scale hang together.

    `answers`: one row per person, one column per item, reversed items already turned, NaN where unanswered. With k items,
    covariances C and correlations R = C_ij / sqrt(C_ii C_jj), r the mean of R off its diagonal:
    alpha = k/(k-1) (1 - sum C_ii / sum C) (Cronbach, 1951); standardised alpha = k r / (1 + (k-1) r); omega total of the
    standardised items from one factor by minimum residuals; SD = sqrt(sum C), SEM = SD sqrt(1 - alpha), both in points of
    the sum; item-rest r: of an item with the sum of the others. `complete` uses the rows without a gap; `pairwise` takes each
    covariance from the rows in which both items are answered, and `n` counts those with any answer.
    Alpha speaks of one moment. It says nothing about how ratings vary from session to session, so nothing about change.
    """
    table = _usable(answers, missing)
    found = _figures(moments(table, np.ones((1, len(table)))))
    single: dict[str, Any] = {name: float(found[name][0]) for name in SCALE_FIGURES}
    several = {name: found[name][0] for name in ITEM_FIGURES}
    return Consistency(n=len(table), **single, **several)


def consistency_intervals(
    answers: npt.ArrayLike,
    *,
    resamples: int,
    seed: int,
    clients: npt.ArrayLike | None = None,
    missing: Missing = "complete",
    confidence: float = 0.95,
) -> Intervals:
    """Give percentile bootstrap intervals; whole clients are drawn with replacement where `clients` says whose row it is.

    Rows are dropped for gaps first, then clients are drawn (Efron and Tibshirani, 1993, chapter 13). The same seed gives
    the same intervals. With few clients they are too narrow.
    """
    table = np.asarray(answers, dtype=np.float64)
    own = np.arange(len(table)) if clients is None else np.unique(np.asarray(clients), return_inverse=True)[1]
    kept = _kept(table, missing)
    table = _usable(answers, missing)
    groups = np.unique(own[kept], return_inverse=True)[1].astype(np.int64)
    random = np.random.default_rng(seed)
    parts: list[dict[str, Floats]] = []
    size = max(1, BATCH // max(len(table), table.shape[1] ** 2 * 4))
    for start in range(0, resamples, size):
        weights = counts_of_resamples(groups, min(size, resamples - start), random)
        parts.append(_figures(moments(table, weights)))
    drawn = {name: np.concatenate([part[name] for part in parts]) for name in (*SCALE_FIGURES, *ITEM_FIGURES)}
    return intervals_of(drawn, "alpha", int(groups.max()) + 1, confidence)


def intervals_of(drawn: dict[str, Floats], told_by: str, groups: int, confidence: float) -> Intervals:
    """Cut the same share off both ends of what the resamples gave; `told_by` says whether a resample gave anything."""
    tail = (1 - confidence) / 2
    low, high = {}, {}
    for name, values in drawn.items():
        whole = np.isfinite(values).any(axis=0)
        safe = np.where(whole, values, 0)
        low[name], high[name] = (np.where(whole, np.nanquantile(safe, q, axis=0), np.nan) for q in (tail, 1 - tail))
    failed = float(np.isnan(drawn[told_by]).mean())
    return Intervals(low, high, len(drawn[told_by]), groups, failed)


def _figures(found: Moments) -> dict[str, Floats]:
    """Compute every figure for every weighting."""
    cov = found.covariance
    width = cov.shape[-1]
    own = np.einsum("bii->bi", cov)
    with np.errstate(invalid="ignore", divide="ignore"):
        total = cov.sum(axis=(1, 2))
        alpha = width / (width - 1) * (1 - own.sum(axis=1) / total)
        correlation = cov / np.sqrt(own[:, :, None] * own[:, None, :])
        average = (correlation.sum(axis=(1, 2)) - width) / (width * (width - 1))
        standard = width * average / (1 + (width - 1) * average)
        to_all = cov.sum(axis=2)
        rest = total[:, None] - 2 * to_all + own  # variance of the sum of the other items
        item_rest = (to_all - own) / np.sqrt(own * rest)
        left = own.sum(axis=1, keepdims=True) - own
        dropped = (width - 1) / (width - 2) * (1 - left / rest) if width > 2 else np.full_like(own, np.nan)
        sd = np.sqrt(total)
        sem = sd * np.sqrt(1 - alpha)
    return {
        "alpha": alpha, "alpha_std": standard, "omega_total": omega(one_factor(correlation)), "sem": sem,
        "mean": found.mean.sum(axis=1), "sd": sd, "average_r": average, "item_rest_r": item_rest,
        "alpha_if_dropped": dropped,
    }  # fmt: skip


def _kept(table: Floats, missing: Missing) -> npt.NDArray[np.bool_]:
    gaps = np.isnan(table)
    lost: npt.NDArray[np.bool_] = np.any(gaps, axis=1) if missing == "complete" else np.all(gaps, axis=1)
    return ~lost


def _usable(answers: npt.ArrayLike, missing: Missing) -> Floats:
    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise UsageError("internal consistency needs at least two items")
    table = table[_kept(table, missing)]
    if len(table) < 2:
        what = "no gap" if missing == "complete" else "an answer"
        raise DataError(f"{len(table)} of {len(np.asarray(answers))} rows have {what}; at least 2 are needed")
    return table
