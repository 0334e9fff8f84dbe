"""`fit analyze reliability`: a file in, one long table out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Outside

DATA = Path(__file__).parents[1] / "analysis" / "data" / "reliability" / "data"
SIX = "i1,i2,i3,i4,i5,i6"
Told = tuple[int, str, str]
Analyze = Callable[..., Told]


@pytest.fixture
def analyze(tmp_path: Path, outside: Outside) -> Analyze:
    """Analyze a file, or a text as a file, in a folder without a practice."""

    def call(content: Path | str, *options: str) -> Told:
        if isinstance(content, str):
            (tmp_path / "items.csv").write_text(content)
        return outside("analyze", "reliability", str(content) if isinstance(content, Path) else "items.csv", *options)

    return call


def values(out: str) -> dict[tuple[str, str], str]:
    return {(row["statistic"], row["item"]): row["value"] for row in csv.DictReader(io.StringIO(out))}


def test_the_table_has_the_rows_that_scripts_rely_on(analyze: Analyze) -> None:
    code, out, err = analyze(DATA / "example_k6_miss.csv", "--items", SIX)
    assert code == 0
    assert out.startswith("statistic,item,value\nalpha,,0.78993958")
    found = values(out)
    for name in ("alpha", "alpha_std", "omega_total", "sem", "mean", "sd", "average_r"):
        assert float(found[name, ""])
    assert found["n", ""] == "119"
    assert float(found["item_rest_r", "i1"]) == pytest.approx(0.3997584477593)
    assert err == "130 rows, 119 without a gap\n"


def test_reversed_items_are_turned_by_the_range(analyze: Analyze) -> None:
    items = ",".join(f"i{number}" for number in range(1, 11))
    options = ("--items", items, "--reverse", "i2,i7,i9")
    _, out, _ = analyze(DATA / "example_k10_rev.csv", *options, "--range", "1,5")
    assert float(values(out)["mean", ""]) == pytest.approx(29.791666666667)
    assert float(values(out)["alpha", ""]) == pytest.approx(0.803599397113)
    _, without, said = analyze(DATA / "example_k10_rev.csv", *options)
    assert values(without)["mean", ""] == values(out)["mean", ""]
    assert "between 1 and 5, the lowest and highest answer in the file" in said


def test_an_item_against_the_others_is_named(analyze: Analyze) -> None:
    _, _, said = analyze(DATA / "example_k10_rev.csv", "--items", "i1,i3,i4,i5,i6,i8,i10,i9")
    assert "against the other items: i9; meant to be reversed?" in said


def test_json_holds_numbers_and_nothing_where_there_is_none(analyze: Analyze) -> None:
    _, out, _ = analyze("a,b\n1,2\n2,2\n3,5\n", "--items", "a,b", "--format", "json")
    told = json.loads(out)
    assert told["schema"] == "fit/reliability/1"
    rows = {(row["statistic"], row["item"]): row["value"] for row in told["reliability"]}
    assert rows["alpha", ""] == pytest.approx(6 / 7)
    assert rows["omega_total", ""] is None
    assert rows["n", ""] == 3


def test_intervals_are_there_when_asked_for_and_the_same_each_time(analyze: Analyze) -> None:
    options = ("--items", SIX, "--bootstrap", "100", "--seed", "7")
    _, first, _ = analyze(DATA / "example_k6_miss.csv", *options)
    _, again, _ = analyze(DATA / "example_k6_miss.csv", *options)
    assert first == again
    head, alpha = first.splitlines()[:2]
    assert head == "statistic,item,value,low,high"
    value, low, high = (float(cell) for cell in alpha.split(",")[2:])
    assert low < value < high


def test_repeated_ratings_are_split_into_between_and_within(analyze: Analyze) -> None:
    code, out, err = analyze("client,total\nA,1\nB,5\nA,3\nB,7\n", "--items", "total", "--by", "client")
    assert code == 0
    found = values(out)
    assert ("alpha", "") not in found
    assert float(found["reliability_one", ""]) == pytest.approx(7 / 9)
    assert (found["n_clients", ""], found["n_ratings", ""]) == ("2", "4")
    assert err == "4 rows, 4 without a gap, 2 clients\n"


def test_clients_who_recur_among_items_are_told_about(analyze: Analyze) -> None:
    text = "client,a,b\nA,1,2\nA,2,2\nB,3,5\nB,4,4\n"
    _, out, err = analyze(text, "--items", "a,b", "--by", "client", "--range", "0,5")
    assert {"alpha", "sd_within", "floor_share"} <= {name for name, _ in values(out)}
    assert "no measure of change" in err


def test_a_client_who_never_recurs_adds_nothing(analyze: Analyze) -> None:
    _, plain, _ = analyze(DATA / "example_k6_miss.csv", "--items", SIX)
    _, by, _ = analyze(DATA / "example_k6_miss.csv", "--items", SIX, "--id", "id")
    assert plain == by


@pytest.mark.parametrize(
    ("text", "options", "code", "words"),
    [
        ("a,b\n1,2\n1,x\n", ("--items", "a,b"), 3, "items.csv:3: b: expected a number, or an empty cell"),
        (
            "a,b\n1,2\n1,9\n",
            ("--items", "a,b", "--range", "0,4"),
            3,
            "items.csv:3: b: expected a number between 0 and 4",
        ),
        ("a,b\n1,2\n", ("--items", "a,c"), 3, "items.csv:1: there is no column c"),
        ("a,b\n1,2\n", ("--items", "a,b", "--by", "who"), 3, "there is no column who"),
        ("a,b\n1,2\n", ("--items", "a,a"), 2, "a column is named twice: a"),
        ("a,b\n1,2\n", ("--items", "a,b", "--reverse", "c"), 2, "not among --items: c"),
        ("a,b\n1,2\n", ("--items", "a,b", "--range", "4,0"), 2, "the lower first"),
        ("a,b\n1,2\n", ("--items", "a,b", "--range", "4"), 2, "two numbers"),
        ("a,b\n1,2\n", ("--items", "a"), 2, "one item has no internal consistency"),
        ("a,b\n1,2\n2,2\n", ("--items", "a", "--by", "b"), 0, ""),
        ("a,b\n1,2\n2,3\n", ("--items", "a", "--by", "b"), 3, "no client has two ratings"),
        ("a,b\n1,2\n,3\n", ("--items", "a,b"), 3, "items.csv: 1 of 2 rows have no gap; at least 2 are needed"),
        ("a,b\n", ("--items", "a,b"), 3, "0 of 0 rows"),
        ("a,who\n1,k\n2,\n3,\n", ("--items", "a", "--by", "who"), 3, "items.csv:3: who is empty; 1 more rows"),
    ],
)
def test_what_cannot_be_done_is_said(
    analyze: Analyze, text: str, options: tuple[str, ...], code: int, words: str
) -> None:
    ended, out, err = analyze(text, *options)
    assert ended == code
    assert words in err
    assert bool(out) == (code == 0)


def test_intervals_from_few_clients_say_so(analyze: Analyze) -> None:
    text = "client,total\nA,1\nB,5\nA,3\nB,7\n"
    _, _, err = analyze(text, "--items", "total", "--by", "client", "--bootstrap", "50")
    assert "intervals from 2 clients are too narrow to rely on" in err
    _, _, err = analyze(DATA / "example_k6_miss.csv", "--items", SIX, "--bootstrap", "50")
    assert "too narrow" not in err


def test_no_cell_is_repeated_in_a_message(analyze: Analyze) -> None:
    _, _, err = analyze("a,b\n1,2\nsecret,3\n", "--items", "a,b")
    assert "secret" not in err


def test_items_without_a_name_are_refused(analyze: Analyze) -> None:
    code, out, err = analyze("a,b\n1,2\n2,3\n", "--items", "")
    assert (code, out) == (2, "")
    assert "--items names no column" in err
