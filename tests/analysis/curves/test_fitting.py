"""Expected courses, fitted: the figures of lme4 on the shared case, order and units, and what is refused."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis.curves import reml
from fit_toolkit.analysis.curves.fitting import fit_curve, long_ratings
from fit_toolkit.analysis.curves.reml import library
from fit_toolkit.errors import ConfigError, DataError
from tests.analysis.curves.shared import Long, example, made_up, models

CASES: dict[str, dict[str, Any]] = {
    "log_slopes_reml": {},
    "linear_slopes_reml": {"transform": "linear"},
    "log_intercepts_reml": {"random": "intercepts"},
    "linear_intercepts_reml": {"transform": "linear", "random": "intercepts"},
    "log_by_first_score_reml": {"by_intake": True, "keep_intake": True, "random": "intercepts"},
}


@pytest.mark.parametrize("name", CASES)
def test_the_fit_is_that_of_lme4(name: str) -> None:
    told = models()[name]
    fit = fit_curve(*example(), **CASES[name])
    fixed = [each for each in (fit.intercept, fit.slope, fit.intake, fit.slope_by_intake) if each is not None]
    assert fixed == pytest.approx(list(told["fixef"].values()), abs=1e-3)
    assert fit.residual_sd == pytest.approx(told["residual_sd"], abs=1e-3)
    variances = [each["vcov"] for each in told["varcorr"] if each["grp"] == "episode"]
    found = [fit.intercept_variance, fit.slope_variance, fit.covariance][: len(variances)]
    assert found == pytest.approx(variances, rel=0.01)
    assert fit.log_likelihood == pytest.approx(told["logLik"], abs=1e-3)
    assert (fit.n_clients, fit.n_scores, fit.singular) == (150, 1471, told["singular"])


def test_neither_the_order_of_rows_nor_missing_ratings_change_the_fit() -> None:
    plain = example()
    order = np.random.default_rng(5).permutation(len(plain.value))
    gaps = Long(
        np.append(plain.client[order], ["E001", "nobody"]),
        np.append(plain.session[order], [19.0, np.nan]),
        np.append(plain.value[order], [np.nan, 4.0]),
    )
    one, other = fit_curve(*plain, random="intercepts"), fit_curve(*gaps, random="intercepts")
    assert other.n_clients == 150
    assert other.intercept == pytest.approx(one.intercept, abs=1e-4)
    assert other.intercept_variance == pytest.approx(one.intercept_variance, rel=1e-3)


def test_another_unit_gives_the_same_curve_in_that_unit() -> None:
    plain = made_up(60, 3)
    one = fit_curve(*plain)
    other = fit_curve(plain.client, plain.session, plain.value / 1000 + 5)
    assert other.slope == pytest.approx(one.slope / 1000, rel=1e-3)
    assert other.intercept == pytest.approx(one.intercept / 1000 + 5, rel=1e-4)
    assert other.slope_variance == pytest.approx(one.slope_variance / 1e6, rel=5e-3)


def test_the_square_root_lies_between_log_and_line_and_starts_at_the_first_session() -> None:
    plain = made_up(60, 4)
    curve = Long(plain.client, plain.session, plain.value - 3 * np.log(plain.session) * -1 - 4 * plain.session**0.5)
    fit = fit_curve(*curve, transform="sqrt")
    assert fit.slope == pytest.approx(-4, abs=1.2)
    assert fit.intercept == pytest.approx(18 - 4, abs=2)


def test_by_intake_the_first_rating_is_known_and_not_predicted() -> None:
    ratings = made_up(400, 6)
    fit = fit_curve(*ratings, by_intake=True)
    assert (fit.n_clients, fit.n_scores) == (400, 7 * 400)
    # Of an intake, var 25 + 2.5^2, the share 25 / 31.25 is level: the regression of the later level on it.
    assert fit.intake == pytest.approx(0.8, abs=0.07)
    assert fit.intercept_variance == pytest.approx(25 * 6.25 / 31.25, rel=0.35)
    assert fit.residual_sd == pytest.approx(2.5, abs=0.1)


def test_by_intake_leaves_out_who_has_no_intake_rating() -> None:
    ratings = made_up(60, 7)
    kept = (ratings.session > 1) | (ratings.client > 9)
    fit = fit_curve(*(each[kept] for each in ratings), by_intake=True, random="intercepts")
    assert (fit.n_clients, fit.n_scores) == (50, 350)


def test_clients_who_differ_in_level_alone_give_a_fit_that_says_it_is_singular() -> None:
    fits = [fit_curve(*made_up(40, seed, slopes=0, noise=4)) for seed in range(1, 5)]
    singular = [fit for fit in fits if fit.singular]
    assert singular  # an estimated variance of nothing lies at the edge about every other time
    assert all(abs(fit.covariance) <= (fit.intercept_variance * fit.slope_variance) ** 0.5 + 1e-6 for fit in singular)


def test_a_model_that_does_not_converge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(function: Any, start: Any, **_: Any) -> Any:
        return SimpleNamespace(success=False, fun=1.0, x=start)

    monkeypatch.setattr(reml, "library", lambda: (library()[0], gives_up))
    with pytest.raises(DataError, match="the mixed model did not converge"):
        fit_curve(*made_up(30, 1, sessions=4))


def test_where_statsmodels_fails_the_top_is_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = fit_curve(*made_up(60, 3))

    def fails(*_: Any, **__: Any) -> Any:
        raise np.linalg.LinAlgError

    minimize = library()[1]
    monkeypatch.setattr(reml, "library", lambda: (fails, minimize))
    alone = fit_curve(*made_up(60, 3))
    assert alone.slope_variance == pytest.approx(plain.slope_variance, rel=1e-6)


def test_too_few_clients_are_refused_with_the_counts() -> None:
    ratings = made_up(19, 8)
    with pytest.raises(DataError, match="19 clients have two ratings to fit or more and 19 have three; 20 and 10"):
        fit_curve(*ratings)
    twice = made_up(30, 8, sessions=2)
    with pytest.raises(DataError, match="30 clients have two ratings to fit or more and 0 have three"):
        fit_curve(*twice)


def test_ratings_without_any_difference_are_refused() -> None:
    ratings = made_up(30, 9)
    with pytest.raises(DataError, match="all ratings are the same"):
        fit_curve(ratings.client, ratings.session, np.full(len(ratings.value), 7.0))
    level = np.where(ratings.session == 1, 7.0, ratings.value)
    with pytest.raises(DataError, match="all intake ratings are the same"):
        fit_curve(ratings.client, ratings.session, level, by_intake=True)


def test_two_ratings_of_one_session_are_refused() -> None:
    with pytest.raises(DataError, match="1 ratings stand beside another of the same client and session"):
        long_ratings(["a", "a", "b"], [1, 1, 1], [3, 4, 5])


def test_without_statsmodels_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "statsmodels", None)
    with pytest.raises(ConfigError) as error:
        library()
    assert error.value.exit_code == 5
    assert error.value.hint == "pip install 'fit-toolkit[curves]'"


def test_a_hundred_thousand_ratings_still_find_the_top() -> None:
    rng = np.random.default_rng(0)
    clients, sessions = 10_000, 10
    level, slope = rng.normal(25, 5, (clients, 1)), rng.normal(-1, 0.8, (clients, 1))
    time = np.arange(1, sessions + 1)
    value = np.round(level + slope * (time - 1) + rng.normal(0, 3, (clients, sessions)), 1)
    whose = np.repeat(np.arange(clients), sessions)
    curve = fit_curve(whose, np.tile(time, clients), value.ravel())
    assert curve.n_scores == 100_000
    assert curve.residual_sd == pytest.approx(3.26, abs=0.01)  # a noise of 3, and what a logarithm misses of a line
