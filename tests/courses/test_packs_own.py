"""A practice's own closed episodes: the first of each client, however the history is read."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from fit_toolkit.courses import slices
from fit_toolkit.courses.packs_own import ClosedRatings, closed_ratings
from fit_toolkit.store import people
from tests.clinic import START, Clinic
from tests.rated import rated_clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Eleven clients with a closed episode each; the first of them has a second one."""
    courses = {f"k{nth:02}": [nth % 4, 1, 2] for nth in range(11)}
    made = rated_clinic(tmp_path_factory.mktemp("own") / Path("clinic"), courses, instrument="phq-9", closed=30)
    with made.practice.store.begin() as c:
        people.open_episode(c, ["k00"], therapist="anna", opened_on=START + timedelta(days=40))
    made.rate("k00", 41, 3, instrument="phq-9")
    with made.practice.store.begin() as c:
        (code,) = [each.code for each in people.list_episodes(c) if each.closed_on is None]
        people.close_episode(c, code, on=START + timedelta(days=50), reason="ended as planned")
    return made


def closed(clinic: Clinic) -> ClosedRatings:
    with clinic.practice.store.read() as c:
        return closed_ratings(c, clinic.practice.catalog, "phq-9", as_of=START + timedelta(days=60))


def test_of_each_client_the_first_episode_counts_however_many_slices_it_is_read_in(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = closed(clinic)
    assert len(np.unique(whole.client)) == 11
    assert len(whole.value) == 33
    assert whole.value[:3].tolist() == [0, 9, 18]
    monkeypatch.setattr(slices, "EPISODES_A_SLICE", 2)
    again = closed(clinic)
    for name in ("client", "session", "value"):
        assert np.array_equal(getattr(again, name), getattr(whole, name)), name
    assert (again.first, again.last) == (whole.first, whole.last)
