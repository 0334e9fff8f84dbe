"""No page of one client holds a code, an answer, a score or a written word of another.

Every member of a couple and of a group has a bird for a code, a tree that they write down, and scores with a tenth of
their own: all of the wren's end in .1, all of the robin's in .2. Differences of own scores are whole numbers, so a
number with another tenth can only have come from somebody else.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fit_toolkit.store import people
from fit_toolkit.store import schema as s
from tests.cli.shell import Shell
from tests.clinic import ARRIVING, POLICIES, TODAY, Clinic

BIRDS = ("wren", "robin", "finch", "heron", "raven", "swift", "stork")  # a couple, a group of four, one alone
TREES = ("hawthorn", "juniper", "sycamore", "tamarisk", "larchwood", "hornbeam", "rowantree")
COUPLE, GROUP, ALONE = BIRDS[:2], BIRDS[2:6], BIRDS[6:]
THERAPIST = "today-together-therapist"
VALUES = (7, 8, 6, 4)
TENTH = re.compile(r"(?<![\d.])\d+\.(\d)\d*(?![\d.])")
needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = Clinic(tmp_path_factory.mktemp("canary") / "practice", policies=POLICIES, day=22)
    for group in (COUPLE, GROUP, ALONE):
        clinic.open(*group)
    for nth, (bird, tree) in enumerate(zip(BIRDS, TREES, strict=True), 1):
        for week, value in enumerate(VALUES):
            _rated(clinic, bird, 7 * week, value + nth / 10, TODAY, texts={"change": f"Beside the {tree}."})
            _rated(clinic, bird, 7 * week, 9 - week + nth / 10, THERAPIST)
            _rated(clinic, bird, 7 * week, 1 + week + nth / 10, ARRIVING, q7=float(nth % 2))
    clinic.run()
    return clinic


def _rated(
    clinic: Clinic, who: str, day: int, value: float, form: str, texts: dict[str, str] | None = None, **answers: float
) -> None:
    """Rate on a form that is finer than ours: tenths are answers, and the score is their mean."""
    rated = clinic.rate(who, day, value, instrument=form, **answers)
    with clinic.practice.store.begin() as c:
        c.execute(s.administration.update().where(s.administration.c.id == rated).values(texts=texts))
        fine = {"value_ticks": round(value * 1_000_000), "status": "complete", "n_answered": 5, "n_items": 5}
        c.execute(s.score.update().where(s.score.c.administration_id == rated).values(**fine))


@pytest.fixture
def shell(made: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(made, capsys)


def strangers(text: str, bird: str) -> set[str]:
    """What a text about one client holds of others: codes, written words, scores."""
    own = BIRDS.index(bird)
    words = {w for w in (*BIRDS, *TREES) if w in text.lower()} - {bird, TREES[own]}
    tenths = {hit[0] for hit in TENTH.finditer(text) if hit[1] not in {"0", str(own + 1)}}
    return words | tenths


def plain(page: str) -> str:
    """What can be read on a page, in pictures and their titles too, without the places of lines and the style."""
    page = re.sub(r"<style>.*?</style>|<meta[^>]*>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def read(pdf: Path) -> list[str]:
    """The text of a PDF, page by page."""
    told = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    return told.split("\f")[:-1]


def test_a_stranger_is_noticed() -> None:
    assert strangers("The wren wrote hawthorn: 7.1, down 2, by 0.1.0", "wren") == set()
    assert strangers("The wren and the Robin: 7.1, 7.2 and juniper", "wren") == {"robin", "7.2", "juniper"}


@pytest.mark.parametrize("bird", BIRDS)
def test_a_page_and_its_explanation_hold_nothing_of_anybody_else(shell: Shell, bird: str) -> None:
    tenth = str(BIRDS.index(bird) + 1)
    for arguments in ((), ("--for", "client"), ("--session", "3"), ("--explain",), ("--explain", "--format", "json")):
        text = shell("sheet", bird, *arguments).out
        text = text if "--explain" in arguments else plain(text)
        assert strangers(text, bird) == set(), arguments
        assert {hit[1] for hit in TENTH.finditer(text)} >= {tenth}, "its own scores are there"
        assert (TREES[BIRDS.index(bird)] in text) == ("--explain" not in arguments), "written words are not explained"


@needs_pdftotext
@pytest.mark.parametrize("bird", [COUPLE[1], GROUP[2]])
def test_nor_does_a_pdf(shell: Shell, tmp_path: Path, bird: str) -> None:
    for whose in ("therapist", "client"):
        assert shell("sheet", bird, "--for", whose, "-o", str(tmp_path / "sheet.pdf")).code == 0
        text = " ".join(read(tmp_path / "sheet.pdf"))
        assert bird in text
        assert strangers(text, bird) == set()
        raw = (tmp_path / "sheet.pdf").read_bytes()
        assert not [name for name in (*BIRDS, *TREES) if name.encode() in raw and name != bird]


@needs_pdftotext
def test_pages_that_were_joined_are_about_one_client_each(shell: Shell, tmp_path: Path) -> None:
    outcome = shell("sheets", "-o", str(tmp_path / "out"), "--for", "both", "--jobs", "1")
    assert outcome.code == 0, outcome.err
    seen, together = set(), []
    for file in sorted(tmp_path.rglob("*.pdf")):
        assert not [name for name in BIRDS if name in file.name]
        for page in read(file):
            birds = {name for name in BIRDS if name in page}
            if "Holds answers of several people" in page:
                together.append((file.name, birds))
                continue
            (bird,) = birds
            assert strangers(page, bird) == set(), file.name
            seen.add(bird)
    assert seen == set(BIRDS)
    assert all(birds <= {*COUPLE} or birds <= {*GROUP} for _, birds in together), "nobody of another couple or group"
    assert {bird for _, birds in together for bird in birds} == {*COUPLE, *GROUP}
    assert all(name == "all.pdf" or name.endswith("-together.pdf") for name, _ in together)


def test_clients_own_pages_come_without_a_page_of_all(shell: Shell, tmp_path: Path) -> None:
    outcome = shell("sheets", "-o", str(tmp_path / "out"), "--for", "client", "--format", "html")
    assert outcome.code == 0, outcome.err
    assert not list(tmp_path.rglob("*-together*"))
    assert len(list(tmp_path.rglob("*-client.html"))) == len(BIRDS)
    for page in tmp_path.rglob("*-client.html"):
        text = plain(page.read_text())
        (bird,) = [bird for bird, tree in zip(BIRDS, TREES, strict=True) if tree in text]
        assert strangers(text, bird) == set()


@pytest.mark.parametrize("group", [COUPLE, GROUP], ids=["couple", "group"])
def test_the_page_of_all_keeps_everybody_in_a_column_of_their_own(
    shell: Shell, made: Clinic, group: tuple[str, ...]
) -> None:
    with made.practice.store.read() as c:
        episode = next(e.code for e in people.list_episodes(c) if group[0] in {m.client for m in e.members})
    page = shell("sheet", "--episode", episode, "--together").out
    assert "Holds answers of several people: not to hand out" in page
    columns = re.findall(r"<section.*?</section>", page, re.DOTALL)
    assert len(columns) == len(group)
    for bird, column in zip(sorted(group), columns, strict=True):
        assert bird in column
        assert strangers(plain(column), bird) == set()
        assert f".{BIRDS.index(bird) + 1}" in plain(column)
    rest = re.sub(r"<section.*?</section>", " ", page, flags=re.DOTALL)
    rows = re.findall(r'<tr><th class="name" scope="row">.*?</tr>', rest, re.DOTALL)
    assert len(rows) >= len(group)
    for row in rows:
        bird = next(name for name in BIRDS if name in row)
        assert strangers(plain(row), bird) == set(), "a row holds numbers of the one it names"
    outside = plain(re.sub(r'<tr><th class="name" scope="row">.*?</tr>', " ", rest, flags=re.DOTALL))
    assert not TENTH.findall(outside.replace(episode, "")), "no number is made of several people"
    assert not [name for name in BIRDS if name in outside.replace(episode, "")]
