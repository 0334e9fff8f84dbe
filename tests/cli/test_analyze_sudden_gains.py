"""`fit analyze sudden-gains`: one row per client in, one row per event out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outside

DATA = Path(__file__).parents[1] / "analysis" / "data" / "sudden_gains_sgdata" / "data" / "sgdata_bdi.csv"
TWELVE = ",".join(f"s{number}" for number in range(1, 13))
SEVEN = "a,b,c,d,e,f,g"
Analyze = Callable[..., tuple[int, str, str]]


@pytest.fixture
def analyze(tmp_path: Path, outside: Outside) -> Analyze:
    """Analyze a file, or a text as a file, in a folder without a practice."""

    def call(content: Path | str, *options: str) -> tuple[int, str, str]:
        if isinstance(content, str):
            (tmp_path / "wide.csv").write_text(content)
        return outside("analyze", "sudden-gains", str(content) if isinstance(content, Path) else "wide.csv", *options)

    return call


def test_each_event_is_a_row_with_positions_from_one(analyze: Analyze) -> None:
    text = f"who,{SEVEN}\n007,30,31,30,18.5,17,19,18\nX,30,30,30,30,30,30,30\n"
    code, out, err = analyze(text, "--id", "who", "--values", SEVEN, "--cutoff", "7")
    assert code == 0
    assert out == "who,from,to,before,after,magnitude,reversed\n007,3,4,30,18.5,11.5,0\n"
    assert err == (
        "1 sudden gain in 1 of 2 clients with ratings\n"
        "Found afterwards, from up to three ratings on each side: for research, never an alert.\n"
    )


def test_rows_without_an_id_are_numbered_from_one(analyze: Analyze) -> None:
    _, out, _ = analyze(f"{SEVEN}\n,,,,,,\n30,31,30,18,17,24,18\n", "--values", SEVEN, "--cutoff", "7")
    assert out == "row,from,to,before,after,magnitude,reversed\n2,3,4,30,18,12,1\n"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 24), (("--criteria", "1,2"), 30), (("--criteria", "3,1"), 26), (("--criteria", "2,3"), 30),
        (("--criteria", "3"), 81), (("--significance", "student"), 27), (("--missing", "fixed"), 26), (("--losses",), 3),
        (("--losses", "--criteria", "2"), 13), (("--better", "higher", "--losses", "--criteria", "1"), 34),
    ],
)  # fmt: skip
def test_the_choices_are_those_of_the_method(analyze: Analyze, options: tuple[str, ...], count: int) -> None:
    _, out, _ = analyze(DATA, "--id", "id", "--values", TWELVE, "--cutoff", "7", *options)
    assert len(out.splitlines()) == count + 1


def test_criteria_two_and_three_need_no_cutoff(analyze: Analyze) -> None:
    code, out, _ = analyze(DATA, "--values", TWELVE, "--criteria", "2,3")
    assert (code, len(out.splitlines())) == (0, 31)


def test_json_has_numbers_and_says_what_is_not_known(analyze: Analyze) -> None:
    text = "id,a,b,c,d,e\nA,30,30,30,12.5,\n"
    _, out, _ = analyze(
        text, "--id", "id", "--values", "a,b,c,d,e", "--cutoff", "7", "--criteria", "1,2", "--format", "json"
    )
    told = json.loads(out)
    assert told == {
        "schema": "fit/sudden_gains/1",
        "sudden_gains": [
            {"id": "A", "from": 3, "to": 4, "before": 30, "after": 12.5, "magnitude": 17.5, "reversed": None}
        ],
    }


def test_random_orders_say_how_many_gains_chance_would_make(analyze: Analyze) -> None:
    options = ("--values", TWELVE, "--cutoff", "7", "--permutations", "50")
    _, out, err = analyze(DATA, *options)
    _, again, told_again = analyze(DATA, *options)
    assert (out, err) == (again, told_again)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert all(0 <= float(row["by_chance"]) <= 1 and 0 <= float(row["by_chance_with_trend"]) <= 1 for row in rows)
    assert "the same ratings in random order: " in err
    assert "around each client's own straight line: " in err


def test_a_client_with_a_cell_that_is_no_number_is_left_out_and_named_by_line(analyze: Analyze) -> None:
    row = "30,31,30,18,17,19,18"
    code, out, err = analyze(f"{SEVEN}\n{row}\n{row[:-2]}no\n", "--values", SEVEN, "--cutoff", "7")
    assert code == 4
    assert [line[0] for line in out.splitlines()[1:]] == ["1"]
    assert "wide.csv:3: g: expected a number, or an empty cell" in err
    assert "1 of 1 clients" in err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--values", SEVEN), 2, "criterion 1 needs --cutoff"),
        (("--values", "a,b,c", "--cutoff", "7"), 2, "the shortest course that can be judged has 4"),
        (("--values", SEVEN, "--cutoff", "0"), 2, "more than 0"),
        (("--values", SEVEN, "--cutoff", "nan"), 2, "more than 0"),
        (("--values", SEVEN, "--cutoff", "7", "--percent", "-1"), 2, "more than 0"),
        (("--values", SEVEN, "--cutoff", "7", "--criteria", "1,4"), 2, "some of 1, 2 and 3"),
        (("--values", SEVEN, "--cutoff", "7", "--criteria", "1,1"), 2, "each once"),
        (("--values", f"{SEVEN},h", "--cutoff", "7"), 3, "wide.csv:1: there is no column h"),
        (("--values", SEVEN, "--cutoff", "7", "--id", "who"), 3, "there is no column who"),
    ],
)
def test_what_cannot_be_done_is_said(analyze: Analyze, options: tuple[str, ...], code: int, words: str) -> None:
    ended, out, err = analyze(f"{SEVEN}\n1,2,3,4,5,6,7\n", *options)
    assert (ended, out) == (code, "")
    assert words in err
