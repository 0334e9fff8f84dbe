"""A large file read piece by piece: the same rows, lines and refusals, however it is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.errors import DataError, FitError
from fit_toolkit.intake.read import read_source, read_table
from fit_toolkit.model.parts import RawTable, Reader
from tests.conftest import LONG
from tests.intake.making import READERS

SHREDS = st.sampled_from(
    [b"a", b",", b";", b"\n", b"\r\n", b"\r", b'"', b'""', b"\0", b"\xe4", "ä".encode(), b" ", b"sep=;\n", b"1,2\n",
     b"x;y\n", b"\xff\xfe", b"a,b\n1,2\n", "\u2028".encode(), b"\n\n"]
)  # fmt: skip


def written(folder: Path, data: str | bytes) -> Path:
    path = folder / "answers.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def joined(path: Path, rows: int) -> tuple[Any, ...]:
    source = read_source(path, READERS, rows=rows)
    pieces = list(source.pieces())
    assert all(len(piece) <= rows for piece in pieces)
    read = [row for piece in pieces for row in zip(*(column.cells() for column in piece.columns), strict=True)]
    lines = [int(line) for piece in pieces for line in piece.lines]
    assert [int(row) for piece in pieces for row in piece.rows] == list(range(source.count))
    return source.sample.columns, [list(row) for row in read], lines, source.sample.notes


def read_at_once(path: Path) -> tuple[Any, ...]:
    table = read_table(path, READERS)
    return table.columns, [list(row) for row in table.rows], list(table.lines), table.notes


def came_of(read: Callable[..., Any], *given: Any) -> Any:
    try:
        return read(*given)
    except FitError as refused:
        return type(refused), str(refused)


@settings(max_examples=400 if LONG else 60)
@given(shreds=st.lists(SHREDS, max_size=25), rows=st.integers(1, 4), wide=st.booleans())
def test_pieces_are_the_whole_and_are_refused_as_the_whole_is(
    tmp_path_factory: pytest.TempPathFactory, shreds: list[bytes], rows: int, wide: bool
) -> None:
    data = b"".join(shreds)
    path = written(tmp_path_factory.getbasetemp(), data.decode("latin-1").encode("utf-16") if wide else data)
    assert came_of(joined, path, rows) == came_of(read_at_once, path)


@pytest.mark.parametrize(
    ("end", "said"),
    [(b"\xe4,1\n", "this is not utf-8"), (b"\0,1\n", "NUL"), (b'"x,1\n', "never closed"), (b"y" * 140_000, "131,072")],
)
def test_a_fault_at_the_end_of_a_long_file_is_found_before_anything_is_done(
    tmp_path: Path, end: bytes, said: str
) -> None:
    path = written(tmp_path, b"a,b\n" + b"1,2\n" * 400_000 + end)
    with pytest.raises(DataError, match=said) as caught:
        read_source(path, READERS)
    assert caught.value.where == "answers.csv:400002"


def test_what_is_no_text_is_the_graver_fault_wherever_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, b'a,b\n"1"x,2\n' + b"1,2\n" * 9 + b"\0,1\n\xe4,1\n")
    with pytest.raises(DataError, match="this is not utf-8") as caught:
        read_source(path, READERS)
    assert caught.value.where == "answers.csv:13"


def test_a_small_file_is_kept_and_a_large_one_is_not(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n" + "1,2\n" * 5000)
    assert read_source(path, READERS, rows=5000).whole
    large = read_source(path, READERS, rows=4999)
    assert not large.whole
    assert large.count == 5000
    assert len(large.sample) == 1000


def test_the_sample_of_a_large_file_has_a_row_for_each_word_that_has_to_be_known(tmp_path: Path) -> None:
    lines = [*["x,1"] * 4000, " gad-7,1", *["x,1"] * 4000, "phq-9,1,,stray"]
    source = read_source(written(tmp_path, "form,b\n" + "\n".join(lines)), READERS, rows=100, ids={"gad-7", "phq-9"})
    assert [row[0] for row in source.sample.rows[-2:]] == [" gad-7", "phq-9"]
    assert list(source.sample.lines[-2:]) == [4002, 8003]
    assert source.sample.columns == ("form", "b", "", "")


def test_how_far_it_is_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    path = written(tmp_path, "a,b\n" + "1,2\n" * 350)
    read_source(path, READERS, rows=100, progress=lambda *each: told.append(each))
    assert [done for _, done, _ in told] == [100, 200, 300, 350, 350]
    assert all(done < of for _, done, of in told[:-1])
    assert told[-1] == ("reading", 350, 350)


def test_notes_and_records_left_out_of_pieces_are_put_together(tmp_path: Path) -> None:
    class Two(Reader, frozen=True):
        suffixes: ClassVar[tuple[str, ...]] = (".csv",)

        def parts(self, path: Path, rows: int) -> Iterator[RawTable]:
            for note in ("one", "two"):
                yield RawTable(("a",), [["1"]], [1], notes=("both", note), left_out={"tests": 2})

    source = read_source(written(tmp_path, "a\n1\n"), {"csv": Two})
    assert source.sample.notes == ("both", "one", "two")
    assert source.sample.left_out == {"tests": 4}
