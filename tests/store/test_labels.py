"""Labels of episodes: given once, taken off, one site at most."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fit_toolkit.errors import FitError, UsageError
from fit_toolkit.store import Store, labels, people

DAY = date(2026, 3, 12)
AT = datetime.fromisoformat("2026-03-12T09:00")


@pytest.fixture(autouse=True)
def episode(store: Store) -> None:
    with store.begin() as c:
        people.add_client(c, "c1", at=AT)
        people.open_episode(c, ["c1"], therapist=None, opened_on=DAY, at=AT)


def test_a_label_is_given_once_and_taken_off_once(store: Store) -> None:
    with store.begin() as c:
        assert labels.add_labels(c, "c1-1", ["evening", "site:north", "evening"]) == ["evening", "site:north"]
        assert labels.add_labels(c, "c1-1", ["evening"]) == []
        assert list(labels.labels_of(c).values()) == [("evening", "site:north")]
        assert labels.all_labels(c) == ["evening", "site:north"]
        assert labels.remove_labels(c, "c1-1", ["evening", "never-given"]) == ["evening"]
        assert list(labels.labels_of(c).values()) == [("site:north",)]


def test_an_episode_is_at_one_site_at_most(store: Store) -> None:
    with store.begin() as c:
        labels.add_labels(c, "c1-1", ["site:north"])
        with pytest.raises(FitError, match="two sites"):
            labels.add_labels(c, "c1-1", ["site:south"])


@pytest.mark.parametrize("label", ["", "Evening", "site:", "a b", "x" * 41, "ort:nord", "a\n"])
def test_what_is_no_label_is_refused(store: Store, label: str) -> None:
    with store.begin() as c, pytest.raises(UsageError, match="cannot be a label"):
        labels.add_labels(c, "c1-1", [label])
