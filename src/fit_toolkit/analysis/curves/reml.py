"""A linear mixed model by restricted maximum likelihood: statsmodels finds the place, arithmetic over all clients the top."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from fit_toolkit.errors import ConfigError, DataError

INSTALL: Final = "pip install 'fit-toolkit[curves]'"
SINGULAR: Final = 1e-4  # of the factor relative to the residual SD, as lme4 calls a fit singular
STARTING_CLIENTS: Final = 400  # statsmodels goes client by client; so many show where the top is
Floats = npt.NDArray[np.float64]
Groups = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Mixed:
    """A fitted model: fixed effects, covariance between clients, residual variance."""

    fixed: Floats
    between: Floats
    residual: float
    singular: bool
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class _Sums:
    """What the likelihood needs to know of the ratings, summed over clients who were rated at the same sessions."""

    clients: Floats  # how many share each Z'Z
    squares: Floats  # the Z'Z
    cross: Floats  # sum over them of the products of all entries of Z'[X y]: (i, j, a, b)
    total: Floats  # [X y]'[X y] of all
    n: int


def fit_mixed(groups: Groups, fixed: Floats, random: Floats, value: Floats) -> Mixed:
    """Fit value = X b + Z u + error, u ~ N(0, G) per client, by REML; `groups` are clients from 0, Z has 1 or 2 columns.

    The restricted likelihood is profiled over b and the residual variance (Laird & Ware 1982, Biometrics 38:963; Bates et
    al. 2015, J Stat Softw 67:1, section 3). statsmodels' answer for up to 400 evenly taken clients and a plain start are
    both carried to its top over all clients, and the higher is taken.
    """
    model, minimize = library()
    scale = float(np.std(value)) or 1.0
    sums = _summed(groups, fixed, random, value / scale)
    size = random.shape[1]
    plain = np.array([1.0] if size == 1 else [1.0, 0.0, 0.5])
    starts = [plain, *_their_start(model, groups, fixed, random, value / scale)]
    tops = [top for top in (_climb(minimize, start, sums) for start in starts) if top is not None]
    if not tops:
        raise DataError("the mixed model did not converge on these ratings", hint="try --transform linear or sqrt")
    return _at(min(tops, key=lambda each: each[0])[1], sums, scale)


def library() -> tuple[Any, Any]:
    """Import what fits, or say how it is installed."""
    try:
        import statsmodels  # noqa: F401 - seen missing even where a part of it is loaded already
        from scipy.optimize import minimize
        from statsmodels.regression.mixed_linear_model import MixedLM
    except ImportError as error:
        raise ConfigError("fitting a curve needs statsmodels, which is not installed", hint=INSTALL) from error
    return MixedLM, minimize


def _climb(minimize: Any, start: Floats, sums: _Sums) -> tuple[float, Floats] | None:
    """Go up from a start, twice, so that a simplex that has shrunk too early gets going again."""
    at = start
    close = max(1e-9, 1e-12 * sums.n)  # the deviance grows with the ratings, and so does what rounding does to it
    for _ in range(3):
        found = minimize(_deviance, at, args=(sums,), method="Nelder-Mead",
                         options={"xatol": 1e-7, "fatol": close, "maxiter": 2000, "maxfev": 4000})  # fmt: skip
        if not (found.success and math.isfinite(found.fun)):
            return None
        moved = float(np.abs(np.asarray(found.x) - at).max())
        at = np.asarray(found.x, dtype=np.float64)
        if moved < 1e-5:
            break
    return float(found.fun), _polished(at, sums)


def _polished(at: Floats, sums: _Sums) -> Floats:
    """Take Newton's steps to the very top, where it is a peak: after five digits a simplex stops somewhere near it."""
    steps = 1e-3 * np.eye(len(at))
    for _ in range(3):
        here = _deviance(at, sums)
        ups = np.array([_deviance(at + each, sums) for each in steps])
        downs = np.array([_deviance(at - each, sums) for each in steps])
        bend = np.array([[_deviance(at + one + other, sums) for other in steps] for one in steps])
        bend = (bend - ups[:, None] - ups[None, :] + here) / 1e-6
        if not (np.isfinite(bend).all() and np.linalg.eigvalsh(bend).min() > 1e-3):
            return at
        step = np.linalg.solve(bend, (ups - downs) / 2e-3)
        if np.abs(step).max() > 1e-2 or _deviance(at - step, sums) > here + 1e-7:
            return at
        at = np.asarray(at - step, dtype=np.float64)
    return at


def _their_start(model: Any, groups: Groups, fixed: Floats, random: Floats, value: Floats) -> list[Floats]:
    """Give statsmodels' answer as a factor; none where it fails, for the plain start does not need it."""
    step = max(1, math.ceil((int(groups.max()) + 1) / STARTING_CLIENTS))
    some = groups % step == 0
    size = random.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whether it got there is seen by the likelihood
        try:
            part = model(value[some], fixed[some], groups=groups[some], exog_re=random[some])
            found = part.fit(reml=True, method=["lbfgs"])
            factor = np.linalg.cholesky(np.asarray(found.cov_re) / float(found.scale) + 1e-9 * np.eye(size))
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            return []
    start = np.asarray(factor[np.tril_indices(size)], dtype=np.float64)
    return [start] if np.isfinite(start).all() else []


def _summed(groups: Groups, fixed: Floats, random: Floats, value: Floats) -> _Sums:
    clients = int(groups.max()) + 1
    known = np.column_stack([fixed, value])

    def by_client(left: Floats, right: Floats) -> Floats:
        columns = [
            np.bincount(groups, weights=left[:, i] * right[:, j], minlength=clients)
            for i in range(left.shape[1])
            for j in range(right.shape[1])
        ]
        stacked = np.stack(columns, axis=1).astype(np.float64)
        return stacked.reshape(clients, left.shape[1], right.shape[1])

    squares, cross = by_client(random, random), by_client(random, known)
    shared, which = np.unique(squares.reshape(clients, -1), axis=0, return_inverse=True)
    order = np.argsort(which.ravel(), kind="stable")
    starts = np.flatnonzero(np.diff(which.ravel()[order], prepend=-1))
    products = np.einsum("nia,njb->nijab", cross[order], cross[order])
    summed = np.add.reduceat(products, starts, axis=0)
    counts = np.diff(np.append(starts, clients)).astype(np.float64)
    return _Sums(counts, shared.reshape(-1, *squares.shape[1:]), summed, known.T @ known, len(value))


def _factor(theta: Floats) -> Floats:
    return np.array([[theta[0]]]) if len(theta) == 1 else np.array([[theta[0], 0.0], [theta[1], theta[2]]])


def _parts(theta: Floats, sums: _Sums) -> tuple[float, Floats]:
    """Give log|V| and [X y]' V^-1 [X y], in units of the residual variance."""
    factor = _factor(theta)
    inner = np.eye(len(factor)) + factor.T @ sums.squares @ factor
    smooth = factor @ np.linalg.solve(inner, np.broadcast_to(factor.T, inner.shape))
    taken = np.tensordot(smooth, sums.cross, axes=3)
    return float(sums.clients @ np.log(np.linalg.det(inner))), sums.total - taken


def _deviance(theta: Floats, sums: _Sums) -> float:
    """Give minus twice the restricted log likelihood, profiled, up to a constant."""
    with np.errstate(all="ignore"):
        try:
            spread, rest = _parts(theta, sums)
            explained = np.linalg.solve(rest[:-1, :-1], rest[:-1, -1])
        except np.linalg.LinAlgError:
            return math.inf
        left = float(rest[-1, -1] - rest[:-1, -1] @ explained)
        sign, size = np.linalg.slogdet(rest[:-1, :-1])
    if not (sign > 0 and left > 0 and math.isfinite(spread)):
        return math.inf
    return spread + float(size) + (sums.n - len(explained)) * math.log(left)


def _at(theta: Floats, sums: _Sums, scale: float) -> Mixed:
    """Give the model at a factor, back in the units of the ratings."""
    spread, rest = _parts(theta, sums)
    fixed = np.asarray(np.linalg.solve(rest[:-1, :-1], rest[:-1, -1]), dtype=np.float64)
    free = sums.n - len(fixed)
    residual = float(rest[-1, -1] - rest[:-1, -1] @ fixed) / free
    factor = _factor(theta)
    singular = bool(np.linalg.svd(factor, compute_uv=False).min() < SINGULAR)
    size = float(np.linalg.slogdet(rest[:-1, :-1])[1])
    likelihood = -0.5 * (free * (1 + math.log(2 * math.pi * residual)) + spread + size) - free * math.log(scale)
    return Mixed(fixed * scale, residual * scale**2 * factor @ factor.T, residual * scale**2, singular, likelihood)
