"""Scales of scales, recoded answers, figures for some people, other names and suggestions: every fault at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit import catalog, scoring
from fit_toolkit.errors import DataError

RICH = """\
format: fit-instrument/1
id: rich
version: "1"
title: Rich
construct: symptoms
raters: [client, carer]
direction: higher_is_worse
main_scale: sum
licence: {status: open, electronic_use: allowed, text_included: false}
validation: {status: published}
items:
  - {id: q1, range: [0, 3], aliases: [rich_1, RICH1]}
  - {id: q2, range: [0, 3], aliases: [rich_2]}
  - {id: q3, range: [0, 3], ways_out: [not-applicable]}
  - {id: q4, range: [0, 3]}
scales:
  - {id: sum, title: all, scales: [one, two], range: [0, 24], round: {to: 1, when: prorated}}
  - {id: one, items: [q1, q2], multiply: 2, range: [0, 12]}
  - {id: two, items: [q3, q4], multiply: 2, range: [0, 12], missing: {min_answered: 1, prorate: true, may_miss: [q3]}}
  - id: coded
    items: [q1, q2, q3]
    recode:
      - {items: [q1, q2], values: {"0": 0, "1": 0, "2": 1, "3": 1}}
      - {items: [q3], at_least: 2}
    reverse: [q3]
    range: [0, 3]
  - id: rule
    method: all-of
    range: [0, 1]
    conditions:
      - {scale: coded, operator: ">=", value: 2}
      - {scale: one, operator: ">", value: 3}
  - id: t
    scales: [coded]
    method: lookup
    range: [40, 70]
    tables:
      - {who: {age: [11, 13], sex: female}, source: book, verified: true, rows: [{raw: 0, value: 40}, {raw: 1, value: 50}, {raw: 2, value: 60}, {raw: 3, value: 70, se: 1.5}]}
risk:
  - {id: danger, item: q4, operator: ">=", value: 2, meaning: danger, source: book}
suggests:
  - {id: rich-danger, kind: risk, scale: q4, because: A person has to look at it., source: book}
  - {id: rich-drop, kind: drop, parameters: {points: 3}, because: It is what the makers say.}
sources:
  book: {text: a book}
tests:
  - given: {q1: 3, q2: 2, q3: 1, q4: 0}
    expect: {sum: 12, one: 10, two: 2, coded: 3, rule: 1, t: 70}
    person: {age: 12, sex: female, rater: client}
  - given: {q1: 3, q2: 2, q3: not-applicable, q4: 0}
    expect: {sum: 10, one: 10, two: 0, coded: null, rule: null, t: null}
    status: {sum: prorated, two: prorated, rule: unscorable}
"""


def write(folder: Path, *changes: tuple[str, str]) -> Path:
    text = RICH
    for old, new in changes:
        assert text.count(old) >= 1, f"the file does not hold {old!r}"
        text = text.replace(old, new, 1)
    file = folder / "rich.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def found(folder: Path, *changes: tuple[str, str]) -> list[str]:
    file = write(folder, *changes)
    return [str(each).removeprefix(f"{file}:") for each in catalog.check_file(file)]


def test_the_rich_file_has_no_findings_and_its_tests_come_true(tmp_path: Path) -> None:
    assert found(tmp_path) == []
    assert scoring.run_tests(catalog.load_instrument(tmp_path / "rich.yaml")) == []
    assert scoring.check_definition(tmp_path / "rich.yaml", catalog.build([tmp_path])) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("scales: [one, two]", "scales: [one, tow]", "17:41 FI261 there is no scale 'tow'; did you mean 'two'?"),
        ("scales: [one, two]", "scales: [one, one]", "17:35 FI261 'one' is listed twice in 'sum'"),
        ("scales: [one, two]", "scales: [one, sum]", "17:35 FI262 'sum' is made of itself: sum -> sum"),
        ("scale: coded, operator", "scale: rule, operator", "31:7 FI262 'rule' is made of itself: rule -> rule"),
        (
            "scales: [coded]\n    method: lookup",
            "scales: [t]\n    method: lookup",
            "34:13 FI262 't' is made of itself: t -> t",
        ),
        ("scales: [one, two], range", "scales: [one, two], items: [q1], range", "17:35 FI260 'sum' is made of items or of scales, not of both"),
        ("scales: [one, two], range", "scales: [one, two], reverse: [q1], range", "17:56 FI263 `reverse` belongs to the scales that 'sum' is made of"),
        ("scales: [one, two], range", "scales: [one, two], method: plugin, rule: x, range", "17:35 FI263 `scales` goes with the methods sum, mean and lookup, not with `plugin`"),
        ("range: [0, 24]", "range: [0, 20]", "17:54 FI223 the parts of 'sum' reach 0 to 24, not what `range` says"),
        ("multiply: 2, range: [0, 12]}", "multiply: 3, range: [0, 12]}", "18:52 FI223 the items of 'one' reach 0 to 18, not what `range` says"),
        ("to: 1, when", "to: 5, when", "17:75 FI273 the ends of the range of 'sum' are no multiples of 5"),
        ("method: all-of\n    range: [0, 1]", "method: all-of\n    range: [0, 2]", "29:12 FI223 `method: all-of` gives 0 or 1: the range is [0, 1]"),
        ("scale: coded, operator", "scale: kodet, operator", "31:17 FI261 there is no scale 'kodet'; did you mean 'coded'?"),
        ('operator: ">", value: 3', 'operator: ">", value: 12', "32:44 FI264 this never holds: 'one' reaches 0 to 12"),
        ('{scale: one, operator: ">", value: 3}', '{scale: one, operator: ">=", value: 0}', "32:45 FI264 this always holds: 'one' reaches 0 to 12"),
        ('"2": 1, "3": 1', '"2": 1', "23:35 FI272 `values` does not say what the answer 3 to 'q1' counts"),
        ('"3": 1', '"3": 1, "4": 1', "23:73 FI272 '4' is no answer to any of these items"),
        ('"3": 1', '"3": 1, never: 1', "23:75 FI272 'never' is no answer to any of these items"),
        ("at_least: 2}", "at_least: 0}", "24:33 FI272 every answer to 'q3' is 0 or more"),
        ("at_least: 2}", "at_least: 4}", "24:33 FI272 no answer to 'q3' is 4 or more"),
        ("{items: [q3], at_least: 2}", "{items: [q3]}", "24:9 FI271 give `values` or `at_least`, one of the two"),
        ("{items: [q3], at_least", "{items: [q3, q4], at_least", "24:22 FI270 'q4' is recoded but does not belong to 'coded'"),
        ("{items: [q3], at_least", "{items: [q3, q1], at_least", "23:7 FI270 'q1' is recoded twice"),
        ("{raw: 2, value: 60}, ", "", "38:81 FI224 the table says nothing about a raw value of 2"),
        ("{raw: 2, value: 60}", "{raw: 1, value: 60}", "38:81 FI221 the raw values of a table have to rise"),
        ("value: 70, se", "value: 75, se", "36:12 FI223 the table of 't' reaches 40 to 75, not what `range` says"),
        ("age: [11, 13]", "age: [13, 11]", "38:21 FI280 ages have to rise, from 0 to 130 at most"),
        ("who: {age: [11, 13], sex: female}", "who: {}", "38:15 FI280 says nobody in particular; leave `who` out for a figure that is about everybody"),
        ("who: {age: [11, 13], sex: female}", "who: {rater: therapist}", "38:23 FI281 'therapist' does not answer this form"),
        ("sex: female, rater: client", "sex: female, rater: observer", "49:43 FI281 'observer' does not answer this form"),
        ("aliases: [rich_2]", "aliases: [RICH1]", "13:39 FI282 'RICH1' is already another name of 'q1'"),
        ("aliases: [rich_2]", "aliases: [q3]", "13:39 FI282 'q3' is the id of an item"),
        ("aliases: [rich_2]", "aliases: [t]", "13:39 FI282 't' is the id of a scale"),
        ("aliases: [rich_2]", "aliases: [date]", "13:39 FI282 a column 'date' means something else in every file"),
        ("aliases: [rich_2]", 'aliases: ["rich_2 "]', "13:39 FI282 'rich_2 ' begins or ends with a space"),
        ("kind: risk, scale: q4", "kind: risk, scale: q7", "42:42 FI283 there is no scale or item 'q7'; known: coded, one, q1, q2, q3, q4, rule, sum, t, two"),
        ("kind: risk, scale: q4", "kind: risk, scale: q1", "42:42 FI283 a suggestion of kind risk names an item under `risk`, or an item and a `trigger` of its own"),
        ("id: rich-drop", "id: rich-danger", "43:10 FI204 the id 'rich-danger' is used twice"),
        ("kind: drop,", "kind: Drop it,", "43:27 FI104 expected lower-case letters, digits and single hyphens"),
        ("kind: drop,", "kind: drop, rater: observer,", "43:40 FI281 'observer' does not answer this form"),
        ("look at it., source: book", "look at it., source: web", "42:92 FI240 the source 'web' is not described under `sources`"),
        ("scales: [coded]", "scales: [coded]\n    weights: {q1: 1}", "35:14 FI221 `weights` goes with `method: weighted`, not with `lookup`"),
    ],
)  # fmt: skip
def test_each_fault_is_found_at_its_line(tmp_path: Path, old: str, new: str, place: str) -> None:
    assert place in found(tmp_path, (old, new))


def test_a_circle_of_several_scales_is_named_at_each_of_them(tmp_path: Path) -> None:
    listed = found(tmp_path, ("items: [q1, q2], multiply: 2, range: [0, 12]", "scales: [sum], range: [0, 24]"))
    assert [line for line in listed if "FI262" in line] == [
        "17:35 FI262 'sum' is made of itself: sum -> one -> sum",
        "18:23 FI262 'one' is made of itself: one -> sum -> one",
    ]


def test_scoring_refuses_a_circle_that_was_let_through(tmp_path: Path) -> None:
    file = write(tmp_path, ("items: [q1, q2], multiply: 2, range: [0, 12]", "scales: [sum], range: [0, 24]"))
    instrument = catalog.load_instrument(file, allow_findings=True)
    with pytest.raises(DataError, match="made of each other"):
        scoring.run_tests(instrument)


def test_tables_and_a_table_may_stand_side_by_side_and_neither_with_another_method(tmp_path: Path) -> None:
    everybody = "table: [{raw: 0, value: 40}, {raw: 1, value: 50}, {raw: 2, value: 60}, {raw: 3, value: 70}]"
    assert found(tmp_path, ("    tables:", f"    {everybody}\n    tables:")) == []
    assert any("FI221 `tables` goes with" in line for line in found(tmp_path, ("method: lookup", "method: sum")))


def test_scores_of_a_totals_only_definition_are_not_made_of_scales(tmp_path: Path) -> None:
    listed = found(tmp_path, ("main_scale: sum", "main_scale: sum\ntotals_only: true"))
    assert any("FI216 scores of a totals-only definition come in ready made" in line for line in listed)


@pytest.mark.parametrize(
    ("parameters", "place"),
    [
        ("{point: 3}", "43:46 FI284 a policy of kind drop has no setting 'point'; did you mean 'points'?"),
        ("{points: many}", "43:45 FI284 a policy of kind drop cannot be set so: Expected 'float', got 'str' - at '$.points'"),
        ("{points: -1}", "43:45 FI284 a policy of kind drop cannot be set so: Expected 'float' > 0.0 - at '$.points'"),
    ],
)  # fmt: skip
def test_what_a_suggested_policy_cannot_have_is_found(tmp_path: Path, parameters: str, place: str) -> None:
    file = write(tmp_path, ("{points: 3}", parameters))
    listed = [str(each).removeprefix(f"{file}:") for each in scoring.check_definition(file, catalog.build([tmp_path]))]
    assert listed == [place]


def test_settings_of_a_kind_that_is_not_known_here_are_left_to_the_practice(tmp_path: Path) -> None:
    file = write(tmp_path, ("kind: drop, parameters: {points: 3}", "kind: our-own, parameters: {wish: 3}"))
    assert scoring.check_definition(file, catalog.build([tmp_path])) == []


def test_lines_of_one_name_mean_one_side(tmp_path: Path) -> None:
    lines = "    cutoffs:\n" + "".join(
        f'      - {{value: 2, operator: "{side}", label: clinical, source: book, who: {{rater: {rater}}}}}\n'
        for side, rater in ((">=", "client"), ("<", "carer"))
    )
    listed = found(tmp_path, ("    reverse: [q3]\n", f"    reverse: [q3]\n{lines}"))
    assert listed == ["28:30 FI229 'clinical' is < in one line and >= in another; one name, one side"]
