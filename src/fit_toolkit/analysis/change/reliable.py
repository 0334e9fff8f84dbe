"""Reliable change of every client by one method: index, direction, category."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from pandas import DataFrame

from fit_toolkit.analysis.change.cutoffs import Cutoff, categories
from fit_toolkit.analysis.change.indices import INDICES, Basis
from fit_toolkit.analysis.change.pairs import (
    CATEGORIES,
    RELIABLE,
    Better,
    Codes,
    Floats,
    Pairs,
    Words,
    between_0_and_1,
    directed,
    pairs_of,
    sign_of,
)  # fmt: skip
from fit_toolkit.errors import DataError, UsageError

HAIR = 1e-9  # of the critical value


@dataclass(frozen=True, eq=False)
class Change:
    """What a method says of each client, in the order they were given; `index` and `change` have the sign of post - pre."""

    method: str
    better: Better
    n: int  # complete pairs
    pre: Floats
    post: Floats
    change: Floats
    index: Floats
    reliable_codes: Codes
    category_codes: Codes | None
    critical: float  # how large an index has to be
    basis: dict[str, float]  # the figures it rests on

    @property
    def reliable(self) -> Words:
        """improved, unchanged, deteriorated; undefined where the method has no answer; "" where a rating is not there."""
        return RELIABLE[self.reliable_codes]

    @property
    def category(self) -> Words | None:
        """recovered, improved, unchanged, deteriorated, harmed; None without a cut-off."""
        return None if self.category_codes is None else CATEGORIES[self.category_codes]

    def counts(self) -> dict[str, int]:
        """Count the clients per label, without those who have no pair."""
        codes, words = (
            (self.reliable_codes, RELIABLE) if self.category_codes is None else (self.category_codes, CATEGORIES)
        )
        numbers = np.bincount(codes, minlength=len(words))
        return {
            str(word): int(number)
            for word, number in zip(words, numbers, strict=True)
            if word and (number or word != "undefined")
        }

    def frame(self) -> DataFrame:
        """Give it as a frame, one row per client."""
        columns = {
            "pre": self.pre,
            "post": self.post,
            "change": self.change,
            "index": self.index,
            "reliable": self.reliable,
        }
        return DataFrame(columns if self.category is None else {**columns, "category": self.category})


def reliable_change(  # noqa: PLR0913 - keyword-only figures of the method
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    reliability: float,
    better: Better,
    method: str = "jt",
    reliability_post: float | None = None,
    sd: float | None = None,
    mean: float | None = None,
    cutoff: Cutoff | None = None,
    confidence: float = 0.95,
    inclusive: bool = False,
) -> Change:
    """Say for each client whether the change is larger than error of measurement makes likely.

    `method`: jt, gln, hll, en, nk, ha (formulas and sources: `fit_toolkit.analysis.change.indices`). The critical value is
    the two-sided normal quantile (1.96 at .95), for ha the one-sided one (1.645). `reliability` is that of the ratings from
    one session to the next or of a retest; an internal consistency (alpha) gives thresholds that are too small.
    `reliability_post` (nk) is that of the last ratings. `sd` and `mean` of the first ratings default to those of the
    complete pairs. A change exactly as large as the critical value does not count unless `inclusive`.
    """
    pairs = pairs_of(pre, post)
    basis = basis_of(pairs, method, reliability=reliability, reliability_post=reliability_post, sd=sd, mean=mean)
    index = INDICES[method](pairs, basis)
    critical = critical_value(method, confidence)
    known = pairs.complete
    index = np.where(known, index, np.nan)
    codes = by_threshold(index, critical, better=better, inclusive=inclusive)
    category = None if cutoff is None else categories(codes, pairs.pre, pairs.post, cutoff)
    figures = {
        "n": pairs.n, "m_pre": basis.mean, "sd_pre": basis.sd, "m_post": pairs.m_post, "sd_post": pairs.sd_post,
        "r_pre_post": pairs.r, "sem": basis.sem, "reliability": basis.reliability,
    }  # fmt: skip
    return Change(
        method, better, pairs.n, pairs.pre, pairs.post, pairs.change, index, codes, category, critical, figures
    )


def by_threshold(index: Floats, critical: float, *, better: Better, inclusive: bool) -> Codes:
    """Code who improved and who deteriorated; unknown where there is no index.

    An index within a billionth of the critical value lies on it, so that the order of the rows, which moves the last digit
    of a mean, decides nothing.
    """
    gain = sign_of(better) * index
    line = critical * (1 - HAIR if inclusive else 1 + HAIR)
    improved, worse = (gain >= line, gain <= -line) if inclusive else (gain > line, gain < -line)
    return directed(improved, worse, np.isfinite(index))


def critical_value(method: str, confidence: float) -> float:
    """Give the normal quantile a method compares with: one-sided for ha, two-sided for the others."""
    level = between_0_and_1(confidence, "confidence")
    if method == "ha" and level <= 0.5:
        raise UsageError("ha is one-sided, so its confidence has to be above 0.5")
    share = level if method == "ha" else 0.5 + level / 2
    if share >= 1:
        raise UsageError("a confidence so close to 1 has no critical value", hint="0.95, 0.99")
    return NormalDist().inv_cdf(share)


def basis_of(
    pairs: Pairs,
    method: str,
    *,
    reliability: float,
    reliability_post: float | None = None,
    sd: float | None = None,
    mean: float | None = None,
) -> Basis:
    """Collect what the index rests on; refuse figures with which it cannot be computed."""
    if method not in INDICES:
        raise UsageError(f"the methods are {', '.join(INDICES)}")
    r = between_0_and_1(reliability, "the reliability")
    r_post = r if reliability_post is None else between_0_and_1(reliability_post, "the reliability of the last ratings")
    if sd is None:
        pairs.need(2, "the SD of the first ratings")
    if pairs.n == 0:
        raise DataError("there is no complete pair of ratings")
    spread = pairs.sd_pre if sd is None else float(sd)
    if sd is not None and not (spread > 0 and math.isfinite(spread)):
        raise UsageError("the SD has to be above 0")
    if spread == 0:
        raise DataError("all first ratings are the same (SD 0), so no index can be computed; give an SD")
    centre = pairs.m_pre if mean is None else float(mean)
    if not math.isfinite(centre):
        raise UsageError("the mean has to be a number")
    return Basis(centre, spread, r, r_post)
