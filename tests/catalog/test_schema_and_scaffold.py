from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit import catalog
from fit_toolkit.catalog.scaffold import Sketch, definition
from fit_toolkit.catalog.schema import KINDS, json_schema
from fit_toolkit.model import Instrument


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
        "own-form", float(whole[0]), float(whole[1]), "higher_is_worse", title=title, cutoff=cutoff, source=title,
        items=0 if totals else 3, answers=(low, low + span),
    )  # fmt: skip
    findings = catalog.check_text(definition(sketch).encode(), "own-form.yaml")
    assert findings == []
