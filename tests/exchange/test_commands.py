from __future__ import annotations

import json
from pathlib import Path

import pytest

from fit_toolkit.practice import set_up
from tests.exchange.making import DATA
from tests.instruments.conftest import Fit, running

SAID = ("--direction", "higher_is_worse", "--method", "sum", "--reverse", "none")
XLSFORM = str(DATA / "rest-xlsform.csv")


@pytest.fixture
def fit(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Fit:
    """Run `fit instruments` in a folder without a practice."""
    monkeypatch.chdir(tmp_path)
    return running(capsys, "instruments")


def test_without_decisions_nothing_is_written_and_all_of_them_are_listed(fit: Fit, tmp_path: Path) -> None:
    code, out, err = fit("import", XLSFORM, "-o", "here")
    assert (code, out) == (2, "")
    assert err.count("to decide: ") == 3
    assert list(tmp_path.iterdir()) == []


def test_a_definition_is_written_passes_the_check_and_says_what_stayed_behind(fit: Fit, tmp_path: Path) -> None:
    code, _, err = fit("import", XLSFORM, *SAID, "-o", "here")
    assert code == 0
    assert "left out: more (free text)" in err
    assert "Next: read it, then fit instruments check here/rest-form.yaml" in err
    assert (tmp_path / "here" / "rest-form.yaml").stat().st_mode & 0o077 == 0
    assert fit("check", "here")[0] == 0


def test_the_words_come_only_with_a_licence(fit: Fit, tmp_path: Path) -> None:
    code, _, err = fit("import", XLSFORM, *SAID, "-o", "here", "--with-wording")
    assert (code, "--licence" in err, (tmp_path / "here").exists()) == (2, True, False)
    assert fit("import", XLSFORM, *SAID, "-o", "here", "--with-wording", "--licence", "our own words")[0] == 0
    assert (tmp_path / "here" / "wording" / "en" / "rest-form.yaml").is_file()


def test_a_practice_takes_it_into_its_instruments(fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    practice = set_up(tmp_path / "practice")
    monkeypatch.chdir(practice)
    said = (*SAID, "--with-wording", "--licence", "our own words")
    assert fit("import", XLSFORM, *said)[0] == 0
    assert fit("check", "instruments")[0] == 0
    code, out, _ = fit("show", "rest-form")
    assert (code, "Rest form" in out) == (0, True)


def test_nothing_is_overwritten(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "rest-form.yaml").write_text("mine")
    code, _, err = fit("import", XLSFORM, *SAID, "-o", ".")
    assert (code, "not overwritten" in err) == (3, True)
    assert (tmp_path / "rest-form.yaml").read_text() == "mine"


def test_an_id_that_is_taken_is_refused(fit: Fit, tmp_path: Path) -> None:
    code, _, err = fit("import", XLSFORM, *SAID, "-o", ".", "--id", "phq-9")
    assert (code, "'phq-9' already" in err) == (3, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("id", ["../up", "..", "/tmp/up", "con"])
def test_an_id_cannot_lead_elsewhere(fit: Fit, tmp_path: Path, id: str) -> None:
    (tmp_path / "in").mkdir()
    assert fit("import", XLSFORM, *SAID, "-o", "in", "--id", id)[0] in (2, 3)
    assert [each.name for each in tmp_path.rglob("*")] == ["in"]


def test_a_dry_run_shows_the_file_and_keeps_nothing(fit: Fit, tmp_path: Path) -> None:
    code, out, _ = fit("import", XLSFORM, *SAID, "--dry-run")
    assert (code, out.count("format: fit-instrument/1")) == (0, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_file_is_exit_3_with_its_place(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "form.json").write_text('{"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "x"}]}')
    code, _, err = fit("import", "form.json", *SAID)
    assert (code, "form.json: item[0].type: the file cannot be used" in err) == (3, True)


def test_every_problem_of_a_bad_file_is_printed(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("field_name,form_name,field_type\n1,f,radio\nb,f,what\n")
    code, _, err = fit("import", "f.csv")
    assert code == 3
    assert "f.csv:2:1: a field name" in err
    assert "f.csv:3:3: this field type" in err


def test_answers_that_are_no_numbers_are_given_on_the_command_line(fit: Fit, tmp_path: Path) -> None:
    rest = (str(DATA / "rest.csv"), "--form", "rest", *SAID, "--missing-codes", "-99", "--answers", "0,9", "-o", ".")
    assert fit("import", *rest)[0] == 2
    assert fit("import", *rest, "--values", "a=0,b=1", "--values", "c=x")[0] == 2
    assert fit("import", *rest, "--values", "a=0,b=1", "--values", "c=2", "--without", "rest_4,rest_5")[0] == 0
    assert '{value: 2, code: "c"}' in (tmp_path / "rest.yaml").read_text()


@pytest.mark.parametrize("form", ["fhir", "redcap"])
def test_an_instrument_goes_out_and_comes_back(fit: Fit, tmp_path: Path, form: str) -> None:
    code, out, err = fit("export", "phq-9", "--to", form)
    assert (code, "no words: items carry labels" in err) == (0, True)
    assert fit("export", "phq-9", "--to", form, "-o", "phq")[0] == 0
    assert (tmp_path / "phq").read_text() == out
    assert fit("import", "phq", "--id", "again", *SAID, "-o", ".")[0] == 0
    assert "{id: q9, " in (tmp_path / "again.yaml").read_text()


def test_an_export_overwrites_nothing(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "phq").write_text("mine")
    assert fit("export", "phq-9", "--to", "fhir", "-o", "phq")[0] == 3
    assert (tmp_path / "phq").read_text() == "mine"


def test_words_leave_only_where_the_licence_says_so(fit: Fit) -> None:
    assert fit("export", "today-together-client", "--to", "fhir", "--lang", "de")[0] == 0
    code, out, err = fit("export", "ors", "--to", "fhir", "--lang", "en")
    assert (code, out, "no words in 'en'" in err) == (3, "", True)


def test_totals_have_nothing_to_export(fit: Fit) -> None:
    assert fit("new", "made", "--totals", "--range", "0,9", "--direction", "higher_is_worse", "-o", ".")[0] == 0
    assert fit("export", "unheard-of", "--to", "fhir")[0] == 3


def test_the_address_of_a_form_is_checked(fit: Fit) -> None:
    code, out, _ = fit("export", "phq-9", "--to", "fhir", "--base", "https://clinic.example/fhir")
    assert (code, json.loads(out)["url"]) == (0, "https://clinic.example/fhir/Questionnaire/phq-9")
    assert fit("export", "phq-9", "--to", "fhir", "--base", "clinic")[0] == 2
    assert fit("export", "phq-9", "--to", "redcap", "--base", "https://clinic.example")[0] == 2
