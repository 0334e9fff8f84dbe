"""Change by a plain rule: a percentage of the first rating, a number of points, or the points that error explains."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.change.cutoffs import Cutoff, categories
from fit_toolkit.analysis.change.pairs import (
    Better,
    Bools,
    Floats,
    Pairs,
    directed,
    pairs_of,
    sign_of,
    ticks,
)  # fmt: skip
from fit_toolkit.analysis.change.reliable import Change
from fit_toolkit.errors import UsageError


def points_change(  # noqa: PLR0913 - keyword-only figures of the method
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    improvement: float,
    deterioration: float | None = None,
    better: Better,
    inclusive: bool = True,
    cutoff: Cutoff | None = None,
    method: str = "anchor",
) -> Change:
    """Say who changed by a number of points: a minimal important difference, or a reliable change that was published.

    Compared on exact decimals. A change of exactly that many points counts (`inclusive`), as in "a fall of 6 or more";
    instruments whose source says "more than" take `inclusive=False`. `deterioration` defaults to `improvement`.
    """
    worse = improvement if deterioration is None else deterioration
    if not (improvement > 0 and worse > 0 and math.isfinite(improvement) and math.isfinite(worse)):
        raise UsageError("the points have to be above 0")
    pairs = pairs_of(pre, post)
    pairs.need(1, "a change")
    gain = sign_of(better) * pairs.change
    up, down = (gain >= improvement, gain <= -worse) if inclusive else (gain > improvement, gain < -worse)
    return _made(method, better, pairs, pairs.change, (up, down), pairs.complete, improvement, worse, cutoff)


def percent_change(
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    improvement: float = 50,
    deterioration: float | None = None,
    better: Better,
    inclusive: bool = True,
    cutoff: Cutoff | None = None,
) -> Change:
    """Say who changed by a percentage of the first rating; index = 100 (post - pre) / |pre|.

    A first rating of 0 has no percentage: the answer is "undefined", in whichever direction the rating went. Compared on
    exact decimals; exactly that percentage counts unless `inclusive` is off.
    """
    worse = improvement if deterioration is None else deterioration
    if not (improvement > 0 and worse > 0 and math.isfinite(improvement) and math.isfinite(worse)):
        raise UsageError("the percentage has to be above 0")
    pairs = pairs_of(pre, post)
    pairs.need(1, "a percentage")
    zero = pairs.pre == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        index = np.where(pairs.complete & ~zero, 100 * pairs.change / np.abs(pairs.pre), np.nan)
    better_way = sign_of(better) * pairs.change > 0
    worse_way = sign_of(better) * pairs.change < 0
    up = better_way & _share(pairs, improvement, inclusive=inclusive)
    down = worse_way & _share(pairs, worse, inclusive=inclusive)
    made = _made("percent", better, pairs, index, (up, down), pairs.complete, improvement, worse, None)
    codes = made.reliable_codes
    codes[pairs.complete & zero] = 4
    category = None if cutoff is None else categories(codes, pairs.pre, pairs.post, cutoff)
    return Change("percent", better, pairs.n, pairs.pre, pairs.post, pairs.change, index, codes, category,
                  improvement, made.basis)  # fmt: skip


def smallest_detectable_change(
    sd: npt.ArrayLike, reliability: npt.ArrayLike, *, confidence: npt.ArrayLike = 0.95, n: int = 1
) -> Floats:
    """Give the points beyond which a change is more than error of measurement: z sqrt(2) SD sqrt(1 - r), two-sided.

    With `n` the same for the mean change of n clients, divided by sqrt(n). de Vet et al. 2006, Health Qual Life Outcomes 4:54.
    A client has to change by more than that; for alliance ratings take the reliability from session to session.
    """
    spread, r, level = (np.asarray(each, dtype=np.float64) for each in (sd, reliability, confidence))
    if not (np.all(spread > 0) and np.all((r > 0) & (r < 1)) and np.all((level > 0) & (level < 1)) and n >= 1):
        raise UsageError("needs an SD above 0, a reliability and a confidence between 0 and 1, and n of at least 1")
    z = np.vectorize(lambda each: NormalDist().inv_cdf(0.5 + each / 2), otypes=[np.float64])(level)
    points: Floats = z * math.sqrt(2) * spread * np.sqrt(1 - r) / math.sqrt(n)
    return points


def _share(pairs: Pairs, percent: float, *, inclusive: bool) -> Bools:
    """Say whose change is at least (or more than) that percentage of the first rating, without rounding."""
    share = Fraction(str(percent)) / 100
    change, base = np.abs(ticks(pairs.change)), np.abs(ticks(pairs.pre))
    if (
        np.isnan(change[pairs.complete]).any() or np.isnan(base[pairs.complete]).any()
    ):  # no decimals: as near as floats come
        left, right = np.abs(pairs.change) * 100, np.abs(pairs.pre) * percent
        return np.asarray(left >= right if inclusive else left > right, dtype=np.bool_)
    largest = max(float(np.nanmax(change)) * share.denominator, float(np.nanmax(base)) * share.numerator)
    kind: type = np.int64 if largest < 2**62 else object  # Python's own whole numbers have no end
    whole: list[npt.NDArray[Any]] = [np.nan_to_num(each).astype(np.int64).astype(kind) for each in (change, base)]
    left, right = whole[0] * share.denominator, whole[1] * share.numerator
    return np.asarray(left >= right if inclusive else left > right, dtype=np.bool_)


def _made(  # noqa: PLR0913, PLR0917 - the parts of one record
    method: str,
    better: Better,
    pairs: Pairs,
    index: Floats,
    moved: tuple[Bools, Bools],
    known: Bools,
    improvement: float,
    deterioration: float,
    line: Cutoff | None,
) -> Change:
    codes = directed(*moved, known)
    category = None if line is None else categories(codes, pairs.pre, pairs.post, line)
    basis = {"n": pairs.n, "m_pre": pairs.m_pre, "sd_pre": pairs.sd_pre, "m_post": pairs.m_post, "sd_post": pairs.sd_post,
             "improvement": improvement, "deterioration": deterioration}  # fmt: skip
    return Change(
        method, better, pairs.n, pairs.pre, pairs.post, pairs.change, index, codes, category, improvement, basis
    )
