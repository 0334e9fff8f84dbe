from __future__ import annotations

import csv
import io
import json
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.cli.output import as_csv, as_json, as_table, emit, visible, write_atomic
from fit_toolkit.errors import UsageError

cells = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.dates(), st.lists(st.text(max_size=3), max_size=2))  # fmt: skip
rows = st.lists(st.fixed_dictionaries({"a": cells, "b": cells}), max_size=4)


@given(rows)
def test_json_holds_every_cell_and_names_its_schema(listed: list[dict[str, object]]) -> None:
    document = json.loads(as_json("things", listed, ["a", "b"]))
    assert document["schema"] == "fit/things/1"
    assert len(document["things"]) == len(listed)
    for row, read in zip(listed, document["things"], strict=True):
        for key, value in row.items():
            assert read[key] == (value.isoformat() if isinstance(value, date) else value)


@given(rows)
def test_csv_has_a_line_per_row_and_no_cell_a_spreadsheet_would_run(listed: list[dict[str, object]]) -> None:
    read = list(csv.reader(io.StringIO(as_csv(listed, ["a", "b"]))))
    assert len(read) == len(listed) + 1
    for row, line in zip(listed, read[1:], strict=True):
        for value, cell in zip((row["a"], row["b"]), line, strict=True):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or isinstance(value, int)


@given(st.text())
def test_nothing_printed_can_be_taken_for_a_command_of_the_terminal(text: str) -> None:
    shown = visible(text)
    assert not any(ord(mark) < 32 or 127 <= ord(mark) < 160 for mark in shown)
    assert "\u202e" not in shown


def test_a_table_is_aligned_under_its_heads() -> None:
    listed: list[dict[str, object]] = [
        {"code": "c1", "opened_on": date(2026, 3, 1)},
        {"code": "long-code", "opened_on": None},
    ]
    assert as_table(listed, ["code", "opened_on"]).splitlines() == [
        "code       opened on",
        "---------  ----------",
        "c1         2026-03-01",
        "long-code",
    ]


def test_an_empty_listing_says_so_beside_the_data(capsys: pytest.CaptureFixture[str]) -> None:
    emit("clients", [], columns=["code"])
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "no clients\n")
    emit("clients", [], columns=["code"], fmt="csv")
    assert capsys.readouterr().out == "code\n"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "list.csv"
    emit("clients", [{"code": "c1"}], fmt="csv", output=target)
    assert target.read_text() == "code\nc1\n"

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(target, b"half")
    assert target.read_text() == "code\nc1\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_in_place_of_a_file_and_a_folder_that_is_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a file has to be named"):
        write_atomic(tmp_path, b"page")
    with pytest.raises(UsageError, match="no such folder"):
        write_atomic(tmp_path / "none" / "page.html", b"page")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_what_is_no_plain_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomic(pipe, b"page")
        assert os.read(reader, 10) == b"page"
        assert pipe.is_fifo()
    finally:
        os.close(reader)


def test_no_result_takes_the_place_of_a_practices_store_or_settings(tmp_path: Path) -> None:
    store, settings = tmp_path / "store.db", tmp_path / "fit.toml"
    store.write_bytes(b"SQLite format 3\0 and all that was ever entered")
    settings.write_text("[practice]\n")
    for kept in (store, settings):
        before = kept.read_bytes()
        with pytest.raises(UsageError, match="would be written over"):
            write_atomic(kept, b"policy,alerts\n")
        assert kept.read_bytes() == before
    write_atomic(settings, b"[practice]\n[plugins]\n", settings=True)
    assert settings.read_bytes().endswith(b"[plugins]\n")
