"""Hageman and Arrindell in full: the true cut-off, the test of one client against it, and the group as a whole."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from fit_toolkit.analysis.change.cutoffs import Cutoff, clinical_cutoff
from fit_toolkit.analysis.change.indices import Basis, reliability_of_differences
from fit_toolkit.analysis.change.pairs import CATEGORIES, Better, Codes, Floats, Pairs, Words, pairs_of, sign_of
from fit_toolkit.analysis.change.reliable import HAIR, Change, basis_of, critical_value, reliable_change
from fit_toolkit.errors import DataError


class Group(Struct, frozen=True):
    """What a group's true scores look like when error of measurement is taken out; it says nothing about any one client."""

    n: int
    mean_change: float
    sd_true_change: float
    reliability_of_change: float
    share_truly_better: float  # expected share of clients whose true change is in the better direction
    share_truly_functional: (
        float  # expected share of clients whose true last score is past the cut-off; NaN without one
    )


@dataclass(frozen=True, eq=False)
class HagemanArrindell:
    """The individual level (`change`, `functional_index`, `category`) and the group level (`group`)."""

    change: Change
    line: Cutoff | None  # in true scores
    functional_index: Floats | None  # how far past the line the last rating is, in standard errors
    category_codes: Codes | None
    group: Group

    @property
    def category(self) -> Words | None:
        """recovered, improved, unchanged, deteriorated, harmed by the method's own test; None without a cut-off."""
        return None if self.category_codes is None else CATEGORIES[self.category_codes]


def hageman_arrindell(  # noqa: PLR0913 - keyword-only figures of the method
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    reliability: float,
    better: Better,
    kind: str | None = None,
    m_clinical: float = math.nan,
    sd_clinical: float = math.nan,
    m_functional: float = math.nan,
    sd_functional: float = math.nan,
    confidence: float = 0.95,
) -> HagemanArrindell:
    """Judge clients and group by Hageman and Arrindell's own criteria; cut-offs `kind` a, b or c in true scores.

    The SDs in the cut-off are those of true scores, S sqrt(r) with r = (S^2 - SEM^2) / S^2. A client is past the line
    when [M2 + (x2 - M2) r22 - line] / [sqrt(r22) SEM] is larger than the one-sided quantile. Hageman & Arrindell 1999,
    Behav Res Ther 37:1169. The group level here is the normal model of true scores, mean change / [S_D sqrt(rdd)] and
    (M2 - line) / [S2 sqrt(r22)]; written from the idea of the paper, not checked against its worked figures.
    """
    change = reliable_change(pre, post, method="ha", reliability=reliability, better=better, confidence=confidence)
    pairs = pairs_of(pre, post)
    basis = basis_of(pairs, "ha", reliability=reliability)
    rdd = reliability_of_differences(pairs, basis)
    if kind is None:
        return HagemanArrindell(change, None, None, None, _group(pairs, basis, rdd, better, None))
    mean, sd = (m_clinical, sd_clinical) if math.isfinite(m_clinical) else (pairs.m_pre, pairs.sd_pre)
    functional = _true_sd(sd_functional, basis.sem, "the functional group") if kind != "a" else math.nan
    clinical = _true_sd(sd, basis.sem, "the first ratings") if kind != "b" else math.nan
    line = clinical_cutoff(kind, better=better, m_clinical=mean, sd_clinical=clinical,
                  m_functional=m_functional, sd_functional=functional)  # fmt: skip
    r = _true_sd(pairs.sd_post, basis.sem, "the last ratings") ** 2 / pairs.sd_post**2
    index = (pairs.m_post + (pairs.post - pairs.m_post) * r - line.value) / (math.sqrt(r) * basis.sem)
    index = np.where(pairs.complete, index, np.nan)
    past = sign_of(better) * index > critical_value("ha", confidence) * (1 + HAIR)
    clinical_before = line.clinical(pairs.pre)
    reliable = change.reliable_codes
    improved, worse = reliable == 1, reliable == 3
    codes: Codes = np.select(
        [improved & clinical_before & past, improved, worse & ~clinical_before & ~past, worse, reliable == 2],
        [1, 2, 5, 4, 3],
        default=0,
    ).astype(np.int8)
    return HagemanArrindell(change, line, index, codes, _group(pairs, basis, rdd, better, line))


def _group(pairs: Pairs, basis: Basis, rdd: float, better: Better, line: Cutoff | None) -> Group:
    sign = sign_of(better)
    mean = pairs.m_post - pairs.m_pre
    spread = math.sqrt(pairs.sd_pre**2 + pairs.sd_post**2 - 2 * pairs.sd_pre * pairs.sd_post * pairs.r)
    true = spread * math.sqrt(rdd)
    functional = math.nan
    if line is not None:
        sd = _true_sd(pairs.sd_post, basis.sem, "the last ratings")
        functional = NormalDist().cdf(sign * (pairs.m_post - line.value) / sd)
    return Group(pairs.n, mean, true, rdd, NormalDist().cdf(sign * mean / true), functional)


def _true_sd(sd: float, sem: float, whose: str) -> float:
    """Take error of measurement out of an SD."""
    if not sd > sem:
        raise DataError(f"ha: {whose} differ no more than error of measurement would make them differ")
    return math.sqrt(sd**2 - sem**2)
