"""A table that a reader gave, imported as `fit import` does with what it knows for certain."""

from __future__ import annotations

from typing import Any

from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import run_import
from fit_toolkit.intake.mapping import Map
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.model.parts import RawTable
from tests.intake.making import NOW, TODAY, Clinic


def taken(clinic: Clinic, table: RawTable, mapping: Map | None = None, **ask: Any) -> Outcome:
    """Import a table into the clinic: by the map, or by the names that are certain."""
    if mapping is None:
        base = Map(instrument="phq-9")
        sure = [each for each in propose(table, base, clinic.catalog) if each.how in {"exact", "format"}]
        mapping = as_map(sure, base)
    wish = Ask(**{"actor": "anna", "today": TODAY, "now": NOW, "open_episodes": True, **ask})
    return run_import(clinic.store, clinic.catalog, table, mapping, wish, file="answers")
