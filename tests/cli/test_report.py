"""`fit report`: four ways to give the same figures, narrowed by labels that exist."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from tests.report.making import NOW, Service, made_up

# one white dot
LOGO = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg=="
)
SERVICE = ("--since", "2026-01-01", "--until", "2026-11-23")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("service") / "p"
    service = Service(root)
    service.plan()
    service.add(made_up(60))
    return root


def fit(folder: Path, *arguments: str) -> int:
    return run(["--practice", str(folder), *arguments], clock=lambda: NOW)


def test_csv_and_json_hold_the_same_figures(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fit(folder, "report", *SERVICE, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)["figures"]
    assert fit(folder, "report", *SERVICE, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["figure"] for row in rows] == [each["figure"] for each in told]
    for row, each in zip(rows, told, strict=True):
        assert (float(row["value"]) if row["value"] else None) == each["value"]
        assert row["definition"] == each["definition"]


def test_a_last_day_that_lies_ahead_is_today_and_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    assert fit(folder, "report", "--since", "2026-01-01", "--until", "2026-12-31", "--format", "json") == 0
    ahead = capsys.readouterr()
    assert ahead.err == "2026-12-31 lies ahead: the report is up to today, 2026-11-23.\n"
    assert fit(folder, "report", *SERVICE, "--format", "json") == 0
    assert ahead.out == capsys.readouterr().out
    assert fit(folder, "report", "--since", "2026-12-01", "--until", "2026-12-31") == 2


def test_the_name_of_the_file_says_what_is_made(folder: Path, tmp_path: Path) -> None:
    for name, begins in (
        ("r.pdf", b"%PDF-"),
        ("r.html", b"<!DOCTYPE html>"),
        ("r.csv", b"section,figure,"),
        ("r.json", b"{\n"),
    ):
        file = tmp_path / name
        assert fit(folder, "report", *SERVICE, "-o", str(file)) == 0
        assert file.read_bytes().lstrip().startswith(begins)


def test_the_page_is_in_the_language_and_the_look_asked_for_and_the_rows_stay_english(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(folder, "report", *SERVICE, "--language", "de", "--large-print", "--grey") == 0
    page = capsys.readouterr().out
    assert '<html lang="de">' in page
    assert "Eine Veränderung von vorher zu nachher beweist keine Wirkung" in page
    assert 'class="report large grey"' in page
    assert fit(folder, "report", *SERVICE, "--language", "de", "--format", "csv") == 0
    assert "Mean of the first ratings" in capsys.readouterr().out


def test_a_logo_is_printed_and_one_that_is_none_is_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logo = folder / "templates" / "logo.png"
    given = ("report", *SERVICE, "-o", str(tmp_path / "r.pdf"))
    try:
        logo.write_bytes(LOGO)
        assert fit(folder, *given) == 0
        logo.write_bytes(b"no picture")
        assert fit(folder, *given) == 4
    finally:
        logo.unlink()
    assert "it is no PNG picture" in capsys.readouterr().err


def test_the_same_report_gives_the_same_pdf(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("a.pdf", "b.pdf"):
        assert fit(folder, "report", *SERVICE, "-o", str(tmp_path / name)) == 0
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_a_site_narrows_it_and_leaves_the_alerts_of_all_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = {}
    for site in ("north", "south"):
        assert fit(folder, "report", *SERVICE, "--site", site, "--format", "json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told["labels"] == [f"site:{site}"]
        assert "alerts" not in {each["section"] for each in told["figures"]}
        counts[site] = next(each["count"] for each in told["figures"] if each["figure"] == "courses")
    assert sum(counts.values()) == 60


def test_a_label_that_no_episode_has_is_named_with_those_there_are(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(folder, "report", "--label", "evening") == 2
    assert "known: site:north, site:south" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["-o", "report.docx"], "a report is a"),
        (["--since", "2026-11-24", "--until", "2026-01-01"], "is after"),
        (["-o", "nowhere/at/all.pdf"], "no such folder"),
        (["--label", "Evening Clinic"], "cannot be a label"),
    ],
)
def test_what_cannot_be_made_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert fit(folder, "report", *given) == 2
    assert said in capsys.readouterr().err


def test_labels_are_given_shown_and_taken_off(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    episode = "secret000001-1"
    assert fit(folder, "episodes", "label", episode, "evening", "--dry-run") == 0
    assert fit(folder, "episodes", "label", episode, "evening") == 0
    capsys.readouterr()
    assert fit(folder, "episodes", "label", episode) == 0
    assert "evening" in capsys.readouterr().out.split()
    assert fit(folder, "episodes", "label", episode, "evening", "--remove") == 0
    assert "evening taken off" in capsys.readouterr().err
