"""`fit alerts replay`: what other policies would have changed; nothing is written."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.cli import run
from tests.alerts.outgoing import DROP, LOW, use
from tests.clinic import Clinic
from tests.rated import rated_clinic

COURSES = {"deep": (8, 4, 8, 8, 8), "shallow": (8, 6, 8, 8, 8), "two": (8, 7, 4, 8, 8), "calm": (8, 8, 8, 8, 8)}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Three of four clients fell, and alerts were raised for it by a drop of 2 and a line at 5."""
    clinic = rated_clinic(tmp_path_factory.mktemp("replay") / "practice", COURSES)
    settings = clinic.root / "fit.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index("[[policies]]")] + DROP + LOW)
    use(clinic)
    run_alerts(clinic.practice, tell=False)
    return clinic


def replayed(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], folder: Path, policies: str, *options: str
) -> tuple[int, list[dict[str, str]], str]:
    (folder / "new.toml").write_text(policies)
    words = ["--practice", str(clinic.root), "alerts", "replay", "--policies", str(folder / "new.toml")]
    code = run([*words, "--format", "csv", *options], clock=clinic.clock)
    captured = capsys.readouterr()
    return code, list(csv.DictReader(io.StringIO(captured.out))), captured.err


def test_the_same_policies_change_nothing(clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = (clinic.root / "store.db").read_bytes()
    code, rows, err = replayed(clinic, capsys, tmp_path, DROP + LOW)
    assert (code, rows) == (0, [])
    assert "5 alerts with the policies as they are, 5 with new.toml: 5 the same" in err
    assert (clinic.root / "store.db").read_bytes() == before


def test_a_higher_threshold_and_another_severity_are_told_alert_by_alert(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    new = DROP.replace("2.0", "3.0") + 'severity = "attention"\n' + LOW
    code, rows, err = replayed(clinic, capsys, tmp_path, new)
    told = [
        (row["change"], row["policy"], row["client"], row["severity_before"], row["severity_after"]) for row in rows
    ]
    assert code == 0
    assert told == [
        ("other severity", "drop", "deep", "notice", "attention"),
        ("gone", "drop", "shallow", "notice", ""),
        ("other severity", "drop", "two", "notice", "attention"),
    ]
    assert all(row["alert"] for row in rows)  # each had been raised
    assert "5 alerts with the policies as they are, 4 with new.toml: 2 the same, 2 other severity, 1 gone" in err


def test_a_lower_threshold_opens_earlier(clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, rows, _ = replayed(clinic, capsys, tmp_path, DROP.replace("2.0", "1.0") + LOW)
    assert [(row["change"], row["client"], row["day_before"], row["day_after"]) for row in rows] == [
        ("other day", "two", "2026-01-19", "2026-01-12")
    ]


def test_a_policy_with_another_id_is_another_policy(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, rows, _ = replayed(clinic, capsys, tmp_path, DROP + LOW.replace('"low"', '"line"'))
    assert sorted(row["change"] for row in rows) == ["gone", "gone", "opened", "opened"]
    assert {row["alert"] for row in rows if row["change"] == "opened"} == {""}


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        (DROP.replace("points", "pionts"), "new.toml:6: policy 'drop' has no parameter 'pionts'"),
        (DROP + '[[either]]\nid = "x"\nof = ["drop"]\n', "nothing a practice knows"),
        ("[[policies\n", "new.toml:1"),
        ('[[policy]]\nid = "drop"\n', "new.toml: there is no [[policies]] table"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_with_its_line(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], tmp_path: Path, policies: str, says: str
) -> None:
    code, rows, err = replayed(clinic, capsys, tmp_path, policies)
    assert (code, rows) == (5, [])
    assert says in err


def test_the_policies_are_not_written_over(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text(
        '[[policies]]\nid = "drop"\nkind = "drop"\ninstrument = "today-together-client"\n', encoding="utf-8"
    )
    before = file.read_bytes()
    arguments = ["alerts", "replay", "--policies", str(file), "-o", str(file)]
    assert run(["--practice", str(clinic.root), *arguments], clock=clinic.clock) == 2
    assert file.read_bytes() == before
