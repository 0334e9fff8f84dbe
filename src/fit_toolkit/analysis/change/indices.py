"""The indices of reliable change, one short formula each."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from fit_toolkit.analysis.change.pairs import Floats, Pairs
from fit_toolkit.errors import DataError


class Basis(Struct, frozen=True):
    """What an index rests on: mean and SD of the first ratings, and the reliability of both."""

    mean: float
    sd: float
    reliability: float
    reliability_post: float

    @property
    def sem(self) -> float:
        """Standard error of measurement, SD sqrt(1 - r)."""
        return self.sd * math.sqrt(1 - self.reliability)


def _jt(pairs: Pairs, basis: Basis) -> Floats:
    """(x2 - x1) / (SEM sqrt(2)). Jacobson & Truax 1991, J Consult Clin Psychol 59:12."""
    return pairs.change / (basis.sem * math.sqrt(2))


def _predicted(pairs: Pairs, basis: Basis) -> Floats:
    """Give the last rating's deviation from M1, less what regression to the mean predicts."""
    return (pairs.post - basis.mean) - basis.reliability * (pairs.pre - basis.mean)


def _gln(pairs: Pairs, basis: Basis) -> Floats:
    """[(x2 - M1) - r (x1 - M1)] / [S1 sqrt(1 - r^2)]. Gulliksen, Lord & Novick; in Hsu 1989."""
    return _predicted(pairs, basis) / (basis.sd * math.sqrt(1 - basis.reliability**2))


def _hll(pairs: Pairs, basis: Basis) -> Floats:
    """[(x2 - M2) - r (x1 - M1)] / [S1 sqrt(1 - r^2)]. Hsu, Linn & Lord; Hsu 1989, Behav Assess 11:459.

    It asks who changed more than the group did: where all improved alike, nobody changed.
    """
    return ((pairs.post - pairs.m_post) - basis.reliability * (pairs.pre - basis.mean)) / (
        basis.sd * math.sqrt(1 - basis.reliability**2)
    )


def _en(pairs: Pairs, basis: Basis) -> Floats:
    """[x2 - (r (x1 - M1) + M1)] / SEM. Edwards & Nunnally; Speer 1992, J Consult Clin Psychol 60:402."""
    return _predicted(pairs, basis) / basis.sem


def _nk(pairs: Pairs, basis: Basis) -> Floats:
    """[x2 - (r (x1 - M1) + M1)] / sqrt(r^2 S1^2 (1 - r) + S1^2 (1 - r2)). Nunnally & Kotsch 1983, Br J Clin Psychol 22:83."""
    r, variance = basis.reliability, basis.sd**2
    return _predicted(pairs, basis) / math.sqrt(r**2 * variance * (1 - r) + variance * (1 - basis.reliability_post))


def _ha(pairs: Pairs, basis: Basis) -> Floats:
    """[(x2 - x1) rdd + (M2 - M1)(1 - rdd)] / [sqrt(rdd) SEM sqrt(2)]. Hageman & Arrindell 1999, Behav Res Ther 37:1169."""
    rdd = reliability_of_differences(pairs, basis)
    mean = pairs.m_post - basis.mean
    return (pairs.change * rdd + mean * (1 - rdd)) / (math.sqrt(rdd) * basis.sem * math.sqrt(2))


def reliability_of_differences(pairs: Pairs, basis: Basis) -> float:
    """Give r_dd = 1 - 2 SEM^2 / (S1^2 + S2^2 - 2 S1 S2 r12); refused where the differences hold nothing but error."""
    pairs.need(3, "ha")
    spread = basis.sd**2 + pairs.sd_post**2 - 2 * basis.sd * pairs.sd_post * pairs.r
    rdd = 1 - 2 * basis.sem**2 / spread if math.isfinite(spread) and spread > 0 else math.nan
    if not rdd > 0:
        raise DataError("ha: the changes differ no more than error of measurement would make them differ")
    return rdd


#: Method -> index of a client from the pairs; the sign is that of the raw change.
INDICES: Final[dict[str, Callable[[Pairs, Basis], Floats]]] = {
    "jt": _jt,
    "gln": _gln,
    "hll": _hll,
    "en": _en,
    "nk": _nk,
    "ha": _ha,
}
SDC: Final = "sdc"
NAMES: Final = {
    "jt": "Jacobson-Truax",
    "gln": "Gulliksen-Lord-Novick",
    "hll": "Hsu-Linn-Lord",
    "en": "Edwards-Nunnally",
    "nk": "Nunnally-Kotsch",
    "ha": "Hageman-Arrindell",
    SDC: "smallest detectable change",
    "percent": "percentage change",
    "anchor": "minimal important difference",
    "hlm": "mixed-model slope",
    "hlm-relative": "mixed-model slope, as deviation from the mean slope",
}
