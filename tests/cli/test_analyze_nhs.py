"""`fit analyze nhs`: the rules of NHS Talking Therapies on a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outside

Nhs = Callable[..., tuple[int, str, str]]
HEAD = "id,p1,p2,g1,g2,problem,s1,s2,contacts"
#: Worked by hand from the rules: cases from 10 and 8 on, reliable from 6 and 4 points on.
CASES = {
    "a,15,5,12,4,,,,8": "1,0,1,1,1,0",
    "b,10,9,3,3,,,,8": "1,0,1,0,0,0",  # recovered by one point, and not reliably
    "c,9,3,7,7,,,,8": "0,0,,1,,0",  # no case, so recovery is not asked
    "d,15,9,5,9,,,,8": "1,1,0,0,0,0",  # one falls by its 6, the other rises by its 4
    "e,8,14,6,6,,,,8": "0,1,,0,,1",
    "f,20,,6,6,,,,8": ",,,,,",
}
PAIR = ("--id", "id", "--phq9", "p1,p2", "--gad7", "g1,g2")
SPECIFIC = (*PAIR, "--problem", "problem", "--specific", "s1,s2")


@pytest.fixture
def nhs(tmp_path: Path, outside: Outside) -> Nhs:
    """Apply the rules to a text, in a folder without a practice."""

    def call(rows: list[str], *options: str) -> tuple[int, str, str]:
        (tmp_path / "courses.csv").write_text("\n".join([HEAD, *rows]))
        return outside("analyze", "nhs", "courses.csv", *options)

    return call


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_rule_on_the_pair_of_measures(nhs: Nhs) -> None:
    code, out, err = nhs(list(CASES), *PAIR)
    assert code == 0
    assert out.splitlines() == [
        "id,anxiety_measure,case_at_start,case_at_end,recovery,reliable_improvement,reliable_recovery,reliable_deterioration",
        *(f"{row[0]},gad-7,{wanted}" for row, wanted in CASES.items()),
    ]
    assert err.splitlines()[:7] == [
        "5 courses of 6 with all four ratings, and finished where that is known",
        "case at start: 3 of 5 (60.0%)",
        "case at end: 2 of 5 (40.0%)",
        "recovery: 2 of 3 (66.7%)",
        "reliable improvement: 2 of 5 (40.0%)",
        "reliable recovery: 1 of 3 (33.3%)",
        "reliable deterioration: 1 of 5 (20.0%)",
    ]
    assert "phq-9: a case from 10 on, reliable from 6 points on (PMC8411661, table 1)" in err


def test_a_course_of_one_contact_is_not_finished(nhs: Nhs) -> None:
    rows = ["a,15,5,12,4,,,,1", "b,15,5,12,4,,,,2", "c,15,5,12,4,,,,"]
    _, out, _ = nhs(rows, *PAIR, "--contacts", "contacts")
    assert [row["recovery"] for row in read(out)] == ["", "1", ""]
    assert [row["recovery"] for row in read(nhs(rows, *PAIR)[1])] == ["1", "1", "1"]


def test_figures_that_nobody_checked_label_nobody_until_they_are_given(nhs: Nhs) -> None:
    rows = ["a,12,8,6,6,Social anxiety,25,14,8", "b,12,8,6,6,depression,25,12,8", "c,12,8,6,6,panic,25,,8"]
    code, out, err = nhs(rows, *SPECIFIC)
    assert (code, out) == (2, "")
    assert "spin" in err
    assert "not verified" in err
    code, out, err = nhs(rows, *SPECIFIC, "--figures", "spin=20,11")
    assert code == 0
    # 25 to 14 is 11 points and under 20; depression and a panic measure that was filled in once stay with GAD-7
    found = {row["id"]: (row["anxiety_measure"], row["recovery"], row["reliable_improvement"]) for row in read(out)}
    assert found == {"a": ("spin", "1", "1"), "b": ("gad-7", "1", "0"), "c": ("gad-7", "1", "0")}
    assert "spin: a case from 20 on, reliable from 11 points on (given by the caller)" in err
    assert read(nhs(rows, *SPECIFIC, "--figures", "spin=20,12")[1])[0]["reliable_improvement"] == "0"
    assert read(nhs(rows, *SPECIFIC, "--figures", "spin=14,11")[1])[0]["recovery"] == "0"


def test_a_problem_may_be_the_name_of_its_measure(nhs: Nhs) -> None:
    _, out, _ = nhs(["a,12,8,6,6,IES_R,40,20,8"], *SPECIFIC, "--figures", "ies-r=33,9")
    assert [(row["anxiety_measure"], row["reliable_improvement"]) for row in read(out)] == [("ies-r", "1")]


def test_as_json_with_counts_and_the_lines_that_were_drawn(nhs: Nhs) -> None:
    made = json.loads(nhs(list(CASES), *PAIR, "--format", "json")[1])
    assert made["schema"] == "fit/nhs/1"
    assert made["nhs"][2]["recovery"] is None
    assert made["nhs"][0]["recovery"] is True
    assert made["counts"]["recovery"] == {"yes": 2, "of": 3}
    assert made["figures"]["gad-7"] == {"caseness": 8, "reliable": 4, "source": "PMC8411661, table 1"}


@pytest.mark.parametrize(
    ("row", "options", "code", "said"),
    [
        ("a,28,5,12,4,,,,8", PAIR, 3, "courses.csv:2: p1: expected a number between 0 and 27"),
        ("a,15,5,22,4,,,,8", PAIR, 3, "courses.csv:2: g1: expected a number between 0 and 21"),
        ("a,15,5,12,4,,,,x", (*PAIR, "--contacts", "contacts"), 3, "courses.csv:2: contacts: expected a number"),
        ("a,15,5,12,4,,,,8", ("--phq9", "p1", "--gad7", "g1,g2"), 2, "--phq9 names two columns"),
        ("a,15,5,12,4,,,,8", (*PAIR, "--problem", "problem"), 2, "belong together"),
        ("a,15,5,12,4,,,,8", (*SPECIFIC, "--figures", "spin=20"), 2, "--figures takes a measure"),
        ("a,15,5,12,4,,,,8", (*SPECIFIC, "--figures", "spin=20,0"), 2, "--figures takes a measure"),
        ("a,15,5,12,4,,,,8", (*SPECIFIC, "--figures", "bdi=20,7"), 2, "no measure of these rules"),
        ("a,15,5,12,4,,,,8", ("--phq9", "p1,p3", "--gad7", "g1,g2"), 3, "there is no column p3"),
    ],
)
def test_what_cannot_be_judged_is_refused(nhs: Nhs, row: str, options: tuple[str, ...], code: int, said: str) -> None:
    found = nhs([row], *options)
    assert (found[0], found[1]) == (code, "")
    assert said in found[2]
