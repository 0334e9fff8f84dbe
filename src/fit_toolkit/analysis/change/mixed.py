"""A random intercept and slope per client, fitted by restricted maximum likelihood and predicted without loops."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.change.pairs import Floats
from fit_toolkit.errors import ConfigError, DataError

INSTALL: Final = "pip install 'fit-toolkit[curves]'"
MANY: Final = 300
SINGULAR: Final = 1e-3  # SD of the slopes given the intercepts, over the residual SD, with time of SD 1
_PLACES: Final = ((0, 0), (0, 1), (1, 1))


@dataclass(frozen=True, eq=False)
class Fitted:
    """The model in the units it was given, and each client's part in it; NaN for clients without ratings."""

    fixed: Floats  # intercept, slope
    between: Floats  # covariance of the clients' intercepts and slopes
    residual: float  # variance
    effects: Floats  # per client: how far intercept and slope are from the fixed ones
    slope_variance: Floats  # conditional variance of the slope
    singular: bool  # the slopes hold nothing beyond what the intercepts tell


@dataclass(frozen=True, eq=False)
class _Sums:
    """All that the likelihood needs to know of the ratings: Z'Z and Z'y per client, y'y, how many."""

    squares: Floats
    cross: Floats
    total: float
    n: int


def fit_slopes(groups: npt.NDArray[np.intp], time: Floats, value: Floats, clients: int) -> Fitted:
    """Fit value = (b0 + u0) + (b1 + u1) time + error; best with time and value of mean 0 and SD 1.

    statsmodels' answer and a plain start are both carried on to the top of the restricted likelihood (profiled over fixed
    effects and residual variance), and the higher of the two is taken: statsmodels alone stops short on some data. Above
    `MANY` clients, where it takes minutes, the plain start has to do. Fixed effects, random effects and their conditional
    variances then follow in closed form. Laird & Ware 1982, Biometrics 38:963.
    """
    model, minimize = _library()
    design = np.column_stack([np.ones(len(time)), time])
    sums = _summed(groups, design, value, clients)
    starts = [np.array([1.0, 0.0, 1.0])]
    if clients <= MANY:
        starts += _their_start(model, design, value, groups)
    best: tuple[float, Floats] | None = None
    for start in starts:
        found = minimize(_deviance, start, args=(sums,), method="Nelder-Mead",
                         options={"xatol": 1e-8, "fatol": 1e-11, "maxiter": 4000, "maxfev": 8000})  # fmt: skip
        if found.success and math.isfinite(found.fun) and (best is None or found.fun < best[0]):
            best = (float(found.fun), np.asarray(found.x, dtype=np.float64))
    if best is None:
        raise DataError("the mixed model found no stable answer for these ratings")
    return _at(best[1], sums)


def _library() -> tuple[Any, Any]:
    """Import what fits, or say how it is installed."""
    try:
        import statsmodels  # noqa: F401 - seen missing even where a part of it is loaded already
        from scipy.optimize import minimize
        from statsmodels.regression.mixed_linear_model import MixedLM
    except ImportError as error:
        raise ConfigError("mixed models need statsmodels, which is not installed", hint=INSTALL) from error
    return MixedLM, minimize


def _their_start(model: Any, design: Floats, value: Floats, groups: npt.NDArray[np.intp]) -> list[Floats]:
    """Give statsmodels' answer as a factor; none where it fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it got there is seen by the likelihood
        try:
            fit = model(value, design, groups=groups, exog_re=design).fit(reml=True, method=["bfgs", "lbfgs"])
            factor = np.linalg.cholesky(np.asarray(fit.cov_re) / float(fit.scale) + 1e-9 * np.eye(2))
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return []
    return [np.array([factor[0, 0], factor[1, 0], factor[1, 1]])] if np.isfinite(factor).all() else []


def _summed(groups: npt.NDArray[np.intp], design: Floats, value: Floats, clients: int) -> _Sums:
    def by_client(weights: Floats) -> Floats:
        return np.bincount(groups, weights=weights, minlength=clients).astype(np.float64)

    aa, ab, bb = (by_client(design[:, i] * design[:, j]) for i, j in _PLACES)
    squares = np.stack([aa, ab, ab, bb], axis=1).reshape(-1, 2, 2)
    cross = np.stack([by_client(design[:, place] * value) for place in (0, 1)], axis=1)
    return _Sums(squares, cross, float(value @ value), len(value))


def _parts(theta: Floats, sums: _Sums) -> tuple[float, Floats, Floats, float, Floats]:
    """Give log|V|, X'V^-1 X, the fixed effects, their weighted residual sum of squares, and (I + L'Z'Z L)^-1 L'."""
    factor = np.array([[theta[0], 0.0], [theta[1], theta[2]]])
    inner = np.eye(2) + factor.T @ sums.squares @ factor
    solved = np.linalg.solve(inner, np.broadcast_to(factor.T, inner.shape))
    smooth = factor @ solved  # L (I + L'Z'Z L)^-1 L'
    information = (sums.squares - sums.squares @ smooth @ sums.squares).sum(axis=0)
    score = (sums.cross - (sums.squares @ smooth @ sums.cross[:, :, None])[:, :, 0]).sum(axis=0)
    fixed = np.linalg.solve(information, score)
    explained = float(np.einsum("ni,nij,nj->", sums.cross, smooth, sums.cross))
    rest = sums.total - explained - float(score @ fixed)
    return float(np.log(np.linalg.det(inner)).sum()), information, fixed, rest, smooth


def _deviance(theta: Floats, sums: _Sums) -> float:
    """Give minus twice the restricted log likelihood, profiled, up to a constant."""
    with np.errstate(all="ignore"):
        try:
            spread, information, _, rest, _ = _parts(theta, sums)
        except np.linalg.LinAlgError:
            return math.inf
        sign, size = np.linalg.slogdet(information)
    if not (sign > 0 and rest > 0 and math.isfinite(spread)):
        return math.inf
    return spread + float(size) + (sums.n - 2) * math.log(rest)


def _at(theta: Floats, sums: _Sums) -> Fitted:
    _, _, fixed, rest, smooth = _parts(theta, sums)
    residual = rest / (sums.n - 2)
    factor = np.array([[theta[0], 0.0], [theta[1], theta[2]]])
    effects = (smooth @ (sums.cross - sums.squares @ fixed)[:, :, None])[:, :, 0]
    variance = residual * smooth[:, 1, 1]
    absent = sums.squares[:, 0, 0] == 0
    effects[absent], variance[absent] = np.nan, np.nan
    return Fitted(
        fixed, residual * factor @ factor.T, residual, effects, variance, singular=bool(abs(theta[2]) < SINGULAR)
    )
