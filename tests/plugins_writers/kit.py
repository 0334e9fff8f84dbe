"""What the tests of writers share: the writers that ship, and a made-up export written by one of them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from fit_toolkit.engine import build_part, build_registry
from fit_toolkit.engine.sample_export import example_export
from fit_toolkit.engine.writing import write
from fit_toolkit.model.writing import Export

REGISTRY = build_registry(third_party=False)


def written(kind: str, folder: Path, export: Export | None = None, **settings: Any) -> dict[str, int]:
    """Let a writer write an export, and hold what it wrote against the contract."""
    provided = REGISTRY.writers[kind]
    return write(provided, build_part(provided, settings), export or example_export(clients=4), folder)


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
