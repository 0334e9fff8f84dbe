"""Whether a curve pack still fits: new episodes against what it expects of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from fit_toolkit.analysis.curves.expected import Floats, expected_response
from fit_toolkit.analysis.curves.fitting import after_intake, long_ratings
from fit_toolkit.errors import DataError
from fit_toolkit.model.curves import CurvePack

LEAST_CLIENTS: Final = 30
SHIFT: Final = 0.2  # SDs of a rating: less than that is no reason for another pack
SHARE: Final = 0.05
Z95: Final = 1.959963984540054
Verdict = Literal["holds", "drifted", "unclear"]


@dataclass(frozen=True)
class Drift:
    """New episodes against a pack, with 95 % intervals over clients."""

    verdict: Verdict
    n_clients: int
    n_ratings: int
    shift: float  # mean distance from the expected course in SDs; its sign is that of the scale
    shift_interval: tuple[float, float]
    inside: float  # share inside the band
    inside_interval: tuple[float, float]
    percent: float
    outside_sessions: int  # ratings at sessions of which the pack says nothing; not compared
    outside_intakes: int  # clients whose intake lies outside the pack's 5th to 95th centile; compared


def drift_check(
    pack: CurvePack,
    client: npt.ArrayLike | Sequence[object],
    session: npt.ArrayLike,
    value: npt.ArrayLike,
    *,
    percent: float = 80.0,
) -> Drift:
    """Compare new episodes with a pack: how far off are they, and how many ratings lie inside the band.

    `shift` is the mean over clients of each one's mean (rating - expected) / SD; `inside` a ratio over clients, so that many
    ratings of one client are no many clients. "drifted": the interval of the shift lies wholly beyond +-0.2 SD, or that of
    the share wholly beyond the band's share +-5 points; "holds": both wholly within; else "unclear", which more episodes
    will settle. Fewer than 30 clients are refused. A drift says that the pack does not fit, not that treatment is worse.
    """
    ratings = long_ratings(client, session, value)
    low, high = pack.sessions
    within = (ratings.session >= low) & (ratings.session <= high)
    known = np.isfinite(ratings.intake)[ratings.client]
    use = within & (known & after_intake(ratings) if pack.curve.by_intake else True)
    who, y = ratings.client[use], ratings.value[use]
    clients = np.unique(who)
    if len(clients) < LEAST_CLIENTS:
        raise DataError(f"{len(clients)} new clients can be compared with the pack; {LEAST_CLIENTS} are needed")
    found = expected_response(pack, ratings.session[use], ratings.intake[who], percents=(percent,))
    inside = ((y >= found.low[:, 0]) & (y <= found.high[:, 0])).astype(np.float64)
    counts = np.bincount(who)[clients].astype(np.float64)
    means = (np.bincount(who, weights=(y - found.mean) / found.sd)[clients]) / counts
    shift, shift_se = float(means.mean()), float(means.std(ddof=1) / math.sqrt(len(clients)))
    share = float(inside.mean())
    left = np.bincount(who, weights=inside)[clients] - share * counts
    share_se = _ratio_se(left, counts)
    about, around = (shift - Z95 * shift_se, shift + Z95 * shift_se), (share - Z95 * share_se, share + Z95 * share_se)
    verdict = _verdict((about, (-SHIFT, SHIFT)), (around, (percent / 100 - SHARE, percent / 100 + SHARE)))
    beyond = 0
    if pack.intakes is not None:
        first = ratings.intake[clients]
        beyond = int(((first < pack.intakes[0]) | (first > pack.intakes[1])).sum())
    return Drift(verdict, len(clients), len(y), shift, about, share, around, percent, int((~within).sum()), beyond)


def _ratio_se(left: Floats, counts: Floats) -> float:
    n = len(counts)
    return float(math.sqrt(n / (n - 1) * (left**2).sum()) / counts.sum())


def _verdict(*pairs: tuple[tuple[float, float], tuple[float, float]]) -> Verdict:
    """Judge intervals against what is allowed of them."""
    if any(found[1] < allowed[0] or found[0] > allowed[1] for found, allowed in pairs):
        return "drifted"
    held = all(allowed[0] <= found[0] and found[1] <= allowed[1] for found, allowed in pairs)
    return "holds" if held else "unclear"
