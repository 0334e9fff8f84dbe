"""The lines of the page on forms and spreadsheets that need a workbook or an SPSS file, typed beside such files."""

from __future__ import annotations

import shlex
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook

from fit_toolkit.cli import run as fit
from tests.docs.pages import DOCS, steps
from tests.docs.test_pages import WHEN, follow

PAGE = DOCS / "from-forms-and-spreadsheets.md"
ITEMS = [f"q{number}" for number in range(1, 10)]
NINE = [1, 1, 1, 1, 1, 1, 1, 1, 0]
OWN = ["ID", "Start time", "Completion time", "Email", "Name"]


def save(name: str, *rows: list[object]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(name)


def test_lines_for_workbooks_and_spss_files_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(PAGE, tmp_path, monkeypatch)
    save("march.xlsx", ["client", "date", *ITEMS], ["k17", date(2026, 3, 23), *NINE])
    at = datetime.fromisoformat("2026-03-30T10:04:09")
    save("Weekly form.xlsx", [*OWN, "client", *ITEMS], [1, at, at, "jane@example.org", "Jane Doe", "k17", *NINE])
    frame = pd.DataFrame({"code": ["k18"], "day": [date(2026, 4, 6)], **{item: [1.0] for item in ITEMS}})
    pyreadstat.write_sav(frame.assign(q9=99.0), "answers.sav", missing_ranges={"q9": [99]})
    columns = "".join(f"  {item}: {item}\n" for item in ITEMS)
    Path("answers.map.yaml").write_text(
        f"format: fit-map/1\ninstrument: phq-9\ncolumns:\n  code: client\n  day: date\n{columns}"
    )
    lines = [line for step in steps(PAGE) if step.language == "sh" for line in step.text.splitlines()]
    assert len(lines) == 4
    for line in lines:
        capsys.readouterr()
        assert fit(shlex.split(line)[1:], clock=lambda: WHEN) == 0, line
        said = capsys.readouterr()
        assert "jane" not in (said.out + said.err).casefold()
    assert "jane" not in Path("weekly.map.yaml").read_text().casefold()
