"""Scoring rules of others run in a child and are held to: one number for each row, known by its index."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pandas import DataFrame, Series

from fit_toolkit.engine import BrokenContractError, PluginFailureError, Workers
from fit_toolkit.model.instrument import Scale
from tests.plugins.kit import build, practice

SCALE = Scale(id="total", range=(0, 10), items=("q1", "q2"), method="plugin", rule="top", parameters={"weight": 2.0})
SCALE_ALONE = Scale(id="total", range=(0, 10), items=("q1", "q2"))
ANSWERS = DataFrame({"q1": [1.0, 4.0, np.nan], "q2": [3.0, 2.0, np.nan]}, index=[7, 3, 5])


@pytest.fixture(scope="module", params=[True, False], ids=["apart", "here"])
def workers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    root = practice(tmp_path_factory.mktemp("rules"), "rule_good")
    registry = build(root, isolate=request.param, timeout_seconds=20.0, memory_mb=2048)
    with Workers(registry) as running:
        yield running


def test_a_rule_gives_one_score_for_each_row_under_the_parameters_of_the_scale(workers: Workers) -> None:
    scores = workers.rules()["top"](ANSWERS, SCALE)

    assert isinstance(scores, Series)
    assert scores.index.tolist() == [7, 3, 5]
    assert scores.iloc[:2].tolist() == [6.0, 8.0]
    assert np.isnan(scores.iloc[2])


def test_a_rule_that_raises_is_named_without_what_it_said(workers: Workers) -> None:
    with pytest.raises(PluginFailureError, match="rule broken-rule: raised ValueError") as caught:
        workers.rules()["broken-rule"](ANSWERS, Scale(id="total", range=(0, 10)))
    assert "CANARY" not in str(caught.value)


def test_a_rule_that_loses_a_row_breaks_its_contract(workers: Workers) -> None:
    with pytest.raises(BrokenContractError, match="gave 2 scores where one for each of 3 rows is due"):
        workers.rules()["short-rule"](ANSWERS, Scale(id="total", range=(0, 10)))


def test_the_answers_of_the_caller_are_not_changed(workers: Workers) -> None:
    before = ANSWERS.copy()
    workers.rules()["top"](ANSWERS, SCALE)

    assert ANSWERS.equals(before)


@pytest.fixture(scope="module", params=[True, False], ids=["apart", "here"])
def faulty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    root = practice(tmp_path_factory.mktemp("faulty"), "rule_faults")
    registry = build(root, isolate=request.param, timeout_seconds=20.0, memory_mb=2048)
    with Workers(registry) as running:
        yield running


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("rule-forks", "started another process, which a plugin may not do"),
        ("rule-disturbs", "changed the environment and the working directory and the locale of its process"),
        ("rule-needs", "raised ModuleNotFoundError for 'no_such_library_at_all'"),
    ],
)
def test_a_rule_with_bad_manners_is_named_and_the_next_is_asked(kind: str, says: str, faulty: Workers) -> None:
    before = (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL))
    with pytest.raises(PluginFailureError, match=f"plugin rule-faults 2.5: register_scoring_rules rule {kind}: {says}"):
        faulty.rules()[kind](ANSWERS, SCALE_ALONE)
    assert (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL)) == before
    assert faulty.rules()["rule-changes"](ANSWERS, SCALE_ALONE).tolist() == [0.0, 0.0, 0.0]
    assert ANSWERS.iloc[0, 0] == 1.0
