from __future__ import annotations

import csv
import io
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pandas import DataFrame

from fit_toolkit.exchange import Labels, allowed, redcap_out
from fit_toolkit.model.instrument import Instrument, Item, Licence, Missing, Option, Scale, Validation
from fit_toolkit.scoring import score
from tests.exchange.making import HEAD
from tests.exchange.test_round_trip import CATALOG

GRADES = tuple(Option(value=value, code=f"{value}") for value in range(4))


def rows(instrument: Instrument, labels: Labels | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(redcap_out.dictionary(instrument, labels or Labels()))))


def instrument(*items: Item, **scale: object) -> Instrument:
    whole = Scale(id="total", range=(0, 1), items=tuple(item.id for item in items))
    return Instrument(
        format="fit-instrument/1", id="two-words", version="1", title="Two", construct="symptoms", raters=("client",),
        direction="higher_is_worse", items=items, scales=(replace(whole, **scale),), validation=Validation("unknown"),
        licence=Licence("local", "unknown", text_included=False),
    )  # fmt: skip


A, B, C = Item(id="a", type="choice", options=GRADES), Item(id="b", range=(1, 7)), Item(id="c", range=(0, 10))


def test_the_heading_is_that_of_the_download_in_its_order() -> None:
    text = redcap_out.dictionary(CATALOG.get("phq-9"), Labels())
    assert next(csv.reader([text.partition("\n")[0]])) == next(csv.reader([HEAD]))
    assert all(len(row) == 18 for row in csv.reader(io.StringIO(text)))


def test_a_record_id_comes_first_and_names_are_unique_in_a_project() -> None:
    names = [row["Variable / Field Name"] for row in rows(CATALOG.get("phq-9"))]
    assert names[:2] == ["record_id", "phq_9_q1"]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


def test_choices_are_written_as_code_and_label() -> None:
    found = rows(instrument(A, B))[1]
    assert (found["Field Type"], found["Choices, Calculations, OR Slider Labels"]) == (
        "radio",
        "0, 0 | 1, 1 | 2, 2 | 3, 3",
    )


def test_numbers_are_validated_with_their_range() -> None:
    found = rows(instrument(A, B))[2]
    assert [found[name] for name in list(found)[3:10:4]] == ["text", "integer"]
    assert (found["Text Validation Min"], found["Text Validation Max"]) == ("1", "7")


def test_a_label_that_a_spreadsheet_would_run_is_made_inert() -> None:
    found = rows(instrument(replace(A, label="=1+1"), B))[1]
    assert found["Field Label"].startswith("'=1+1")


def test_words_come_along_with_their_introduction() -> None:
    labels = allowed(CATALOG.wording("today-together-client", "en"), CATALOG.get("today-together-client"), "en")
    found = rows(CATALOG.get("today-together-client"), labels)
    assert found[1]["Field Type"] == "descriptive"
    assert next(row for row in found if row["Variable / Field Name"].endswith("_q1"))["Field Note"] == (
        "0: not at all; 10: completely"
    )


def computed(expression: str, answers: dict[str, float | None]) -> float | None:
    """Do what REDCap's manual says: a condition on blanks, then `sum`, which passes over blanks."""
    blanks, terms = re.fullmatch(r'if\((.*), "NaN", sum\((.*)\)\)', expression).groups()  # type: ignore[union-attr]
    asked = [re.fullmatch(r'\[(\w+)\]=""', each).group(1) for each in blanks.split(" or ")]  # type: ignore[union-attr]
    if any(answers[each] is None for each in asked):
        return None
    total = 0.0
    for term in terms.split(", "):
        turned, name = re.fullmatch(r"\(?(?:(-?\d+)-)?\[(\w+)\]\)?", term).groups()  # type: ignore[union-attr]
        answer = answers[name]
        if answer is not None:
            total += int(turned) - answer if turned else answer
    return total


@settings(max_examples=60, deadline=None)
@given(
    answers=st.tuples(
        st.sampled_from([None, 0, 1, 2, 3]), st.sampled_from([None, 1, 4, 7]), st.sampled_from([None, 0, 9])
    ),
    turned=st.sets(st.sampled_from("abc")),
)
def test_a_calculated_field_gives_what_we_give(answers: tuple[float | None, ...], turned: set[str]) -> None:
    made = instrument(A, B, C, reverse=tuple(sorted(turned)), range=(1, 20))
    ours = score(made, DataFrame([answers], columns=["a", "b", "c"], dtype=np.float64))["value"].iloc[0]
    theirs = computed(
        redcap_out.expression(made, made.scales[0]),
        dict(zip(("two_words_a", "two_words_b", "two_words_c"), answers, strict=True)),
    )
    assert (theirs is None and math.isnan(ours)) or theirs == ours


@pytest.mark.parametrize(
    "more",
    [
        {"method": "mean"},
        {"method": "weighted", "weights": {"a": 1, "b": 2}},
        {"multiply": 2},
        {"missing": Missing(min_answered=1, prorate=True)},
        {"method": "plugin", "rule": "own"},
    ],
)
def test_a_scale_that_is_more_than_a_sum_gets_no_calculated_field(more: dict[str, object]) -> None:
    made = instrument(A, B, **more)
    assert redcap_out.expression(made, made.scales[0]) == ""
    assert "calc" not in [row["Field Type"] for row in rows(made)]
    assert any("no calculated field for total" in each for each in redcap_out.notices(made, Labels()))


def test_answers_that_count_otherwise_than_they_are_stored_get_no_calculated_field() -> None:
    words = replace(A, options=(Option(value=0, code="never"), Option(value=2, code="often")))
    made = instrument(words, B)
    assert redcap_out.expression(made, made.scales[0]) == ""


def test_every_scale_field_is_looked_at_before_a_calculated_field_is_written() -> None:
    unknown = set(Scale.__struct_fields__) - redcap_out._PLAIN_SUM - redcap_out._FIGURES
    assert {"missing", "multiply", "recode", "round", "scales", "table", "tables", "conditions"} <= unknown


def test_uploading_is_warned_about() -> None:
    assert any("replaces all forms" in each for each in redcap_out.notices(CATALOG.get("phq-9"), Labels()))
