"""Where the functional range begins: Jacobson and Truax's cut-offs a, b and c, and how sure c is."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from fit_toolkit.analysis.change.pairs import Better, Bools, Codes, Floats, between_0_and_1, moments, sign_of, snapped
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.scale import Cutoff as Declared

At: TypeAlias = Literal["neither", "clinical", "functional"]
BLOCK: Final = 4_000_000  # counts of resampled values held at once


class Cutoff(Struct, frozen=True):
    """A line between the clinical and the functional range, in points; `at`: what a rating exactly on it is."""

    value: float
    better: Better
    kind: str = "given"
    at: At = "neither"

    def clinical(self, values: Floats) -> Bools:
        """Say which ratings lie on the clinical side."""
        sign = sign_of(self.better)
        side: Bools = sign * values <= sign * self.value if self.at == "clinical" else sign * values < sign * self.value
        return side

    def functional(self, values: Floats) -> Bools:
        """Say which ratings lie on the functional side."""
        sign = sign_of(self.better)
        side: Bools = (
            sign * values >= sign * self.value if self.at == "functional" else sign * values > sign * self.value
        )
        return side


def clinical_cutoff(
    kind: str,
    *,
    better: Better,
    m_clinical: float = math.nan,
    sd_clinical: float = math.nan,
    m_functional: float = math.nan,
    sd_functional: float = math.nan,
    at: At = "neither",
) -> Cutoff:
    """Give cut-off a, b or c from the means and SDs of a clinical and a functional group, in points.

    Lower is better: a = M_clin - 2 SD_clin, b = M_func + 2 SD_func, and mirrored where higher is better;
    c = (SD_clin M_func + SD_func M_clin) / (SD_clin + SD_func). Jacobson & Truax 1991, J Consult Clin Psychol 59:12.
    b rests on the SD of the functional group; some software takes that of the clinical one.
    """
    sign = sign_of(better)
    if at not in ("neither", "clinical", "functional"):
        raise UsageError("a rating on the cut-off is clinical, functional or neither")
    clinical = {"the clinical mean": m_clinical, "the clinical SD": sd_clinical}
    functional = {"the functional mean": m_functional, "the functional SD": sd_functional}
    wanted = {"a": clinical, "b": functional, "c": clinical | functional}
    if kind not in wanted:
        raise UsageError("the cut-offs are a, b and c")
    missing = [name for name, value in wanted[kind].items() if not math.isfinite(value)]
    if missing:
        raise UsageError(f"cut-off {kind} needs {' and '.join(missing)}")
    if any(value < 0 for name, value in wanted[kind].items() if name.endswith("SD")):
        raise UsageError("an SD is not negative")
    if kind == "a":
        value = m_clinical + sign * 2 * sd_clinical
    elif kind == "b":
        value = m_functional - sign * 2 * sd_functional
    else:
        value = _c(m_clinical, sd_clinical, m_functional, sd_functional)
    return Cutoff(snapped(value), better, kind, at)


def declared_cutoff(line: Declared, *, better: Better) -> Cutoff:
    """Take a published line from an instrument's definition, inclusive or exclusive as it is declared there.

    ">= 10" where lower is better makes a rating of 10 clinical; "< 25" where higher is better makes one of 25 functional.
    Unverified lines are refused.
    """
    if not line.verified:
        raise UsageError(f"the line at {line.value:g} is not verified and labels nobody")
    meant_clinical = line.operator.startswith(">") == (better == "lower")
    on_line = meant_clinical == line.operator.endswith("=")
    return Cutoff(line.value, better, "declared", "clinical" if on_line else "functional")


class Interval(Struct, frozen=True):
    """A percentile bootstrap interval of cut-off c, and what it rests on."""

    value: float
    low: float
    high: float
    confidence: float
    resamples: int
    n_clinical: int
    n_functional: int  # 0: the functional mean and SD were taken as they were given, without doubt


def cutoff_interval(
    clinical: npt.ArrayLike,
    functional: npt.ArrayLike | None = None,
    *,
    m_functional: float = math.nan,
    sd_functional: float = math.nan,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 1,
) -> Interval:
    """Say how sure cut-off c is: clients drawn again with replacement, percentiles of the c of each draw.

    `functional` is a second sample, drawn again too; without it the functional mean and SD are taken as known, and the
    interval is too narrow by what is not known about them. Efron & Tibshirani 1993, ch. 13.
    """
    between_0_and_1(confidence, "confidence")
    if resamples < 100:
        raise UsageError("an interval needs at least 100 resamples")
    sample = _known(clinical)
    rng = np.random.default_rng(seed)
    mean, sd = moments(sample)
    means, sds = _redrawn(sample, resamples, rng)
    n_functional = 0
    other: tuple[float | Floats, float | Floats]
    if functional is None:
        other = (m_functional, sd_functional)
        point = _c(mean, sd, m_functional, sd_functional)
    else:
        second = _known(functional)
        n_functional = len(second)
        point = _c(mean, sd, *moments(second))
        other = _redrawn(second, resamples, rng)
    with np.errstate(invalid="ignore"):
        drawn = (sds * other[0] + other[1] * means) / (sds + other[1])
    low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(point, float(low), float(high), confidence, resamples, len(sample), n_functional)


def categories(reliable: Codes, pre: Floats, post: Floats, line: Cutoff) -> Codes:
    """Code the categories of `CATEGORIES` from reliable change and the side of the line.

    recovered: improved, before on the clinical side, after on the functional side. harmed: deteriorated, before not on
    the clinical side and after not on the functional side.
    """
    clinical, functional = line.clinical(pre), line.functional(post)
    improved, worse = reliable == 1, reliable == 3
    codes: Codes = np.select(
        [
            improved & clinical & functional,
            improved,
            worse & ~clinical & ~functional,
            worse,
            reliable == 2,
            reliable == 4,
        ],
        [1, 2, 5, 4, 3, 6],
        default=0,
    ).astype(np.int8)
    return codes


def _c(m_clinical: float, sd_clinical: float, m_functional: float, sd_functional: float) -> float:
    if not sd_clinical + sd_functional > 0:
        raise DataError("cut-off c needs an SD above 0 in one of the two groups")
    return (sd_clinical * m_functional + sd_functional * m_clinical) / (sd_clinical + sd_functional)


def _known(values: npt.ArrayLike) -> Floats:
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[np.isfinite(sample)]
    if len(sample) < 2:
        raise DataError(f"{len(sample)} ratings, an interval needs at least 2")
    return sample


def _redrawn(sample: Floats, resamples: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Give mean and SD of each draw; drawing how often each different value comes is the same as drawing clients."""
    values, counts = np.unique(sample, return_counts=True)
    n, centre = len(sample), float(sample.mean())
    shifted = values - centre
    means, sds = np.empty(resamples), np.empty(resamples)
    step = max(1, BLOCK // len(values))
    for start in range(0, resamples, step):
        size = min(step, resamples - start)
        drawn = rng.multinomial(n, counts / n, size=size)
        mean = drawn @ shifted / n
        means[start : start + size] = mean + centre
        sds[start : start + size] = np.sqrt(np.maximum(drawn @ shifted**2 - n * mean**2, 0) / (n - 1))
    return means, sds
