"""Opening questions come from a file per language, which a practice may change line by line and cannot break a sheet with."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.language import language_of, speaking
from fit_toolkit.sheets.making import make_sheet
from fit_toolkit.sheets.questions import LONGEST, Questions, questions_here
from tests.clinic import Clinic

ENGLISH = questions_here().texts


def own(root: Path, text: str, language: str = "en") -> Questions:
    place = root / "templates" / "questions" / f"{language}.yaml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    with speaking(language_of(language)):
        return questions_here(root)


def test_every_bundled_language_has_every_question_and_each_fits_on_a_sheet() -> None:
    with speaking(language_of("de")):
        german = questions_here()
    assert not german.problems
    assert german.texts.keys() == ENGLISH.keys()
    assert all(german.texts[key] != ENGLISH[key] and len(german.texts[key]) <= LONGEST for key in ENGLISH)
    assert all(text.endswith("?") for text in (*ENGLISH.values(), *german.texts.values()))


def test_every_facet_of_our_own_form_has_a_question(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "practice")
    items = clinic.practice.catalog.get("today-together-client").items_of("total")
    assert {clinic.practice.catalog.get("today-together-client").item(item).facet for item in items} <= ENGLISH.keys()


def test_a_practice_changes_one_question_and_keeps_the_others(tmp_path: Path) -> None:
    asked = own(tmp_path, "respect: What was decided over your head?\nwarmth: Was I there?\n")
    assert asked.problems == ()
    assert asked.about("respect") == "What was decided over your head?"
    assert asked.about("warmth") == "Was I there?"
    assert asked.about("goals") == ENGLISH["goals"]
    assert asked.about("something else") == ENGLISH["alliance"]


def test_a_language_nobody_has_begins_with_one_line_and_a_region_with_its_language(tmp_path: Path) -> None:
    assert own(tmp_path, "goals: Et maintenant ?", "fr").texts == {**ENGLISH, "goals": "Et maintenant ?"}
    swiss = own(tmp_path, "goals: Was isch wichtig?", "de-CH")
    assert swiss.about("goals") == "Was isch wichtig?"
    assert swiss.about("tasks").startswith("Was ist nicht klar")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("respekt: Who?\n", "en.yaml:1:1 "),
        ("goals: ok?\nrespect: [one, two]\n", "en.yaml:2:10 "),
        (f"respect: {'x' * (LONGEST + 1)}\n", "en.yaml:1:10 "),
        ("respect: a\nrespect: b\n", "en.yaml:2:1 "),
        ("- a list\n", "en.yaml:1:1 "),
        ("respect: 'not closed\n", "en.yaml:"),
        ("", "en.yaml:1:1 "),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line_and_the_bundled_question_stands(
    tmp_path: Path, text: str, place: str
) -> None:
    asked = own(tmp_path, text)
    assert asked.problems[0].startswith(f"templates/questions/{place}")
    assert asked.problems[0].endswith("the bundled question is used")
    assert asked.texts.keys() == ENGLISH.keys()
    assert asked.about("tasks") == ENGLISH["tasks"]


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "templates" / "questions" / "en.yaml").mkdir(parents=True)
    assert "cannot be read" in questions_here(tmp_path).problems[0]


def test_a_changed_question_is_asked_on_the_sheet_and_a_broken_file_stops_none(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "practice")
    clinic.open("c1")
    clinic.rate("c1", 0, 9)
    clinic.rate("c1", 7, 9, q3=4)
    own(clinic.root, "respect: What was decided over your head?\n")
    heard: list[str] = []
    page = make_sheet(clinic.practice, 1, as_of=clinic.clock().date(), failed=heard.append)
    assert b"What was decided over your head?" in page
    own(clinic.root, "respect: [broken")
    page = make_sheet(clinic.practice, 1, as_of=clinic.clock().date(), failed=heard.append)
    assert ENGLISH["respect"].encode() in page
    assert len(heard) == 1
    assert heard[0].startswith("templates/questions/en.yaml:1:")
    own(clinic.root, 'respect: ""')
    assert b"One question" not in make_sheet(clinic.practice, 1, as_of=clinic.clock().date())
