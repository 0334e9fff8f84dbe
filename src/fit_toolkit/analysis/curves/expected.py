"""What a curve says of a session: the mean and the edges of bands, by arithmetic alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from fit_toolkit.errors import UsageError
from fit_toolkit.model.curves import POWERS, CurveFit, CurvePack, Edges, Transform

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Expected:
    """One entry per session and intake asked for; `low` and `high` have a column per band, in the order of `percents`."""

    mean: Floats
    sd: Floats  # of one rating of one client: between clients and noise together
    percents: tuple[float, ...]
    low: Floats
    high: Floats


def transformed(session: npt.ArrayLike, transform: Transform | float) -> Floats:
    """Give x for sessions from 1: ln(session), sqrt(session) - 1 or session - 1; 0 at session 1, NaN where there is none."""
    when = np.asarray(session, dtype=np.float64)
    power = POWERS[transform] if isinstance(transform, str) else transform
    with np.errstate(invalid="ignore", divide="ignore"):
        x: Floats = np.log(when) if power == 0 else when**power - 1
    return np.where(np.isfinite(x), x, np.nan)


def expected_response(
    curve: CurveFit | CurvePack | Mapping[str, float],
    session: npt.ArrayLike,
    intake: npt.ArrayLike | None = None,
    *,
    percents: Sequence[float] = (80.0,),
    limits: tuple[float, float] | None = None,
    edges: Edges | None = None,
) -> Expected:
    """Give mean and two-sided bands: mean +- z sqrt(G00 + 2 x G01 + x^2 G11 + residual variance).

    `curve` is a fit, a pack or its `coefficients()`, as a policy's `Curve` parameter carries them; a pack with observed
    edges has these in place of z, `edges` gives them to a fit. `session` and `intake` have the
    same shape or one of them is a single number. A P % band is where P % of single ratings of single clients lie; the
    uncertainty of the curve itself is not in it (a pack rests on hundreds of clients). `limits` cuts mean and edges at the
    ends of the scale. NaN wherever session or intake is NaN.
    """
    if any(not 0 < each < 100 for each in percents):
        raise UsageError("a band has a share between 0 and 100 %")
    c: Mapping[str, float] = curve if isinstance(curve, Mapping) else curve.coefficients()
    if edges is not None:
        c = {**c, **edges.coefficients()}
    if "intake" in c and intake is None:
        raise UsageError("this curve is by intake: it needs the intake rating")
    x = transformed(session, c["power"])
    i = np.asarray(0.0 if intake is None or "intake" not in c else intake, dtype=np.float64)
    level = c["intercept"] + c.get("intake", 0.0) * i
    mean = np.asarray(level + (c["slope"] + c.get("slope_by_intake", 0.0) * i) * x)
    between = c["intercept_variance"] + 2 * x * c["covariance"] + x * x * c["slope_variance"]
    sd = np.broadcast_to(np.sqrt(np.maximum(between, 0) + c["residual_sd"] ** 2), mean.shape).copy()
    sd[np.isnan(mean)] = np.nan
    below, above = _reach(c, np.broadcast_to(i, mean.shape), percents)
    low, high = mean[..., None] + below * sd[..., None], mean[..., None] + above * sd[..., None]
    if limits is not None:
        mean, low, high = (np.clip(each, *limits) for each in (mean, low, high))
    return Expected(mean, sd, tuple(float(each) for each in percents), low, high)


def _reach(c: Mapping[str, float], intake: Floats, percents: Sequence[float]) -> tuple[Floats, Floats]:
    """Give the edges in SDs from the mean: those of a normal curve, or the observed ones of the fifth of the intake."""
    if "cut_1" not in c:
        z = np.array([NormalDist().inv_cdf(0.5 + each / 200) for each in percents])
        return -z, z
    fifth = np.searchsorted([c[f"cut_{nth}"] for nth in range(1, 5)], intake, side="left")
    try:
        low, high = (
            np.array([[c[f"{name}_{each:g}_{nth}"] for each in percents] for nth in range(1, 6)])
            for name in ("low", "high")
        )
    except KeyError as error:
        raise UsageError("the observed edges of this curve are of other shares", hint="ask for those it has") from error
    return low[fifth], high[fifth]
