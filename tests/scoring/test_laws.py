"""What holds for every table of answers."""

from __future__ import annotations

import math
import operator
import random
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas import DataFrame

from fit_toolkit import catalog, scoring
from fit_toolkit.model import TICK, Instrument, Scale

SHIPPED = catalog.build([catalog.bundled()])
COLUMNS = ["scale", "value_ticks", "status", "reason", "n_answered", "n_items", "band"]


def tables(instrument: Instrument) -> st.SearchStrategy[DataFrame]:
    row = st.tuples(*[st.sampled_from([*item.values(), None, None]) for item in instrument.number_items])
    ids = [item.id for item in instrument.number_items]
    return st.lists(row, min_size=1, max_size=12).map(lambda rows: DataFrame(rows, columns=ids, dtype="float64"))


def scored(instrument: Instrument, table: DataFrame) -> list[dict[str, object]]:
    found = scoring.score(instrument, table)[COLUMNS].astype(object)
    return [{str(k): v for k, v in row.items()} for row in found.where(found.notna(), None).to_dict("records")]


SCORED = [id for id in SHIPPED.ids() if not SHIPPED.get(id).totals_only]
COMPARE = {"<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt}
any_instrument = st.sampled_from(SCORED).map(SHIPPED.get)


@settings(max_examples=60)
@given(st.data())
def test_the_order_of_rows_does_not_matter(data: st.DataObject) -> None:
    instrument = data.draw(any_instrument)
    table = data.draw(tables(instrument))
    order = data.draw(st.permutations(range(len(table))))
    size = len(instrument.scales)
    straight, shuffled = scored(instrument, table), scored(instrument, table.iloc[order])
    for position, row in enumerate(order):
        assert shuffled[position * size : (position + 1) * size] == straight[row * size : (row + 1) * size]


@settings(max_examples=60)
@given(st.data())
def test_splitting_the_table_changes_nothing(data: st.DataObject) -> None:
    instrument = data.draw(any_instrument)
    table = data.draw(tables(instrument))
    cut = data.draw(st.integers(0, len(table)))
    assert scored(instrument, table) == scored(instrument, table.iloc[:cut]) + scored(instrument, table.iloc[cut:])


@settings(max_examples=100)
@given(st.data())
def test_scores_are_those_of_exact_fractions(data: st.DataObject) -> None:
    instrument = data.draw(any_instrument)
    table = data.draw(tables(instrument))
    found = scored(instrument, table)
    expected = [exact(instrument, scale, row) for _, row in table.iterrows() for scale in instrument.scales]
    assert [row["value_ticks"] for row in found] == expected


@pytest.mark.parametrize("id", SCORED)
def test_nearly_full_forms_of_every_instrument_are_scored_as_exact_fractions(id: str) -> None:
    instrument = SHIPPED.get(id)
    chance = random.Random(id)
    rows = [{item.id: chance.choice(item.values()) for item in instrument.number_items} for _ in range(24)]
    for gaps, row in enumerate(rows[8:], start=8):
        row.update(dict.fromkeys(chance.sample(list(row), min(gaps // 8, len(row))), math.nan))
    table = DataFrame(rows, dtype="float64")
    expected = [exact(instrument, scale, row) for _, row in table.iterrows() for scale in instrument.scales]
    assert [row["value_ticks"] for row in scored(instrument, table)] == expected
    assert any(value is not None for value in expected)


@settings(max_examples=60)
@given(st.data())
def test_a_score_lies_within_the_range_of_its_scale_and_has_answers_enough(data: st.DataObject) -> None:
    instrument = data.draw(any_instrument)
    for row in scored(instrument, data.draw(tables(instrument))):
        scale = instrument.scale(str(row["scale"]))
        if row["value_ticks"] is None:
            assert (row["status"], bool(row["reason"]), row["band"]) == ("unscorable", True, "")
            continue
        value = int(str(row["value_ticks"])) / TICK
        assert scale.minimum <= value <= scale.maximum
        assert instrument.skips or int(str(row["n_answered"])) >= scale.min_answered
        assert row["band"] == scale.band(value)
        assert (row["status"] == "complete") == (row["reason"] == "")


@settings(max_examples=60)
@given(st.data())
def test_taking_an_answer_away_never_makes_a_score_appear(data: st.DataObject) -> None:
    instrument = data.draw(any_instrument)
    table = data.draw(tables(instrument))
    item = data.draw(st.sampled_from([each.id for each in instrument.number_items]))
    before, after = scored(instrument, table), scored(instrument, table.assign(**{item: float("nan")}))
    assert all(two["value_ticks"] is None for one, two in zip(before, after, strict=True) if one["value_ticks"] is None)


@settings(max_examples=60)
@given(st.data())
def test_risk_answers_are_found_whatever_else_is_missing(data: st.DataObject) -> None:
    instrument = SHIPPED.get(data.draw(st.sampled_from(["phq-9", "core-10", "arriving-today"])))
    table = data.draw(tables(instrument))
    item = instrument.risk[0].item
    alone = DataFrame(index=table.index, columns=table.columns, dtype="float64").assign(**{item: table[item]})
    pd.testing.assert_frame_equal(scoring.risk(instrument, table), scoring.risk(instrument, alone))
    assert set(scoring.risk(instrument, table)["row"]) == {n for n, value in enumerate(table[item]) if value >= 1}
    assert set(scoring.risk_left_out(instrument, table)["row"]) == {
        n for n, gap in enumerate(table[item].isna()) if gap
    }


def exact(instrument: Instrument, scale: Scale, row: pd.Series[float]) -> int | None:
    """Score one row with fractions, by the definition alone."""
    answers = {str(id): Fraction(str(value)) for id, value in row.dropna().items()}
    left = {
        id: Fraction(skip.count_as)
        for skip in instrument.skips
        if all(each in answers for each in skip.when) and sum(answers[each] for each in skip.when) == skip.equals
        for id in skip.items
    }
    value = result(instrument, scale, left | answers)
    return None if value is None else int((value * TICK + Fraction(1, 2)) // 1)


def result(instrument: Instrument, scale: Scale, answers: dict[str, Fraction]) -> Fraction | None:
    if scale.conditions or scale.scales:
        values = [result(instrument, instrument.scale(id), answers) for id in scale.parts]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        if scale.conditions:
            by = dict(zip(scale.parts, known, strict=True))
            return Fraction(all(COMPARE[each.operator](by[each.scale], each.value) for each in scale.conditions))
    else:
        lacking = {id for id in scale.items if id not in answers}
        may = set(scale.missing.may_miss) if scale.missing else set()
        if len(scale.items) - len(lacking) < scale.min_answered or (may and lacking - may):
            return None
        known = [counted(instrument, scale, id, answers[id]) for id in scale.items if id in answers]
    total = sum(known, Fraction(0)) / len(known)
    if scale.method != "mean":
        total *= len(scale.items or scale.scales)
    if scale.method == "lookup":
        total = next(Fraction(str(each.value)) for each in scale.table if each.raw == total)
    return total * Fraction(str(scale.multiply))


def counted(instrument: Instrument, scale: Scale, id: str, answer: Fraction) -> Fraction:
    """What an answer counts in this scale: recoded, then turned."""
    for recode in scale.recode:
        if id in (recode.items or scale.items):
            if recode.at_least is not None:
                answer = Fraction(answer >= recode.at_least)
            else:
                answer = Fraction(str(recode.values[f"{float(answer):g}"]))
    item = instrument.item(id)
    return Fraction(str(item.minimum)) + Fraction(str(item.maximum)) - answer if id in scale.reverse else answer


def test_the_laws_are_tried_on_every_way_of_making_a_score() -> None:
    scales = [scale for id in SCORED for scale in SHIPPED.get(id).scales]
    assert {scale.method for scale in scales} >= {"sum", "mean", "lookup", "all-of"}
    assert {scale.round for scale in scales} == {None}
    assert not any(scale.weights or scale.tables for scale in scales)
    for part in ("recode", "reverse", "scales", "missing"):
        assert any(getattr(scale, part) for scale in scales)
    assert {scale.multiply for scale in scales} > {1.0}


@pytest.mark.parametrize("id", SCORED)
def test_a_thousand_rows_are_no_other_than_one(id: str) -> None:
    instrument = SHIPPED.get(id)
    row = {item.id: item.maximum for item in instrument.number_items}
    many = scored(instrument, DataFrame([row] * 1000))
    assert many == scored(instrument, DataFrame([row])) * 1000
