from __future__ import annotations

import re
from pathlib import Path

import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.exchange import choose, forms
from fit_toolkit.exchange.draft import Choice
from tests.exchange.making import DATA, HEAD, field, one, redcap

REST = DATA / "rest.csv"


def test_every_form_of_a_dictionary_is_found() -> None:
    assert [form.name for form in forms(REST)] == ["rest", "other_form"]
    assert [form.name for form in forms(DATA / "redcap-simple.csv")] == ["demographics", "health", "race_and_ethnicity"]
    assert len(forms(DATA / "redcap-longitudinal.csv")) == 9


def test_one_of_several_forms_has_to_be_named_and_they_are_listed() -> None:
    with pytest.raises(UsageError, match=r"several forms.*health \(2 items\)"):
        choose(forms(DATA / "redcap-simple.csv"), "")
    with pytest.raises(UsageError, match="no form 'wealth'"):
        choose(forms(DATA / "redcap-simple.csv"), "wealth")


def test_choices_that_are_numbers_count_as_those_and_keep_their_commas() -> None:
    choices = field(one(REST, "rest"), "rest_1").choices
    assert choices[1] == Choice("1", "a little, at times", 1.0)
    assert choices[3] == Choice("-99", "refused", -99.0)


def test_choices_that_are_no_numbers_count_as_nothing_yet() -> None:
    assert [each.value for each in field(one(REST, "rest"), "rest_3").choices] == [None, None, None]


def test_mark_up_is_taken_out_of_labels() -> None:
    assert field(one(REST, "rest"), "rest_1").text == "How rested were you & how calm?"


def test_yes_and_no_count_one_and_nothing() -> None:
    assert [(each.code, each.value) for each in field(one(REST, "rest"), "rest_4").choices] == [("1", 1.0), ("0", 0.0)]


def test_a_slider_runs_from_0_to_100_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    slider = field(one(REST, "rest"), "rest_5")
    assert (slider.span, slider.low, slider.high) == ((0.0, 100.0), "quiet", "loud")
    other = redcap(tmp_path, "s,f,,slider,How?,low | mid | high,,number,1,7")
    assert one(other).fields[0].span == (1.0, 7.0)


def test_a_number_takes_its_range_from_the_validation_columns() -> None:
    form = one(REST, "rest")
    assert field(form, "rest_6").span == (0.0, 12.0)
    assert field(form, "rest_7").span is None


def test_numbers_with_a_decimal_comma_are_read(tmp_path: Path) -> None:
    row = 'n,f,,text,How much?,,,number_1dp_comma_decimal,"0,5","9,5"'
    assert one(redcap(tmp_path, row)).fields[0].span == (0.5, 9.5)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("record_id", "free text"),
        ("rest_name", "marked as an identifier"),
        ("rest_day", r"text \(date_ymd\)"),
        ("rest_8", "a checkbox"),
        ("rest_sum", "calculated"),
        ("rest_read", "descriptive text"),
        ("rest_when", "calculated"),
        ("rest_file", "a file"),
    ],
)
def test_what_can_be_no_item_says_why(name: str, why: str) -> None:
    found = field(one(REST, "rest"), name)
    assert found.kind == "other"
    assert re.match(why, found.why_not)


def test_calculations_and_branching_are_kept_as_text_only() -> None:
    form = one(REST, "rest")
    assert field(form, "rest_sum").calculation == "sum([rest_1],[rest_2])"
    assert field(form, "rest_when").calculation.startswith("@CALCDATE(")
    assert field(form, "rest_2").condition == "[rest_1] > 0"
    assert field(form, "rest_2").group == "rest_grid"


def test_the_names_of_the_interface_are_read_like_the_headings_of_the_download(tmp_path: Path) -> None:
    file = tmp_path / "metadata.csv"
    file.write_text(
        "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations\n"
        'mood_1,mood,,radio,Mood,"0, low | 1, high"\n'
    )
    assert field(one(file), "mood_1").choices[1] == Choice("1", "high", 1.0)


def test_a_dictionary_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    text = HEAD.replace('"Choices, Calculations, OR Slider Labels"', "Choices").replace(",", ";")
    head = text.replace("Choices", '"Choices, Calculations, OR Slider Labels"')
    file = tmp_path / "semicolons.csv"
    file.write_bytes(b"\xef\xbb\xbf" + head.encode() + b'm;f;;radio;Mood;"0, low | 1, high"\r\n')
    assert [each.code for each in one(file).fields[0].choices] == ["0", "1"]


@pytest.mark.parametrize(
    ("rows", "place", "message"),
    [
        (['a,f,,radio,A,"0, x | 1, y"', 'a,f,,radio,A,"0, x | 1, y"'], "3:1", "given twice .first in line 2"),
        (['../../etc/passwd,f,,radio,A,"0, x | 1, y"'], "2:1", "letters, digits and underscores"),
        (['=1+1,f,,radio,A,"0, x | 1, y"'], "2:1", "letters, digits and underscores"),
        (['a,,,radio,A,"0, x | 1, y"'], "2:2", "name of the form"),
        (['a,f,,radar,A,"0, x | 1, y"'], "2:4", "field type is not known"),
        (['a,f,,radio,A,"0, x | 0, y"'], "2:6", "'0' is given twice"),
        (["a,f,,radio,A,0"], "2:6", "code, label"),
        (["a,f,,radio,A,"], "2:6", "two choices or more"),
        (["a,f,,text,A,,,integer,x,9"], "2:9", "expected a number"),
        (["a,f,,text,A,,,integer,9,1"], "2:9", "below the highest"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_column(tmp_path: Path, rows: list[str], place: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        forms(redcap(tmp_path, *rows))
    assert caught.value.where.endswith(f"dictionary.csv:{place}")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        forms(redcap(tmp_path, "1a,f,,radio,A,", "b,f,,what,B,", "c,f,,radio,C,0"))
    assert len(caught.value.findings) == 4


def test_a_dictionary_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no fields"):
        forms(redcap(tmp_path))
