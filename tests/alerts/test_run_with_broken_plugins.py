"""A run in which a plugin breaks: the rest is done, the culprit is named, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.cli import run as fit
from fit_toolkit.errors import ExitCode
from fit_toolkit.store import schema as s
from tests.clinic import POLICIES, Clinic

GOOD = '''
import numpy as np
from fit_toolkit import AlertPolicy, Course, Findings, hookimpl


class FlatTens(AlertPolicy, frozen=True):
    """Three perfect ratings in a row."""

    kind = "flat-tens"

    def find(self, course: Course) -> Findings:
        """Look for the top of the scale, three times running."""
        top = course.value >= course.scale.high
        return course.where(course.streak(top) >= 3, reason="three times the highest rating in a row")


@hookimpl
def register_alert_policies():
    """Give the policy."""
    return [FlatTens]
'''
BROKEN = GOOD.replace("        top =", "        raise RuntimeError(str(course.value))\n        top =")
TABLE = '\n[[policies]]\nid = "tens"\nkind = "flat-tens"\ninstrument = "today-together-client"\n'


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "practice", POLICIES + TABLE)
    plugin(made, GOOD)
    made.open("c1")
    for week in range(3):
        made.rate("c1", week * 7, 10)
    return made


def plugin(clinic: Clinic, text: str) -> None:
    file = clinic.root / "plugins" / "flat_tens.py"
    file.write_text(text)
    file.chmod(0o600)
    clinic.practice = type(clinic.practice)(clinic.root, clinic.practice.settings, True, clinic.clock)


def touched(clinic: Clinic) -> int:
    with clinic.practice.store.read() as c:
        return c.scalar(sa.select(sa.func.count()).select_from(s.touched)) or 0


def test_a_drop_in_policy_raises_an_alert_like_any_other(clinic: Clinic) -> None:
    assert clinic.run().exit_code == ExitCode.OK
    assert [(a["policy"], a["kind"], a["state"]) for a in clinic.alerts()] == [("tens", "flat-tens", "open")]


def test_a_policy_that_breaks_keeps_its_alerts_and_its_work_and_the_others_go_on(clinic: Clinic) -> None:
    clinic.run()
    clinic.rate("c1", 21, 4)
    plugin(clinic, BROKEN)
    result = clinic.run()
    assert result.exit_code == ExitCode.PARTIAL
    assert [(row["policy"], row["plugin"], row["episodes"]) for row in result.failures] == [("tens", "flat-tens", 1)]
    assert {a["policy"] for a in clinic.alerts()} == {"tens", "drop", "low"}  # the first as it was, the others new
    assert touched(clinic) > 0  # what could not be checked stays on the work list
    plugin(clinic, GOOD)
    assert clinic.run().exit_code == ExitCode.OK
    assert {a["policy"] for a in clinic.alerts()} == {"drop", "low"}
    assert touched(clinic) == 0


def test_a_plugin_that_does_not_load_leaves_its_alerts_as_they_are(clinic: Clinic) -> None:
    clinic.run()
    plugin(clinic, "raise RuntimeError('broken')\n")
    result = clinic.run()
    assert result.exit_code == ExitCode.PARTIAL
    assert [(a["policy"], a["state"]) for a in clinic.alerts()] == [("tens", "open")]


def test_the_command_names_the_culprit_and_no_client_data(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    plugin(clinic, BROKEN)
    code = fit(["--practice", str(clinic.root), "alerts", "run", "--no-deliver"], clock=clinic.clock)
    told = capsys.readouterr().err
    assert code == ExitCode.PARTIAL
    assert "policy tens: plugin flat-tens" in told
    assert "RuntimeError" in told
    assert "10." not in told
    assert "c1" not in told
