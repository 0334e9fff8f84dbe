"""What a new plugin's README says about its use is true: put in as it stands, it works."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.engine.scaffold import Kind, how_to_use
from fit_toolkit.practice import set_up

HEAD = """
format: fit-instrument/1
id: five
version: "1"
title: Five
construct: other
raters: [client]
direction: higher_is_worse
licence: {status: local, electronic_use: allowed, text_included: false}
validation: {status: unvalidated}
items:
"""
ITEMS = "".join(f"  - {{id: q{number}, label: q{number}, range: [0, 4]}}\n" for number in range(1, 6))
RATINGS = "client,therapist,date,instrument,q1,q2,q3,q4,q5,q6,q7,q8,q9\n" + "".join(
    f"k17,anna,2026-09-{day},today-together-client,{','.join([str(value)] * 9)}\n"
    for day, value in (("01", 8), ("08", 7), ("15", 6), ("22", 5))
)


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = set_up(tmp_path / "clinic")
    monkeypatch.chdir(root)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(["staff", "add", "anna", "--starts", "2026-01-01"]) == 0
    (root / "ratings.csv").write_text(RATINGS)
    assert run(["import", "ratings.csv", "--open-episodes"]) == 0
    return root


@pytest.fixture
def said(clinic: Path) -> Callable[[Kind, str], str]:
    def new(kind: Kind, language: str) -> str:
        assert run(["plugins", "new", "ours", "--kind", kind, "--drop-in"]) == 0
        for file in (clinic / "plugins").rglob("*.py"):
            file.chmod(0o600)
        return "\n".join(re.findall(rf"```{language}\n(.*?)```", how_to_use(kind, "ours"), re.DOTALL))

    return new


def add(clinic: Path, text: str) -> None:
    file = clinic / "fit.toml"
    file.write_text(f"{file.read_text()}\n{text}")


def test_a_policy_raises_its_alert(
    clinic: Path, said: Callable[[Kind, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    add(clinic, said("policy", "toml"))

    assert run(["policies", "check"]) == 0
    assert run(["alerts", "run", "--no-deliver"]) == 0
    capsys.readouterr()
    assert run(["alerts", "list", "--format", "csv"]) == 0
    assert "fall number 3 in a row, 7 days after the rating before" in capsys.readouterr().out


def test_a_section_is_on_the_sheet(clinic: Path, said: Callable[[Kind, str], str]) -> None:
    add(clinic, said("section", "toml"))

    assert run(["sheet", "k17", "-o", "sheet.html"]) == 0
    shown = " ".join(re.sub(r"<[^>]*>", " ", (clinic / "sheet.html").read_text()).split())
    assert "Ours first latest of Today Together 8 5 4" in shown


def test_a_section_shows_the_main_scale_of_an_instrument_without_a_total(
    clinic: Path, said: Callable[[Kind, str], str]
) -> None:
    items = range(1, 22)
    rows = [f"k17,anna,2026-09-{day},dass-21,{','.join([value] * 21)}" for day, value in (("01", "2"), ("08", "1"))]
    head = f"client,therapist,date,instrument,{','.join(f'q{item}' for item in items)}"
    (clinic / "moods.csv").write_text("\n".join([head, *rows, ""]))
    assert run(["import", "moods.csv"]) == 0
    add(clinic, said("section", "toml"))

    assert run(["sheet", "k17", "-o", "sheet.html"]) == 0
    shown = " ".join(re.sub(r"<[^>]*>", " ", (clinic / "sheet.html").read_text()).split())
    assert "DASS-21 28 14 2" in shown


def test_a_channel_gets_the_message(clinic: Path, tmp_path: Path, said: Callable[[Kind, str], str]) -> None:
    alerts, channel = said("channel", "toml").split("\n\n")
    file = clinic / "fit.toml"
    file.write_text(file.read_text().replace("[alerts]", alerts))
    add(clinic, channel)

    assert run(["alerts", "run"]) == 0
    (message,) = (tmp_path / "ours").glob("*.txt")
    assert message.read_text().startswith("To: anna\nSubject: FIT: ")


def test_a_scoring_rule_gives_the_score_that_is_shown(clinic: Path, said: Callable[[Kind, str], str]) -> None:
    file = clinic / "instruments" / "five.yaml"
    file.write_text(HEAD + ITEMS + said("scoring-rule", "yaml"))

    assert run(["instruments", "check", str(file)]) == 0
    assert run(["instruments", "test", "five"]) == 0


def test_an_import_that_a_rule_could_not_score_is_stored_and_ends_with_4(
    clinic: Path, said: Callable[[Kind, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "instruments" / "five.yaml").write_text(HEAD + ITEMS + said("scoring-rule", "yaml"))
    rule = clinic / "plugins" / "ours.py"
    rule.write_text(rule.read_text().replace("highest_first =", "raise ValueError\n        highest_first ="))
    (clinic / "five.csv").write_text("client,date,instrument,q1,q2,q3,q4,q5\nk17,2026-09-22,five,4,0,3,1,2\n")

    assert run(["import", "five.csv"]) == 4
    told = capsys.readouterr().err
    assert "plugin ours" in told
    assert "raised ValueError (ours.py:" in told
    assert "Stored as batch 2" in told
    assert run(["enter", "k17", "five", "--on", "2026-09-23", "--answers", "4 0 3 1 2"]) == 4


def test_a_rule_that_no_plugin_gives_any_more_is_named_when_answers_come_in(
    clinic: Path, said: Callable[[Kind, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "instruments" / "five.yaml").write_text(HEAD + ITEMS + said("scoring-rule", "yaml"))
    (clinic / "plugins" / "ours.py").unlink()
    (clinic / "five.csv").write_text("client,date,instrument,q1,q2,q3,q4,q5\nk17,2026-09-22,five,4,0,3,1,2\n")

    assert run(["import", "five.csv"]) == 4
    assert "five: there is no scoring rule 'ours'" in capsys.readouterr().err
    assert run(["enter", "k17", "five", "--on", "2026-09-23", "--answers", "4 0 3 1 2"]) == 4
    assert "five: there is no scoring rule 'ours'" in capsys.readouterr().err


def test_what_a_broken_rule_could_not_score_is_scored_when_the_answers_come_again_as_a_correction(
    clinic: Path, said: Callable[[Kind, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "instruments" / "five.yaml").write_text(HEAD + ITEMS + said("scoring-rule", "yaml"))
    rule = clinic / "plugins" / "ours.py"
    good = rule.read_text()
    rule.write_text(good.replace("highest_first =", "raise ValueError\n        highest_first ="))
    typed = ["enter", "k17", "five", "--on", "2026-09-23", "--answers", "4 0 3 1 2"]
    again = [*typed, "--correct", "--reason", "the rule is mended"]
    assert run(typed) == 4
    rule.write_text(good)
    capsys.readouterr()

    assert run(typed) == 0
    assert "was there already" in capsys.readouterr().out, "the same answers change nothing by themselves"
    assert run(again) == 0
    out = capsys.readouterr().out
    assert "stored" in out
    assert "total " in out
    assert run(again) == 0
    assert "was there already" in capsys.readouterr().out, "what is scored is not corrected again"


def test_a_writer_writes_its_table(clinic: Path, said: Callable[[Kind, str], str]) -> None:
    add(clinic, said("writer", "toml"))

    assert run(["export", "--format", "ours", "-o", "scores"]) == 0
    first, *rows = (clinic / "scores" / "scores.csv").read_text().splitlines()
    assert first == "client,date,session,instrument,rater,scale,value,status"
    assert [row.split(",", 2)[2] for row in rows if ",total," in row] == [
        f"{session},today-together-client,client,total,{value},complete"
        for session, value in enumerate((8.0, 7.0, 6.0, 5.0), 1)
    ]


def test_a_reader_takes_the_line_that_is_shown(
    clinic: Path, said: Callable[[Kind, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "forms.jsonl").write_text(said("reader", "json"))
    capsys.readouterr()

    assert run(["import", "forms.jsonl", "--dry-run"]) == 0
    assert "forms.jsonl" in capsys.readouterr().out
