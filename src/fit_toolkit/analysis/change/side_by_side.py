"""All methods on the same clients, and how far they agree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from pandas import DataFrame

from fit_toolkit.analysis.change.cutoffs import Cutoff
from fit_toolkit.analysis.change.indices import INDICES
from fit_toolkit.analysis.change.pairs import Better, pairs_of
from fit_toolkit.analysis.change.reliable import Change, reliable_change
from fit_toolkit.errors import DataError, UsageError


class Agreement(Struct, frozen=True):
    """How often two methods give a client the same label: share of the n clients that both label, and Cohen's kappa."""

    one: str
    other: str
    n: int
    share: float
    kappa: float  # NaN where both give everybody the same label: nothing is left to agree on beyond chance


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Every method that could be computed, why others could not, and the agreement of each two."""

    changes: dict[str, Change]
    refused: dict[str, str]
    agreements: tuple[Agreement, ...]

    def frame(self) -> DataFrame:
        """Give pre, post, change and, per method, index, reliable and category, one row per client."""
        first = next(iter(self.changes.values()))
        columns: dict[str, object] = {"pre": first.pre, "post": first.post, "change": first.change}
        for name, each in self.changes.items():
            columns[f"{name}_index"] = each.index
            columns[f"{name}_reliable"] = each.reliable
            if each.category is not None:
                columns[f"{name}_category"] = each.category
        return DataFrame(columns)


def all_methods(  # noqa: PLR0913 - keyword-only figures of the method
    pre: npt.ArrayLike,
    post: npt.ArrayLike,
    *,
    reliability: float,
    better: Better,
    reliability_post: float | None = None,
    sd: float | None = None,
    mean: float | None = None,
    cutoff: Cutoff | None = None,
    confidence: float = 0.95,
    inclusive: bool = False,
    others: Mapping[str, Change] | None = None,
) -> SideBySide:
    """Apply jt, gln, hll, en, nk and ha to the same pairs; `others` (percent, anchor) are set beside them.

    A method that these ratings do not allow is left out and says why. If none is left, the first reason is raised.
    """
    pairs_of(pre, post)  # refuses lists that do not belong together
    changes: dict[str, Change] = {}
    refused: dict[str, str] = {}
    first: DataError | None = None
    for method in INDICES:
        try:
            changes[method] = reliable_change(
                pre, post, reliability=reliability, better=better, method=method, reliability_post=reliability_post,
                sd=sd, mean=mean, cutoff=cutoff, confidence=confidence, inclusive=inclusive,
            )  # fmt: skip
        except DataError as error:
            refused[method] = error.what
            first = first or error
    if first is not None and not changes:
        raise first
    changes.update(others or {})
    return SideBySide(changes, refused, agreements(changes))


def agreements(changes: Mapping[str, Change]) -> tuple[Agreement, ...]:
    """Compare each two methods by category where both have one, else by reliable change."""
    made = []
    for one, other in combinations(changes, 2):
        a, b = changes[one], changes[other]
        if a.category_codes is not None and b.category_codes is not None:
            made.append(label_agreement(a.category_codes, b.category_codes, one=one, other=other))
        else:
            made.append(label_agreement(a.reliable_codes, b.reliable_codes, one=one, other=other))
    return tuple(made)


def label_agreement(labels: npt.ArrayLike, others: npt.ArrayLike, *, one: str = "", other: str = "") -> Agreement:
    """Give the share of clients with the same label, and kappa = (share - chance) / (1 - chance), chance from the margins.

    Labels are words or codes; "" and 0 are unknown and do not count. Cohen 1960, Educ Psychol Meas 20:37. Unweighted.
    """
    a, b = np.asarray(labels), np.asarray(others)
    if a.shape != b.shape or a.ndim != 1:
        raise UsageError("two lists of labels have to be of the same length")
    nothing = "" if a.dtype.kind in "UO" else 0
    known = (a != nothing) & (b != nothing)
    a, b = a[known], b[known]
    n = len(a)
    if not n:
        return Agreement(one, other, 0, math.nan, math.nan)
    _, codes = np.unique(np.concatenate([a, b]), return_inverse=True)
    size = int(codes.max()) + 1
    first, second = codes[:n], codes[n:]
    share = float((first == second).mean())
    both = int((np.bincount(first, minlength=size) * np.bincount(second, minlength=size)).sum())
    kappa = math.nan if both == n * n else (share - both / n**2) / (1 - both / n**2)
    return Agreement(one, other, n, share, kappa)
