"""Slopes of a mixed model: against statsmodels' own fit, by simulation, and where there is no answer."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from fit_toolkit.analysis import Cutoff, slope_change
from fit_toolkit.analysis.change.mixed import fit_slopes
from fit_toolkit.analysis.change.slopes import Slopes
from fit_toolkit.errors import ConfigError, DataError, UsageError

Floats = npt.NDArray[np.float64]


def cohort(
    n: int, ratings: int = 8, *, slope: float = -0.2, spread: float = 0.8, seed: int = 1
) -> tuple[Floats, Floats, Floats]:
    """Make up courses: intercept N(20, 4), slope per week N(slope, spread), noise 2."""
    rng = np.random.default_rng(seed)
    own = rng.normal(slope, spread, n)
    time = np.tile(np.arange(ratings, dtype=np.float64), (n, 1))
    value = rng.normal(20, 4, n)[:, None] + own[:, None] * time + rng.normal(0, 2, (n, ratings))
    return np.repeat(np.arange(n, dtype=np.float64), ratings), time.ravel(), value.round().ravel()


def judged(*data: Floats, **given: Any) -> Slopes:
    return slope_change(*data, **{"better": "lower", **given})


def test_variances_are_those_that_statsmodels_finds_where_it_gets_there() -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    client, time, value = cohort(60, spread=0.6)
    design = np.column_stack([np.ones(len(time)), time])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = MixedLM(value, design, groups=client, exog_re=design).fit(reml=True, method=["bfgs"], gtol=1e-8)
    ours = judged(client, time, value)
    assert np.array(ours.model.variances) == pytest.approx(np.asarray(theirs.cov_re), rel=1e-3)
    assert [ours.model.intercept, ours.model.slope] == pytest.approx(theirs.fe_params, abs=1e-5)
    effects = np.array([np.asarray(theirs.random_effects[each])[1] for each in range(60)])
    assert ours.deviation == pytest.approx(effects, abs=1e-3)


def test_the_average_improver_improved_and_is_unchanged_only_beside_the_others() -> None:
    """A peer divides the deviation from the average slope by its SD, under the name of the slope's own index.

    By hand: index = (mean slope + deviation) / SD, relative = deviation / SD; they differ by mean slope / SD.
    """
    data = cohort(80, slope=-2, spread=0.5)
    own, beside = judged(*data), judged(*data, relative=True)
    average = int(np.argmin(np.abs(own.deviation)))
    assert own.change.reliable[average] == "improved"
    assert beside.change.reliable[average] == "unchanged"
    assert own.change.index - beside.change.index == pytest.approx(own.model.slope / own.sd)
    assert own.change.index == pytest.approx(own.slope / own.sd)
    assert beside.change.index == pytest.approx(own.deviation / own.sd)
    assert (own.change.method, beside.change.method) == ("hlm", "hlm-relative")


def test_slopes_are_drawn_to_the_mean_slope() -> None:
    client, time, value = cohort(40)
    made = judged(client, time, value)
    alone = np.array([np.polyfit(time[client == each], value[client == each], 1)[0] for each in range(40)])
    assert made.deviation.std() < alone.std()
    assert np.corrcoef(made.slope, alone)[0, 1] > 0.9
    assert made.slope.mean() == pytest.approx(made.model.slope, abs=1e-6)


def test_an_answer_that_statsmodels_misses_is_found() -> None:
    rng = np.random.default_rng(5)
    n, ratings = 20, 8
    own = rng.normal(0, 1, (n, 2)) * [4, 0]
    time = np.tile(np.arange(ratings) * 7.0, (n, 1))
    value = np.round(20 + own[:, :1] + (-0.2 + own[:, 1:] / 7) * time + rng.normal(0, 2, (n, ratings)))
    weeks, scores = time.ravel() / 7 - 3.5, value.ravel() - value.mean()
    made = fit_slopes(np.repeat(np.arange(n), ratings), weeks, scores, n)
    assert made.singular
    assert made.fixed[1] == pytest.approx(np.polyfit(weeks, scores, 1)[0], abs=1e-9)  # all rated in the same weeks


def test_the_order_of_the_rows_and_the_names_of_the_clients_decide_nothing() -> None:
    client, time, value = cohort(30)
    mixed = np.random.default_rng(3).permutation(len(client))
    names = np.array([f"c{int(each)}" for each in client])
    one, other = judged(client, time, value), judged(names[mixed], time[mixed], value[mixed])
    place = {str(name): nth for nth, name in enumerate(other.clients)}
    order = [place[f"c{int(each)}"] for each in one.clients]
    assert other.change.index[order] == pytest.approx(one.change.index, abs=1e-4)
    assert other.change.pre[order].tolist() == one.change.pre.tolist()
    assert other.change.post[order].tolist() == one.change.post.tolist()


def test_another_unit_of_time_leaves_the_index() -> None:
    client, time, value = cohort(30)
    weeks, days = judged(client, time, value), judged(client, 7 * time + 1000, value)
    assert days.change.index == pytest.approx(weeks.change.index, abs=1e-4)
    assert days.slope * 7 == pytest.approx(weeks.slope, abs=1e-5)


def test_clients_with_two_ratings_have_no_index_and_count_nowhere() -> None:
    client, time, value = cohort(30)
    without = judged(client, time, value)
    more = (
        np.append(client, [99, 99, 98, 98, 98]),
        np.append(time, [0, 1, 0, 1, 2]),
        np.append(value, [5, 9, 5, np.nan, 9]),
    )
    made = judged(*more)
    assert made.change.index[:30] == pytest.approx(without.change.index)
    assert made.change.reliable[30:].tolist() == ["", ""]
    assert made.ratings[30:].tolist() == [2, 2]
    assert made.change.n == 30
    assert made.change.change[30:].tolist() == [4, 4]


def test_a_cut_off_looks_at_first_and_last_rating() -> None:
    made = judged(*cohort(60, slope=-2, spread=0.5), cutoff=Cutoff(12, "lower"))
    words = made.change.category
    assert words is not None
    for nth, word in enumerate(words):
        crossed = made.change.pre[nth] > 12 > made.change.post[nth]
        assert (word == "recovered") == (crossed and made.change.reliable[nth] == "improved")


def test_without_statsmodels_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    with pytest.raises(ConfigError, match="statsmodels") as caught:
        judged(*cohort(10))
    assert caught.value.hint == "pip install 'fit-toolkit[curves]'"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (cohort(4), "4 clients"),
        (cohort(10, ratings=2), "0 clients with 3 ratings"),
        ((cohort(10)[0], np.ones(80), cohort(10)[2]), "same time"),
        ((*cohort(10)[:2], np.full(80, 7.0)), "SD 0"),
        (cohort(40, slope=0, spread=0, seed=4), "do not differ in their slopes"),
    ],
)
def test_ratings_without_an_answer_are_refused(data: tuple[Floats, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        judged(*data)


def test_lists_of_different_length_are_refused() -> None:
    with pytest.raises(UsageError, match="same length"):
        judged(np.ones(3), np.ones(3), np.ones(2))


def test_a_singular_fit_says_so() -> None:
    who, week = np.repeat(np.arange(30.0), 4), np.tile(np.arange(4.0), 30)
    noise = np.random.default_rng(5).normal(0, 2, 120)
    made = judged(who, week, np.round(20 + 4 * np.sin(who) * (1 + 0.3 * week) - 0.5 * week + noise, 1))
    assert made.model.singular
    assert made.change.basis["singular"] == 1
    between = made.model.variances
    assert abs(between[0][1]) == pytest.approx((between[0][0] * between[1][1]) ** 0.5, rel=1e-3)
    assert not judged(*cohort(40)).model.singular


def test_many_clients_are_judged_without_statsmodels_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from fit_toolkit.analysis.change import mixed

    data = cohort(60)
    both = judged(*data)
    monkeypatch.setattr(mixed, "MANY", 10)
    assert judged(*data).change.index == pytest.approx(both.change.index, rel=1e-5)
