"""Twin curves: each group its own model, and what counts as an end."""

from __future__ import annotations

import numpy as np
import pytest

from fit_toolkit.analysis.curves.twins import ended_better, twin_curves
from fit_toolkit.errors import DataError, UsageError
from tests.analysis.curves.shared import made_up


def test_each_group_has_its_own_curve() -> None:
    ratings = made_up(120, 5, slopes=1)
    well = np.array([who % 3 for who in ratings.client], dtype=float)
    well[well == 2] = np.nan
    value = ratings.value + np.where(well == 0, 4 * np.log(ratings.session), 0)
    twins = twin_curves(ratings.client, ratings.session, value, well)
    assert twins.n_unknown == 40
    assert (twins.successful.n_clients, twins.unsuccessful.n_clients) == (40, 40)
    assert twins.successful.slope == pytest.approx(-3, abs=0.7)
    assert twins.unsuccessful.slope == pytest.approx(1, abs=0.7)


def test_a_group_with_too_few_clients_is_named() -> None:
    ratings = made_up(40, 5)
    well = (ratings.client.astype(int) < 30).astype(float)
    with pytest.raises(DataError, match="unsuccessful episodes: 10 clients have two ratings"):
        twin_curves(*ratings, well)


def test_an_end_is_one_per_client_and_1_0_or_unknown() -> None:
    ratings = made_up(40, 5)
    with pytest.raises(DataError, match="40 clients have two ends"):
        twin_curves(*ratings, (ratings.session > 4).astype(float))
    with pytest.raises(DataError, match="1 clients have two ends"):
        twin_curves(*ratings, np.where((ratings.session > 4) & (ratings.client == 7), np.nan, 1.0))
    with pytest.raises(UsageError, match="success is 1, 0"):
        twin_curves(*ratings, np.full(len(ratings.value), 2.0))


def test_an_end_that_is_better_by_exactly_the_points_counts() -> None:
    client = ["a", "a", "b", "b", "c", "d", "d"]
    session = [2, 1, 1, 5, 1, 1, 2]
    value = [10.3, 10.2, 20.0, 19.95, 7, 0.3, 0.1 + 0.2 + 0.1]
    higher = ended_better(client, session, value, points=0.1, better="higher")
    assert higher.tolist()[:4] == [1, 1, 0, 0]
    assert np.isnan(higher[4])
    assert higher.tolist()[5:] == [1, 1]
    assert ended_better(client, session, value, points=0.05, better="lower").tolist()[:4] == [0, 0, 1, 1]
    strict = ended_better(client, session, value, points=0.1, better="higher", inclusive=False)
    assert strict.tolist()[:4] == [0, 0, 0, 0]
