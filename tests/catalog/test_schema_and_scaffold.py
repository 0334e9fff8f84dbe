from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit import catalog
from fit_toolkit.catalog.scaffold import Named, Sketch, definition, item_range
from fit_toolkit.catalog.schema import KINDS, json_schema
from fit_toolkit.errors import DataError
from fit_toolkit.model import Instrument
from fit_toolkit.scoring import run_tests


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_json_and_refuses_unknown_keys(kind: str) -> None:
    schema = json.loads(json.dumps(json_schema(kind)))
    assert schema["$schema"].startswith("https://json-schema.org/")
    records = [each for each in schema["$defs"].values() if each.get("type") == "object"]
    assert records
    assert all(each.get("additionalProperties") is False for each in records)


def test_the_schema_says_what_the_type_says() -> None:
    root: dict[str, Any] = json_schema()["$defs"]["Instrument"]
    fields = {field.encode_name: field for field in msgspec.structs.fields(Instrument)}
    assert set(root["properties"]) == set(fields)
    assert set(root["required"]) == {name for name, field in fields.items() if field.required}
    assert "direction" in root["required"]


titles = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@settings(max_examples=60)
@given(title=titles, low=st.integers(-5, 5), span=st.integers(1, 100), totals=st.booleans(), cut=st.booleans())
def test_what_is_written_passes_the_check(title: str, low: int, span: int, totals: bool, cut: bool) -> None:
    cutoff = (">=", float(low if totals else 3 * low)) if cut else None
    whole = (low, low + span) if totals else (3 * low, 3 * (low + span))
    sketch = Sketch(
        "own-form", "higher_is_worse", low=float(whole[0]), high=float(whole[1]), title=title, cutoff=cutoff,
        source=title, items=0 if totals else 3, answers=(low, low + span), reverse=() if totals else ("q2",),
    )  # fmt: skip
    findings = catalog.check_text(definition(sketch).encode(), "own-form.yaml")
    assert findings == []


@settings(max_examples=40)
@given(
    size=st.integers(1, 9),
    low=st.integers(-3, 3),
    span=st.integers(1, 9),
    method=st.sampled_from(["sum", "mean"]),
    data=st.data(),
)
def test_the_tests_it_writes_agree_with_scoring(
    size: int, low: int, span: int, method: str, data: st.DataObject
) -> None:
    ids = [f"q{number}" for number in range(1, size + 1)]
    groups = data.draw(st.lists(st.lists(st.sampled_from(ids), min_size=1, unique=True), max_size=3))
    scales = tuple(Named(f"part-{number}", tuple(group)) for number, group in enumerate(groups))
    used = sorted({id for group in groups for id in group} or ids)
    reverse = data.draw(st.lists(st.sampled_from(used), unique=True))
    sketch = Sketch(
        "own-form",
        "higher_is_better",
        items=size,
        answers=(low, low + span),
        scales=scales,
        reverse=tuple(reverse),
        method=method,
    )
    with TemporaryDirectory() as folder:
        file = Path(folder) / "own-form.yaml"
        file.write_text(definition(sketch), encoding="utf-8")
        made = catalog.load_instrument(file)
    assert {key for test in made.tests for key in test.expect} == {scale.id for scale in made.scales}
    assert run_tests(made) == []


def test_items_are_read_from_a_list_and_from_a_stretch() -> None:
    ids = [f"q{number}" for number in range(1, 13)]
    assert item_range("q1, q3-q5,q4,q12", ids) == ("q1", "q3", "q4", "q5", "q12")
    with pytest.raises(DataError, match="no item 'q13'"):
        item_range("q1-q13", ids)
    with pytest.raises(DataError, match="backwards"):
        item_range("q5-q3", ids)
