"""Definition files: read with line numbers, checked as a whole, found by name."""

from __future__ import annotations

from fit_toolkit.catalog.catalog import Catalog, build, bundled
from fit_toolkit.catalog.files import (
    check_file,
    check_text,
    load_instrument,
    load_norms,
    load_wording,
    read_instrument,
    read_wording,
)
from fit_toolkit.catalog.finding import Finding
from fit_toolkit.catalog.hashing import definition_hash

__all__ = [
    "Catalog",
    "Finding",
    "build",
    "bundled",
    "check_file",
    "check_text",
    "definition_hash",
    "load_instrument",
    "load_norms",
    "load_wording",
    "read_instrument",
    "read_wording",
]
