"""Change beside the smallest change that can be told from error of measurement, client by client."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.change.cutoffs import Cutoff, categories
from fit_toolkit.analysis.change.indices import SDC
from fit_toolkit.analysis.change.pairs import Better, between_0_and_1, pairs_of
from fit_toolkit.analysis.change.reliable import Change, basis_of, by_threshold, critical_value
from fit_toolkit.errors import UsageError


def detectable_change(  # noqa: PLR0913 - keyword-only figures of the method
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    better: Better,
    reliability: float | None = None,
    sd: float | None = None,
    sem: float | None = None,
    cutoff: Cutoff | None = None,
    confidence: float = 0.95,
    inclusive: bool = False,
) -> Change:
    """Say who changed by more than the smallest detectable change; index = change / SDC, so it counts beyond 1.

    SDC = z sqrt(2) SEM in points, z the two-sided normal quantile (1.96 at .95), SEM = SD sqrt(1 - r) with the SD of the
    first ratings; or `sem` itself, as the SD of one client's ratings within them, from repeated ratings. The labels are
    those of jt with the same figures; the line is in points. `basis` holds `sem`, `sdc` and `sdc_group`, which is that of the
    mean change of as many clients, SDC / sqrt(n). de Vet et al. 2006, Health Qual Life Outcomes 4:54.
    """
    if (sem is None) == (reliability is None) or (sem is not None and sd is not None):
        raise UsageError("the error of measurement comes from a reliability (and an SD), or is given: one of the two")
    pairs = pairs_of(pre, post)
    pairs.need(1, "a change")
    if sem is None:
        error = basis_of(pairs, "jt", reliability=between_0_and_1(reliability, "the reliability"), sd=sd).sem
    else:
        error = float(sem)
        if not (error > 0 and math.isfinite(error)):
            raise UsageError("the SEM has to be above 0")
    points = critical_value(SDC, confidence) * math.sqrt(2) * error
    index = np.where(pairs.complete, pairs.change / points, np.nan)
    codes = by_threshold(index, 1.0, better=better, inclusive=inclusive)
    category = None if cutoff is None else categories(codes, pairs.pre, pairs.post, cutoff)
    basis = {
        "n": pairs.n, "m_pre": pairs.m_pre, "sd_pre": pairs.sd_pre, "m_post": pairs.m_post, "sd_post": pairs.sd_post,
        "sem": error, "sdc": points, "sdc_group": points / math.sqrt(pairs.n),
    }  # fmt: skip
    return Change(SDC, better, pairs.n, pairs.pre, pairs.post, pairs.change, index, codes, category, 1.0, basis)
