"""A practice with ratings of every sort, brought in as people bring them in; and an export of it."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fit_toolkit.cli import run
from fit_toolkit.practice import Practice, open_practice, set_up

WHEN = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NOTE = "=HYPERLINK(me)"
FORMS = f"""client,therapist,episode,date,rater,instrument,item,value
k17,anna,,2026-02-02,client,today-together-client,q1,8
k17,anna,,2026-02-02,client,today-together-client,q2,does-not-fit
k17,anna,,2026-02-02,client,today-together-client,q3,
k17,anna,,2026-02-02,client,today-together-client,keep,{NOTE}
k17,anna,,2026-02-09,client,today-together-client,q1,7
k17,anna,,2026-02-09,therapist,today-together-therapist,q1,6
k18,ben,,2026-02-03,client,phq-2,q1,3
k18,ben,,2026-02-03,client,phq-2,q2,0
"""
TOTALS = """client,therapist,date,instrument,scale,value
k18,ben,2026-02-10,bdi,total,21
"""


def clock() -> datetime:
    return WHEN


def fit(root: Path, *words: str) -> int:
    return run(["--practice", str(root), *words], clock=clock)


def made(root: Path) -> Path:
    """Make the practice."""
    set_up(root)
    for code in ("anna", "ben"):
        assert fit(root, "staff", "add", code, "--starts", "2026-01-01") == 0
    assert fit(root, "instruments", "new", "bdi", "--totals", "--range", "0,63", "--direction", "higher_is_worse") == 0
    for name, text in (("forms.csv", FORMS), ("totals.csv", TOTALS)):
        (root.parent / name).write_text(text)
        assert fit(root, "import", str(root.parent / name), "--open-episodes") == 0
    (root.parent / "other.csv").write_text("client,date,instrument,q1,q2\nk18,2026-02-03,phq-2,2,1\n")
    assert fit(root, "import", str(root.parent / "other.csv"), "--correct", "--reason", "misread") == 0
    return root


def opened(root: Path) -> Practice:
    return open_practice(root, clock=clock)


def rows(folder: Path, name: str, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a table."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found
