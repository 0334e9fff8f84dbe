"""What `fit instruments show` and `list` print: complete, readable, and right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.cli import run
from fit_toolkit.cli.instruments_figures import in_short
from fit_toolkit.scoring import bundled_rules
from fit_toolkit.scoring.steps import example_of, number, steps
from tests.instruments.conftest import Fit

ALL = catalog.build([catalog.bundled()])
SCORED = [id for id in ALL.ids() if not ALL.get(id).totals_only]

WHOLE = """\
format: fit-instrument/1
id: whole
version: "1"
title: Everything at once
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {status: local, electronic_use: unknown, text_included: false}
validation: {status: unknown}
items:
  - {id: q1, label: one, range: [0, 4]}
  - {id: q2, label: two, range: [0, 4]}
  - {id: q3, label: three, range: [0, 4], ways_out: [does-not-fit]}
scales:
  - {id: total, items: [q1, q2, q3], reverse: [q2], multiply: 2, range: [0, 24]}
  - {id: often, items: [q1, q2, q3], recode: [{at_least: 2}], range: [0, 3]}
  - {id: both, scales: [total, often], range: [0, 27]}
  - {id: met, method: all-of, conditions: [{scale: often, operator: ">=", value: 2}], range: [0, 1]}
  - id: heavy
    items: [q1, q2]
    method: weighted
    weights: {q1: 2, q2: 0.5}
    range: [0, 10]
  - id: keyed
    items: [q1]
    method: lookup
    tables:
      - who: {sex: female, age: [11, 13]}
        rows: [{raw: 0, value: 10}, {raw: 1, value: 20}, {raw: 2, value: 30}, {raw: 3, value: 40}, {raw: 4, value: 50}]
        source: book
        verified: true
    range: [10, 50]
sources: {book: {text: a book}}
tests:
  - given: {q1: 4, q2: 0, q3: 4}
    person: {age: 12, sex: female}
    expect: {total: 24, often: 2, both: 26, met: 1, heavy: 8, keyed: 50}
"""


@pytest.mark.parametrize("id", SCORED)
def test_the_example_ends_where_scoring_ends(id: str) -> None:
    instrument = ALL.get(id)
    example = example_of(instrument, bundled_rules())
    for scale in instrument.scales:
        *before, last = steps(instrument, scale, example)
        value = example.scores[scale.id]["value"]
        assert last.name == "score"
        assert last.text.startswith(number(value)), scale.id
        if scale.method in {"sum", "mean", "weighted"} and before[-1].name in {"sum", "mean", "multiplied"}:
            assert before[-1].text.endswith(f"= {number(value)}"), scale.id


def test_each_step_is_written_out(fit: Fit, tmp_path: Path) -> None:
    assert run(["init", str(tmp_path / "clinic")]) == 0
    file = tmp_path / "clinic" / "instruments" / "whole.yaml"
    file.write_text(WHOLE)
    assert fit("--practice", str(tmp_path / "clinic"), "instruments", "check", str(file))[:2] == (0, "")
    code, out, _ = fit("--practice", str(tmp_path / "clinic"), "instruments", "show", "whole")
    assert code == 0
    for line in (
        "  q2  two    total*, often, heavy",
        "  q3  three  total, often; or does not fit",
        "(female, aged 11)",
        "    answers       q1 1, q2 2, q3 0",
        "    turned round  q2 4 - 2 = 2",
        "    sum           1 + 2 + 0 = 3",
        "    multiplied    3 x 2 = 6",
        "    counted as    q1 0, q2 1, q3 0",
        "    sum           total 6 + often 1 = 7",
        "    condition     often 1 >= 2: does not hold",
        "    sum           1 x 2 + 2 x 0.5 = 3",
        "    table         1 becomes 20",
        "  table     female, aged 11 to 13: 0 becomes 10 ... 4 becomes 50 (5 rows) [1]",
    ):
        assert line in out.splitlines() or f"{line}" in out, line


@pytest.mark.parametrize("id", ALL.ids())
def test_the_page_fits_a_hundred_columns_but_for_addresses(fit: Fit, id: str) -> None:
    code, out, _ = fit("instruments", "show", id)
    assert code == 0
    wide = [line for line in out.splitlines() if len(line) > 100 and not re.fullmatch(r"\s+\S+", line)]
    assert wide == []
    for source in ALL.get(id).sources.values():
        assert " ".join(source.text.split()) in " ".join(out.split())


def test_who_put_the_words_together_and_whether_they_were_tested_is_shown(fit: Fit) -> None:
    _, out, _ = fit("instruments", "show", "arriving-today")
    assert "words       en: these words are not validated; CC-BY-4.0" in out
    assert "translation: fit-toolkit contributors" in out
    _, out, _ = fit("instruments", "show", "srs-3")
    assert "fit instruments wording srs-3 --lang en" in " ".join(out.split())


def test_neighbours_are_named_in_short() -> None:
    order = ["q1", "q2", "q3", "q4", "q5"]
    assert in_short(order, ["q1", "q2", "q3", "q5"]) == "q1-q3, q5"
    assert in_short(order, ["q1", "q2", "q4"]) == "q1, q2, q4"


def rows(fit: Fit, *arguments: str) -> list[str]:
    _, out, _ = fit("instruments", "list", *arguments, "--format", "json")
    return [each["id"] for each in json.loads(out)["instruments"]]


def test_the_list_can_be_narrowed(fit: Fit) -> None:
    assert rows(fit, "--printable") == ["arriving-today", "today-together-client", "today-together-therapist"]
    assert set(rows(fit, "--construct", "alliance")) == {each.id for each in ALL if each.construct == "alliance"}
    assert rows(fit, "arriving") == ["arriving-today"]
    assert "phq-9" in rows(fit, "patient", "HEALTH")
    assert rows(fit, "nothing-like-it") == []


def test_the_table_shows_licence_words_and_validation_by_construct(fit: Fit) -> None:
    code, out, err = fit("instruments", "list", "--printable")
    assert code == 0
    lines = out.splitlines()
    assert lines[2] == "alliance:"
    assert [line.split()[0] for line in lines[3:]] == [
        "today-together-client", "today-together-therapist", "outcome:", "arriving-today"
    ]  # fmt: skip
    assert lines[0].split() == ["id", "title", "rated", "by", "items", "words", "licence", "screen", "validation"]
    assert re.search(r"arriving-today .* 7 +de en +open +yes +unvalidated$", lines[-1])
    assert "3 instruments" in err


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_the_table_fits_the_screen(fit: Fit, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, out, _ = fit("instruments", "list")
    assert max(len(line) for line in out.splitlines()) <= columns
    assert len(out.splitlines()) > len(ALL.ids())


def test_a_search_without_result_says_so(fit: Fit) -> None:
    code, out, err = fit("instruments", "list", "nothing-like-it")
    assert (code, out) == (0, "")
    assert "no instrument is like that" in err
