"""Hageman and Arrindell's own criteria for one client, and the group level."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from fit_toolkit.analysis import hageman_arrindell, reliable_change
from fit_toolkit.errors import DataError


def truth(n: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Make up true scores before and after, and ratings of reliability .8 (true SD 4, noise 2)."""
    rng = np.random.default_rng(seed)
    before = rng.normal(20, 4, n)
    after = before + rng.normal(-3, 3, n)
    return before, after, before + rng.normal(0, 2, n), after + rng.normal(0, 2, n)


def test_the_individual_level_is_the_index_ha() -> None:
    *_, pre, post = truth(200)
    made = hageman_arrindell(pre, post, reliability=0.8, better="lower")
    plain = reliable_change(pre, post, reliability=0.8, better="lower", method="ha")
    assert made.change.index.tolist() == plain.index.tolist()
    assert made.category is None


def test_the_group_level_finds_the_shares_of_true_scores() -> None:
    before, after, pre, post = truth(20_000)
    made = hageman_arrindell(pre, post, reliability=0.8, better="lower", kind="b", m_functional=8, sd_functional=4.5)
    assert made.line is not None
    group = made.group
    assert group.n == 20_000
    assert group.mean_change == pytest.approx(-3, abs=0.1)
    assert group.sd_true_change == pytest.approx(3, abs=0.1)
    assert group.share_truly_better == pytest.approx((after < before).mean(), abs=0.01)
    assert group.share_truly_functional == pytest.approx((after < made.line.value).mean(), abs=0.01)


def test_the_group_level_by_hand() -> None:
    pre, post = [20.0, 24, 28, 16], [12.0, 20, 15, 14]
    made = hageman_arrindell(pre, post, reliability=0.9, better="lower")
    changes = np.subtract(post, pre)
    sem_squared = np.var(pre, ddof=1) * 0.1
    true = math.sqrt(changes.var(ddof=1) - 2 * sem_squared)
    assert made.group.sd_true_change == pytest.approx(true)
    assert made.group.share_truly_better == pytest.approx(NormalDist().cdf(6.75 / true))
    assert math.isnan(made.group.share_truly_functional)


def test_spread_that_is_all_error_is_refused() -> None:
    *_, pre, post = truth(50)
    with pytest.raises(DataError, match="the functional group"):
        hageman_arrindell(pre, post, reliability=0.8, better="lower", kind="c", m_functional=8, sd_functional=1)
