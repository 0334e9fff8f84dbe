"""What a curve says of a session: means and bands by arithmetic, with neither statsmodels nor scipy."""

from __future__ import annotations

import subprocess
import sys
from statistics import NormalDist

import numpy as np
import pytest

from fit_toolkit.analysis.curves.expected import expected_response, transformed
from fit_toolkit.errors import UsageError
from fit_toolkit.model.curves import CurveFit
from tests.analysis.curves.shared import models

LOG = CurveFit(transform="log", intercept=20, slope=-3, intercept_variance=16, slope_variance=4, covariance=-2,
               residual_sd=3, n_clients=400, n_scores=3000)  # fmt: skip
BY_INTAKE = CurveFit(transform="linear", intercept=2, slope=-0.5, intake=0.8, slope_by_intake=-0.02,
                     intercept_variance=9, slope_variance=0, covariance=0, residual_sd=4, n_clients=400,
                     n_scores=3000)  # fmt: skip


def test_the_band_is_the_fitted_variance_of_clients_and_noise() -> None:
    found = expected_response(LOG, [1, 4], percents=(68, 80))
    x = np.log(4)
    assert found.mean == pytest.approx([20, 20 - 3 * x])
    assert found.sd == pytest.approx([5, np.sqrt(16 - 4 * x + 4 * x * x + 9)])
    z = NormalDist().inv_cdf(0.9)
    assert found.low[:, 1] == pytest.approx(found.mean - z * found.sd)
    assert found.high[:, 1] == pytest.approx(found.mean + z * found.sd)
    assert (found.low[:, 0] > found.low[:, 1]).all()


def test_the_mean_is_the_population_curve_of_lme4() -> None:
    told = models()["log_slopes_reml"]
    fit = CurveFit(transform="log", intercept=told["fixef"]["(Intercept)"], slope=told["fixef"]["lt"],
                   intercept_variance=1, slope_variance=1, covariance=0, residual_sd=1, n_clients=1, n_scores=1)  # fmt: skip
    mean = expected_response(fit, np.arange(1, 21)).mean
    assert mean == pytest.approx(told["population_curve"], abs=1e-6)


def test_by_intake_each_intake_has_its_own_course() -> None:
    found = expected_response(BY_INTAKE, np.array([1.0, 11, 11]), np.array([10.0, 10, np.nan]))
    assert found.mean[:2] == pytest.approx([10, 10 - 0.7 * 10])
    assert np.isnan([found.mean[2], found.sd[2], found.low[2, 0]]).all()
    assert found.sd[:2] == pytest.approx([5, 5])


def test_coefficients_say_the_same_as_the_fit_they_come_from() -> None:
    for fit in (LOG, BY_INTAKE):
        one = expected_response(fit, [2, 9], 12)
        other = expected_response(fit.coefficients(), [2, 9], 12)
        assert one.low.tolist() == other.low.tolist()


def test_edges_stay_on_the_scale() -> None:
    found = expected_response(LOG, [1, 50], percents=(99.9,), limits=(10, 21))
    assert found.low.tolist() == [[10], [10]]
    assert found.high[0].tolist() == [21]
    assert found.mean[1] == 10


def test_every_transform_is_nothing_at_the_first_session() -> None:
    assert [float(transformed(1, each)) for each in ("log", "sqrt", "linear")] == [0, 0, 0]
    assert np.isnan(transformed([0, -1], "log")).all()


def test_a_curve_by_intake_without_an_intake_is_refused() -> None:
    with pytest.raises(UsageError, match="by intake"):
        expected_response(BY_INTAKE, [1, 2])
    with pytest.raises(UsageError, match="between 0 and 100"):
        expected_response(LOG, [1, 2], percents=(100,))


def test_evaluating_loads_no_statistics_package() -> None:
    code = (
        "import sys; import fit_toolkit.analysis as a; a.expected_response; a.CurveFit; "
        "print([m for m in ('statsmodels', 'scipy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
