"""JSON Schemas of the definition files, made from the same types that read them."""

from __future__ import annotations

from typing import Any

import msgspec

from fit_toolkit.model.instrument import Instrument
from fit_toolkit.model.norms import NormSet
from fit_toolkit.model.wording import Wording

KINDS: dict[str, type[msgspec.Struct]] = {"instrument": Instrument, "wording": Wording, "norms": NormSet}


def json_schema(kind: str = "instrument") -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a kind of file; editors use it for completion and checking."""
    return schema_of(KINDS[kind], f"fit-toolkit {kind} file")


def schema_of(cls: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the files that are read as one type."""
    schema = msgspec.json.schema(cls)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}
