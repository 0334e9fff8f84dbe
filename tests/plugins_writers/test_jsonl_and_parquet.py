"""The writers for programs: what is not there is null, and every number keeps its type."""

from __future__ import annotations

import builtins
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.engine.sample_export import STRANGE, example_export
from fit_toolkit.errors import ConfigError
from tests.plugins_writers.kit import written


def test_a_line_is_a_form_with_its_answers_and_scores(tmp_path: Path) -> None:
    written("jsonl", tmp_path, example_export(clients=2, texts=STRANGE))

    forms = [json.loads(line) for line in (tmp_path / "administrations.jsonl").read_text().splitlines()]
    assert len(forms) == 16
    assert forms[0]["answers"]["q1"] == {"value": 0.0, "raw": "0", "missing": None}
    assert forms[0]["answers"]["note"]["raw"] == STRANGE[1], "text is as it was: no spreadsheet opens this"
    assert forms[2]["answers"]["q3"] == {"value": None, "raw": None, "missing": "left-out"}
    assert forms[3]["answers"] == {}
    assert forms[3]["scores"]["total"]["status"] == "entered"
    assert (forms[0]["session_given"], forms[8]["session_given"], forms[0]["rated_at"]) == (1, None, None)
    assert json.loads((tmp_path / "instruments.json").read_text())["example"]["items"][0]["id"] == "q1"


def test_parquet_has_the_same_types_whatever_is_in_it(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for name, clients in (("some", 7), ("none", 0)):
        (tmp_path / name).mkdir()
        written("parquet", tmp_path / name, example_export(clients=clients))

    some, none = (
        {file.name: parquet.read_table(file) for file in sorted((tmp_path / name).iterdir())}
        for name in ("some", "none")
    )
    assert {name: table.schema for name, table in some.items()} == {name: table.schema for name, table in none.items()}
    forms = some["administrations.parquet"].to_pylist()
    assert (len(forms), forms[0]["date"], forms[0]["rated_at"]) == (56, date(2025, 1, 7), None)
    answers = some["answers.parquet"].to_pylist()
    assert [each["value"] for each in answers[:4]] == [0.0, 1.0, 2.0, None]


def test_without_pyarrow_it_says_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None,
                fromlist: Sequence[str] = (), level: int = 0) -> Any:  # fmt: skip
        if name.partition(".")[0] == "pyarrow":
            raise ModuleNotFoundError(name, name=name)
        return real(name, globals, locals, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ConfigError, match=r"the writer parquet needs pyarrow.*pip install 'fit-toolkit\[parquet\]'"):
        written("parquet", tmp_path, example_export(clients=0))
