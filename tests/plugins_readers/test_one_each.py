"""Every reader that ships against the samples of all: each file has one reader that is surest of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.engine.records import Defaults
from fit_toolkit.intake.read import read_table

READERS = {kind: each.cls for kind, each in build_registry(Defaults(), None).readers.items() if each.cls is not None}


@pytest.mark.parametrize("kind", sorted(READERS))
def test_its_own_sample_is_read_by_nobody_else(kind: str, tmp_path: Path) -> None:
    sample, suffixes = READERS[kind].sample, READERS[kind].suffixes
    assert sample, "a reader that ships has a sample"
    for suffix in suffixes[:1]:
        path = tmp_path / f"file{suffix}"
        path.write_bytes(sample)
        sure = {other: cls().sniff(sample[:65536], suffix) for other, cls in READERS.items()}
        best = max(sure.values())
        assert [other for other, value in sure.items() if value == best] == [kind]
        assert len(read_table(path, READERS))


def test_an_empty_file_and_rubbish_are_claimed_by_nobody_but_the_reader_of_any_text() -> None:
    for head in (b"", b"\x00\x01\x02", b"PK\x03\x04", b"a,b\n1,2\n", b"<html>", b"{}", b"\xff\xfe"):
        for suffix in ("", ".bin", ".dat"):
            claims = {kind for kind, cls in READERS.items() if cls().sniff(head, suffix) > 0}
            assert claims <= {"csv"}
