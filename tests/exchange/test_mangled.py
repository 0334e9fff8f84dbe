"""Files that were changed at random end in a definition that passes the check, or in a refusal; never in a crash."""

from __future__ import annotations

import copy
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from fit_toolkit.errors import FitError
from fit_toolkit.exchange import choose, definition, findings, forms, remarks, settle
from tests.exchange.making import DATA, SAID
from tests.exchange.test_xlsform import CHOICES, SURVEY, workbook

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    10**400,
    "",
    " ",
    "x\n\x1b[2J: {",
    "=1+1",
    [],
    {},
    [[]],
    [{}],
    {"code": {}},
    "é" * 500,
]
QUESTIONNAIRES = [json.loads((DATA / name).read_text()) for name in ("rest.json", "rest-valueset.json")]
TABLES = ["rest.csv", "rest-xlsform.csv", "rest-limesurvey.txt"]
DECIDED = replace(SAID, id="made", answers=(0, 9), values={"a": 0, "b": 1, "c": 2}, missing_codes=("-99",))


def wrong_with(content: bytes, name: str) -> list[str]:
    """Bring a file in as the command does; list what neither a definition that passes nor a refusal in one line explains."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        file.write_bytes(content)
        try:
            found = forms(file)
            settled = settle(choose(found, found[0].name), DECIDED)
        except FitError as error:
            return [] if str(error).isprintable() else ["the refusal is more than one plain line"]
    said = [*remarks(settled), *(str(problem) for problem in settled.open)]
    wrong = ["a remark is more than one plain line" for line in said if not line.isprintable()]
    if not settled.open:
        text = definition(settled, DECIDED)
        codes = (found.code for found in findings({"made.yaml": text}))
        wrong += [code for code in codes if code in {"FI003", "FI009", "FI102"}]
    return wrong


@pytest.mark.parametrize("name", [*TABLES, "rest.json", "rest-valueset.json"])
def test_what_nobody_changed_leaves_nothing_open(name: str) -> None:
    found = forms(DATA / name)
    assert settle(choose(found, found[0].name), DECIDED).open == (), (
        "else the files below never get as far as a definition"
    )


def places(data: Any) -> list[tuple[Any, Any]]:
    keys = data.keys() if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()
    return [place for key in keys for place in [(data, key), *places(data[key])]]


@settings(max_examples=150, deadline=None)
@given(which=st.sampled_from(QUESTIONNAIRES), changes=st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(ODD)), min_size=1, max_size=3))  # fmt: skip
def test_a_questionnaire_changed_anywhere_is_brought_in_whole_or_refused_in_one_line(
    which: dict[str, Any], changes: list[tuple[int, Any]]
) -> None:
    data = copy.deepcopy(which)
    for at, value in changes:
        if found := places(data):
            holder, key = found[at % len(found)]
            holder[key] = copy.deepcopy(value)
    assert wrong_with(json.dumps(data).encode("utf-8", "replace"), "form.json") == []


@pytest.mark.parametrize("name", TABLES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_table_changed_anywhere_is_brought_in_whole_or_refused_in_one_line(name: str, data: st.DataObject) -> None:
    content = (DATA / name).read_bytes()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content)))
        put = data.draw(
            st.sampled_from(
                [b'"', b",", b"\n", b"|", b"\t", b"\x1b", b"\xff", b"=", b"\xe2\x80\xae", b"-99", b"", b"," * 50]
            )
        )
        content = content[:at] + put + content[at + data.draw(st.integers(0, 5)) :]
    assert wrong_with(content, name) == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return workbook(tmp_path_factory.mktemp("sound"), survey=SURVEY, choices=CHOICES).read_bytes()


@settings(max_examples=100, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(4, 10**6), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_workbook_changed_anywhere_is_brought_in_whole_or_refused_in_one_line(
    sound: bytes, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(sound)
    for at, value in changes:
        content[max(4, at % len(content))] = value
    assert wrong_with(bytes(content), "form.xlsx") == []
