"""What a writer wrote is looked at before anybody relies on it."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit import Export, Writer
from fit_toolkit.engine.describe import describe
from fit_toolkit.engine.records import BrokenContractError, PluginFailureError, Provided, Source
from fit_toolkit.engine.sample_export import example_export
from fit_toolkit.engine.writing import COLUMNS, write
from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.model.writing import guarded, unguarded

Body = Callable[[Path], Any]


class Does(Writer, frozen=True):
    """Does what a test wants."""

    kind = "does"

    def write(self, export: Export, folder: Path) -> Any:
        return BODY[0](folder)


BODY: list[Body] = []
PROVIDED = Provided(describe("writer", Does), Source("does", "bundled", "does"), Does)


def wrote(folder: Path, body: Body) -> dict[str, int]:
    BODY[:] = [body]
    return write(PROVIDED, Does(), example_export(1), folder)


def put(folder: Path, *names: str) -> Any:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def link(folder: Path) -> Any:
    (folder / "l").symlink_to("/etc/hostname")


def raises(error: BaseException) -> Body:
    def body(folder: Path) -> Any:
        raise error

    return body


def test_files_are_given_with_their_rows_in_order(tmp_path: Path) -> None:
    assert wrote(tmp_path, lambda folder: put(folder, "b.csv", "a/c.csv") or {"b.csv": 1, "a/c.csv": 0}) == {
        "a/c.csv": 0,
        "b.csv": 1,
    }


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (lambda folder: None, "write gave NoneType where its files with their rows are due"),
        (lambda folder: {}, "wrote no file"),
        (lambda folder: {"a.csv": 1}, "names a file that is not there: a.csv"),
        (lambda folder: put(folder, "b.csv") or {}, "wrote a file that it does not name: b.csv"),
        (lambda folder: put(folder, "b.csv") or {"b.csv": -1}, "something that is no number of rows"),
        (lambda folder: put(folder, "b.csv") or {"b.csv": True}, "something that is no number of rows"),
        (lambda folder: put(folder, "a b") or {"a b": 1}, "a file whose name not every system can have: a b"),
        (lambda folder: put(folder, "x/.y") or {"x/.y": 1}, "a file whose name not every system can have: x/.y"),
        (lambda folder: link(folder) or {"l": 1}, "something that is no plain file"),
        (lambda folder: put(folder.parent, "o") or {"../o": 1}, "names a file that is not there: ../o"),
    ],
)
def test_what_is_not_as_agreed_is_refused_and_named(tmp_path: Path, body: Body, says: str) -> None:
    (tmp_path / "files").mkdir()
    with pytest.raises(BrokenContractError) as refused:
        wrote(tmp_path / "files", body)

    assert says in refused.value.failure.error


def test_what_it_raises_is_told_without_its_words_but_an_error_of_ours_goes_through(tmp_path: Path) -> None:
    with pytest.raises(PluginFailureError) as failed:
        wrote(tmp_path, raises(ValueError("k17")))
    assert failed.value.failure.error == "raised ValueError"
    with pytest.raises(PluginFailureError) as failed:
        wrote(tmp_path, raises(SystemExit(0)))
    assert failed.value.failure.error == "called sys.exit"
    with pytest.raises(DataError, match="leave out"):
        wrote(tmp_path, raises(DataError("leave out the totals")))


def test_a_full_disk_is_called_that_and_no_fault_of_the_writer(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written: No space left"):
        wrote(tmp_path, raises(OSError(errno.ENOSPC, "k17 does not fit")))
    with pytest.raises(PluginFailureError):
        wrote(tmp_path, raises(OSError(errno.ENOENT, "k17 is not there")))


def test_a_made_up_export_has_every_column_with_its_type_and_whole_clients_in_each_part() -> None:
    parts = list(example_export(clients=7).parts())

    for part in parts:
        for name, columns in COLUMNS.items():
            frame = getattr(part, name)
            assert {str(column): str(kind) for column, kind in frame.dtypes.items()} == columns
        assert set(part.answers["administration"]) <= set(part.administrations["administration"])
    clients = [set(part.members["client"]) for part in parts]
    assert sum(map(len, clients)) == len(set().union(*clients)) == 7
    numbers = [number for part in parts for number in part.administrations["administration"]]
    assert numbers == list(range(1, len(numbers) + 1))
    (empty,) = example_export(clients=0).parts()
    assert not len(empty.members)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "@a",
        "-x",
        "+x",
        "\ta",
        "\r",
        "\n=",
        "\uff1d1",
        "\uff0ba",
        "\uff0d",
        "\uff20x",
        "'=x",
        " =1",
        "\xa0+a",
        "\ufeff=1",
        "' =1",
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_gets_a_quote_mark_that_comes_off_again(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize(
    "text", ["", "'", "'a", "-3", "+4.5", "-2,5", "1e5", "a=b", "it's", "''", "\u00e4", " -3", " a", "' a"]
)
def test_other_cells_and_numbers_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text
