"""Writer `psych-ds`: tables under `data/` with keywords in their names, and their variables in JSON-LD, as Psych-DS has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

from fit_toolkit import Export, Writer

from .described import WORDS
from .tables import Tables, codebook, columns_of, with_context

ANSWERS = ("client", "episode", "therapist", "date", "session", "rater", "occasion", "instrument", "item", "value", "raw",
           "missing")  # fmt: skip
SCORES = ("client", "episode", "therapist", "date", "session", "rater", "occasion", "instrument", "scale", "value", "status",
          "n_answered", "n_items", "band")  # fmt: skip
BOUNDS = {"n_answered": {"minValue": 0}, "n_items": {"minValue": 0}, "session": {"minValue": 0}}


class PsychDsWriter(Writer, frozen=True):
    """A Psych-DS dataset: answers, scores, clients and the codebook as `data/study-..._data.csv`."""

    kind: ClassVar[str] = "psych-ds"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write the tables part by part, then what describes them."""
        columns: dict[str, None] = {}
        with Tables(export, folder) as tables:
            for part in export.parts():
                made = {
                    "answers": columns_of(with_context(part, part.answers), *ANSWERS),
                    "scores": columns_of(with_context(part, part.scores), *SCORES),
                    "members": columns_of(part.members),
                }
                for name, table in made.items():
                    tables.add(_file(name), table)
                    columns |= dict.fromkeys(table)
            book = codebook(export)
            tables.add(_file("codebook"), book)
            columns |= dict.fromkeys(book)
        about = {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "name": "Ratings of sessions",
            "description": "Ratings of sessions of psychotherapy: every answer, every score, and what they were of.",
            "schemaVersion": "Psych-DS 0.4.0",
            "dateCreated": export.made_at.date().isoformat(),
            "variableMeasured": [_variable(name) for name in columns],
        }
        text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        (folder / "dataset_description.json").write_text(text, encoding="utf-8")
        (folder / ".psychdsignore").write_text("manifest.json\n", encoding="utf-8")
        return {**tables.rows, "dataset_description.json": len(columns), ".psychdsignore": 1}


def _file(name: str) -> str:
    return f"data/study-ratings_description-{name}_data.csv"


def _variable(name: str) -> dict[str, Any]:
    return {"@type": "PropertyValue", "name": name, "description": WORDS[name], **BOUNDS.get(name, {})}
