"""Writer `datapackage`: the tables as a Frictionless Data Package, every column with its type and meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from fit_toolkit import Export, Writer

from .described import WORDS
from .tables import CODEBOOK, SOMETIMES, Tables, codebook, columns_of

TABLES = ("members", "assignments", *SOMETIMES, "administrations", "answers", "scores")
KEYS = {
    "members": ["client", "episode"],
    "staff": ["code"],
    "assignments": ["episode", "therapist", "role", "since"],
    "pauses": ["episode", "since"],
    "appointments": ["episode", "date"],
    "administrations": ["administration"],
    "answers": ["administration", "item"],
    "scores": ["administration", "scale"],
    "codebook": ["instrument", "what", "id"],
}
NUMBERS = {"value", "minimum", "maximum", "step"}
WHOLE = {"administration", "session", "session_given", "replaces", "n_answered", "n_items"}
DAYS = {"date", "joined", "left", "opened", "closed", "since", "until", "starts", "ends"}
YES_OR_NO = {"dates_assumed", "totals"}
HOW: Mapping[str, dict[str, Any]] = {
    "datetime": {"format": "any"},
    "boolean": {"trueValues": ["true"], "falseValues": ["false"]},
}
FORM = {"fields": ["administration"], "reference": {"resource": "administrations", "fields": ["administration"]}}
MEMBER = {"fields": ["client", "episode"], "reference": {"resource": "members", "fields": ["client", "episode"]}}
REFERS: Mapping[str, list[dict[str, Any]]] = {"administrations": [MEMBER], "answers": [FORM], "scores": [FORM]}


class DatapackageWriter(Writer, frozen=True):
    """A Frictionless Data Package: related tables under `data/` and `datapackage.json`."""

    kind: ClassVar[str] = "datapackage"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the tables, then what describes them."""
        columns: dict[str, list[str]] = {}
        with Tables(export, folder) as tables:
            for part in export.parts():
                for name in TABLES:
                    frame = getattr(part, name)
                    if name in SOMETIMES and not len(frame):
                        continue
                    columns[name] = [str(column) for column in frame.columns]
                    tables.add(f"data/{name}.csv", columns_of(frame))
            tables.add("data/codebook.csv", codebook(export))
        columns["codebook"] = list(CODEBOOK)
        package = {
            "profile": "tabular-data-package",
            "name": "ratings",
            "title": "Ratings of sessions",
            "created": export.made_at.isoformat().replace("+00:00", "Z"),
            "resources": [_resource(folder, name, columns[name]) for name in (*TABLES, "codebook") if name in columns],
        }
        text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
        (folder / "datapackage.json").write_text(text, encoding="utf-8")
        return {**tables.rows, "datapackage.json": len(columns)}


def _resource(folder: Path, name: str, columns: list[str]) -> dict[str, Any]:
    content = (folder / "data" / f"{name}.csv").read_bytes()
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in columns],
        "missingValues": [""],
        "primaryKey": KEYS[name],
    }
    if name in REFERS:
        schema["foreignKeys"] = REFERS[name]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"data/{name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(column: str) -> dict[str, Any]:
    kind = (
        "number" if column in NUMBERS
        else "integer" if column in WHOLE
        else "date" if column in DAYS
        else "datetime" if column == "rated_at"
        else "boolean" if column in YES_OR_NO
        else "string"
    )  # fmt: skip
    return {"name": column, "type": kind, **HOW.get(kind, {}), "description": WORDS[column]}
