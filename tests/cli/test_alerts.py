"""The commands around alerts, as typed."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from fit_toolkit.store import schema
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, use
from tests.cli.shell import Shell
from tests.clinic import ARRIVING, Clinic

CODE = "Canary-77"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """One client with a low rating, a drop and a flagged answer; looked at today."""
    clinic = clinic_with(tmp_path_factory.mktemp("typed"), policies=LOW + DROP + CARE, day=30)
    clinic.open(CODE, therapist="carl")
    clinic.rate(CODE, 0, 9)
    clinic.rate(CODE, 7, 4)
    clinic.rate(CODE, 7, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    return clinic


@pytest.fixture
def fit(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(clinic, capsys, ("alerts",))


def numbers(fit: Shell) -> dict[str, int]:
    listed = json.loads(fit("list", "--format", "json").out)["alerts"]
    return {alert["policy"]: alert["id"] for alert in listed}


def test_the_json_of_the_listing_is_the_one_promised_to_scripts(fit: Shell) -> None:
    told = fit("list", "--format", "json")
    listed = json.loads(told.out)
    assert listed["schema"] == "fit/alerts/1"
    assert list(listed) == ["schema", "alerts"]
    first = listed["alerts"][0]
    assert list(first) == [
        "id", "client", "episode", "therapist", "session_date", "policy", "kind", "severity", "state", "instrument",
        "scale", "rater", "occasion", "opened_at", "reason", "basis", "evidence",
    ]  # fmt: skip
    assert (first["client"], first["severity"], first["session_date"]) == (CODE, "safety", "2026-01-12")
    assert told.code == 0


def test_the_table_speaks_of_new_seen_and_done(fit: Shell) -> None:
    told = fit("list")
    assert told.out.splitlines()[0].split()[:3] == ["id", "state", "severity"]
    assert [line.split()[1] for line in told.out.splitlines()[2:]] == ["new"] * 3
    assert told.err.splitlines()[-1].startswith("Last looked at")


def test_the_csv_has_a_row_an_alert(fit: Shell) -> None:
    rows = list(csv.DictReader(io.StringIO(fit("list", "--format", "csv").out)))
    assert [row["severity"] for row in rows] == ["safety", "attention", "notice"]
    assert json.loads(rows[1]["evidence"])["value"] == 4.0


def test_scripts_may_ask_for_an_exit_code(fit: Shell) -> None:
    assert fit("list", "--exit-code").code == 10
    assert fit("list", "--exit-code", "--state", "done").code == 0


def test_ticking_off_from_the_command_line(fit: Shell) -> None:
    low = str(numbers(fit)["low"])
    told = fit("ack", low, "--action", "talk", "--note", "on Monday", "--by", "carl")
    assert (told.code, told.out, told.err) == (0, "", "Noted for 1 alert.\n")
    story = fit("show", low)
    assert f"Alert {low}, seen: talked about it: on Monday" in story.out
    assert "seen  carl: talked about it: on Monday" in story.out
    assert "a convention, not a test" in story.out


def test_the_story_has_each_message_behind_the_event_it_told_of(fit: Shell) -> None:
    safe = str(numbers(fit)["safe"])
    fit("ack", safe, "--action", "talk", "--by", "carl")  # the clock stands still: all of it in one minute
    told = fit("show", safe).out.split("\n\n")[1].splitlines()
    assert [line.split()[2] for line in told] == ["new", "told", "seen"]
    assert "told  carl by stdout, because it was new: waiting to go out" in told[1]


@pytest.mark.parametrize(
    "arguments",
    [["ack"], ["ack", "1"], ["ack", "1", "--action", "talk", "--from", "-"], ["ack", "--from", "-", "--note", "x"],
     ["snooze", "1"], ["resolve", "1"], ["deliver", "--max-attempts", "0"]],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_wrong_command_line(fit: Shell, arguments: list[str]) -> None:
    assert fit(*arguments).code == 2


def test_a_list_with_any_problem_changes_nothing_and_names_every_problem(fit: Shell, tmp_path: Path) -> None:
    known = numbers(fit)
    ticked = tmp_path / "monday.txt"
    ticked.write_text(f"{known['low']} talk\n{known['drop']} sang\n{known['safe']} known\n99 other\n")
    told = fit("ack", "--from", str(ticked))
    assert told.code == 3
    assert [line.split(" ")[0] for line in told.err.splitlines()] == ["line:2:", "line:3:", "line:4:", "fit:"]
    assert len(json.loads(fit("list", "--state", "new", "--format", "json").out)["alerts"]) == 3


def test_a_good_list_is_ticked_off_also_from_stdin(fit: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    known = numbers(fit)
    lines = f"# Monday\n{known['low']} talked about it: on Monday\n{known['drop']} 6 mistyped\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert fit("ack", "--from", "-").code == 0
    listed = json.loads(fit("list", "--state", "seen", "--format", "json").out)["alerts"]
    assert {alert["policy"] for alert in listed} == {"low", "drop"}


def test_putting_off_and_resolving(fit: Shell) -> None:
    known = numbers(fit)
    assert fit("snooze", str(known["safe"]), "--reason", "plan", "--until", "2026-03-01").code == 0
    assert fit("resolve", str(known["low"]), "--action", "referred").code == 0
    assert fit("resolve", str(known["low"]), "--action", "referred").code == 3
    states = {
        a["policy"]: a["state"] for a in json.loads(fit("list", "--state", "all", "--format", "json").out)["alerts"]
    }
    assert states == {"safe": "snoozed", "low": "resolved", "drop": "open"}
    assert (
        f"Alert {known['safe']}, seen: known, plan in place until 2026-03-01: plan"
        in fit("show", str(known["safe"])).out
    )
    assert "known, plan in place until 2026-03-01" in fit("list").out


def test_a_dry_run_keeps_nothing(fit: Shell) -> None:
    low = str(numbers(fit)["low"])
    assert "nothing kept" in fit("ack", low, "--action", "talk", "--dry-run").err
    assert "Alert " + low + ", new" in fit("show", low).out


def test_the_story_can_be_had_as_json(fit: Shell) -> None:
    story = json.loads(fit("show", "1", "--format", "json").out)
    assert story["schema"] == "fit/alert/1"
    assert story["alert"][0]["events"][0]["to"] == "open"


def test_a_note_cannot_send_commands_to_the_terminal(fit: Shell) -> None:
    fit("ack", "1", "--action", "talk", "--note", "\x1b]0;owned\x07")
    assert "\x1b" not in fit("show", "1").out


def test_delivery_prints_counts_only_and_is_silent_when_nothing_is_due(fit: Shell) -> None:
    told = fit("deliver")
    assert told.code == 0
    assert told.err == ""
    assert told.out.count("Subject: FIT:") == 1  # about safety; the rest of the client is held back
    assert CODE.lower() not in told.out.lower()
    again = fit("deliver")
    assert (again.code, again.out, again.err) == (0, "", "")


def test_an_undelivered_safety_message_ends_with_6_and_says_so_without_a_name(fit: Shell) -> None:
    fit("deliver")
    use(fit.clinic, alerts__channels=["email"])
    fit.clinic.day = (
        31  # nobody has acted on it, so it is told again, and to the supervisor, now by mail, for which nothing is set
    )
    fit.clinic.run(tell=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIT_ALERTS_CHANNELS", "email")
        told = fit("deliver", "-v")
    assert told.code == 6
    assert "2 safety messages were not delivered" in told.err
    assert "the mail server is missing" in told.err
    assert CODE not in told.out + told.err


def test_a_day_in_the_future_is_only_looked_at(fit: Shell) -> None:
    ahead = fit("run", "--as-of", "2036-01-01")
    assert (ahead.code, ahead.out) == (2, "")
    assert "2036-01-01 is in the future" in ahead.err
    assert fit("run", "--as-of", "2036-01-01", "--dry-run").code == 0
    assert fit("run").code == 0


def test_a_practice_without_policies_says_that_nothing_is_watched(fit: Shell) -> None:
    file = fit.clinic.root / "fit.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.index("[[policies]]")], encoding="utf-8")
    assert "nothing is watched" in fit("run", "--no-deliver").err


def test_a_flagged_answer_nobody_could_be_told_of_fails_every_run_until_somebody_has_seen_it(fit: Shell) -> None:
    with fit.clinic.practice.store.begin() as c:
        c.execute(schema.outbox.update().values(state="dead"))
    for _ in range(2):
        said = fit("deliver")
        assert (said.code, "nobody was told of" in said.err) == (6, True)
    flagged = str(next(a["id"] for a in fit.clinic.alerts() if a["severity"] == "safety"))
    assert fit("ack", flagged, "--action", "1").code == 0
    assert fit("deliver").code == 0
