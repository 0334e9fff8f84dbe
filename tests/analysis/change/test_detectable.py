"""The smallest detectable change of each client, by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis import detectable_change, reliable_change, smallest_detectable_change
from fit_toolkit.errors import DataError, UsageError

PRE, POST = [10.0, 20.0, 30.0, 20.0, math.nan], [8.0, 12.0, 27.0, 25.0, 3.0]


def test_the_index_is_the_change_over_the_points() -> None:
    # SD of 10, 20, 30, 20 is 8.164966; SEM = SD x root of .25 = 4.082483; SDC = 1.959964 x 1.414214 x SEM = 11.315857
    found = detectable_change(PRE, POST, better="lower", reliability=0.75)
    assert found.basis["sem"] == pytest.approx(4.082483, abs=1e-6)
    assert found.basis["sdc"] == pytest.approx(11.315857, abs=1e-6)
    assert found.basis["sdc_group"] == pytest.approx(5.657929, abs=1e-6)  # of 4 complete pairs: half
    assert found.index[:4] == pytest.approx([-0.176743, -0.706972, -0.265115, 0.441857], abs=1e-6)
    assert math.isnan(found.index[4])
    assert found.reliable.tolist() == ["unchanged"] * 4 + [""]
    assert found.critical == 1
    assert found.basis["sdc"] == pytest.approx(float(smallest_detectable_change(found.basis["sd_pre"], 0.75)))


def test_an_error_of_measurement_may_be_given_and_a_change_just_beyond_it_counts() -> None:
    # SEM 1: SDC = 1.959964 x 1.414214 = 2.771808
    found = detectable_change([10, 10, 10, 10], [7.3, 7.2, 12.7, 12.8], better="lower", sem=1)
    assert found.basis["sdc"] == pytest.approx(2.771808, abs=1e-6)
    assert found.reliable.tolist() == ["unchanged", "improved", "unchanged", "deteriorated"]
    mirrored = detectable_change([10, 10, 10, 10], [7.3, 7.2, 12.7, 12.8], better="higher", sem=1)
    assert mirrored.reliable.tolist() == ["unchanged", "deteriorated", "unchanged", "improved"]


def test_exactly_on_the_line_counts_only_where_it_is_asked_for() -> None:
    line = 1.959963984540054 * math.sqrt(2)
    for inclusive, label in ((False, "unchanged"), (True, "improved")):
        found = detectable_change([10.0, 10.0], [10 - line, 10.0], better="lower", sem=1, inclusive=inclusive)
        assert found.reliable[0] == label


def test_the_labels_are_those_of_jacobson_and_truax() -> None:
    random = np.random.default_rng(3)
    pre = random.normal(20, 6, 400)
    post = pre + random.normal(-3, 6, 400)
    for level in (0.8, 0.95):
        ours = detectable_change(pre, post, better="lower", reliability=0.8, confidence=level)
        theirs = reliable_change(pre, post, better="lower", reliability=0.8, confidence=level)
        assert ours.reliable.tolist() == theirs.reliable.tolist()
        assert len(set(ours.reliable.tolist())) == 3


@pytest.mark.parametrize(
    "given",
    [{}, {"reliability": 0.8, "sem": 2}, {"sem": 2, "sd": 5}, {"sem": 0}, {"sem": math.nan}, {"reliability": 1}],
)
def test_two_errors_of_measurement_none_and_impossible_ones_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        detectable_change(PRE, POST, better="lower", **given)


def test_without_a_pair_there_is_nothing_to_judge() -> None:
    with pytest.raises(DataError, match="0 complete pairs"):
        detectable_change([1, math.nan], [math.nan, 2], better="lower", sem=1)
