"""Files that are to be written, checked to the end before they are: form, sense and worked tests."""

from __future__ import annotations

import tempfile
from pathlib import Path

from msgspec.structs import replace

from fit_toolkit.catalog import Finding, build
from fit_toolkit.scoring import check_definition


def findings(files: dict[str, str]) -> list[Finding]:
    """List what `fit instruments check` would find in these files, by their names below one folder."""
    with tempfile.TemporaryDirectory(prefix="fit-") as name:
        folder = Path(name)
        for relative, text in files.items():
            target = folder / relative
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        catalog = build([folder])
        return [
            replace(found, file=relative)
            for relative in files
            for found in check_definition(folder / relative, catalog)
        ]
