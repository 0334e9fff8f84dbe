"""Norms from a practice's own ratings: refused with the counts under the minimum, the same file from the same ratings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fit_toolkit.analysis import repeated_ratings
from fit_toolkit.courses import slices
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.norms import Estimate, Wanted, _computed, check_name, estimate_norms, norm_set
from fit_toolkit.errors import UsageError
from fit_toolkit.model.norms import Norm
from tests.clinic import ARRIVING, START, TODAY, Clinic
from tests.rated import rated_clinic

if TYPE_CHECKING:
    import sqlalchemy as sa

RANDOM = np.random.default_rng(7)
RATINGS = {
    f"k{number:02}": (2 + number % 5 + RANDOM.integers(0, 4, 4 if number % 2 else 3)).tolist() for number in range(31)
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """31 clients of two therapists with three or four ratings each, the last of them the most recent."""
    made = rated_clinic(tmp_path_factory.mktemp("norms") / "clinic", RATINGS)
    made.rate("k00", 3, 2, instrument=ARRIVING)
    return made


def estimates(clinic: Clinic, wanted: Wanted | None = None, *, until: int = 100) -> dict[str, Estimate]:
    with clinic.practice.store.read() as c:
        found = estimate_norms(c, clinic.practice.catalog, wanted or Wanted(), as_of=START + timedelta(days=until))
    return {each.instrument: each for each in found}


def test_figures_are_those_of_all_courses_with_their_counts(clinic: Clinic) -> None:
    found = estimates(clinic)[TODAY]
    values = [value for each in RATINGS.values() for value in each]
    whose = [client for client, each in RATINGS.items() for _ in each]
    expected = repeated_ratings(values, whose)
    assert found.norm is not None
    assert found.norm.mean == pytest.approx(np.mean([np.mean(each) for each in RATINGS.values()]), abs=1e-6)
    assert found.norm.sd_between == pytest.approx(expected.sd_between, abs=1e-6)
    assert found.norm.sd_within == pytest.approx(expected.sd_within, abs=1e-6)
    assert found.norm.reliability == pytest.approx(expected.reliability_one, abs=1e-6)
    assert found.sd_steps == pytest.approx(expected.sd_within_successive, abs=1e-6)
    assert (found.clients, found.clients_often, found.therapists, found.ratings) == (31, 31, 2, len(values))
    assert (found.norm.occasion, found.norm.reliability_kind, found.norm.carries_labels) == ("end", "session", False)


def test_it_makes_no_difference_in_how_many_slices_the_history_is_read(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, most = estimates(clinic), 0
    read = Slice.of

    def counted(c: sa.Connection, episodes: Sequence[int], **given: Any) -> Slice:
        nonlocal most
        most = max(most, len(episodes))
        return read(c, episodes, **given)

    monkeypatch.setattr(slices, "EPISODES_A_SLICE", 7)
    monkeypatch.setattr(Slice, "of", counted)
    assert estimates(clinic) == whole
    assert most == 7


def test_a_scale_with_too_few_ratings_is_refused_with_its_counts(clinic: Clinic) -> None:
    found = estimates(clinic)[ARRIVING]
    assert found.norm is None
    assert (found.clients, found.clients_often, found.ratings) == (1, 0, 1)
    assert found.because == "0 clients have 3 ratings or more; 30 are needed"


def test_the_minimum_counts_clients_with_three_ratings_by_that_day(clinic: Clinic) -> None:
    before_the_third = estimates(clinic, until=13)[TODAY]
    assert (before_the_third.norm, before_the_third.ratings) == (None, 62)
    from_the_second = estimates(clinic, Wanted(since=START + timedelta(days=7)))[TODAY]
    assert from_the_second.norm is None
    assert from_the_second.because == "15 clients have 3 ratings or more; 30 are needed"


def test_an_instrument_that_was_never_rated_is_named_too(clinic: Clinic) -> None:
    found = estimates(clinic, Wanted(instruments=("phq-9",)))
    assert list(found) == ["phq-9"]
    assert found["phq-9"].ratings == 0


def test_only_what_was_not_refused_is_in_the_set_and_the_last_rating_dates_it(clinic: Clinic) -> None:
    norms = norm_set("own", estimates(clinic).values())
    assert norms is not None
    assert [norm.instrument for norm in norms.norms] == [TODAY]
    assert (norms.kind, norms.reviewed, norms.version) == ("local", False, (START + timedelta(days=21)).isoformat())
    assert norm_set("own", [estimates(clinic)[ARRIVING]]) is None


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ([5, 6, 7] * 2, "clients differ no more from each other"),
        ([5, 5, 5, 7, 7, 7], "no client's ratings ever differ"),
    ],
)
def test_ratings_that_never_differ_or_clients_who_do_not_make_no_norm(values: list[float], because: str) -> None:
    bare = Estimate(TODAY, "total", "client", "end", 2, 2, 1, 6, START, START)
    found = _computed(bare, np.array(values, dtype=float), np.repeat([0, 1], 3))
    assert found.norm is None
    assert found.because.startswith(because)


def test_clients_who_change_over_time_are_told_from_noise() -> None:
    bare = Estimate(TODAY, "total", "client", "end", 3, 3, 1, 18, START, START)
    whose = np.repeat([0, 1, 2], 6)
    rising = _computed(bare, 3 * whose + np.tile(np.arange(6.0), 3), whose)
    steady = _computed(bare, 3 * whose + np.tile([0.0, 1, 0, 1, 1, 0], 3), whose)
    assert (rising.drifts, steady.drifts) == (True, False)


def test_noise_from_one_rating_to_the_next_leaves_out_what_clients_change_by_themselves() -> None:
    rng = np.random.default_rng(5)
    clients, times, noise = 400, 8, 0.8
    level, slope = rng.normal(6, 1.5, clients), rng.normal(0, 0.45, clients)
    values = (level[:, None] + slope[:, None] * np.arange(times) + rng.normal(0, noise, (clients, times))).ravel()
    whose = np.repeat(np.arange(clients), times)
    bare = Estimate(TODAY, "total", "client", "end", clients, clients, 1, len(values), START, START)
    around, steps = (_computed(bare, values, whose, each) for each in ("mean", "steps"))
    assert around.norm is not None
    assert steps.norm is not None
    assert around.drifts
    # by hand: half the mean squared step is noise^2 + slope^2 / 2; the squares around own means hold slope^2 var(0..7), too
    table = values.reshape(clients, times)
    assert steps.norm.sd_within == pytest.approx(np.sqrt((np.diff(table) ** 2).mean() / 2), abs=1e-6)
    assert steps.norm.sd_within == pytest.approx(np.hypot(noise, 0.45 / 2**0.5), abs=0.03)
    assert around.norm.sd_within == pytest.approx(np.sqrt(table.var(axis=1, ddof=1).mean()), abs=1e-6)
    assert around.norm.sd_within > 1.5 * noise
    # of the variance of clients' own means, noise / 8 is by chance, whichever way the noise is counted
    for each in (around.norm, steps.norm):
        expected = table.mean(axis=1).var(ddof=1) - each.sd_within**2 / times
        assert each.sd_between == pytest.approx(expected**0.5, abs=1e-5)
        assert each.reliability == pytest.approx(expected / (expected + each.sd_within**2), abs=1e-5)
    assert (steps.sd_mean, steps.sd_steps) == (around.norm.sd_within, steps.norm.sd_within)


def test_the_set_says_how_its_noise_was_counted(clinic: Clinic) -> None:
    found = estimates(clinic, Wanted(noise="steps"))
    norms = norm_set("own", found.values(), "steps")
    assert norms is not None
    assert "within clients from one rating to the next" in norms.source
    assert norms.norms[0].sd_within == found[TODAY].sd_steps


def test_labels_need_a_hundred_clients_and_ten_therapists() -> None:
    norm = Norm(instrument="x", scale="total", mean=1, sd_between=1, sd_within=1, n_clients=100, n_therapists=10)
    assert norm.carries_labels
    assert not Norm(
        instrument="x", scale="total", mean=1, sd_between=1, sd_within=1, n_clients=99, n_therapists=10
    ).carries_labels
    assert not Norm(
        instrument="x", scale="total", mean=1, sd_between=1, sd_within=1, n_clients=500, n_therapists=9
    ).carries_labels


@pytest.mark.parametrize("name", ["Own", "own set", "../own", ""])
def test_a_name_that_no_file_should_have_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be called"):
        check_name(name)
