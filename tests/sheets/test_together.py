"""A couple or a group beside each other: whose page it is, how many pages it takes, what it refuses."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pikepdf
import pytest

from tests.cli.shell import Shell
from tests.clinic import ARRIVING, TODAY, Clinic

EIGHT = tuple(f"person-{letter}" for letter in "abcdefgh")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = Clinic(tmp_path_factory.mktemp("together") / "practice", day=40)
    clinic.open("ada", "bo")
    clinic.open(*EIGHT)
    draw = random.Random(5)
    for who in ("ada", *EIGHT):  # bo never rates
        for week in range(6):
            clinic.rate(who, 7 * week, draw.randint(2, 10), instrument=TODAY)
            clinic.rate(who, 7 * week, draw.randint(2, 8), instrument=ARRIVING, q7=float(week % 3))
    clinic.run()
    return clinic


@pytest.fixture
def shell(made: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(made, capsys, ("sheet",))


def pages(file: Path) -> int:
    with pikepdf.open(io.BytesIO(file.read_bytes())) as opened:
        return len(opened.pages)


@pytest.mark.parametrize(("episode", "most"), [("ada-1", 1), ("person-a-1", 2)])
def test_a_couple_has_one_page_and_eight_people_at_most_two(
    shell: Shell, tmp_path: Path, episode: str, most: int
) -> None:
    file = tmp_path / "together.pdf"
    assert shell("--episode", episode, "--together", "-o", str(file)).code == 0
    assert pages(file) <= most


def test_every_chart_has_the_same_axes(shell: Shell) -> None:
    page = shell("--episode", "person-a-1", "--together").out
    assert page.count("<section") == len(EIGHT)
    boxes = set(re.findall(r'<svg[^>]*class="chart"[^>]*viewBox="([^"]*)"', page))
    assert len(boxes) == 2, "one size for the first chart of a column, one for the last with the dates"
    assert len(set(re.findall(r'<path class="sessions" d="([^"]*)"', page))) == 1


def test_the_numbers_of_each_scale_stand_in_a_table_with_a_row_for_each_member(shell: Shell) -> None:
    page = shell("--episode", "person-a-1", "--together").out
    tables = re.findall(r"<table>.*?</table>", page, re.DOTALL)
    assert [re.findall(r'scope="row">([^<]*)<', table) for table in tables] == [list(EIGHT)] * 2
    assert [table.count("<td>") for table in tables] == [5 * len(EIGHT)] * 2


def test_who_never_rated_has_a_column_that_says_so(shell: Shell) -> None:
    columns = re.findall(r"<section.*?</section>", shell("--episode", "ada-1", "--together").out, re.DOTALL)
    assert [column.count("Not rated yet.") for column in columns] == [0, 2]


def test_a_risk_answer_stands_in_the_column_of_who_gave_it(shell: Shell) -> None:
    ada, bo = re.findall(r"<section.*?</section>", shell("--episode", "ada-1", "--together").out, re.DOTALL)
    assert "Staying safe" in ada
    assert "Staying safe" not in bo


def test_it_stands_as_after_a_session(shell: Shell) -> None:
    page = shell("--episode", "ada-1", "--together", "--session", "2").out
    assert "After the session of 12 January 2026" in page
    assert "2 ratings" in page


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--together",), 2, "--episode CODE and no CLIENT"),
        (("ada", "--episode", "ada-1", "--together"), 2, "--episode CODE and no CLIENT"),
        (("--episode", "ada-1", "--together", "--for", "client"), 2, "page for the therapist"),
        (("--episode", "ada-1", "--together", "--explain"), 2, "about one client"),
        (("--episode", "nowhere", "--together"), 3, "fit episodes list"),
        (("--episode", "ada-1", "--together", "--session", "99"), 3, "--session 1 to 6"),
        (("--episode", "ada-1", "--together", "--as-of", "2020-01-01"), 3, "nobody was in this episode"),
        ((), 2, "whose sheet"),
        (("ada", "--session", "7"), 3, "--session 1 to 6"),
        (("ada", "--session", "2", "--as-of", "2026-01-12"), 2, "not both"),
        (("ada", "--explain", "--for", "client"), 2, "therapist's page"),
        (("ada", "--explain", "-o", "x.html"), 2, "on stdout"),
        (("ada", "--format", "json"), 2, "for --explain"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_one_line(
    shell: Shell, arguments: tuple[str, ...], code: int, said: str
) -> None:
    outcome = shell(*arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.err
    assert outcome.err.count("\n") == 1


def test_after_a_session_whose_end_nobody_rated_it_is_after_it_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = Clinic(tmp_path / "practice", day=30)
    clinic.open("ada")
    for week in range(3):
        clinic.rate("ada", 7 * week, 5, instrument=ARRIVING)
    shell = Shell(clinic, capsys, ("sheet", "ada"))
    assert "After the session of 12 January 2026" in shell("--session", "2").out
    assert "Before the session of 12 January 2026" not in shell("--session", "2").out


def test_the_same_data_give_the_same_bytes(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    made = []
    for name in ("one.pdf", "two.pdf"):
        shell("--episode", "ada-1", "--together", "-o", str(tmp_path / name))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]
    assert shell("ada", "--explain").out == shell("ada", "--explain").out
