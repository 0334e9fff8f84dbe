"""`fit sheets` as cron and people type it."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from fit_toolkit.cli import run
from fit_toolkit.sheets import batch, batch_read, batch_work, render_sheet
from fit_toolkit.sheets.batch import Wish, make_batch
from fit_toolkit.sheets.batch_folder import MANIFEST, Folder, places
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.store import diary
from tests.clinic import START, Clinic

CLIENTS = ("zeta-901", "yota-902", "xeno-903")
DAY = START + timedelta(days=30)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return filled(Clinic(tmp_path / "practice", day=30))


def filled(made: Clinic) -> Clinic:
    for at, client in enumerate(CLIENTS):
        made.open(client)
        for week in range(4):
            made.rate(client, 7 * week, 8 - at - week % 2)
    made.rate(CLIENTS[0], 21, 3, instrument="arriving-today", q7=2)
    made.run()
    with made.practice.store.begin() as c:
        for at, client in enumerate(CLIENTS):
            when = datetime.combine(DAY, datetime.min.time()) + timedelta(hours=12 - at)
            diary.add_appointment(c, f"{client}-1", on=DAY, time=when)
    return made


def fit(clinic: Clinic, *arguments: str) -> int:
    return run(["--practice", str(clinic.root), "sheets", *arguments], clock=clinic.clock)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs in this process, too: a test of what is in them need not start others."""
    monkeypatch.setattr(batch_work, "in_processes", lambda jobs, shared, count: batch_work.in_turn(jobs, shared))


def contents(place: Path) -> dict[str, str]:
    files = (path for path in place.rglob("*") if path.is_file() and path.name not in (batch.LOCK, MANIFEST))
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def links(index: Path) -> list[str]:
    return re.findall(r'href="([^"]*)"', index.read_text())


def test_html_needs_no_process_and_the_page_lists_who_comes_when(
    clinic: Clinic, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out")) == 0
    said = f"2026-02-04: 3 sheets made for 1 therapist in {tmp_path / 'out'}\n"
    assert capfd.readouterr() == ("", said)
    folder = tmp_path / "out" / "anna"
    assert sorted(path.name for path in folder.iterdir()) == [
        MANIFEST,
        "0001.html",
        "0002.html",
        "0003.html",
        "index.html",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    index = (folder / "index.html").read_text()
    assert re.findall(r"\d\d:00(?=<)|zeta-901(?=</bdi>)|yota-902(?=</bdi>)|xeno-903(?=</bdi>)", index) == [
        "10:00", "xeno-903", "11:00", "yota-902", "12:00", "zeta-901",
    ]  # fmt: skip
    assert links(folder / "index.html") == ["0001.html", "0002.html", "0003.html"]
    assert index.count("Talk about it first.") == 1


def test_it_says_in_one_line_what_the_list_was_and_when_nobody_was_on_it(
    clinic: Clinic, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> str:
        assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out"), *arguments) == 0
        out, err = capfd.readouterr()
        assert (out, err.count("\n")) == ("", 0 if "--quiet" in arguments else 1)
        assert not any(client in err for client in CLIENTS)
        return err

    clinic.open("walk-in", therapist="ben")
    assert "4 sheets made for 2 therapists" in said()
    assert said("--date", "2026-02-05").startswith(
        f"2026-02-05: 1 sheet made for 1 therapist in {tmp_path / 'out'}; the list is everybody in therapy"
    )
    empty = said("--date", "2026-02-05", "--therapist", "anna")
    assert empty.startswith("2026-02-05: nobody is on the list of anna, so no sheet was made (fit appointments list")
    assert "nobody is on the list, so" in said("--date", "2016-02-04")
    assert "for 1 therapist" in said("--date", "2062-02-04", "--therapist", "anna")
    assert said("--date", "2016-02-04", "--quiet") == ""


def test_no_name_of_a_file_no_link_and_no_list_holds_a_code(clinic: Clinic, tmp_path: Path, here: None) -> None:
    assert fit(clinic, "--for", "both", "-o", str(tmp_path / "out")) == 0
    for path in (tmp_path / "out").rglob("*"):
        assert not any(client in path.name for client in CLIENTS)
    folder = tmp_path / "out" / "anna"
    assert not any(client in (folder / MANIFEST).read_text() for client in CLIENTS)
    assert not any(client in link for client in CLIENTS for link in links(folder / "index.html"))
    for name in ("all.pdf", "all-client.pdf"):
        with pikepdf.open(folder / name) as pdf, pdf.open_outline() as outline:
            said = [str(pdf.docinfo["/Title"]), *(entry.title for entry in outline.root)]
            assert said[1:] == ["10:00, sheet 0001", "11:00, sheet 0002", "12:00, sheet 0003"]
            assert "4 February 2026" in said[0]


def text_of(page: pikepdf.Page, folder: Path) -> str:
    one = pikepdf.new()
    one.pages.append(page)
    one.save(folder / "page.pdf")
    done = subprocess.run(["pdftotext", str(folder / "page.pdf"), "-"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext")
def test_no_page_of_the_whole_holds_the_code_of_another_client(clinic: Clinic, tmp_path: Path, here: None) -> None:
    assert fit(clinic, "--for", "both", "-o", str(tmp_path / "out")) == 0
    for name in ("all.pdf", "all-client.pdf"):
        with pikepdf.open(tmp_path / "out" / "anna" / name) as pdf:
            found = [{client for client in CLIENTS if client in text_of(page, tmp_path)} for page in pdf.pages]
        assert found == [{"xeno-903"}, {"yota-902"}, {"zeta-901"}]


def test_the_same_command_again_makes_nothing_anew_and_a_new_rating_only_its_own_sheet(
    clinic: Clinic, tmp_path: Path, here: None
) -> None:
    wish = Wish(day=DAY, place=tmp_path / "out")
    told: list[str] = []

    def again() -> tuple[int, int]:
        outcome = make_batch(clinic.practice, wish, tell=told.append)
        return outcome.made, outcome.kept

    assert again() == (3, 0)
    first = contents(wish.place)
    times = {path: path.stat().st_mtime_ns for path in wish.place.rglob("*.pdf")}
    assert again() == (0, 3)
    assert contents(wish.place) == first
    assert {path: path.stat().st_mtime_ns for path in wish.place.rglob("*.pdf")} == times
    clinic.rate(CLIENTS[1], 28, 2)
    assert again() == (1, 2)
    names = sorted(path.name for path in wish.place.rglob("0*"))
    assert names == ["0001.pdf", "0003.pdf", "0004.pdf"]  # the sheet that is out of date has gone
    (wish.place / "anna" / "0001.pdf").write_bytes(b"%PDF damaged")
    assert again() == (1, 2)
    assert contents(wish.place)["anna/0001.pdf"] == first["anna/0001.pdf"]
    assert told == []


def test_a_sheet_that_fails_is_told_by_number_and_the_others_are_there(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    true = render_sheet

    def faulty(sheet: Any, page: str, **how: Any) -> str:
        if sheet.client == CLIENTS[1]:
            raise ValueError(f"{sheet.client} rated 3")
        return true(sheet, page, **how)

    monkeypatch.setattr(batch_work, "render_sheet", faulty)
    assert fit(clinic, "--quiet", "--format", "html", "-o", str(tmp_path / "out")) == 4
    assert capfd.readouterr() == ("", "fit: sheet 0002 (anna): unexpected error: ValueError\n")  # and no more
    folder = tmp_path / "out" / "anna"
    assert links(folder / "index.html") == ["0001.html", "0003.html"]
    assert (folder / "index.html").read_text().count("could not be made") == 1


def test_a_disk_that_is_full_is_said_in_the_systems_words(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    put = Folder.put

    def full(self: Folder, name: str, content: bytes, **how: Any) -> None:
        if name in ("0002.html", "index.html"):
            raise OSError(errno.ENOSPC, "a name nobody should read")
        put(self, name, content, **how)

    monkeypatch.setattr(Folder, "put", full)
    assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out")) == 4
    assert capfd.readouterr().err.splitlines()[:2] == [
        "fit: sheet 0002 (anna): No space left on device",
        "fit: the folder of anna is not complete: No space left on device",
    ]


def test_a_member_that_cannot_be_read_is_told_by_its_id(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    true = build_sheet

    def faulty(practice: Any, c: Any, reading: Any, **how: Any) -> Any:
        if reading.member.id == 3:
            raise KeyError(CLIENTS[2])
        return true(practice, c, reading, **how)

    monkeypatch.setattr(batch_read, "build_sheet", faulty)
    assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out")) == 4
    assert capfd.readouterr().err.startswith(
        "fit: member 3 (anna): unexpected error: KeyError\n2026-02-04: 2 sheets made, 1 failed"
    )
    assert links(tmp_path / "out" / "anna" / "index.html") == ["0001.html", "0002.html"]


def test_sheets_nobody_asked_for_in_two_weeks_go_and_the_rest_stays(clinic: Clinic, tmp_path: Path) -> None:
    place = tmp_path / "out"
    assert fit(clinic, "--format", "html", "-o", str(place)) == 0
    (place / "anna" / "mine.txt").write_text("mine")
    Folder(place / "gone", today=DAY).put("0900.pdf", b"x", day=DAY)
    clinic.day += 14
    assert fit(clinic, "--format", "html", "-o", str(place)) == 0
    assert "0001.html" in links(place / "anna" / "index.html")  # under "Earlier"
    clinic.day += 1
    assert fit(clinic, "--format", "html", "-o", str(place)) == 0
    left = sorted(path.name for path in (place / "anna").iterdir())
    assert left == [MANIFEST, "index.html", "mine.txt"]
    assert links(place / "anna" / "index.html") == []
    assert not (place / "gone").exists()


def test_where_sheets_were_put_is_noted_in_the_practice(clinic: Clinic, tmp_path: Path) -> None:
    assert fit(clinic, "--format", "html") == 0
    assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out")) == 0
    assert places(clinic.root) == sorted([tmp_path / "out", clinic.root / "sheets"])


def test_encrypted_pdfs_open_with_the_password_alone_and_the_page_names_nobody(
    clinic: Clinic, tmp_path: Path, here: None
) -> None:
    secret, place = tmp_path / "secret", tmp_path / "out"
    secret.write_text("correct horse\n")
    secret.chmod(0o600)
    assert fit(clinic, "--password-file", str(secret), "-o", str(place)) == 0
    first = contents(place)
    for name in ("0001.pdf", "all.pdf"):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(place / "anna" / name)
        with pikepdf.open(place / "anna" / name, password="correct horse") as pdf:
            assert pdf.Root.StructTreeRoot.K[0].S == "/Document"
    assert not any(client in (place / "anna" / "index.html").read_text() for client in CLIENTS)
    assert fit(clinic, "--password-file", str(secret), "-o", str(place)) == 0
    assert contents(place) == first
    secret.write_text("battery staple\n")
    assert fit(clinic, "--password-file", str(secret), "-o", str(place)) == 0
    with pikepdf.open(place / "anna" / "all.pdf", password="battery staple") as pdf:
        assert len(pdf.pages) == 3


def others_may_read(folder: Path) -> list[str]:
    (folder / "secret").write_text("correct horse")
    (folder / "secret").chmod(0o644)
    return ["--password-file", str(folder / "secret")]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (lambda _: ["--therapist", "nobody"], 3, "no member of staff"),
        (lambda _: ["--date", "13.3.2026"], 2, "year-month-day"),
        (others_may_read, 5, "others can read"),
        (lambda folder: [*others_may_read(folder), "--format", "both"], 2, "only PDFs"),
        (lambda folder: ["-o", str(folder / "practice")], 2, "a folder of their own"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_written(
    clinic: Clinic, tmp_path: Path, capfd: pytest.CaptureFixture[str],
    arguments: Callable[[Path], list[str]], code: int, said: str,
) -> None:  # fmt: skip
    assert fit(clinic, *arguments(tmp_path)) == code
    assert said in capfd.readouterr().err
    assert list(tmp_path.rglob("0001.*")) == []


def test_without_the_library_for_pdfs_the_way_out_is_named_and_html_still_works(
    clinic: Clinic, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from fit_toolkit.sheets import pdf

    pdf._tools.cache_clear()
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    try:
        assert fit(clinic, "-o", str(tmp_path / "out")) == 5
        assert "--format html" in capfd.readouterr().err
        assert fit(clinic, "--format", "html", "-o", str(tmp_path / "out")) == 0
    finally:
        pdf._tools.cache_clear()


@pytest.mark.skipif(os.name != "posix", reason="kills a process the POSIX way")
def test_killed_in_the_middle_it_goes_on_and_ends_with_the_very_files_of_a_run_that_was_not(
    clinic: Clinic, tmp_path: Path, here: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at in range(4, 10):
        clinic.open(f"more-{at}", therapist="ben")
        clinic.rate(f"more-{at}", 28, at / 2)
    copy = Path(shutil.copytree(clinic.root, tmp_path / "copy"))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1770000000"}
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770000000")
    day, place = DAY.isoformat(), tmp_path / "killed"
    command = [sys.executable, "-m", "fit_toolkit", "--practice", str(clinic.root), "sheets", "--date", day, "-o", str(place), "--jobs", "2"]  # fmt: skip
    going = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)
    until = time.monotonic() + 120
    while len(list(place.glob("*/0*.pdf"))) < 3 and time.monotonic() < until:
        time.sleep(0.005)
    going.send_signal(signal.SIGKILL)
    going.communicate()
    there = list(place.glob("*/*.pdf"))
    assert 3 <= len(there) < 10
    assert not list(place.glob("ben/index.html"))
    for path in there:
        with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
            assert pdf.check_pdf_syntax() == []
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 0
    other = run(["--practice", str(copy), "sheets", "--date", day, "-o", str(tmp_path / "whole")])
    assert other == 0
    assert contents(place) == contents(tmp_path / "whole")
    assert len(contents(place)) == 9 + 2 + 2
