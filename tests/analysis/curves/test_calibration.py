"""Bands on clients who were held out: counted by hand on few, and near what they promise on many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fit_toolkit.analysis.curves.calibration import band_calibration, calibration_cells, held_out, observed_edges
from fit_toolkit.analysis.curves.expected import expected_response
from fit_toolkit.analysis.curves.fitting import fit_curve
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.curves import CurveFit
from tests.analysis.curves.shared import made_up

FLAT = CurveFit(transform="log", intercept=0, slope=0, intercept_variance=0, slope_variance=0, covariance=0,
                residual_sd=1, n_clients=100, n_scores=1000)  # fmt: skip


def row(table: pd.DataFrame, percent: float, quintile: float = np.nan, session: float = np.nan) -> pd.Series:
    def same(column: str, wanted: float) -> pd.Series:
        return table[column].isna() if np.isnan(wanted) else table[column] == wanted

    found = table[(table["percent"] == percent) & same("quintile", quintile) & same("session", session)]
    assert len(found) == 1
    return found.iloc[0]


def test_shares_are_counted_in_every_cell() -> None:
    # Ten clients, two sessions; at session 2 those with the five highest intakes rise by 3, beyond the 80 % edge of 1.28.
    client = np.repeat(np.arange(10), 2)
    intake = np.repeat(np.linspace(-0.9, 0.9, 10), 2)
    second = np.tile([0.0, 1.0], 10)
    value = intake + np.where((second == 1) & (intake > 0), 3, 0) - np.where((second == 1) & (intake < -0.8), 2, 0)
    table = band_calibration(FLAT, client, second + 1, value, percents=(80,), least=2)
    everything = row(table, 80)
    assert (everything["n_ratings"], everything["n_clients"]) == (20, 10)
    assert everything["inside"] == pytest.approx(14 / 20)
    assert everything["below"] == pytest.approx(1 / 20)
    assert row(table, 80, quintile=1)["inside"] == pytest.approx(3 / 4)
    assert row(table, 80, session=2)["inside"] == pytest.approx(4 / 10)
    assert row(table, 80, quintile=5, session=2)["inside"] == 0
    assert row(table, 80, quintile=5, session=1)["n_ratings"] == 2


def test_cells_with_few_clients_say_nothing_and_stay_out_of_a_pack() -> None:
    ratings = made_up(30, 2, sessions=3)
    table = band_calibration(FLAT, *ratings, percents=(80,), least=10)
    assert np.isnan(row(table, 80, quintile=1)["inside"])
    assert row(table, 80, quintile=1)["n_clients"] == 6
    cells = calibration_cells(table, 10)
    assert [(each.quintile, each.session) for each in cells] == [(None, None), (None, 1), (None, 2), (None, 3)]


def test_of_a_curve_by_intake_the_intake_is_not_counted() -> None:
    by_intake = CurveFit(transform="log", intercept=0, slope=0, intake=1, slope_by_intake=0, intercept_variance=0,
                         slope_variance=0, covariance=0, residual_sd=1, n_clients=100, n_scores=1000)  # fmt: skip
    table = band_calibration(by_intake, *made_up(40, 2, sessions=3), percents=(80,))
    assert sorted(table["session"].dropna().unique()) == [2, 3]
    assert row(table, 80)["n_ratings"] == 80


def test_bands_hold_what_they_promise_on_clients_who_were_held_out() -> None:
    ratings = made_up(1500, 21)
    out = held_out(ratings.client, share=0.5, seed=3)
    fit = fit_curve(*(each[~out] for each in ratings), by_intake=True)
    table = band_calibration(fit, *(each[out] for each in ratings))
    for percent in (68, 80, 90):
        assert row(table, percent)["inside"] == pytest.approx(percent / 100, abs=0.04)  # SE of one cohort .013
        for quintile in range(1, 6):
            assert row(table, percent, quintile=quintile)["inside"] == pytest.approx(percent / 100, abs=0.07)


def test_whole_clients_are_held_out_and_the_same_ones_each_time() -> None:
    ratings = made_up(41, 2, sessions=3)
    out = held_out(ratings.client, share=0.25, seed=9)
    assert (out == held_out(ratings.client, share=0.25, seed=9)).all()
    assert (out != held_out(ratings.client, share=0.25, seed=8)).any()
    by_client = pd.Series(out).groupby(ratings.client).mean()
    assert set(by_client) == {0.0, 1.0}
    assert by_client.sum() == 11
    with pytest.raises(UsageError):
        held_out(ratings.client, share=1)


BY_INTAKE = CurveFit(transform="log", intercept=0, slope=0, intake=1, slope_by_intake=0, intercept_variance=0,
                     slope_variance=0, covariance=0, residual_sd=2, n_clients=100, n_scores=1000)  # fmt: skip


def test_observed_edges_are_quantiles_of_the_ratings_in_each_fifth() -> None:
    client = np.repeat(np.arange(200), 2)
    intake = np.repeat(np.arange(200.0), 2)
    # Among the forty lowest the second rating is 1, 2 ... 40 above the first, among the rest one below it.
    moved = np.where(intake < 40, intake + 1, -1.0)
    value = np.where(np.tile([True, False], 200), intake, intake + moved)
    session = np.tile([1.0, 2.0], 200)
    edges = observed_edges(BY_INTAKE, client, session, value, percents=(80,))
    assert edges.low[0][0] == pytest.approx(np.quantile(np.arange(1, 41), 0.1) / 2)
    assert edges.high[0][0] == pytest.approx(np.quantile(np.arange(1, 41), 0.9) / 2)
    assert edges.high[4] == (-0.5,)
    found = expected_response(BY_INTAKE, [2, 2], [10.0, 150], edges=edges)
    assert found.low[:, 0].tolist() == pytest.approx([10 + np.quantile(np.arange(1, 41), 0.1), 149])
    table = band_calibration(BY_INTAKE, client, session, value, percents=(80,), edges=edges)
    assert row(table, 80, quintile=1)["inside"] == pytest.approx(0.8)
    with pytest.raises(UsageError, match="observed edges of this curve are of other shares"):
        expected_response(BY_INTAKE, 2, 10.0, percents=(90,), edges=edges)


def test_observed_edges_need_an_intake_and_enough_clients_in_each_fifth() -> None:
    with pytest.raises(DataError, match="a fifth of the intakes has 29 clients with later ratings; 30 are needed"):
        observed_edges(BY_INTAKE, *made_up(145, 4, sessions=3))
    with pytest.raises(UsageError, match="this curve is not"):
        observed_edges(FLAT, *made_up(150, 4, sessions=3))


def test_observed_edges_hold_where_a_floor_bends_the_ratings() -> None:
    ratings = made_up(1500, 22, sessions=10)
    floored = np.clip(np.rint(ratings.value - 8), 0, None)
    out = held_out(ratings.client, seed=4)
    fit = fit_curve(ratings.client[~out], ratings.session[~out], floored[~out], by_intake=True)
    edges = observed_edges(fit, ratings.client[~out], ratings.session[~out], floored[~out])
    shares = [
        row(band_calibration(fit, ratings.client[out], ratings.session[out], floored[out], edges=each), 80, quintile=1)
        for each in (None, edges)
    ]
    assert shares[0]["inside"] > 0.87
    assert shares[1]["inside"] == pytest.approx(0.8, abs=0.06)
