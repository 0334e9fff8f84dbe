from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any, ClassVar

import pytest

from fit_toolkit.errors import ConfigError, ContractError, DataError, ExitCode, PluginError, UsageError
from fit_toolkit.intake.read import note_of, read_table
from fit_toolkit.model.parts import RawTable, Reader
from tests.intake.making import READERS, table_of


def test_cells_stay_text_as_they_came(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b,c\n007,NA,1e2\n None ,, =1+1\n")
    assert table.columns == ("a", "b", "c")
    assert [list(row) for row in table.rows] == [["007", "NA", "1e2"], [" None ", "", " =1+1"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_the_header_line_has(tmp_path: Path, delimiter: str) -> None:
    table = table_of(tmp_path, f'a{delimiter}"b,;\t"\n1{delimiter}2\n')
    assert table.columns == ("a", "b,;\t")
    assert note_of(table, "delimiter") == delimiter


def test_a_name_in_the_header_may_go_over_several_lines(tmp_path: Path) -> None:
    table = table_of(tmp_path, '"How\nwas, it";b\n1;2\n')
    assert table.columns == ("How\nwas, it", "b")
    assert list(table.lines) == [3]


def test_a_header_with_as_many_of_two_delimiters_is_put_to_a_person(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="as many"):
        table_of(tmp_path, "a,b;c\n1,2;3\n")


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + "ä,b\n1,ö\n".encode(),
        "ä,b\n1,ö\n".encode("utf-16"),
        "ä,b\n1,ö\n".encode("utf-32"),
        "ä,b\n1,ö\n".encode(),
        "ä,b\r\n1,ö\r\n".encode(),
        "ä,b\r1,ö\r".encode(),
        "\n\nä,b\n\n1,ö".encode(),
    ],
)
def test_marks_and_line_ends_make_no_difference(tmp_path: Path, data: bytes) -> None:
    table = table_of(tmp_path, data)
    assert table.columns == ("ä", "b")
    assert [list(row) for row in table.rows] == [["1", "ö"]]


def test_lines_are_those_of_the_file_behind_quoted_line_breaks_too(tmp_path: Path) -> None:
    table = table_of(tmp_path, 'a,b\n"one\ntwo\nthree",1\n\n2,"x\r\ny"\n3,3\n')
    assert list(table.lines) == [2, 6, 8]
    assert table.rows[0][0] == "one\ntwo\nthree"


def test_a_line_that_spreadsheets_write_for_themselves_is_understood(tmp_path: Path) -> None:
    table = table_of(tmp_path, "sep=;\na;b\n1;2\n")
    assert table.columns == ("a", "b")
    assert list(table.lines) == [3]


@pytest.mark.parametrize(
    ("data", "line", "said"),
    [
        (b"a,b\n1,\xe4\n", 2, "not utf-8"),
        (b"a,b\n1,2\n1,\x00\n", 3, "NUL"),
        (b'a,b\n1,2\n"3,4\n5,6\n', 3, "never closed"),
        (b'a,b\n"1"x,2\n', 2, "follows a closing quote"),
        (b"a,b\n" + b"x" * 140_000 + b",1\n", 2, "131,072"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused_with_its_line(
    tmp_path: Path, data: bytes, line: int, said: str
) -> None:
    with pytest.raises(DataError, match=said) as caught:
        table_of(tmp_path, data)
    assert caught.value.where == f"answers.csv:{line}"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"   \n , \n", codecs.BOM_UTF8])
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match="empty"):
        table_of(tmp_path, data)


def test_an_older_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes("a,b\n1,ä€\n".encode("cp1252"))
    assert read_table(path, READERS, settings={"encoding": "cp1252"}).rows[0][1] == "ä€"


def test_an_encoding_that_is_not_known_is_a_mistake_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(UsageError):
        read_table(tmp_path / "a.csv", READERS, settings={"encoding": "rot13"})


def test_longer_rows_keep_their_cells_and_shorter_ones_are_noted(tmp_path: Path) -> None:
    table = table_of(tmp_path, "a,b\n1,2,3\n4\n")
    assert table.columns == ("a", "b", "")
    assert [list(row) for row in table.rows] == [["1", "2", "3"], ["4", "", ""]]
    assert any("fewer cells" in note for note in table.notes)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "nothing.csv", READERS)
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path, READERS)


class _Sure(Reader, frozen=True):
    """A reader for tests."""

    kind: ClassVar[str] = "sure"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)


class _Wrong(_Sure, frozen=True):
    def rows(self, path: Path) -> Any:
        return RawTable(("a", "b"), [["1"]], [1])


class _Raising(_Sure, frozen=True):
    def rows(self, path: Path) -> RawTable:
        raise SystemExit(0)


def test_the_surest_reader_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(PluginError, match="reader raising failed: SystemExit"):
        read_table(tmp_path / "a.csv", {**READERS, "raising": _Raising})


def test_two_readers_that_are_as_sure_are_put_to_a_person(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(UsageError, match="one, two"):
        read_table(tmp_path / "a.csv", {"one": _Raising, "two": _Wrong})


def test_a_reader_that_breaks_its_contract_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(ContractError, match="reader wrong"):
        read_table(tmp_path / "a.csv", {"wrong": _Wrong}, reader="wrong")


def test_a_file_no_reader_knows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\x02")
    with pytest.raises(DataError, match="no reader"):
        read_table(tmp_path / "a.bin", READERS)


@pytest.mark.parametrize(("begins", "name"), [(b"\x1f\x8b\x08", "gzip"), (b"PK\x03\x04", "zip"), (b"7z\xbc\xaf", "7z")])
@pytest.mark.parametrize("file", ["a.csv", "a.csv.gz", "a.bin"])
def test_a_packed_file_is_to_be_unpacked(tmp_path: Path, begins: bytes, name: str, file: str) -> None:
    (tmp_path / file).write_bytes(begins + bytes(20))
    with pytest.raises(DataError, match=rf"the file is packed \({name}\) \(unpack it"):
        read_table(tmp_path / file, READERS)
    with pytest.raises(DataError, match=r"the file is packed \(unpack it"):
        read_table(tmp_path / file, READERS, reader="csv")


class _Elsewhere(_Sure, frozen=True):
    def rows(self, path: Path) -> RawTable:
        raise ModuleNotFoundError("anything at all", name="parse_it.deeply")


def test_a_library_that_a_reader_lacks_is_a_matter_of_the_installation(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(ConfigError) as caught:
        read_table(tmp_path / "a.csv", {"elsewhere": _Elsewhere})
    assert caught.value.what == "the reader elsewhere needs parse_it, which is not installed"
    assert (caught.value.where, caught.value.exit_code) == ("a.csv", ExitCode.CONFIG)
