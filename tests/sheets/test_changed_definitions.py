"""A definition that was changed: its sheet is made all the same, and says where the scores begin to mean something else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import open_practice
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import find_member
from tests.clinic import START, Clinic

DEFINITION = """\
format: fit-instrument/1
id: ours
version: "1"
title: Ours
construct: alliance
raters: [client]
direction: higher_is_worse
licence: {status: local, electronic_use: allowed, text_included: false}
validation: {status: unknown}
items:
  - {id: q1, label: low, range: [0, 3]}
  - {id: q2, label: calm, range: [0, 3]}
risk: [{id: low, item: q1, operator: ">=", value: 1, meaning: low, source: manual}]
sources: {manual: {text: the manual}}
scales: [{id: total, items: [q1, q2], range: [0, 6]}]
tests: [{given: {q1: 3, q2: 0}, expect: {total: TOTAL}}]
"""
WORDS = """\
format: fit-wording/1
instrument: ours
version: "1"
language: en
title: Ours
licence: ours
licence_status: local
items:
  q1: {text: I felt low, low: no, high: yes}
  q2: {text: I felt calm, low: no, high: yes}
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", policies="", day=60)
    words = made.root / "instruments/wording/en/ours.yaml"
    words.parent.mkdir(parents=True)
    words.write_text(WORDS)
    define(made, DEFINITION.replace("TOTAL", "3"))
    made.open("c1")
    made.rate("c1", 0, 1, instrument="ours")
    made.rate("c1", 7, 1, instrument="ours")
    return made


def define(clinic: Clinic, text: str) -> None:
    (clinic.root / "instruments/ours.yaml").write_text(text)
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)


def sheet(clinic: Clinic) -> SheetData:
    on = START + timedelta(days=20)
    with clinic.practice.store.read() as c:
        return build_sheet(clinic.practice, c, find_member(c, "c1", as_of=on), as_of=on)


def test_words_of_an_older_version_are_left_out_and_keep_no_sheet_back(clinic: Clinic) -> None:
    assert "I felt low" in repr(sheet(clinic).facets)
    define(clinic, DEFINITION.replace("TOTAL", "3").replace('version: "1"', 'version: "2"'))

    made = sheet(clinic)

    assert "I felt" not in repr(made)
    assert [row.label for row in made.facets.rows] == ["low", "calm"]
    assert [(answer.item, answer.answer) for answer in made.risk.answers] == [("Ours, q1 (low):", "1")]


def test_a_definition_that_scores_otherwise_is_a_mark_where_its_first_rating_stands(clinic: Clinic) -> None:
    assert sheet(clinic).marks == ()
    define(clinic, DEFINITION.replace("TOTAL", "6").replace("items: [q1, q2],", "items: [q1, q2], reverse: [q2],"))
    assert sheet(clinic).marks == ()
    clinic.rate("c1", 14, 1, instrument="ours")

    (mark,) = sheet(clinic).marks

    assert (mark.on, mark.text) == (START + timedelta(days=14), "now scored another way")


@pytest.mark.parametrize("broken", [True, False])
def test_a_definition_that_broke_or_went_keeps_no_sheet_back_and_hides_no_flagged_answer(
    clinic: Clinic, broken: bool
) -> None:
    clinic.rate("c1", 7, 8)
    if broken:
        define(clinic, DEFINITION.replace("items:", "itmes:"))
    else:
        (clinic.root / "instruments/wording/en/ours.yaml").unlink()
        (clinic.root / "instruments/ours.yaml").unlink()
        clinic.practice.store.close()
        clinic.practice = open_practice(clinic.root, clock=clinic.clock)

    made = sheet(clinic)

    assert [panel.key for panel in made.panels] == ["alliance"]
    assert [(answer.item, answer.answer) for answer in made.risk.answers] == [("ours, q1:", "1")]
    assert "not shown: ours, its definition is not there or broken (fit instruments check)" in made.notes


def test_of_several_scales_without_a_total_the_sheet_names_the_one_it_draws(clinic: Clinic) -> None:
    one = "scales: [{id: total, items: [q1, q2], range: [0, 6]}]"
    two = "scales: [{id: mood, items: [q1], range: [0, 3]}, {id: calm, items: [q2], range: [0, 3]}]"
    text = DEFINITION.replace(one, f"main_scale: mood\n{two}").replace("{total: TOTAL}", "{mood: 3, calm: 0}")
    define(clinic, text)
    clinic.rate("c1", 14, 1, instrument="ours")

    assert sheet(clinic).panels[0].what == "Ours, mood: sum of up to 1 answers, validation unknown"


def test_an_alert_on_a_scale_that_was_renamed_stays_on_the_sheet(clinic: Clinic) -> None:
    policy = (
        '\n[[policies]]\nid = "low"\nkind = "cutoff"\ninstrument = "ours"\nscale = "q2"\nline = 0.5\noperator = ">"\n'
    )
    settings = clinic.root / "fit.toml"
    settings.write_text(settings.read_text() + policy)
    define(clinic, DEFINITION.replace("TOTAL", "3"))
    clinic.day = 20
    clinic.run()
    define(clinic, DEFINITION.replace("TOTAL", "3").replace("q2", "q9"))

    assert "Ours, q2" in [alert.what for alert in sheet(clinic).alerts]


@pytest.mark.parametrize("page", ["therapist", "client"])
def test_a_sheet_without_a_form_whose_definition_is_broken_ends_with_4_and_names_the_form(
    clinic: Clinic, capfd: pytest.CaptureFixture[str], page: str
) -> None:
    asked = ["--practice", str(clinic.root), "sheet", "c1", "--for", page]
    assert run(asked, clock=clinic.clock) == 0
    capfd.readouterr()
    define(clinic, "format: fit-instrument/1\nid: [\n")

    assert run(asked, clock=clinic.clock) == 4
    out, err = capfd.readouterr()
    assert out.startswith("<!DOCTYPE html>")
    assert err.startswith("fit: not shown: ours, its definition is not there or broken")
    assert "c1" not in err
