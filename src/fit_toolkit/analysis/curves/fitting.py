"""Fit an expected course to ratings in long form, one row per rating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fit_toolkit.analysis.curves.expected import transformed
from fit_toolkit.analysis.curves.reml import Floats, Groups, fit_mixed
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.curves import CurveFit, Transform

LEAST_CLIENTS: Final = 20  # with two ratings or more; below that variances between clients are guesses
LEAST_LONG: Final = 10  # with three, without which slopes and noise cannot be told apart


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings in long form that can be used: clients from 0, sorted by client and session; the intake of each client."""

    client: Groups
    session: Floats
    value: Floats
    intake: Floats  # one per client: the rating at the pool's first session; NaN for who has none
    names: npt.NDArray[Any]  # one per client, as they came


def long_ratings(client: npt.ArrayLike | Sequence[object], session: npt.ArrayLike, value: npt.ArrayLike) -> Ratings:
    """Sort ratings by client and session and leave out those without a session or a value.

    A client with two ratings at one session is refused: which of them counts has to be decided before.
    """
    when, scores = (np.asarray(each, dtype=np.float64) for each in (session, value))
    names_in = np.asarray(client, dtype=object)
    if not len(names_in) == len(when) == len(scores):
        raise UsageError("client, session and value have to be three lists of the same length")
    known = np.isfinite(when) & np.isfinite(scores)
    codes, names = pd.factorize(names_in[known], use_na_sentinel=False)
    when, scores = when[known], scores[known]
    order = np.lexsort((when, codes))
    codes, when, scores = codes[order].astype(np.intp), when[order], scores[order]
    again = (np.diff(codes) == 0) & (np.diff(when) == 0)
    if again.any():
        raise DataError(f"{int(again.sum())} ratings stand beside another of the same client and session")
    first = np.flatnonzero(np.diff(codes, prepend=-1))
    intake = np.where(when[first] == when.min(initial=np.inf), scores[first], np.nan)
    return Ratings(codes, when, scores, intake, np.asarray(names, dtype=object))


def fit_curve(
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    transform: Transform = "log",
    by_intake: bool = False,
    keep_intake: bool = False,
    random: Literal["slopes", "intercepts"] = "slopes",
) -> CurveFit:
    """Fit rating = b0 + u0 + (b1 + u1) x + error by REML, with x = ln(session), session - 1 or sqrt(session) - 1.

    One row per rating, in any order; NaN is no rating. By intake, b0 and b1 are straight lines of the client's rating at the
    first session, which then is not an outcome as well (`keep_intake` keeps it as one, as some published models do: what is
    known beforehand then counts as if it had been predicted); clients without that rating are left out. `random="intercepts"` leaves out u1. Ending treatment early because
    all is well is allowed for as far as it can be read from the ratings before it (missing at random).
    Finch, Lambert & Schaalje 2001, Clin Psychol Psychother 8:231, for the use; Laird & Ware 1982 for the model.
    """
    return fit_ratings(
        long_ratings(client, session, value), transform=transform, by_intake=by_intake, keep_intake=keep_intake,
        random=random,
    )  # fmt: skip


def fit_ratings(
    ratings: Ratings,
    *,
    transform: Transform = "log",
    by_intake: bool = False,
    keep_intake: bool = False,
    random: Literal["slopes", "intercepts"] = "slopes",
) -> CurveFit:
    """Fit ratings that are sorted already; see `fit_curve`."""
    used = np.ones(len(ratings.value), dtype=bool)
    if by_intake:
        used &= np.isfinite(ratings.intake)[ratings.client]
    if by_intake and not keep_intake:
        used &= after_intake(ratings)
    kept, codes = np.unique(ratings.client[used], return_inverse=True)
    x, y = transformed(ratings.session[used], transform), ratings.value[used]
    _enough(np.bincount(codes, minlength=1), x, y)
    intake = ratings.intake[kept]
    center, spread = (float(intake.mean()), float(intake.std())) if by_intake else (0.0, 1.0)
    if spread == 0:
        raise DataError("all intake ratings are the same; nothing can be expected by intake")
    unit = float(x.std())
    columns = [np.ones(len(x)), x / unit]
    if by_intake:
        i = ((intake - center) / spread)[codes]
        columns += [i, i * x / unit]
    varying = np.column_stack(columns[: 2 if random == "slopes" else 1])
    found = fit_mixed(codes.astype(np.intp), np.column_stack(columns), varying, y)
    fixed = found.fixed / np.array([1, unit, spread, spread * unit])[: len(columns)]
    between = np.zeros((2, 2))
    between[: varying.shape[1], : varying.shape[1]] = found.between
    between /= np.array([[1, unit], [unit, unit**2]])
    if by_intake:  # back from intakes around their mean to intakes as they are
        fixed[0] -= fixed[2] * center
        fixed[1] -= fixed[3] * center
    units = float(np.log(np.array([1, unit, spread, spread * unit])[: len(columns)]).sum())
    return CurveFit(
        transform=transform,
        intercept=float(fixed[0]),
        slope=float(fixed[1]),
        intake=float(fixed[2]) if by_intake else None,
        slope_by_intake=float(fixed[3]) if by_intake else None,
        intercept_variance=float(between[0, 0]),
        slope_variance=float(between[1, 1]),
        covariance=float(between[0, 1]),
        residual_sd=float(found.residual**0.5),
        n_clients=len(kept),
        n_scores=len(y),
        singular=found.singular,
        log_likelihood=found.log_likelihood - units,  # of the ratings and columns in their own units
    )


def after_intake(ratings: Ratings) -> npt.NDArray[np.bool_]:
    """Say of each rating whether another of the same client came before it."""
    return np.asarray(np.diff(ratings.client, prepend=-1) == 0)


def _enough(ratings: npt.NDArray[np.intp], x: Floats, y: Floats) -> None:
    """Refuse what cannot carry a model, with the counts."""
    two, three = int((ratings >= 2).sum()), int((ratings >= 3).sum())
    if two < LEAST_CLIENTS or three < LEAST_LONG:
        raise DataError(
            f"{two} clients have two ratings to fit or more and {three} have three; "
            f"{LEAST_CLIENTS} and {LEAST_LONG} are needed"
        )
    if np.ptp(x) == 0:
        raise DataError("all ratings are of one session; there is no course in them")
    if np.ptp(y) == 0:
        raise DataError("all ratings are the same; there is nothing to fit")
