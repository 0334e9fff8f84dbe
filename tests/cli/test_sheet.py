"""`fit sheet` as people type it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from tests.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", day=30)
    made.open("c1")
    made.rate("c1", 0, 8)
    made.rate("c1", 7, 5)
    return made


def fit(clinic: Clinic, *arguments: str) -> int:
    return run(["--practice", str(clinic.root), "sheet", *arguments], clock=clinic.clock)


def test_without_a_file_html_goes_to_stdout_and_nothing_else(clinic: Clinic, capfd: pytest.CaptureFixture[str]) -> None:
    assert fit(clinic, "c1") == 0
    out, err = capfd.readouterr()
    assert out.startswith("<!DOCTYPE html>")
    assert "After the session of 12 January 2026" in out
    assert err == ""


@pytest.mark.parametrize(("name", "start"), [("s.pdf", b"%PDF"), ("s.html", b"<!DOCTYPE html>"), ("S.PDF", b"%PDF")])
def test_the_name_of_the_file_picks_the_format_and_the_file_is_private(
    clinic: Clinic, tmp_path: Path, name: str, start: bytes
) -> None:
    file = tmp_path / name
    assert fit(clinic, "c1", "-o", str(file)) == 0
    assert file.read_bytes().startswith(start)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".fit-")] == []


def test_the_client_page_is_a_page_of_its_own(clinic: Clinic, capfd: pytest.CaptureFixture[str]) -> None:
    assert fit(clinic, "c1", "--for", "client") == 0
    out = capfd.readouterr().out
    assert "These are your own answers" in out
    assert "Worth asking about" not in out


def test_a_sheet_of_the_past_shows_what_was_rated_by_then(clinic: Clinic, capfd: pytest.CaptureFixture[str]) -> None:
    assert fit(clinic, "c1", "--as-of", "2026-01-06") == 0
    assert "After the session of 5 January 2026" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nobody",), 3),
        (("c1", "-o", "s.docx"), 2),
        (("c1", "-o", "no-such-folder/s.pdf"), 2),
        (("c1", "--episode", "x"), 3),
    ],
)
def test_what_cannot_be_made_is_refused_in_one_line_without_the_clients_code(
    clinic: Clinic, capfd: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert fit(clinic, *arguments) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "nobody" not in err


LATE = "Alerts were last looked at on 2026-02-04: what came later may be missing here (fit alerts run)."


def test_a_sheet_says_in_strong_words_when_nobody_looked_for_alerts_for_long(
    clinic: Clinic, capfd: pytest.CaptureFixture[str]
) -> None:
    clinic.rate("c1", 14, 9)
    clinic.run()
    assert fit(clinic, "c1") == 0
    fresh = capfd.readouterr().out
    assert "last looked at" not in fresh
    assert "tands out" in fresh
    clinic.day += 2
    assert fit(clinic, "c1") == 0
    late = capfd.readouterr().out
    assert f'<p class="late"><b>{LATE}</b></p>' in late
    assert "tands out" not in late, "nothing found is no good news when nobody looked"
    clinic.run()
    assert fit(clinic, "c1") == 0
    assert "last looked at" not in capfd.readouterr().out


def test_the_client_page_does_not_speak_of_who_looked_at_what(
    clinic: Clinic, capfd: pytest.CaptureFixture[str]
) -> None:
    clinic.run()
    clinic.day += 9
    assert fit(clinic, "c1", "--for", "client") == 0
    assert "last looked at" not in capfd.readouterr().out
