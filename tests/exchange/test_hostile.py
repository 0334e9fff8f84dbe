from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path

import pytest

from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.exchange import forms, reading, workbook
from tests.exchange.making import HEAD


def holding(folder: Path, content: bytes, name: str = "form.csv") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def archive(folder: Path, **parts: bytes) -> Path:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return holding(folder, held.getvalue(), "form.xlsx")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"  \r\n \n", "is empty"),
        (b"\xff\xfea\0b\0", "UTF-16"),
        (b"a,b\ncaf\xe9,1\n", "form.csv:2:1: the file is not UTF-8"),
        (b"a,b\n1,\0\n", "form.csv:2:1: a zero byte"),
        (b"a,b\n1,2\n", "neither a REDCap dictionary"),
        (b"\xef\xbb\xbf{", "not valid JSON"),
        (b'{"resourceType": "Questionnaire", "resourceType": "Bundle"}', "given twice in one object"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not usable JSON"),
        (b"[" * 100_000, "nested more than 60"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "nested more than 60"),
        (b"[1, 2]", "no FHIR resource"),
        (b'{"resourceType": "Questionnaire", "item": "x"}', "no items"),
        (b"PK\x03\x04 and then nothing", "damaged"),
        (HEAD.encode() + b'a,f,,radio,A,"0, x | 1, y', "form.csv:2:1: the row beginning here cannot be read as CSV"),
        (HEAD.encode() + b"a" * 200_000 + b",f,,text,A\n", "field larger"),
        (HEAD.encode() + b"a" + b"," * 400 + b"\n", "more than 300 columns"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_in_words(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        forms(holding(tmp_path, content))


def test_a_file_larger_than_any_form_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="larger than 5 MB"):
        forms(holding(tmp_path, b"x" * (reading.MAX_BYTES + 1)))


def test_more_rows_than_any_form_has_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"a{number},f,,text,A\n" for number in range(reading.MAX_ROWS + 1))
    with pytest.raises(DataError, match="more than 20000 rows"):
        forms(holding(tmp_path, (HEAD + rows).encode()))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        forms(tmp_path / "gone.csv")


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    file = holding(tmp_path, HEAD.encode() + 'a,f,,yesno,"Café?"\n'.encode("cp1252"))
    assert forms(file, encoding="cp1252")[0].fields[0].text == "Café?"
    with pytest.raises(DataError, match="no encoding 'klingon'"):
        forms(file, encoding="klingon")


def test_an_archive_that_would_grow_beyond_measure_is_refused(tmp_path: Path) -> None:
    bomb = b"0" * (workbook.MAX_UNPACKED + 1)
    file = archive(tmp_path, **{"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": bomb})
    assert file.stat().st_size < 200_000
    with pytest.raises(DataError, match="unpacked it is larger"):
        forms(file)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no .xlsx workbook"):
        forms(archive(tmp_path, **{"readme.txt": b"hello"}))


def test_a_workbook_with_entities_is_refused(tmp_path: Path) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(DataError, match="XML entities"):
        forms(archive(tmp_path, **{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": laughs}))


def test_a_workbook_with_nothing_inside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        forms(archive(tmp_path, **{"[Content_Types].xml": b"<Types/>"}))


def test_without_openpyxl_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ConfigError, match=r"pip install 'fit-toolkit\[excel\]'") as caught:
        forms(archive(tmp_path, **{"[Content_Types].xml": b"<Types/>"}))
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("form", ["redcap", "fhir", "xlsform"])
@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b"null", b'"x"', b"a", b"a,b\n", b'{"resourceType": "Bundle"}', b"survey\n", b",,,\n,\n"]
)
def test_a_format_that_was_named_wrongly_ends_in_a_refusal(tmp_path: Path, form: str, content: bytes) -> None:
    with pytest.raises(FitError):
        forms(holding(tmp_path, content), form=form)
