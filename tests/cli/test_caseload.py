"""`fit caseload`: four ways to give one list, for supervision too, in a file that is nobody else's."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.caseload.table import Wanted
from fit_toolkit.cli import run
from fit_toolkit.cli.caseload_said import list_text
from fit_toolkit.practice import open_practice, set_up
from fit_toolkit.practice.caseload import as_html, make_caseload
from fit_toolkit.store import schema as s
from tests.caseload.making import NOW, Alert, Person, write
from tests.cli.shell import Outcome

PEOPLE = [
    Person(ratings=((3, 5, 0),), sheet=1, appointments=((-2, "planned"),)),
    Person(alerts=(Alert(severity="safety", days=2),), ratings=((2, 5, 0), (9, 5, 0))),
    Person(therapist="ben", alerts=(Alert(days=20, state="acknowledged", acted=3, note="=HYPERLINK(1)<b>"),)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("lists") / "p"
    set_up(root, policies="", given={"safety.contact": "the duty phone"})
    practice = open_practice(root, clock=lambda: NOW)
    write(practice, PEOPLE)
    practice.store.close()
    return root


class Fit:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *arguments: str) -> Outcome:
        code = run(["--practice", str(self.folder), "caseload", *arguments], clock=lambda: NOW)
        said = self.capsys.readouterr()
        return Outcome(code, said.out, said.err)


@pytest.fixture
def fit(folder: Path, capsys: pytest.CaptureFixture[str]) -> Fit:
    return Fit(folder, capsys)


def test_the_table_has_the_most_pressing_first_and_says_when_alerts_were_looked_at(fit: Fit) -> None:
    told = fit()
    assert told.code == 0
    assert re.findall(r"c00\d", told.out) == ["c002", "c003", "c001"]
    assert "never looked at" in told.err


@pytest.mark.parametrize("width", [150, 80, 40])
def test_on_a_screen_reasons_are_wrapped_to_its_width_and_nothing_is_lost(
    folder: Path, fit: Fit, width: int
) -> None:  # fmt: skip
    practice = open_practice(folder, clock=lambda: NOW)
    told = list_text(make_caseload(practice, Wanted()), width)
    practice.store.close()
    lines = told.splitlines()
    assert re.findall(r"c00\d", told) == ["c002", "c003", "c001"]
    assert width < 80 or max(map(len, lines)) <= width
    words = Counter(" ".join(lines[2:]).split())
    assert words == Counter(" ".join(fit().out.splitlines()[2:]).split())


def test_the_list_for_supervision_is_a_paragraph_for_each_client_as_wide_as_a_page(fit: Fit) -> None:
    safety, attention = fit("--supervision").out.split("\n\n")
    assert safety.startswith("c002  anna  days since rating: 2\n  why    - a flagged answer nobody")
    assert "\n  tried  - nothing is noted yet" in safety
    assert "\n  tried  - 2026-11-20 anna: talked about it (=HYPERLINK(1)<b>)\n" in attention
    assert max(len(line) for line in (safety + attention).splitlines()) <= 100


def test_a_list_without_anybody_has_the_columns_of_one_with_somebody(fit: Fit) -> None:
    heads = [fit("--supervision", "--format", "csv", "--therapist", who).out.splitlines()[0] for who in ("ben", "sue")]
    assert heads[0] == heads[1]
    assert heads[0].startswith("client,episode,therapist,labels,why,stands,tried")


def test_csv_json_and_page_tell_of_the_same_people_in_one_order(fit: Fit) -> None:
    made = json.loads(fit("--format", "json").out)
    assert made["schema"] == "fit/caseload/1"
    rows = made["caseload"]
    assert [(row["client"], row["need"], row["unseen"]) for row in rows] == [
        ("c002", "safety-new", 2), ("c003", "attention-seen", 0), ("c001", "calm", 0),
    ]  # fmt: skip
    listed = list(csv.DictReader(io.StringIO(fit("--format", "csv").out)))
    assert [(row["client"], row["why"], row["days_since_rating"]) for row in listed] == [
        (row["client"], row["why"], str(row["days_since_rating"] or "")) for row in rows
    ]
    assert re.findall(r"<bdi>(c00\d)</bdi>", fit("--format", "html").out) == [row["client"] for row in rows]


def test_what_was_noted_stands_in_the_list_for_supervision_and_runs_nowhere(fit: Fit) -> None:
    (row,) = [row for row in csv.DictReader(io.StringIO(fit("--supervision", "--format", "csv").out)) if row["client"] == "c003"]  # fmt: skip
    assert row["tried"] == "2026-11-20 anna: talked about it (=HYPERLINK(1)<b>)"
    page = fit("--supervision", "--format", "html").out
    assert "=HYPERLINK(1)&lt;b&gt;" in page
    cases = json.loads(fit("--supervision", "--format", "json").out)
    assert (cases["schema"], cases["looked_at"]) == ("fit/supervision/1", 3)
    assert [case["client"] for case in cases["supervision"]] == ["c002", "c003"]
    assert "c003" in fit("--supervision").out


def test_who_is_in_two_episodes_has_two_lines_and_is_one_client(tmp_path: Path) -> None:
    set_up(tmp_path / "p", policies="")
    practice = open_practice(tmp_path / "p", clock=lambda: NOW)
    write(practice, [Person(alerts=(Alert(days=20),)), Person(alerts=(Alert(days=30),)), Person()])
    with practice.store.begin() as c:
        c.execute(sa.update(s.member).where(s.member.c.id == 2).values(client_id=1))
    page = as_html(practice, Wanted(), supervision=False)[0]
    assert '<p class="counts">2 clients</p>' in page
    assert re.findall(r"<bdi>(c00\d)</bdi>", page) == ["c001", "c001", "c003"]
    assert "1 of 2 clients" in as_html(practice, Wanted(), supervision=True)[0]
    practice.store.close()


def test_the_page_lets_its_own_script_run_and_nothing_else(fit: Fit) -> None:
    page = fit("--format", "html").out
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{allowed}'" in page
    assert "default-src 'none'" in page
    assert "<script" not in fit("--supervision", "--format", "html").out


def test_a_file_is_readable_by_its_owner_alone_and_its_name_says_what_it_is(fit: Fit, tmp_path: Path) -> None:
    for name, begins in (("l.html", "<!DOCTYPE html>"), ("l.csv", "need,client"), ("l.json", "{\n")):
        assert fit("-o", str(tmp_path / name)).code == 0
        assert (tmp_path / name).read_text().lstrip().startswith(begins)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert fit("-o", str(tmp_path / "l.pdf")).code == 2
    assert list(tmp_path.glob("l.pdf")) == []


def test_the_page_speaks_german_while_scripts_are_told_in_english(fit: Fit) -> None:
    page = fit("--format", "html", "--language", "de").out
    assert '<html lang="de">' in page
    assert "Markierte Antwort, neu" in page
    assert fit("--format", "json", "--language", "de").out == fit("--format", "json").out


def test_only_those_somebody_asked_for(fit: Fit) -> None:
    assert re.findall(r"c00\d", fit("--therapist", "ben").out) == ["c003"]
    assert fit("--supervisor", "sue").out == fit().out
    assert fit("--site", "north").code == 2
    assert fit("--therapist", "nobody").code == 3
    nobody = fit("--therapist", "sue")
    assert (nobody.code, nobody.out) == (0, "")
    assert "Nobody is in this list." in nobody.err
