"""Scoring rules of others run in a child and are held to: one number for each row, known by its index."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pandas import DataFrame, Series

from fit_toolkit.engine import BrokenContractError, PluginFailureError, Workers
from fit_toolkit.model.instrument import Scale
from tests.plugins.kit import build, practice

SCALE = Scale(id="total", range=(0, 10), items=("q1", "q2"), method="plugin", rule="top", parameters={"weight": 2.0})
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
