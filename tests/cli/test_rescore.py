"""`fit rescore` shows what a changed definition changes, then scores anew; answers, corrections and what was done stay."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.errors import ConfigError
from fit_toolkit.intake.rescore import Ask, rescore
from fit_toolkit.practice import set_up
from fit_toolkit.store import schema as s
from tests.export.making import WHEN, fit, opened

MINE = """format: fit-instrument/1
id: mine
version: "{version}"
title: mine
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {{status: local, electronic_use: unknown, text_included: false}}
validation: {{status: unknown}}
items:
  - {{id: q1, label: first, range: [0, 4]}}
  - {{id: q2, label: second, range: [0, {top}]}}
  - {{id: q3, label: third, scored: false, direction: higher_is_worse,
      options: [{{value: {yes}, code: "yes"}}, {{value: 0, code: "no"}}]}}
scales:
  - {{id: total, items: [q1, q2], method: sum, reverse: [{reverse}], range: [0, {most}]}}
sources:
  own: {{text: our own rule}}
{risk}tests:
  - {{name: no, given: {{q1: 1, q2: 1, q3: 0}}, expect: {{total: {total}}}{no}}}
  - {{name: yes, given: {{q1: 1, q2: 1, q3: {yes}}}, expect: {{total: {total}}}{flagged}}}
"""
RATED = "client,therapist,date,q1,q2,q3\nk17,anna,2026-05-04,4,1,no\nk18,anna,2026-05-04,4,3,yes\n"
POLICY = """
[[policies]]
id = "high"
kind = "cutoff"
instrument = "mine"
severity = "attention"
line = 5.0
operator = ">="
"""


RISK = 'risk:\n  - {id: third, item: q3, operator: ">=", value: 1, meaning: something to ask about, source: own}\n'


def define(root: Path, version: int, *, top: int = 4, reverse: str = "", yes: int = 1, risk: bool = True) -> None:
    text = MINE.format(
        version=version, top=top, most=4 + top, reverse=reverse, yes=yes, total=1 + (top - 1 if reverse else 1),
        risk=RISK if risk else "", no=", risk: []" if risk else "", flagged=", risk: [third]" if risk else "",
    )  # fmt: skip
    (root / "instruments" / "mine.yaml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clients with a form each of an instrument of the practice's own, one of them corrected."""
    tmp_path = tmp_path_factory.mktemp("rescore")
    root = tmp_path / "clinic"
    set_up(root)
    with (root / "fit.toml").open("a", encoding="utf-8") as settings:
        settings.write(POLICY)
    define(root, 1)
    assert fit(root, "staff", "add", "anna", "--starts", "2026-01-01") == 0
    (tmp_path / "a.csv").write_text(RATED)
    assert fit(root, "import", str(tmp_path / "a.csv"), "--instrument", "mine", "--open-episodes") == 0
    (tmp_path / "b.csv").write_text(RATED.replace("4,1,no", "3,3,no"))
    assert fit(root, "import", str(tmp_path / "b.csv"), "--instrument", "mine", "--correct", "--reason", "slip") == 0
    return root


@pytest.fixture
def clinic(built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    capsys.readouterr()
    return Path(shutil.copytree(built, tmp_path / "clinic"))


def kept(root: Path) -> list[tuple[Any, ...]]:
    """Every form: its state, what was answered, by which version it is scored, its score and its flagged answers."""
    practice = opened(root)
    a, flagged = (
        s.administration.c,
        sa.select(sa.func.count()).where(s.risk_answer.c.administration_id == s.score.c.administration_id),
    )
    with practice.store.read() as c:
        query = sa.select(a.state, a.raw, a.numbers, a.version, s.score.c.value_ticks, flagged.scalar_subquery())
        found = c.execute(query.select_from(s.administration.join(s.score)).order_by(a.id)).all()
    practice.store.close()
    return [
        (state, *map(str, answers), version, ticks // 1_000_000, count)
        for state, *answers, version, ticks, count in found
    ]


def test_what_changes_is_shown_first_and_nothing_is_changed_unasked(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(clinic, "rescore") == 0
    assert "every form is scored by the definition now in force" in capsys.readouterr().err
    define(clinic, 2, reverse="q2")
    before = kept(clinic)
    for words, code in ((("--dry-run",), 0), ((), 2)):
        assert fit(clinic, "rescore", "--format", "csv", *words) == code
        assert capsys.readouterr().out.splitlines() == [
            "instrument,scale,forms,changed,gone,new,largest", "mine,flagged answers,1,0,0,0,0.0", "mine,total,2,2,0,0,2.0",
        ]  # fmt: skip
    assert kept(clinic) == before
    assert fit(clinic, "rescore", "phq-2", "--yes") == 0
    assert kept(clinic) == before
    assert fit(clinic, "rescore", "nobodys") == 3


def test_scores_follow_and_answers_corrections_and_what_was_done_stay(
    clinic: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(clinic, "alerts", "run") == 0
    assert fit(clinic, "alerts", "ack", "3", "4", "--action", "1") == 0
    before = kept(clinic)
    assert [row[-2] for row in before] == [5, 7, 6]
    define(clinic, 2, reverse="q2", risk=False)
    assert fit(clinic, "rescore", "--yes") == 0
    after = kept(clinic)
    assert [row[:3] for row in after] == [row[:3] for row in before]
    assert [row[3:] for row in after] == [("1", 5, 0), ("2", 5, 0), ("2", 4, 0)]  # the first was superseded
    assert fit(clinic, "verify") == 0
    assert fit(clinic, "alerts", "run") == 0
    capsys.readouterr()
    assert fit(clinic, "alerts", "list", "--format", "csv") == 0
    (stands,) = [line for line in capsys.readouterr().out.splitlines() if ",high," in line]
    assert "k18" in stands
    assert ",acknowledged," in stands  # somebody had seen it, and 5 is at the line as 7 was


@pytest.mark.parametrize(
    ("change", "why", "left"),
    [({"top": 2}, "has not all of their answers", 2), ({"yes": 2}, "would stand for another number now", 1)],
)
def test_a_form_that_the_definition_does_not_fit_is_left_and_named_as_a_count(
    clinic: Path, capsys: pytest.CaptureFixture[str], change: dict[str, int], why: str, left: int
) -> None:
    before = kept(clinic)
    define(clinic, 2, **change)  # type: ignore[arg-type]
    assert fit(clinic, "rescore", "--yes") == 4
    said = capsys.readouterr().err
    assert f"{left} form" in said
    assert why in said
    assert "k18" not in said
    same = [old == new for old, new in zip(before, kept(clinic), strict=True)]
    assert same.count(True) == 1 + left  # and the one that was superseded


def test_where_a_rule_fails_nothing_is_kept(clinic: Path) -> None:
    def fails() -> None:
        raise ConfigError("a rule failed")

    define(clinic, 2, reverse="q2")
    before = kept(clinic)
    practice = opened(clinic)
    ask = Ask(now=WHEN, today=WHEN.date(), version="0")
    with pytest.raises(ConfigError):
        rescore(practice.store, practice.catalog, None, ask, fails)
    practice.store.close()
    assert kept(clinic) == before
