"""`fit alerts evaluate`: each policy on the practice's own history, and what people noted, with how many they noted."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.alerts.worth import _through
from fit_toolkit.cli import run
from fit_toolkit.cli.evaluating import told
from fit_toolkit.courses import slices
from fit_toolkit.store import alerts as stored
from tests.alerts.outgoing import DROP, LOW, use
from tests.builders import course_of
from tests.clinic import Clinic
from tests.rated import rated_clinic

FALLS = {f"k{number:02}": (8, 8, 4, 8, 8) for number in range(12)} | {f"s{number:02}": (8,) * 5 for number in range(12)}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """Twelve of twenty-four clients fell once, from 8 to 4 and back."""
    clinic = rated_clinic(tmp_path_factory.mktemp("worth") / "practice", FALLS)
    settings = clinic.root / "fit.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index("[[policies]]")] + DROP + LOW)
    use(clinic)
    run_alerts(clinic.practice, tell=False)
    with clinic.practice.store.read() as c:
        drops = [row["id"] for row in stored.alert_rows(c) if row["policy"] == "drop"]
        live = [row["id"] for row in stored.alert_rows(c, live_only=True)]
    assert len(drops) == 12
    assert not live  # each was back before anybody looked
    return clinic


def evaluated(clinic: Clinic, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = run(["--practice", str(clinic.root), "alerts", "evaluate", *options], clock=clinic.clock)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def rows_of(out: str) -> dict[str, dict[str, Any]]:
    return {row["policy"]: row for row in json.loads(out)["alert_evaluation"]}


def test_alerts_are_counted_per_hundred_ratings_and_per_client(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = evaluated(clinic, capsys, "--format", "json")
    row = rows_of(out)["drop"]
    assert code == 0
    assert (row["clients"], row["ratings"], row["alerts"], row["alerts_per_100"]) == (24, 120, 12, 10)
    assert (row["clients_flagged"], row["clients_share"]) == (12, 0.5)
    assert 0.3 < row["clients_low"] < 0.5 < row["clients_high"] < 0.7
    assert (row["raised"], row["noted"], row["noted_false_alarm"]) == (12, 0, None)
    assert "No false-alarm rate" in err


def test_notes_are_counted_and_a_share_needs_ten_of_them(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    with clinic.practice.store.begin() as c:
        rows = [row["id"] for row in stored.alert_rows(c) if row["policy"] == "drop"]
        for nth, alert in enumerate(rows):
            action = "false alarm" if nth < 3 else "talked about it" if nth < 9 else None
            stored.update_alerts(c, [{"id": alert, "state": "resolved", "action": action}])
    few = rows_of(evaluated(clinic, capsys, "--format", "json")[1])["drop"]
    assert (few["noted"], few["false_alarm"], few["talked_about_it"], few["noted_false_alarm"]) == (9, 3, 6, None)
    assert "9 of 12: talked about it 6, false alarm 3; too few for a share" in evaluated(clinic, capsys)[1]
    with clinic.practice.store.begin() as c:
        stored.update_alerts(c, [{"id": rows[9], "state": "resolved", "action": "other"}])
    enough = rows_of(evaluated(clinic, capsys, "--format", "json")[1])["drop"]
    assert (enough["noted"], enough["noted_false_alarm"]) == (10, 0.3)
    assert enough["noted_false_alarm_low"] < 0.3 < enough["noted_false_alarm_high"]


def test_another_policy_may_be_the_criterion(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = evaluated(clinic, capsys, "--criterion", "low", "--format", "json")
    rows = rows_of(out)
    assert code == 0
    assert "low flags 12 events on days that both rated: too few to tell policies apart" in err
    assert list(rows) == ["drop"]
    row = rows["drop"]
    assert (row["events"], row["found"], row["without"], row["quiet"], row["flags"], row["true_flags"]) == (
        12, 12, 108, 108, 12, 12
    )  # fmt: skip


def test_pairs_say_how_far_policies_agree(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = evaluated(clinic, capsys, "--pairs", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["first"], row["second"], row["both"], row["neither"], row["kappa"]) == (
        "drop", "low", "12", "108", "1.0"
    )  # fmt: skip


def test_an_unknown_criterion_is_refused(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = evaluated(clinic, capsys, "--criterion", "lw")
    assert (code, out) == (2, "")
    assert "there is no policy 'lw'" in err


def test_nothing_is_changed(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    before = (clinic.root / "store.db").read_bytes()
    evaluated(clinic, capsys)
    assert (clinic.root / "store.db").read_bytes() == before


def test_a_practice_without_ratings_has_nothing_to_count(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = rated_clinic(tmp_path_factory.mktemp("empty") / "practice", {"k1": ()})
    code, out, _ = evaluated(empty, capsys)
    assert code == 0
    assert "no ratings" in out


def test_a_criterion_changes_nothing_about_how_often_a_policy_speaks(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = rows_of(evaluated(clinic, capsys, "--format", "json")[1])["drop"]
    against = rows_of(evaluated(clinic, capsys, "--criterion", "low", "--format", "json")[1])["drop"]
    assert {name: against[name] for name in alone} == alone


def test_slice_by_slice_comes_to_the_same(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = (("--criterion", "low", "--window", "1", "--format", "json"), ("--pairs", "--format", "json"))
    at_once = [evaluated(clinic, capsys, *options) for options in asked]
    monkeypatch.setattr(slices, "EPISODES_A_SLICE", 5)
    assert [evaluated(clinic, capsys, *options) for options in asked] == at_once


def test_an_event_goes_on_over_a_session_that_the_criterion_does_not_know() -> None:
    course = course_of([[8, 4, 4, 4, 8], [4, 4], [4, 8, 4]])
    counted = np.array([True, True, False, True, True, True, False, True, True, True])
    true = np.array([False, True, False, True, False, True, False, False, False, True])
    assert _through(true, counted, course).tolist() == [False, True, True, True, False, True, False, False, False, True]


def test_a_few_alerts_in_many_ratings_are_not_told_as_none() -> None:
    row = {"ratings": 4645, "alerts": 2, "alerts_per_100": 0.0431, "alerts_low": 0.0118, "alerts_high": 0.1569,
           "clients_flagged": 2, "clients": 600}  # fmt: skip
    assert told(row)["per_100"] == "0.04 (0.01 to 0.2)"
    assert told(row | {"alerts_per_100": 0.0, "alerts_low": 0.0})["per_100"] == "0.0 (0.0 to 0.2)"


@pytest.mark.parametrize("options", [("--pairs", "--criterion", "low"), ("--window", "2")])
def test_options_that_would_play_no_part_are_refused(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    code, out, err = evaluated(clinic, capsys, *options)
    assert (code, out) == (2, "")
    assert "--criterion" in err


def test_a_criterion_that_flags_nothing_is_said_to_say_nothing(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    calm = rated_clinic(tmp_path_factory.mktemp("calm") / "practice", {"k1": (8, 6, 8), "k2": (8, 8, 8)})
    settings = calm.root / "fit.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index("[[policies]]")] + DROP + LOW)
    code, _, err = evaluated(calm, capsys, "--criterion", "low")
    assert code == 0
    assert "low flags no rating on a day that another policy knows: what the others find cannot be said" in err
