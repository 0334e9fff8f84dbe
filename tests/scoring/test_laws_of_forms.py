"""What holds for every definition, not only for those that ship: random forms, answers and people."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from fit_toolkit import scoring
from fit_toolkit.model import TICK, Instrument
from tests.scoring import exact
from tests.scoring.forms import forms

COLUMNS = ["scale", "value_ticks", "status", "reason", "n_answered", "n_items", "band"]
Rows: TypeAlias = list[dict[str, dict[str, Any]]]

ages = st.sampled_from([(None, None), (11, 12), (12, 12), (13, 14), (12.5, 13.9), (20, 21), (None, 12)])
persons = st.builds(
    lambda age, sex, rater: exact.Person(age[0], age[1], sex, rater),
    ages,
    st.sampled_from(["", "female", "male", "other"]),
    st.sampled_from(["", "client", "carer"]),
)


@st.composite
def given_forms(draw: st.DrawFn) -> tuple[Instrument, DataFrame, list[exact.Person]]:
    """A definition, some forms, and of whom they are."""
    made = draw(forms())
    row = st.tuples(*[st.sampled_from([*item.values(), None, None]) for item in made.number_items])
    rows = draw(st.lists(row, min_size=1, max_size=10))
    listed = draw(st.lists(persons, min_size=len(rows), max_size=len(rows)))
    return made, DataFrame(rows, columns=list(made.item_ids), dtype="float64"), listed


def people(listed: list[exact.Person]) -> DataFrame:
    columns: dict[str, list[Any]] = {
        "age_low": [each.low for each in listed], "age_high": [each.high for each in listed],
        "sex": [each.sex for each in listed], "rater": [each.rater for each in listed],
    }  # fmt: skip
    return DataFrame(columns)


def scored(made: Instrument, table: DataFrame, who: DataFrame | None) -> Rows:
    """Score, and give the scales of each form by name."""
    found = scoring.score(made, table, people=who)[COLUMNS].astype(object)
    rows = [{str(k): v for k, v in row.items()} for row in found.where(found.notna(), None).to_dict("records")]
    ends = range(0, len(rows) + 1, len(made.scales))
    return [{str(each["scale"]): each for each in rows[a:b]} for a, b in pairwise(ends)]


def expected(made: Instrument, table: DataFrame, listed: list[exact.Person]) -> Rows:
    """What exact fractions give."""
    rows: Rows = []
    for form, person in zip(table.to_dict("records"), listed, strict=True):
        results = exact.scored(made, {str(id): value for id, value in form.items()}, person)
        rows.append({
            id: {
                "scale": id, "value_ticks": None if each.value is None else int(each.value * TICK), "status": each.status,
                "n_answered": each.answered, "n_items": each.items,
                "band": "" if each.value is None else exact.band_of(made.scale(id), each.value, person),
            }
            for id, each in results.items()
        })  # fmt: skip
    return rows


def without_reasons(rows: Rows) -> Rows:
    return [{id: {k: v for k, v in each.items() if k != "reason"} for id, each in row.items()} for row in rows]


@settings(max_examples=150)
@given(given_forms())
def test_scores_statuses_counts_and_bands_are_those_of_exact_fractions(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]],
) -> None:
    made, table, listed = drawn
    assert without_reasons(scored(made, table, people(listed))) == expected(made, table, listed)


@settings(max_examples=40)
@given(given_forms())
def test_who_is_not_known_gets_nothing_that_is_for_some_people_only(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]],
) -> None:
    made, table, _ = drawn
    assert without_reasons(scored(made, table, None)) == expected(made, table, [exact.UNKNOWN] * len(table))


@settings(max_examples=40)
@given(given_forms(), st.data())
def test_the_order_of_rows_and_columns_does_not_matter(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]], data: st.DataObject
) -> None:
    made, table, listed = drawn
    order, who = data.draw(st.permutations(range(len(table)))), people(listed)
    straight = scored(made, table, who)
    columns = data.draw(st.permutations(list(table.columns)))
    assert scored(made, table.iloc[order], who.iloc[order]) == [straight[row] for row in order]
    assert scored(made, table[columns], who) == straight


@settings(max_examples=40)
@given(given_forms(), st.data())
def test_cutting_the_table_changes_nothing(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]], data: st.DataObject
) -> None:
    made, table, listed = drawn
    cut, who = data.draw(st.integers(0, len(table))), people(listed)
    first, second = (scored(made, table.iloc[part], who.iloc[part]) for part in (slice(cut), slice(cut, None)))
    assert first + second == scored(made, table, who)


@settings(max_examples=40)
@given(given_forms(), st.data())
def test_taking_an_answer_away_never_makes_a_score_appear(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]], data: st.DataObject
) -> None:
    made, table, listed = drawn
    item, who = data.draw(st.sampled_from(list(made.item_ids))), people(listed)
    before, after = scored(made, table, who), scored(made, table.assign(**{item: float("nan")}), who)
    for one, two in zip(before, after, strict=True):
        for id, was in one.items():
            keyed_away = made.scale(id).method == "lookup" or any(
                made.scale(part).method == "lookup" for part in made.scale(id).parts
            )
            if was["value_ticks"] is None and not keyed_away:
                assert two[id]["value_ticks"] is None


@settings(max_examples=40)
@given(given_forms())
def test_there_is_a_reason_exactly_where_a_score_is_not_complete(
    drawn: tuple[Instrument, DataFrame, list[exact.Person]],
) -> None:
    made, table, listed = drawn
    for row in scored(made, table, people(listed)):
        for each in row.values():
            assert (each["status"] == "complete") == (each["reason"] == "")
            assert (each["status"] == "unscorable") == (each["value_ticks"] is None)
