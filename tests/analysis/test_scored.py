"""What holds for every file that is scored: the rows, the columns and the cuts of a file change nothing but their order."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from fit_toolkit import catalog, scoring
from fit_toolkit.analysis.files import read_table
from fit_toolkit.analysis.scored import Wish, score_table
from tests.scoring.forms import forms

SHIPPED = catalog.build([catalog.bundled()])
IDS = [f"q{number}" for number in range(1, 10)]
Row = tuple[str, ...]

cells = st.sampled_from(["0", "1", "2", "3", "", "3.0", " 2 ", "4", "x", "rather-not-say"])
rows = st.lists(st.tuples(*[cells] * 9), min_size=1, max_size=8)


def scored(columns: list[str], listed: list[Row], delimiter: str = ",") -> list[Row]:
    """Score rows as a file; give what comes out without its header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerows([["id", *columns], *([str(number), *row] for number, row in enumerate(listed))])
    table = read_table(text.getvalue().encode(), "answers.csv")
    made = score_table(SHIPPED.get("phq-9"), table, Wish(ids=("id",)))
    return [tuple(row) for row in csv.reader(io.StringIO(made.csv()))][1:]


def without_ids(listed: list[Row]) -> list[Row]:
    return [row[1:] for row in listed]


@settings(max_examples=50)
@given(rows, st.data())
def test_the_order_of_rows_and_of_columns_does_not_matter(listed: list[Row], data: st.DataObject) -> None:
    straight = without_ids(scored(IDS, listed))
    order = data.draw(st.permutations(range(len(listed))))
    assert without_ids(scored(IDS, [listed[row] for row in order])) == [straight[row] for row in order]
    columns = data.draw(st.permutations(range(9)))
    turned = [tuple(row[place] for place in columns) for row in listed]
    assert without_ids(scored([IDS[place] for place in columns], turned)) == straight


@settings(max_examples=50)
@given(rows, st.data())
def test_a_file_in_two_parts_gives_the_same(listed: list[Row], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(listed)))
    parts = [part for part in (listed[:cut], listed[cut:]) if part]
    assert [row for part in parts for row in without_ids(scored(IDS, part))] == without_ids(scored(IDS, listed))


@settings(max_examples=50)
@given(rows, st.sampled_from(";\t"))
def test_another_separator_gives_the_same(listed: list[Row], delimiter: str) -> None:
    assert scored(IDS, listed, delimiter) == scored(IDS, listed)


@settings(max_examples=50)
@given(rows)
def test_emptying_a_cell_that_is_no_answer_changes_no_score_of_a_form_that_needs_every_answer(
    listed: list[Row],
) -> None:
    emptied = [tuple("" if cell in ("4", "x") else cell for cell in row) for row in listed]
    assert [row[:-1] for row in scored(IDS, listed)] == [row[:-1] for row in scored(IDS, emptied)]


@settings(max_examples=60)
@given(st.data())
def test_a_file_is_scored_as_the_answers_in_it_are(data: st.DataObject) -> None:
    form = data.draw(forms())
    answers = [[data.draw(st.sampled_from([*item.values(), None])) for item in form.number_items] for _ in range(5)]
    lines = [",".join("" if value is None else f"{value:g}" for value in row) for row in answers]
    table = read_table("\n".join([",".join(form.item_ids), *lines]).encode(), "answers.csv")
    if len(table) < 5:
        return  # a row without any answer in a file of one column is an empty line
    made = list(score_table(form, table, Wish()).records())
    numbers, problems = scoring.read_numbers(form, _frame(form.item_ids, lines))
    expected = scoring.score(form, numbers).to_dict("records")
    assert problems.empty
    for mine, theirs in zip(made, expected, strict=True):
        assert (mine["row"], mine["scale"]) == (theirs["row"] + 1, theirs["scale"])
        assert mine["value"] == (None if theirs["status"] == "unscorable" else pytest.approx(theirs["value"], abs=1e-9))
        assert [mine[name] for name in ("n_answered", "status", "band")] == [
            theirs[name] for name in ("n_answered", "status", "band")
        ]


def _frame(ids: tuple[str, ...], lines: list[str]) -> DataFrame:

    return DataFrame([line.split(",") for line in lines], columns=list(ids))
