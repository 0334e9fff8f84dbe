"""LimeSurvey's tab separated structure as its manual describes it, with a byte order mark and two languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.exchange import Form, forms
from tests.exchange.making import DATA, SAID, asked, field, one, settled

REST = DATA / "rest-limesurvey.txt"
HEAD = "class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tother\n"


def survey(folder: Path, *rows: str) -> Path:
    """Write a structure of these rows, cells with blanks around | between them."""
    file = folder / "survey.txt"
    file.write_text(HEAD + "".join("\t".join(cell.strip() for cell in row.split("|")) + "\n" for row in rows))
    return file


def values(form: Form, name: str) -> dict[str, float | None]:
    return {each.code: each.value for each in field(form, name).choices}


def test_a_survey_is_one_form_in_its_own_language() -> None:
    form = one(REST)
    assert (form.name, form.language) == ("Rest form", "en")
    assert field(form, "rested").text == "How rested are you?"
    assert (field(form, "rested").group, field(form, "calls").group) == ("Nights", "Days")


def test_the_words_of_another_language_are_taken_when_it_is_asked_for() -> None:
    (form,) = forms(REST, language="de")
    assert (form.language, field(form, "eve[1]").text) == ("de", "ruhig")
    with pytest.raises(UsageError, match="it has: en, de"):
        forms(REST, language="fr")


def test_an_answer_counts_its_assessment_value_or_else_the_number_that_its_code_is() -> None:
    form = one(REST)
    assert values(form, "rested") == {"AO01": 0.0, "AO02": 1.0, "AO03": 2.0}
    assert values(form, "eve[1]") == {"0": 0.0, "1": 1.0, "2": 2.0}  # all assessment values are 0: nobody set them


def test_codes_without_a_number_and_without_a_value_are_asked_for(tmp_path: Path) -> None:
    file = survey(tmp_path, "Q|L|calm|1|Calm?", "A|0|AO01|0|no", "A|0|AO02|0|yes")
    assert any("AO01, AO02" in problem and "--values" in problem for problem in asked(settled(file)))


def test_a_value_that_differs_from_a_code_that_is_a_number_is_pointed_out(tmp_path: Path) -> None:
    file = survey(tmp_path, "Q|L|calm|1|Calm?", "A|0|1|0|no", "A|0|2|1|yes")
    assert "calm: answers count as their assessment value, not as their code" in settled(file).notices
    assert not any("not as their code" in notice for notice in one(REST).notices)


def test_the_rows_of_an_array_are_called_as_in_an_export_of_the_answers() -> None:
    made = settled(REST, SAID)
    ids = {field.name: (item.id, item.aliases) for field, item in zip(made.fields, made.items, strict=True)}
    assert ids["eve[2]"] == ("eve_2", ("eve[2]",))


def test_numbers_and_sliders_have_the_range_that_the_survey_sets() -> None:
    form = one(REST)
    assert field(form, "calls").span == (0.0, 10.0)
    assert (field(form, "day[1]").span, field(form, "day[1]").step) == ((0.0, 10.0), 0.5)


def test_yes_and_no_count_1_and_0_and_ladders_their_steps() -> None:
    form = one(REST)
    assert values(form, "slept") == {"Y": 1.0, "N": 0.0}
    assert [*values(form, "calm").values()] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_conditions_of_group_question_and_row_are_shown(tmp_path: Path) -> None:
    assert field(one(REST), "eve[2]").condition == "rested.NAOK > 0 and rested.NAOK == 2"
    file = survey(tmp_path, "G|0|Days|age > 17|", "Q|5|calm|1|Calm?")
    assert field(one(file), "calm").condition == "age > 17"


def test_what_is_no_single_answer_is_left_out_with_the_reason() -> None:
    left = {each.name: each.why_not for each in settled(REST).left_out}
    assert left == {
        "more": "free text", "why": "several answers at once", "sum": "calculated: shown below, never executed",
    }  # fmt: skip
    assert field(one(REST), "sum").calculation == "{sum(that.rested, that.calm)}"


def test_what_cannot_be_carried_over_is_said() -> None:
    notices = "\n".join(one(REST).notices)
    for said in ("--language takes another: de", "rows of class AS (1)", "eve: not carried over: random_order"):
        assert said in notices


def test_other_and_a_comment_stay_behind_and_it_is_said(tmp_path: Path) -> None:
    file = survey(tmp_path, "Q|O|calm|1|{name}, calm?|||Y", "A|0|0||no", "A|0|1||yes")
    notices = "\n".join(one(file).notices)
    for said in ("'other' stays behind", "comment beside the answer", "places to fill in, which are not filled: calm"):
        assert said in notices


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (("A|0|1|1|no",), "stands above every question"),
        (("Q|L|calm|1|Calm?", "A|0|1|1|no"), "two answers or more"),
        (("Q|L|calm|1|Calm?", "A|0|1|1|no", "A|0|1|2|yes"), "given twice"),
        (("Q|5|calm|1|Calm?", "Q|5|calm|1|Again?"), "'calm' is given twice"),
        (("Q|F|calm|1|Calm?", "A|0|1|1|no", "A|0|2|2|yes"), "no subquestions"),
        (("Q|9|calm|1|Calm?",), "type of question is not known"),
        (("Q|5||1|Calm?",), "no code"),
        (("G|0|Days|1|",), "no questions"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, rows: tuple[str, ...], problem: str) -> None:
    with pytest.raises(DataError, match=problem) as refused:
        forms(survey(tmp_path, *rows))
    assert "survey.txt:" in str(refused.value)


def test_a_file_that_is_none_is_not_taken_for_one(tmp_path: Path) -> None:
    file = tmp_path / "answers.txt"
    file.write_text("class\tname\nQ\tcalm\n")
    with pytest.raises(DataError, match="no LimeSurvey survey structure"):
        forms(file, form="limesurvey")
