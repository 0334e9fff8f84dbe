"""Means and covariances of items with gaps, for many weightings of the rows at once (a bootstrap is one)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
CELLS = 2_000_000  # how many products are held at a time


@dataclass(frozen=True, eq=False)
class Moments:
    """One entry per weighting: how many rows count, the items' means, and their covariances."""

    n: Floats  # (weightings,)
    mean: Floats  # (weightings, items)
    covariance: Floats  # (weightings, items, items)


def moments(answers: Floats, weights: Floats) -> Moments:
    """Give means and unbiased covariances; each covariance rests on the rows in which both items are answered.

    `answers`: one row per person, NaN where unanswered. `weights`: one row per weighting, how often each person counts.
    With whole numbers this is what repeating the rows would give.
    """
    width = answers.shape[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = np.nan_to_num(np.nansum(answers, axis=0) / (~np.isnan(answers)).sum(axis=0))
        both = np.zeros((len(weights), width, width))
        products, firsts = np.zeros_like(both), np.zeros_like(both)
        whole = not np.isnan(answers).any()
        rows = max(1, CELLS // (width * width))
        for start in range(0, len(answers), rows):
            part, weight = answers[start : start + rows], weights[:, start : start + rows]
            value = np.nan_to_num(part - centre)  # around the mean, so that little is lost in the differences
            products += _sums(weight, value, value)
            if whole:  # every pair rests on the same rows
                both += weight.sum(axis=1)[:, None, None]
                firsts += (weight @ value)[:, :, None]
            else:
                seen = (~np.isnan(part)).astype(np.float64)
                both += _sums(weight, seen, seen)
                firsts += _sums(weight, value, seen)
        covariance = (products - firsts * firsts.transpose(0, 2, 1) / both) / (both - 1)
        own = np.arange(width)
        mean = centre + firsts[:, own, own] / both[:, own, own]
    anything = (~np.isnan(answers)).any(axis=1).astype(np.float64)
    return Moments(weights @ anything, mean, covariance)


def counts_of_resamples(groups: npt.NDArray[np.int64], times: int, random: np.random.Generator) -> Floats:
    """Say how often each row counts in each of `times` resamples of whole groups with replacement."""
    number = int(groups.max(initial=-1)) + 1
    drawn = random.integers(0, number, size=(times, number)) + np.arange(times)[:, None] * number
    counts = np.bincount(drawn.ravel(), minlength=times * number).reshape(times, number)
    return counts[:, groups].astype(np.float64)


def _sums(weight: Floats, left: Floats, right: Floats) -> Floats:
    """Sum over the rows, weighted, the products of each column of `left` with each of `right`."""
    pairs = (left[:, :, None] * right[:, None, :]).reshape(len(left), -1)
    return (weight @ pairs).reshape(len(weight), left.shape[1], right.shape[1])
