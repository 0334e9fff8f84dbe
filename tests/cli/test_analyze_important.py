"""`fit analyze important`: the points that matter, by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outside

Important = Callable[..., tuple[int, str, str]]
#: Improvements (fall of points) of those a little better: 6, 5, 4, 1; of those the same: 0, 2, -1.
FILE = """\
pre;post;asked
20;14;a little better
18;13;A little better
15;11;a little better\x20
12;11;a little better
14;14;same
16;14;same
11;12;same
19;2;much better
17;;a little better
;;
"""
ASKED = ("--pre", "pre", "--post", "post", "--anchor", "asked", "--improved", "a little better", "--unchanged", "same")


@pytest.fixture
def important(tmp_path: Path, outside: Outside) -> Important:
    """Ask for the points of a text, in a folder without a practice."""

    def call(text: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "asked.csv").write_text(text)
        return outside("analyze", "important", "asked.csv", *options)

    return call


def test_the_points_of_those_who_call_themselves_a_little_better(important: Important) -> None:
    code, out, err = important(FILE, *ASKED)
    assert code == 0
    found = dict(line.split(",") for line in out.splitlines())
    assert (found["n_improved"], found["n_unchanged"]) == ("4", "3")
    assert found["mean_change"] == "4"  # (6 + 5 + 4 + 1) / 4
    assert float(found["difference"]) == pytest.approx(4 - 1 / 3)
    assert (found["roc_points"], found["sensitivity"], found["specificity"]) == ("4", "0.75", "1")
    assert float(found["area"]) == pytest.approx((3 + 3 + 3 + 2) / 12)
    assert found["one_sem"] == ""
    assert "4 a little better, 3 the same, with both ratings, of 9" in err
    assert "fewer than 50" in err


def test_higher_may_be_better_and_a_reliability_adds_the_error_of_measurement(important: Important) -> None:
    code, out, _ = important(FILE, *ASKED, "--better", "higher", "--reliability", "0.75", "--format", "json")
    made = json.loads(out)
    assert (code, made["schema"]) == (0, "fit/important/1")
    found = {row["statistic"]: row["value"] for row in made["important"]}
    assert found["mean_change"] == -4
    assert found["one_sem"] == pytest.approx(found["half_sd"])  # the root of .25 is a half


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ((*ASKED[:-1], "Same,worse"), 2, "nobody gave the answer worse in asked"),
        ((*ASKED[:-1], "a little better"), 2, "both improved and unchanged"),
        ((*ASKED[:-1], ","), 2, "--unchanged names no answer"),
        ((*ASKED, "--reliability", "1"), 2, "between 0 and 1"),
        (("--pre", "pre", "--post", "asked", *ASKED[4:]), 3, "asked.csv:2: asked: expected a number"),
        ((*ASKED[:5], "said", *ASKED[6:]), 3, "there is no column said"),
    ],
)
def test_what_cannot_be_asked_is_refused(important: Important, options: tuple[str, ...], code: int, said: str) -> None:
    found = important(FILE, *options)
    assert (found[0], found[1]) == (code, "")
    assert said in found[2]
