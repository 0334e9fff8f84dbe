from __future__ import annotations

import math

import pandas as pd
import pytest
from pandas import DataFrame

from fit_toolkit import catalog, scoring
from fit_toolkit.errors import DataError
from fit_toolkit.scoring.answers import UnreadableError
from tests.scoring.making import instrument

ARRIVING = catalog.build([catalog.bundled()]).get("arriving-today")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", 2),
        ("2", 2),
        ("Not sure", 1),
        ("not_sure", 1),
        ("NOT-SURE", 1),
        ("rather not say", 1),
        ("no", 0),
        ("0", 0),
    ],
)
def test_a_choice_is_read_by_code_or_by_value(text: str, value: float) -> None:
    assert scoring.read_answer(ARRIVING.item("q7"), text) == value


@pytest.mark.parametrize("text", ["7", " 7 ", "7.0", "07"])
def test_a_number_may_be_written_in_the_usual_ways(text: str) -> None:
    assert scoring.read_answer(ARRIVING.item("q1"), text) == 7.0


@pytest.mark.parametrize("text", ["", "  ", "does-not-fit", "does not fit", "Rather not say"])
def test_nothing_and_the_ways_out_are_unanswered(text: str) -> None:
    assert math.isnan(scoring.read_answer(ARRIVING.item("q1"), text))


@pytest.mark.parametrize(
    "text",
    [
        "11",
        "-1",
        "7.5",
        "7,5",
        "ten",
        "1e1",
        "nan",
        "inf",
        "０",
        "7 8",
        "1_0",
        "0x5",
        "+7",
        "7.",
        ".5",
        "7.0000001",
        "3?",
    ],
)
def test_what_is_no_answer_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(UnreadableError, match="expected 0 to 10 in whole numbers") as caught:
        scoring.read_answer(ARRIVING.item("q1"), text)
    assert text not in str(caught.value) or text in ("0", "10")


def test_a_wrong_choice_is_told_the_right_ones() -> None:
    with pytest.raises(UnreadableError, match=r"2 \(yes\), 1 \(not-sure\), 0 \(no\)"):
        scoring.read_answer(ARRIVING.item("q7"), "maybe")


def test_a_decimal_comma_is_read_only_when_asked_for() -> None:
    line = instrument(items=[{"id": "q1", "range": [0, 10], "step": 0.1}])
    assert scoring.read_answer(line.item("q1"), "7,5", ",") == 7.5
    with pytest.raises(UnreadableError, match=r"steps of 0\.1, with a decimal point$"):
        scoring.read_answer(line.item("q1"), "7,5")
    with pytest.raises(UnreadableError, match=r"steps of 0\.1, with a decimal comma$"):
        scoring.read_answer(line.item("q1"), "7.5", ",")
    for text in ("7.55", "7,55", "11,5"):
        with pytest.raises(UnreadableError, match=r"steps of 0\.1$"):
            scoring.read_answer(line.item("q1"), text)


def test_a_table_gives_numbers_and_every_problem_with_its_row() -> None:
    raw = DataFrame({"q1": ["3", "x", "11"], "q7": ["no", "perhaps", None], "q2": ["does-not-fit", "4", "4"]})
    numbers, problems = scoring.read_numbers(ARRIVING, raw)
    assert list(numbers.columns) == [item.id for item in ARRIVING.items]
    assert numbers["q1"].fillna(-1).tolist() == [3, -1, -1]
    assert numbers["q2"].fillna(-1).tolist() == [-1, 4, 4]
    assert numbers["q7"].fillna(-1).tolist() == [0, -1, -1]
    assert numbers["q5"].isna().all()
    assert problems[["row", "item", "raw"]].values.tolist() == [[1, "q1", "x"], [1, "q7", "perhaps"], [2, "q1", "11"]]


def test_positions_are_counted_whatever_the_index() -> None:
    raw = DataFrame({"q1": ["3", "x"]}, index=pd.Index([70, 71]))
    numbers, problems = scoring.read_numbers(ARRIVING, raw)
    assert problems["row"].tolist() == [1]
    assert numbers["q1"].iloc[0] == 3.0


def test_free_text_is_left_alone() -> None:
    together = catalog.build([catalog.bundled()]).get("today-together-client")
    numbers, problems = scoring.read_numbers(together, DataFrame({"q1": ["9"], "keep": ["11 of 10!"]}))
    assert "keep" not in numbers
    assert problems.empty


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(DataError, match="no item 'q99'"):
        scoring.read_numbers(ARRIVING, DataFrame({"q99": ["1"]}))


def test_an_empty_table_is_read() -> None:
    numbers, problems = scoring.read_numbers(ARRIVING, DataFrame({"q1": []}))
    assert (len(numbers), len(problems)) == (0, 0)


@pytest.mark.parametrize(
    ("text", "way"), [("does not fit", "does-not-fit"), ("rather-not-say", "rather-not-say"), ("7", ""), ("", "")]
)
def test_the_two_ways_out_are_told_apart(text: str, way: str) -> None:
    assert scoring.way_out(text) == way
