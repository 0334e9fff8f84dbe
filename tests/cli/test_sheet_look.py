"""`fit sheet` in a clinic's own look and language: what it may change, and that a sheet is made whatever it breaks."""

from __future__ import annotations

import copy
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from tests.clinic import START, Clinic


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    made = Clinic(tmp_path_factory.mktemp("look") / "practice", day=60)
    made.open("c1")
    for week, value in enumerate([6, 8, 5, 7]):
        made.rate("c1", week * 7, value)
    made.practice.store.close()
    return made


@pytest.fixture
def clinic(rated: Clinic, tmp_path: Path) -> Clinic:
    made = copy.copy(rated)
    made.root = Path(shutil.copytree(rated.root, tmp_path / "practice"))
    return made


def sheet(clinic: Clinic, *more: str) -> int:
    day = str(START + timedelta(days=60))
    return run(["--practice", str(clinic.root), "sheet", "c1", "--as-of", day, *more], clock=clinic.clock)


def write(clinic: Clinic, name: str, text: str) -> None:
    path = clinic.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


BROKEN = {
    "templates/sheets/therapist.html": "\n{% if %}",
    "templates/partials/page.html": "{{ nothing_like_that }}",
    "templates/partials/chart.html": "{% macro draw() %}{% endmacro %}",
    "templates/style.css": "@import 'x.css';",
    "templates/logo.png": "<svg/>",
    "locales/en.po": 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Notes"\nmsgstr "%(secret)s"\n',
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("fmt", ["html", "pdf"])
def test_what_is_broken_is_said_in_one_line_and_the_sheet_is_made_without_it(
    name: str, fmt: str, clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert sheet(clinic, "-o", str(tmp_path / f"good.{fmt}")) == 0
    write(clinic, name, BROKEN[name])
    capsys.readouterr()
    assert sheet(clinic, "-o", str(tmp_path / f"made.{fmt}")) == 4
    err = capsys.readouterr().err.splitlines()
    assert len(err) == 1
    assert name.removeprefix("templates/") in err[0] or "sheets/therapist.html" in err[0]
    assert "c1" not in err[0]
    assert (tmp_path / f"made.{fmt}").read_bytes() == (tmp_path / f"good.{fmt}").read_bytes()


def test_the_practices_language_is_the_sheets(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIT_PRACTICE_LANGUAGE", "de")
    assert sheet(clinic) == 0
    html = capsys.readouterr().out
    assert '<html lang="de">' in html
    assert "Nach der Sitzung am" in html
    assert sheet(clinic, "--language", "ar", "--for", "client") == 0
    assert '<html lang="ar" dir="rtl">' in capsys.readouterr().out


def test_the_clients_page_is_in_the_language_of_their_last_form(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    from fit_toolkit.practice import open_practice
    from fit_toolkit.store import schema as s

    practice = open_practice(clinic.root, clock=clinic.clock)
    with practice.store.begin() as c:
        c.execute(s.administration.update().values(language="de"))
    practice.store.close()
    assert sheet(clinic, "--for", "client") == 0
    assert "Das sind Ihre eigenen Antworten." in capsys.readouterr().out
    assert sheet(clinic) == 0
    assert '<html lang="en">' in capsys.readouterr().out


def test_large_print_and_grey_are_asked_for_or_set(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sheet(clinic, "--large-print", "--grey") == 0
    assert 'class="normal large grey"' in capsys.readouterr().out
    monkeypatch.setenv("FIT_SHEETS_LARGE_PRINT", "true")
    monkeypatch.setenv("FIT_SHEETS_PAPER", "Letter")
    assert sheet(clinic) == 0
    html = capsys.readouterr().out
    assert 'class="normal large"' in html
    assert "size: letter" in html
