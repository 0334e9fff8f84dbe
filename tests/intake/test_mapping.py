from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.mapping import Map, Target, as_yaml, fingerprint, load_map


def load(tmp_path: Path, text: str) -> Map:
    file = tmp_path / "map.yaml"
    file.write_text(text)
    return load_map(file)


def test_a_map_comes_back_as_it_was_written(tmp_path: Path) -> None:
    made = Map(
        source="clinic: export",
        delimiter=";",
        settings={"sheet": "Answers 2026", "header": 2, "keep_unfinished": False},
        decimal=",",
        date_format="%d.%m.%Y",
        instrument="bdi",
        start="2026-01-05",
        every="2 weeks",
        columns={
            "no": "client",
            "true": Target(role="date"),
            "bdi.pre": Target(scale="total", session=1, after="2 months"),
            "Frage 1: Wie\noft?": Target(item="q1", values={"nie": 0, "0.5": 0.5}),
        },
        values={"-": 0, "yes": 1},
        ignore=("a b", "#c"),
        on_unknown_column="ignore",
    )
    file = tmp_path / "map.yaml"
    file.write_text(as_yaml(made, ("guessed: look\nhere",)), encoding="utf-8")
    assert load_map(file) == made
    assert fingerprint(load_map(file)) == fingerprint(made)


def test_an_empty_map_can_be_written_and_read(tmp_path: Path) -> None:
    assert load(tmp_path, as_yaml(Map())) == Map()


def test_a_bare_word_is_a_role_or_an_item() -> None:
    made = Map(columns={"a": "client", "b": "q7"})
    assert made.target("a") == Target(role="client")
    assert made.target("b") == Target(item="q7")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("columns: {a: {item: q1, scale: total}}", "say one of"),
        ("columns: {a: {values: {x: 1}}}", "say one of"),
        ("columns: {a: {role: nothing}}", "known roles"),
        ("columns: {a: {itm: q1}}", "FM|FI104"),
        ("colums: {}", "unknown key 'colums'"),
        ("columns: {a: client}\nignore: [a]", "both used and ignored"),
        ("every: 2 weeks", "needs a `start`"),
        ("start: 5 January", "not a day"),
        ('start: "2026-01-05"\nevery: weekly', "not a step"),
        ("columns: {a: {item: q1, after: later}}", "not a step"),
        ("columns: {a: {item: q1, day: 03/04/2026}}", "not a day"),
        ("decimal: x", "decimal|one of"),
        ("columns: {a: client, a: date}", "given twice"),
    ],
)
def test_a_map_that_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        load(tmp_path, f"format: fit-map/1\n{line}\n")
    assert "map.yaml:" in str(caught.value)


def test_a_map_says_that_it_is_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="format: fit-map/1"):
        load(tmp_path, "columns: {a: client}\n")
