"""What a curve says of a session: the mean and the edges of bands, by arithmetic alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from fit_toolkit.errors import UsageError
from fit_toolkit.model.curves import POWERS, CurveFit, Transform

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
    curve: CurveFit | Mapping[str, float],
    session: npt.ArrayLike,
    intake: npt.ArrayLike | None = None,
    *,
    percents: Sequence[float] = (80.0,),
    limits: tuple[float, float] | None = None,
) -> Expected:
    """Give mean and two-sided bands: mean +- z sqrt(G00 + 2 x G01 + x^2 G11 + residual variance).

    `curve` is a fit or its `coefficients()`, as a policy's `Curve` parameter carries them. `session` and `intake` have the
    same shape or one of them is a single number. A P % band is where P % of single ratings of single clients lie; the
    uncertainty of the curve itself is not in it (a pack rests on hundreds of clients). `limits` cuts mean and edges at the
    ends of the scale. NaN wherever session or intake is NaN.
    """
    if any(not 0 < each < 100 for each in percents):
        raise UsageError("a band has a share between 0 and 100 %")
    c = curve.coefficients() if isinstance(curve, CurveFit) else curve
    if "intake" in c and intake is None:
        raise UsageError("this curve is by intake: it needs the intake rating")
    x = transformed(session, c["power"])
    i = np.asarray(0.0 if intake is None or "intake" not in c else intake, dtype=np.float64)
    level = c["intercept"] + c.get("intake", 0.0) * i
    mean = np.asarray(level + (c["slope"] + c.get("slope_by_intake", 0.0) * i) * x)
    between = c["intercept_variance"] + 2 * x * c["covariance"] + x * x * c["slope_variance"]
    sd = np.broadcast_to(np.sqrt(np.maximum(between, 0) + c["residual_sd"] ** 2), mean.shape).copy()
    sd[np.isnan(mean)] = np.nan
    z = np.array([NormalDist().inv_cdf(0.5 + each / 200) for each in percents])
    low, high = mean[..., None] - z * sd[..., None], mean[..., None] + z * sd[..., None]
    if limits is not None:
        mean, low, high = (np.clip(each, *limits) for each in (mean, low, high))
    return Expected(mean, sd, tuple(float(each) for each in percents), low, high)
