from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from fit_toolkit.errors import DataError
from fit_toolkit.exchange import forms
from tests.exchange.making import DATA, field, one

REST = DATA / "rest-xlsform.csv"
SURVEY: list[list[object]] = [
    ["type", "name", "label"],
    ["select_one often", "calm", "How calm?"],
    ["integer", "cups", "Cups?"],
]
CHOICES: list[list[object]] = [["list_name", "name", "label"], ["often", 0, "never"], ["often", 1, "often"]]


def workbook(folder: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(folder / "form.xlsx")
    return folder / "form.xlsx"


def test_the_settings_name_the_form() -> None:
    form = one(REST)
    assert (form.name, form.title, form.version, form.language) == ("rest_form", "Rest form", "2024", "en")


def test_choices_that_are_numbers_count_as_those_in_both_spellings_of_the_type() -> None:
    form = one(REST)
    for name in ("rested", "calm"):
        assert [(each.code, each.text, each.value) for each in field(form, name).choices] == [
            ("0", "never", 0.0), ("1", "at times", 1.0), ("2", "often", 2.0),
        ]  # fmt: skip


def test_words_come_from_the_column_of_the_default_language() -> None:
    assert field(one(REST), "rested").text == "How rested were you?"
    assert field(one(REST), "rested").help == "one only"


def test_a_range_has_the_defaults_of_the_format() -> None:
    form = one(REST)
    assert (field(form, "loud").span, field(form, "loud").step) == ((0.0, 5.0), 0.5)
    assert (field(form, "bright").span, field(form, "bright").step) == ((0.0, 10.0), 1.0)


def test_groups_conditions_and_calculations_are_kept() -> None:
    form = one(REST)
    assert (field(form, "rested").group, field(form, "loud").group) == ("nights", "days")
    assert field(form, "calm").condition == "${rested} > 0"
    assert field(form, "total").calculation == "${rested} + ${calm}"


def test_what_stays_behind_says_why() -> None:
    assert {each.name: each.why_not for each in one(REST).fields if each.kind == "other"} == {
        "hello": "text to read, not a question",
        "helped": "several answers at once",
        "total": "calculated: shown below, never executed",
        "more": "free text",
    }


def test_a_workbook_is_read_like_the_csv(tmp_path: Path) -> None:
    form = one(workbook(tmp_path, survey=SURVEY, choices=CHOICES, settings=[["form_title"], ["Calm"]]))
    assert form.title == "Calm"
    assert [each.value for each in field(form, "calm").choices] == [0.0, 1.0]
    assert field(form, "cups").span is None


def test_sheets_saved_one_by_one_are_found_beside_the_survey(tmp_path: Path) -> None:
    for name, rows in (("survey", SURVEY), ("choices", CHOICES)):
        (tmp_path / f"{name}.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    assert [each.code for each in field(one(tmp_path / "survey.csv"), "calm").choices] == ["0", "1"]


def test_a_plain_constraint_gives_the_range(tmp_path: Path) -> None:
    rows = [
        ["type", "name", "label", "constraint"],
        ["integer", "a", "A", ". >= 0 and . <= 8"],
        ["integer", "b", "B", "${a} > 2"],
    ]
    form = one(workbook(tmp_path, survey=rows))
    assert (field(form, "a").span, field(form, "b").span) == ((0.0, 8.0), None)


def test_items_inside_a_repeat_are_left_out(tmp_path: Path) -> None:
    rows = [["type", "name"], ["begin_repeat", "r"], ["range", "a"], ["end_repeat", ""], ["range", "b"]]
    form = one(workbook(tmp_path, survey=rows))
    assert [each.kind for each in form.fields] == ["other", "number"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["type", "name"], ["range", "a"], ["range", "a"]], "survey:3: .* 'a' is given twice"),
        ([["type", "name"], ["range", "../a"]], "survey:2: .* needs a name"),
        ([["type", "name"], ["selectone x", "a"]], "survey:2: .* 'selectone' is not known"),
        ([["type", "name"], ["select_one gone", "a"]], "survey:2: .* 'gone' .* is missing"),
        ([["type", "name"], ["end_group", ""]], "survey:2: .* did not begin"),
        ([["type", "name"], ["begin_group", "g"], ["range", "a"]], "the group 'g' does not end"),
        ([["type", "name", "parameters"], ["range", "a", "start=5 end=1"]], "survey:2: .* rising numbers"),
        ([["kind", "name"], ["range", "a"]], "no column `type`"),
        ([["type", "name", "type"], ["range", "a", ""]], "'type' is given twice"),
        ([["type", "name"]], "no sheet `survey` with rows"),
    ],
)
def test_what_is_wrong_is_told_with_sheet_and_row(
    tmp_path: Path, rows: Sequence[Sequence[object]], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        forms(workbook(tmp_path, survey=rows))


def test_a_formula_is_refused_with_its_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [["type", "name", "label"], ["range", "a", '=HYPERLINK("http://x")']]
    with pytest.raises(DataError, match="holds a formula") as caught:
        forms(workbook(tmp_path, survey=rows))
    assert caught.value.where.endswith("form.xlsx:survey!C2")
