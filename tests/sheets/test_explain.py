"""Every number on a therapist's page is explained: by which form, which answers, which policy."""

from __future__ import annotations

import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fit_toolkit.sheets.explain_data import Explanation
from fit_toolkit.sheets.making import explain_sheet, find_member, make_sheet
from tests.cli.shell import Shell
from tests.clinic import TODAY, Clinic
from tests.sheets.random_practice import PEOPLE, random_practice

BLOCK = re.compile(r"{% block (\w+) %}")
FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
LEFT_OUT: dict[str, Any] = {"q1": None}
OUTER = {"title", "body", "security", "style", "look", "logo"}


def marked(folder: Path) -> list[str]:
    """A template of the practice that puts a mark around every block of the bundled page; the names of the blocks."""
    bundled = files("fit_toolkit.templates").joinpath("sheets/therapist.html").read_text(encoding="utf-8")
    blocks = [name for name in dict.fromkeys(BLOCK.findall(bundled)) if name not in OUTER]
    lines = [f"{{% block {n} %}}<!--{n}-->{{{{ super() }}}}<!--/{n}-->{{% endblock %}}" for n in blocks]
    (folder / "templates/sheets").mkdir(parents=True)
    file = folder / "templates/sheets/therapist.html"
    file.write_text('{% extends "bundled/sheets/therapist.html" %}\n' + "\n".join(lines), encoding="utf-8")
    return blocks


def printed(page: str, block: str, explained: Explanation) -> list[str]:
    """The numbers that a block of a page prints, in words and pictures, but for dates and what a client wrote."""
    found = re.search(f"<!--{block}-->(.*?)<!--/{block}-->", page, re.DOTALL)
    assert found is not None, block
    text = html.unescape(re.sub(r"<[^>]+>", " ", found[1]))
    text = re.sub(r"“.*?”", " ", re.sub(r"\s+", " ", text))
    for day in sorted(explained.dates, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(day)}(?!\w)", " ", text)
    return FIGURE.findall(text)


def unexplained(page: str, blocks: list[str], explained: Explanation) -> list[tuple[str, str]]:
    """Numbers of a page that no line of the explanation of their block gives."""
    out = []
    for block in blocks:
        told = {n for traced in explained.numbers if traced.place == block for n in FIGURE.findall(traced.shown)}
        out += [(block, n) for n in printed(page, block, explained) if n not in told]
    return out


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_number_that_is_printed_is_explained(tmp_path: Path, seed: int) -> None:
    clinic = random_practice(tmp_path / "practice", seed)
    blocks = marked(clinic.root)
    today = clinic.practice.today()
    counted = 0
    for who in PEOPLE:
        with clinic.practice.store.read() as c:
            member = find_member(c, who, as_of=today)
        page = make_sheet(clinic.practice, member, as_of=today, history=True).decode()
        explained = explain_sheet(clinic.practice, member, as_of=today, history=True)
        assert unexplained(page, blocks, explained) == []
        numbers = {block: printed(page, block, explained) for block in blocks}
        counted += sum(len(found) for found in numbers.values())
        for block, found in numbers.items():  # and the test would notice if a block were left out
            without = msgspec.structs.replace(
                explained, numbers=tuple(n for n in explained.numbers if n.place != block)
            )  # fmt: skip
            assert bool(unexplained(page, blocks, without)) == bool(found)
    assert counted > 100


def test_what_is_explained_rests_on_forms_that_say_so(tmp_path: Path) -> None:
    clinic = random_practice(tmp_path / "practice", 1)
    today = clinic.practice.today()
    counted, ranges = 0, []
    for who in PEOPLE:
        with clinic.practice.store.read() as c:
            member = find_member(c, who, as_of=today)
        explained = explain_sheet(clinic.practice, member, as_of=today)
        values = {(row.form, row.scale): row.value for row in explained.forms}
        for point in (n for n in explained.numbers if n.place == "course" and n.how.startswith("total, ")):
            (form,) = point.forms
            exact = point.shown.rpartition("; ")[2].partition(" ")[0]
            assert exact == f"{values[form, 'total']:.2f}".rstrip("0").rstrip(".")
            counted += 1
        ranges += [n for n in explained.numbers if "usual for this client" in n.what]
    assert counted > 20
    assert ranges
    assert {n.policy for n in ranges} <= {"usual", "usual-outcome"}
    assert all(n.forms for n in ranges)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", day=30)
    made.open("c-one")
    made.rate("c-one", 0, 9)
    made.rate("c-one", 7, 4, **LEFT_OUT)
    made.run()
    return made


@pytest.fixture
def shell(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(clinic, capsys)


def test_the_tables_name_form_version_definition_rule_and_answers(clinic: Clinic, shell: Shell) -> None:
    out = shell("sheet", "c-one", "--explain").out
    assert "client, 2026-01-12: 4 (8/9)   [total, prorated; form 2]" in out
    line = next(line for line in out.splitlines() if line.startswith("2 ") and "2026-01-12" in line)
    known = clinic.practice.catalog
    for part in (
        "end",
        "client",
        TODAY,
        known.get(TODAY).version,
        known.hash(TODAY)[:12],
        "mean, needs 7",
        "8 of 9",
        "prorated",
    ):
        assert part in line
    alert = clinic.alerts()[0]
    assert f"alert {alert['id']}]" in out
    assert alert["policy_hash"][:12] in out
    assert "fit-toolkit" in out


def test_json_has_one_object_with_whole_hashes(clinic: Clinic, shell: Shell) -> None:
    data = json.loads(shell("sheet", "c-one", "--explain", "--format", "json").out)
    assert data["schema"] == "fit/explanation/1"
    (found,) = data["explanation"]
    assert {len(row["hash"]) for row in found["policies"]} == {64}
    assert {row["definition"] for row in found["forms"]} == {clinic.practice.catalog.hash(TODAY)}


def test_a_page_has_one_number_in_every_language_and_an_explanation_gives_none(shell: Shell) -> None:
    assert "Sheet not made yet" in shell("sheet", "c-one", "--explain").out
    english = shell("sheet", "c-one").out
    german = shell("sheet", "c-one", "--language", "de").out
    assert "Sheet 0001, as of" in english
    assert "0001" in german
    assert "0002" not in german
    assert "Sheet 0001 of c-one" in shell("sheet", "c-one", "--explain").out
