"""The cost of a run follows what is new: no statement of it reads a table that grows with the clinic from end to end."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.run import run_alerts
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, use
from tests.clinic import ARRIVING, Clinic

OVERDUE = '\n[[policies]]\nid = "quiet"\nkind = "overdue"\ninstrument = "today-together-client"\ndays = 14\n'
GROWING = "client|episode|member|assignment|pair|administration|score|risk_answer|alert|alert_event|outbox|delivery|told|sheet|appointment"
READS_ALL = re.compile(rf"\bSCAN ({GROWING})\b(?! USING (COVERING )?INDEX)|\bSCAN ({GROWING}) USING COVERING INDEX")
# The newest first, and read only as far as needed.
NEWEST_FIRST = re.compile(r"ORDER BY (alert_event|run)\.id DESC")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = clinic_with(tmp_path, policies=LOW + DROP + CARE + OVERDUE, day=8)
    use(clinic, alerts__channels=["file"])
    for number in range(6):
        clinic.open(f"c{number}", therapist="carl")
        clinic.rate(f"c{number}", 0, 3 + number)
        clinic.rate(f"c{number}", 7, 8, instrument=ARRIVING, q7=number % 2)
    run_alerts(clinic.practice)
    deliver(clinic.practice, now=clinic.clock())
    return clinic


def plans(clinic: Clinic, statements: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """What SQLite would read for each statement."""
    out = []
    with sqlite3.connect(clinic.root / "store.db") as db:
        for text, values in statements:
            rows = db.execute(f"EXPLAIN QUERY PLAN {text}", values).fetchall()
            out += [(row[3], text) for row in rows]
    db.close()
    return out


def test_a_nightly_run_reads_no_growing_table_from_end_to_end(clinic: Clinic) -> None:
    clinic.rate("c3", 14, 2)
    clinic.rate("c4", 14, 8, instrument=ARRIVING, q7=1)
    clinic.day = 16
    asked: list[tuple[str, Any]] = []

    def note(c: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "DELETE"}:
            asked.append((statement, parameters[0] if many else parameters))

    sa.event.listen(clinic.practice.store.engine, "before_cursor_execute", note)
    result = run_alerts(clinic.practice)
    deliver(clinic.practice, now=clinic.clock())
    sa.event.remove(clinic.practice.store.engine, "before_cursor_execute", note)
    assert result.episodes == 2
    assert result.changes
    found = plans(clinic, asked)
    assert any(plan.startswith("SEARCH administration") for plan, _ in found), "the plans were read"
    whole = {
        f"{plan}: {' '.join(text.split())[-150:]}"
        for plan, text in found
        if READS_ALL.search(plan) and not NEWEST_FIRST.search(text)
    }
    assert not whole, "\n".join(sorted(whole))
