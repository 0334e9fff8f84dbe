"""Messages that wait: for the end of quiet hours, gathered into one, or for a channel that is not there any more."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.store import outbox
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, LOW, clinic_with, copy_of, messages, sent, use
from tests.clinic import ARRIVING, Clinic

NIGHT = {
    "alerts__quiet": "10:00-13:00",
    "practice__time_zone": "Europe/Berlin",
}  # the clock of the tests stands at noon UTC


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = clinic_with(tmp_path_factory.mktemp("waiting"), policies=LOW + CARE, day=21)
    for client in ("c1", "c2"):
        clinic.open(client)
    return clinic


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    return copy_of(built, tmp_path)


def at(clinic: Clinic, hour: int) -> datetime:
    """Stop the clock of the practice at an hour of its day, UTC."""
    moment = clinic.clock().replace(hour=hour)
    clinic.practice = type(clinic.practice)(clinic.root, clinic.practice.settings, True, lambda: moment)
    return moment


def test_in_quiet_hours_all_waits_for_their_end_but_safety(clinic: Clinic) -> None:
    use(clinic, **NIGHT)
    clinic.rate("c1", 21, 3)
    clinic.rate("c2", 21, 8, instrument=ARRIVING, q7=2)
    now = at(clinic, 9)  # ten o'clock in Berlin
    clinic.run(tell=True)
    assert {row["severity"]: row["not_before"] for row in messages(clinic)} == {
        "safety": now,
        "attention": now + timedelta(hours=3),
    }
    with clinic.practice.store.begin() as c:
        assert [row["severity"] for row in outbox.claim(c, "me", now=now)] == ["safety"]


def test_what_comes_while_a_message_waits_goes_out_with_it_and_what_was_seen_to_does_not(clinic: Clinic) -> None:
    use(clinic, **NIGHT)
    clinic.rate("c1", 21, 3)
    at(clinic, 9)
    clinic.run(tell=True)
    clinic.rate("c2", 21, 4)
    at(clinic, 10)
    clinic.run(tell=True)
    (row,) = messages(clinic)
    assert row["subject"] == "FIT: 2 items to review"
    ack(clinic.practice.store, [Tick(2, "talked about it")], Actor("anna", clinic.clock()))
    clinic.run(tell=True)
    (row,) = messages(clinic)
    assert row["subject"] == "FIT: 1 item to review"
    assert row["not_before"].hour == 12  # one o'clock in Berlin, as before


def test_a_run_that_is_always_in_quiet_hours_puts_nothing_off_for_ever(clinic: Clinic) -> None:
    use(clinic, **NIGHT)
    clinic.rate("c1", 21, 3)
    first = at(clinic, 9)
    clinic.run(tell=True)
    clinic.day += 1
    clinic.rate("c2", 22, 3)
    now = at(clinic, 9)
    clinic.run(tell=True)
    assert [(row["subject"], row["not_before"]) for row in messages(clinic)] == [
        ("FIT: 1 item to review", first + timedelta(hours=3)),
        ("FIT: 1 item to review", now + timedelta(hours=3)),
    ]


def test_what_somebody_is_sending_just_now_is_not_called_back(clinic: Clinic) -> None:
    clinic.rate("c1", 21, 3)
    clinic.run(tell=True)
    with clinic.practice.store.begin() as c:
        (claimed,) = outbox.claim(c, "me", now=clinic.clock())
        assert outbox.cancel(c, [claimed["id"]], now=clinic.clock()) == []
        assert outbox.cancel(c, [claimed["id"]], now=clinic.clock() + outbox.LEASE) == [claimed["id"]]


def test_a_message_called_back_and_needed_again_goes_out_after_all_under_its_key(clinic: Clinic) -> None:
    clinic.rate("c1", 21, 3)
    clinic.run(tell=True)
    (row,) = messages(clinic)
    kept = {
        name: row[name]
        for name in row
        if name not in {"id", "to", "attempts", "state", "lease_until", "lease_by", "last_error"}
    }
    with clinic.practice.store.begin() as c:
        outbox.cancel(c, [row["id"]])
        assert outbox.told_of(c, [1]) == []
        assert outbox.add_messages(c, [kept]) == [row["id"]]
        assert [telling.key for telling in outbox.told_of(c, [1])] == [row["key"]]
        assert outbox.add_messages(c, [kept]) == []


def test_messages_for_a_channel_that_is_gone_go_out_on_those_that_are_used_and_the_administrator_hears_it_once(
    clinic: Clinic,
) -> None:
    use(clinic, alerts__channels=["fax"], mail__include_codes=True)
    clinic.rate("c1", 21, 3)
    clinic.rate("c2", 21, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    keys = {row["key"] for row in messages(clinic)}
    use(clinic, alerts__channels=["file", "stdout"])
    clinic.run(tell=True)
    rows = messages(clinic)
    assert {(row["to"], row["severity"], row["channel"]) for row in rows} == {
        (to, severity, channel)
        for to, severity in (("anna", "safety"), ("anna", "attention"), ("adam", "attention"))
        for channel in ("file", "stdout")
    }
    (said,) = {row["body"] for row in rows if row["to"] == "adam"}
    assert "channel fax is not used any more: 2 messages that waited for it go out on file, stdout" in said
    assert not keys & {row["key"] for row in rows}
    sent(clinic)
    clinic.run(tell=True)
    assert messages(clinic) == []


def test_what_was_told_on_the_other_channel_too_is_not_told_there_twice(clinic: Clinic) -> None:
    use(clinic, alerts__channels=["fax", "file"])
    clinic.rate("c1", 21, 3)
    clinic.rate("c2", 21, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    use(clinic, alerts__channels=["file"])
    clinic.run(tell=True)
    assert sorted((row["to"], row["channel"]) for row in messages(clinic)) == [
        ("adam", "file"),
        ("anna", "file"),
        ("anna", "file"),
    ]


def test_a_clients_code_does_not_follow_from_mail_to_another_channel(clinic: Clinic) -> None:
    use(clinic, alerts__channels=["email"], mail__include_codes=True)
    clinic.rate("c1", 21, 3)
    clinic.rate("c2", 21, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    assert any("c1" in row["body"] for row in messages(clinic))
    use(clinic, alerts__channels=["file"], mail__include_codes=True)
    clinic.run(tell=True)
    rows = messages(clinic)
    assert len(rows) == 3
    assert not [row for row in rows if "c1" in row["body"] or "c2" in row["body"]]


def test_without_any_channel_what_waits_stays(clinic: Clinic) -> None:
    clinic.rate("c1", 21, 3)
    clinic.run(tell=True)
    use(clinic, alerts__channels=[])
    clinic.run(tell=True)
    assert [row["channel"] for row in messages(clinic)] == ["stdout"]


def test_an_old_message_without_its_kind_is_read_as_what_it_was(clinic: Clinic) -> None:
    use(clinic, alerts__channels=["fax"])
    clinic.rate("c1", 21, 3)
    clinic.run(tell=True)
    with clinic.practice.store.begin() as c:
        old = {"alerts": [[1, 1, 0, "attention", "new"]]}
        c.execute(s.outbox.update().values(payload=json.loads(json.dumps(old))))
    use(clinic, alerts__channels=["file"])
    clinic.run(tell=True)
    assert [row["subject"] for row in messages(clinic) if row["to"] == "anna"] == ["FIT: 1 item to review"]
