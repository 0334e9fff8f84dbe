"""One common factor by minimum residuals, for omega."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
ROUNDS = 2_000
CLOSE = 1e-13


def one_factor(correlations: Floats) -> Floats:
    """Give the loadings of the items on the one factor that leaves the smallest residual correlations.

    Minimum residuals (Harman and Jones, 1966): minimises the sum over i < j of (r_ij - l_i l_j)^2 under |l_i| <= 1, one
    loading after the other; each step is the exact minimum for that loading, l_i = sum r_ij l_j / sum l_j^2 (j not i).
    `correlations`: (..., items, items); at least three items, else one factor is not determined and NaN is given. The
    sign is such that the loadings add up to something positive.
    """
    width = correlations.shape[-1]
    flat = correlations.reshape(-1, width, width)
    loadings = np.full((len(flat), width), np.nan)
    sound = np.isfinite(flat).all(axis=(1, 2)) if width > 2 else np.zeros(len(flat), dtype=bool)
    if sound.any():
        loadings[sound] = _fitted(flat[sound])
    return loadings.reshape(correlations.shape[:-1])


def omega(loadings: Floats) -> Floats:
    """Give omega total of the sum of standardised items: (sum l)^2 / ((sum l)^2 + sum(1 - l^2)) (McDonald, 1999)."""
    common = loadings.sum(axis=-1) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = common / (common + (1 - loadings**2).sum(axis=-1))
    return result


def _fitted(correlations: Floats) -> Floats:
    width = correlations.shape[-1]
    others = correlations * (1 - np.eye(width))
    loadings = _start(correlations)
    for _ in range(ROUNDS):
        before = loadings.copy()
        for item in range(width):
            rest = np.einsum("bi,bi->b", loadings, loadings) - loadings[:, item] ** 2
            pull = np.einsum("bj,bj->b", others[:, item], loadings)
            step = np.divide(pull, rest, out=np.zeros_like(pull), where=rest > 0)
            loadings[:, item] = np.clip(step, -1, 1)
        if np.abs(loadings - before).max() < CLOSE:
            break
    positive: Floats = loadings * np.where(loadings.sum(axis=1, keepdims=True) < 0, -1, 1)
    return positive


def _start(correlations: Floats) -> Floats:
    """Begin with the first principal component."""
    values, vectors = np.linalg.eigh(correlations)
    first: Floats = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:], 0))
    return np.clip(first, -1, 1)
