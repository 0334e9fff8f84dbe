from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from fit_toolkit.exchange import Decisions, settle
from fit_toolkit.exchange.draft import Choice, Field, Form
from fit_toolkit.model.instrument import Option
from tests.exchange.making import DATA, SAID, asked, choice, fhir, option, redcap, settled

REST = DATA / "rest.csv"


def form(*fields: Field) -> Form:
    return Form(name="form", source="test", file="form.csv", fields=fields)


def closed(name: str, *codes: str, texts: tuple[str, ...] = ()) -> Field:
    words = texts or ("",) * len(codes)
    choices = tuple(Choice(code, text, float(code)) for code, text in zip(codes, words, strict=True))
    return Field(name=name, place="form.csv:2:1", kind="choice", choices=choices)


def test_what_no_file_says_is_asked_all_at_once() -> None:
    found = asked(settle(form(closed("a", "0", "1")), Decisions()))
    assert [each.rpartition("?")[2].split()[0] for each in found] == ["--direction", "--method", "--reverse"]


def test_nothing_is_left_to_decide_when_all_is_said() -> None:
    assert asked(settle(form(closed("a", "0", "1")), SAID)) == []


@pytest.mark.parametrize(
    ("codes", "doubtful"),
    [
        (("0", "1", "2", "-99"), ["-99"]),
        (("0", "1", "2", "99"), ["99"]),
        (("1", "2", "3", "4", "8", "9"), ["8", "9"]),
        (("0", "1", "-1"), ["-1"]),
        (("0", "1", "2", "999", "888"), ["999", "888"]),
        (("0", "2", "4"), []),
        (("1", "3", "5", "7", "9"), []),
        (("-3", "-2", "-1", "0", "1", "2", "3"), []),
        (("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"), []),
        (("0", "10", "20", "30", "90", "99"), []),
    ],
)
def test_codes_that_stand_apart_may_be_no_answers(codes: tuple[str, ...], doubtful: list[str]) -> None:
    found = asked(settle(form(closed("a", *codes)), replace(SAID, missing_codes=None)))
    assert bool(found) == bool(doubtful)
    for code in doubtful:
        assert code in found[0].partition("does ")[2].partition(" stand")[0].split(", ")


@pytest.mark.parametrize("words", ["Not applicable", "Don't know", "refused", "N/A", "Prefer not to say"])
def test_words_that_mean_no_answer_are_asked_about(words: str) -> None:
    item = closed("a", "0", "1", "2", texts=("never", "often", words))
    assert "--missing-codes" in asked(settle(form(item), replace(SAID, missing_codes=None)))[0]


@pytest.mark.parametrize("words", ["not at all", "none", "nothing known to others", "no"])
def test_words_that_are_an_answer_are_not_asked_about(words: str) -> None:
    item = closed("a", "0", "1", "2", texts=("never", "often", words))
    assert asked(settle(form(item), replace(SAID, missing_codes=None))) == []


def test_a_code_for_no_answer_is_no_option() -> None:
    found = settle(form(closed("a", "0", "1", "-99")), replace(SAID, missing_codes=("-99",)))
    assert [each.code for each in found.items[0].options] == ["0", "1"]
    assert "`fit import` refuses" in found.notices[0]


def test_answers_without_a_number_are_asked_for_and_can_be_given() -> None:
    said = replace(SAID, missing_codes=("-99",), answers=(0, 9))
    assert "a, b, c of 'rest_3' count? --values" in " ".join(asked(settled(REST, said, "rest")))
    told = settled(REST, replace(said, values={"a": 0, "b": 1, "c": 2.5}), "rest")
    assert asked(told) == []
    assert [each.value for each in told.items[2].options] == [0, 1, 2.5]


def test_a_number_without_range_is_asked_for_and_can_be_left_out() -> None:
    said = replace(SAID, missing_codes=("-99",), values={"a": 0, "b": 1, "c": 2})
    assert "lowest and highest answer of 'rest_7'" in " ".join(asked(settled(REST, said, "rest")))
    assert asked(settled(REST, replace(said, without=("rest_7",)), "rest")) == []


def test_fields_are_items_under_their_own_names_with_the_original_as_alias(tmp_path: Path) -> None:
    file = redcap(tmp_path, "PHQ_1,f,,yesno,x", "phq_2,f,,yesno,x")
    items = settled(file).items
    assert [(item.id, item.aliases) for item in items] == [("phq_1", ("PHQ_1",)), ("phq_2", ())]


@pytest.mark.parametrize("links", [("/44250-9", "a"), ("total", "a"), ("A b", "a-b"), ("x" * 40, "a")])
def test_names_that_can_be_no_ids_make_all_items_numbered(tmp_path: Path, links: tuple[str, ...]) -> None:
    found = settled(fhir(tmp_path, *(choice(each, option("x", 0), option("y", 1)) for each in links)))
    assert [item.id for item in found.items] == ["q1", "q2"]
    assert [item.aliases for item in found.items] == [(each,) for each in links]
    assert any("numbered" in each for each in found.notices)


def test_numbers_do_not_take_the_name_of_another_item(tmp_path: Path) -> None:
    found = settled(fhir(tmp_path, *(choice(each, option("x", 0), option("y", 1)) for each in ("q2", "q1", "total"))))
    assert [item.id for item in found.items] == ["item_1", "item_2", "item_3"]


@pytest.mark.parametrize("id", ["..%2Fup", "a%0Aid:+x", "A", "a" * 40, "a%7D"])
def test_an_id_noted_in_the_file_is_taken_only_if_it_can_be_one(tmp_path: Path, id: str) -> None:
    row = f"mood,f,,yesno,x,,,,,,,,,,,,,fit-item:id={id}&label=x"
    assert [item.id for item in settled(redcap(tmp_path, row)).items] == ["mood"]


def test_codes_that_read_like_another_answers_value_are_told_apart(tmp_path: Path) -> None:
    found = settled(fhir(tmp_path, choice("a", option("1", 0), option("2", 1))))
    assert found.items[0].options == (Option(0.0, "code-1"), Option(1.0, "code-2"))
    assert any("read like values" in each for each in found.notices)


def test_reversed_items_may_be_named_as_in_the_file(tmp_path: Path) -> None:
    file = redcap(tmp_path, "A,f,,yesno,x", "b,f,,yesno,x")
    assert settled(file, replace(SAID, reverse=("A",))).reverse == ("a",)


@pytest.mark.parametrize("given", [{"reverse": ("gone",)}, {"without": ("gone",)}, {"unscored": ("gone",)}])
def test_a_field_that_is_not_there_cannot_be_named(given: dict[str, Any]) -> None:
    assert "no field 'gone'" in asked(settle(form(closed("a", "0", "1")), replace(SAID, **given)))[0]


@pytest.mark.parametrize("id", ["../up", "Upper", "a/b", "a" * 65, "x\n"])
def test_an_id_that_is_no_slug_is_asked_for_again(id: str) -> None:
    assert "--id" in asked(settle(form(closed("a", "0", "1")), replace(SAID, id=id)))[0]


def test_a_form_without_items_says_so() -> None:
    note = Field(name="n", place="form.csv:2:1", kind="other", why_not="free text")
    assert "no field that can be an item" in asked(settle(form(note), SAID))[0]
