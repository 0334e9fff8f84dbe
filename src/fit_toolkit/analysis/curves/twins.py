"""Twin curves: the courses of episodes that ended well and of those that did not, each with its own model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fit_toolkit.analysis.curves.fitting import fit_curve, long_ratings
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.curves import CurveFit, Transform


@dataclass(frozen=True)
class Twins:
    """Two curves, and how many clients neither of them rests on because their end is not known."""

    successful: CurveFit
    unsuccessful: CurveFit
    n_unknown: int


def twin_curves(
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    success: npt.ArrayLike,
    *,
    transform: Transform = "log",
    by_intake: bool = False,
    random: Literal["slopes", "intercepts"] = "slopes",
) -> Twins:
    """Fit successful and unsuccessful episodes apart; `success` says of each rating how its episode ended: 1, 0 or NaN.

    Known only afterwards: which of the two curves a course follows is not known while it runs, and a rating near the
    unsuccessful curve is no forecast. Use it to show what both looked like.
    """
    ended = np.asarray(success, dtype=np.float64)
    codes, _ = pd.factorize(np.asarray(client, dtype=object), use_na_sentinel=False)
    if len(ended) != len(codes):
        raise UsageError("success has to say of each rating how its episode ended")
    if not np.isin(ended[np.isfinite(ended)], (0, 1)).all():
        raise UsageError("success is 1, 0 or, where it is not known, NaN")
    ends = pd.Series(np.where(np.isnan(ended), -1, ended)).groupby(codes)
    two = int((ends.min() != ends.max()).sum())
    if two:
        raise DataError(f"{two} clients have two ends")
    curves = []
    for word, wanted in (("successful", 1), ("unsuccessful", 0)):
        here = ended == wanted
        parts = (
            np.asarray(each, dtype=kind)[here] for each, kind in ((client, object), (session, float), (value, float))
        )
        try:
            curves.append(fit_curve(*parts, transform=transform, by_intake=by_intake, random=random))
        except DataError as error:
            raise DataError(f"{word} episodes: {error.what}", hint=error.hint) from error
    return Twins(curves[0], curves[1], int(ends.first().eq(-1).sum()))


def ended_better(
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    points: float,
    better: Literal["higher", "lower"],
    inclusive: bool = True,
) -> npt.NDArray[np.float64]:
    """Say of each rating whether its client's last rating is better than the first by `points` or more; NaN with one rating.

    In whole millionths, so that a change of exactly `points` counts, unless it is not `inclusive`. One entry per rating, in the order given.
    """
    ratings = long_ratings(client, session, value)
    first = np.flatnonzero(np.diff(ratings.client, prepend=-1))
    last = np.append(first[1:], len(ratings.client)) - 1
    ticks = np.rint((ratings.value[last] - ratings.value[first]) * 1e6)
    gain = ticks if better == "higher" else -ticks
    needed = round(points * 1e6)
    ended = np.where(last > first, (gain >= needed if inclusive else gain > needed).astype(float), np.nan)
    by_name = dict(zip(ratings.names.tolist(), ended.tolist(), strict=True))
    return np.array([by_name.get(name, np.nan) for name in np.asarray(client, dtype=object).tolist()])
