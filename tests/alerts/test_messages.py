"""Messages: one per therapist and run, one per safety alert, each with its reason, none with anything about a client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import messages as planning
from fit_toolkit.alerts import run as running
from fit_toolkit.alerts.acts import Actor, ack, snooze
from fit_toolkit.alerts.compose import Frame, Item, compose, key_of
from fit_toolkit.alerts.mail_text import WHY, Reason
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.engine import PluginFailure
from fit_toolkit.store import outbox, runs
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, copy_of, day_of, leave, messages, sent, use
from tests.clinic import ARRIVING, Clinic

NOW = datetime(2026, 3, 12, 6, 10, tzinfo=UTC).replace(tzinfo=None)  # as the store keeps it
FRAME = Frame(channels=("email",), run_id=1, now=NOW)
CLOSING = "Cron and mail are no emergency channel."


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic_with(tmp_path_factory.mktemp("messages"))


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    return copy_of(built, tmp_path)


def item(alert: int, severity: str = "attention", **other: Any) -> Item:
    defaults: dict[str, Any] = {"seq": 1, "lap": 0, "reason": Reason.NEW, "staff": (1,), "client": f"client-{alert}"}
    return Item(alert=alert, severity=severity, **{**defaults, **other})


def test_a_therapist_gets_one_message_however_many_alerts_there_are() -> None:
    (row,) = compose([item(1), item(2, "notice"), item(3)], FRAME)
    assert row["subject"] == "FIT: 3 items to review"
    assert "  2  attention" in row["body"]
    assert "  1  notice" in row["body"]
    assert row["severity"] == "attention"


def test_every_safety_alert_is_a_message_of_its_own() -> None:
    rows = compose([item(1, "safety"), item(2, "safety"), item(3), item(4)], FRAME)
    assert sorted(row["severity"] for row in rows) == ["attention", "safety", "safety"]
    assert {row["subject"] for row in rows if row["severity"] == "safety"} == {"FIT: 1 item to review now"}


def test_every_person_and_channel_gets_a_message_under_a_key_of_its_own() -> None:
    frame = Frame(channels=("email", "file"), run_id=1, now=NOW)
    rows = compose([item(1, staff=(1, 2)), item(2, "safety", staff=(1, 2))], frame)
    assert len(rows) == 8
    assert len({row["key"] for row in rows}) == 8


def test_the_key_depends_on_what_is_told_to_whom_and_where_and_on_nothing_else() -> None:
    (first,) = compose([item(1), item(2)], FRAME)
    (same,) = compose([item(2), item(1)], Frame(channels=("email",), run_id=9, now=NOW + timedelta(days=300)))
    (other,) = compose([item(1), item(2, seq=2)], FRAME)
    assert first["key"] == same["key"] == key_of([[1, 1], [2, 1]], "email", 1)
    assert other["key"] != first["key"]


def test_of_several_reasons_in_one_message_the_weightiest_is_named_and_stored() -> None:
    (row,) = compose([item(1, reason=Reason.REPEAT), item(2, reason=Reason.AGAIN), item(3)], FRAME)
    assert row["reason"] == "again"
    assert WHY[Reason.AGAIN] in row["body"]


def test_codes_are_in_mails_only_where_the_practice_asks_for_them_and_in_no_other_channel() -> None:
    frame = Frame(channels=("email", "file"), run_id=1, now=NOW, include_codes=True)
    mail, file = compose([item(1)], frame)
    assert "client-1" in mail["body"]
    assert "client-1" not in file["body"]
    assert "client-1" not in str(mail["payload"]) + mail["subject"]
    assert all("client-1" not in str(row) for row in compose([item(1)], FRAME))


def test_a_run_tells_todays_therapist_once_and_why(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.open("c2", therapist="ben")
    for day, value in ((0, 9), (7, 4)):
        clinic.rate("c1", day, value)
    clinic.rate("c2", 0, 3)
    clinic.run(tell=True)
    rows = messages(clinic)
    assert {(row["to"], row["subject"], row["reason"]) for row in rows} == {
        ("anna", "FIT: 2 items to review", "new"),
        ("ben", "FIT: 1 item to review", "new"),
    }
    assert all(row["body"].rstrip().endswith(CLOSING) for row in rows)


def test_the_same_run_again_adds_no_message(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    clinic.run(tell=True)
    assert len(messages(clinic)) == 1


def test_after_a_transfer_the_new_therapist_is_told(clinic: Clinic) -> None:
    clinic.open("c1")
    leave(clinic, "anna", 10, heir="ben")
    clinic.rate("c1", 3, 3)
    clinic.run(tell=True)
    assert [row["to"] for row in messages(clinic)] == ["ben"]


def test_a_leavers_alerts_go_to_the_supervisor_as_escalated(clinic: Clinic) -> None:
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, 3)
    leave(clinic, "carl", 5)
    clinic.run(tell=True)
    assert [(row["to"], row["reason"]) for row in messages(clinic)] == [("sue", "escalated")]


def test_an_alert_that_comes_back_says_again(clinic: Clinic) -> None:
    clinic.open("c1")
    for day, value in ((0, 4), (7, 8), (14, 4)):
        clinic.rate("c1", day, value)
        clinic.day = day
        clinic.run(tell=True)
        sent(clinic)
    told = [row for row in messages(clinic, "sent") if "attention" in row["body"]]
    assert [row["reason"] for row in told] == ["new", "again"]


def test_what_was_put_off_is_told_again_on_its_day_and_the_time_of_repeats_begins_anew(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    sent(clinic)
    snooze(
        clinic.practice.store, [1], Actor("anna", clinic.clock()), reason="away", today=day_of(20), until=day_of(29)
    )  # fmt: skip
    told = {}
    for clinic.day in (28, 29, 30, 35, 36):
        clinic.run(tell=True)
        told[clinic.day] = [row["reason"] for row in messages(clinic)]
        sent(clinic)
    assert told == {28: [], 29: ["again"], 30: [], 35: [], 36: ["repeat"]}


def test_what_a_changed_policy_makes_safety_is_told_as_safety_the_next_day(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    sent(clinic)
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text() + 'severity = "safety"\n')
    use(clinic)
    clinic.day += 1
    clinic.run(tell=True)
    assert [(row["severity"], row["reason"], row["payload"]["kind"]) for row in messages(clinic)] == [
        ("safety", "repeat", "safety")
    ]


def test_a_policy_names_others_who_are_told_too(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=CARE + 'to = ["sue"]\n')
    clinic.open("c1")
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    assert {(row["to"], row["severity"]) for row in messages(clinic)} == {("anna", "safety"), ("sue", "safety")}


def test_a_safety_alert_nobody_has_acted_on_is_told_again_every_day_until_somebody_does(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=CARE, alerts__safety_escalate_days=30)
    clinic.open("c1")
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    for clinic.day in (20, 20, 21, 22):
        clinic.run(tell=True)
        sent(clinic)
    assert [row["reason"] for row in messages(clinic, "sent")] == ["new", "repeat", "repeat"]
    ack(clinic.practice.store, [Tick(1, "talked about it")], Actor("anna", clinic.clock()))
    for clinic.day in (23, 24):
        clinic.run(tell=True)
    assert messages(clinic) == []


def test_what_has_not_gone_out_yet_is_not_repeated(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=CARE, alerts__safety_escalate_days=30)
    clinic.open("c1")
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    for clinic.day in (20, 21, 22):
        clinic.run(tell=True)
    assert [row["reason"] for row in messages(clinic)] == ["new"]
    sent(clinic)
    clinic.day = 23
    clinic.run(tell=True)
    assert [row["reason"] for row in messages(clinic)] == ["repeat"]


def test_other_alerts_are_told_again_after_the_days_set_and_a_missed_run_loses_none(clinic: Clinic) -> None:
    use(clinic, alerts__repeat_days=7, alerts__escalate_days=0)
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    told = []
    for clinic.day in (20, 21, 26, 30, 31, 34):
        clinic.run(tell=True)
        told.append(len(messages(clinic)))
        sent(clinic)
    assert told == [1, 0, 0, 1, 0, 0]  # day 27 had no run; a week after day 30 is day 37
    use(clinic, alerts__repeat_days=0, alerts__escalate_days=0)
    clinic.day = 60
    clinic.run(tell=True)
    assert messages(clinic) == []


def test_what_is_over_before_anybody_acted_is_told_once_when_nothing_else_is_left(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    for client in ("c1", "c2"):
        clinic.open(client)
        clinic.rate(client, 0, 3)
    clinic.run(tell=True)
    sent(clinic)
    clinic.rate("c1", 7, 9)
    clinic.run(tell=True)
    sent(clinic)
    assert [row["reason"] for row in messages(clinic, "sent")] == ["new"]
    clinic.rate("c2", 7, 9)
    clinic.run(tell=True)
    sent(clinic)
    assert [row["reason"] for row in messages(clinic, "sent")] == ["new", "all-done"]
    assert messages(clinic, "sent")[-1]["subject"] == "FIT: nothing left to review"


def test_nobody_is_told_that_all_is_over_when_the_therapist_has_left(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    sent(clinic)
    clinic.rate("c1", 7, 9)
    leave(clinic, "carl", 10)
    clinic.run(tell=True)
    sent(clinic)
    assert [row["reason"] for row in messages(clinic, "sent")] == ["new"]


def test_what_a_person_dealt_with_is_not_told_as_over(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.run(tell=True)
    sent(clinic)
    ack(clinic.practice.store, [Tick(1, "talked about it")], Actor("anna", clinic.clock()))
    clinic.rate("c1", 7, 9)
    clinic.run(tell=True)
    sent(clinic)
    assert [row["reason"] for row in messages(clinic, "sent")] == ["new"]


def test_what_is_over_before_its_message_went_out_is_not_told_at_all(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW)
    for client in ("c1", "c2"):
        clinic.open(client)
        clinic.rate(client, 0, 3)
    clinic.run(tell=True)
    clinic.rate("c1", 7, 9)
    clinic.run(tell=True)
    assert [row["subject"] for row in messages(clinic)] == ["FIT: 1 item to review"]
    clinic.rate("c2", 7, 9)
    clinic.run(tell=True)
    assert messages(clinic) == []


def test_messages_of_several_runs_that_nobody_has_tried_to_send_become_one(clinic: Clinic) -> None:
    for number in range(3):  # as when forms are keyed one by one
        clinic.open(f"c{number}")
        clinic.rate(f"c{number}", 0, 3)
        clinic.run(tell=True, episodes=[number + 1])
    assert [row["subject"] for row in messages(clinic)] == ["FIT: 3 items to review"]


def test_a_run_in_several_slices_still_sends_one_message_a_therapist(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "EPISODES_A_SLICE", 1)
    for number in range(4):
        clinic.open(f"c{number}")
        clinic.rate(f"c{number}", 0, 3)
    clinic.run(tell=True)
    (row,) = messages(clinic)
    assert row["subject"] == "FIT: 4 items to review"
    assert len(messages(clinic, "cancelled")) > 1


def test_failures_are_one_message_to_the_administrators_that_names_plugin_and_policy_only(clinic: Clinic) -> None:
    failures = [PluginFailure("shaky", "1", "hook", "policy wobble", "secret-client said 7")] * 3
    with clinic.practice.store.begin() as c:
        run = runs.start_run(c, "alerts", at=NOW, as_of=day_of(20))
        planned = planning.wrap_up(
            c, settings=clinic.practice.settings, today=day_of(20), run_id=run, now=NOW, failures=failures
        )
        outbox.add_messages(c, planned.rows)
    (row,) = messages(clinic)
    assert row["to"] == "adam"
    assert "plugin shaky: policy wobble" in row["body"]
    assert "secret" not in row["body"]


def test_no_message_holds_anything_about_a_client(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW + DROP + CARE, alerts__channels=["email", "file", "stdout"])
    clinic.open("Canary-Client-77", therapist="carl")
    clinic.rate("Canary-Client-77", 0, 9)
    clinic.rate("Canary-Client-77", 7, 2)
    clinic.rate("Canary-Client-77", 7, 8, instrument=ARRIVING, q7=3)
    clinic.run(tell=True)
    ack(clinic.practice.store, [Tick(3, "talked about it")], Actor("anna", clinic.clock()))  # the safety one
    clinic.run(tell=True)
    rows = messages(clinic)
    assert [row["severity"] for row in rows] == ["safety"] * 3 + ["attention"] * 3
    banned = ("canary", "carl", "today-together", "arriving", "cutoff", "drop", "risk", "< 5", "down 7", "answered 3")
    told = [f"{row['subject']} {row['body']} {row['payload']}".lower() for row in rows]
    assert not [(word, text) for word in banned for text in told if word in text]
