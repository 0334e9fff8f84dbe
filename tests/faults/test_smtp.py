"""Mail servers that fail in every way they can: nothing is lost, nothing is given up before its time, nothing runs for ever."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.alerts import deliver as delivery
from fit_toolkit.alerts.channels import Opened
from fit_toolkit.alerts.deliver import BACK_OFF, GIVE_UP, DeliveryResult, deliver
from fit_toolkit.engine import build_registry
from fit_toolkit.errors import ExitCode
from fit_toolkit.model.parts import Channel
from fit_toolkit.store import outbox
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import clinic_with, messages, use
from tests.clinic import Clinic
from tests.conftest import LONG
from tests.faults.mailserver import DROP, GARBAGE, HANG, PHASES, Faults, faulty_server, keys_of
from tests.plugins_channels.mailserver import CERTIFICATE, free_port

EMAIL = build_registry(third_party=False).channels["email"].cls
assert EMAIL is not None
NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC).replace(tzinfo=None)  # as the store keeps it
SUE = 3  # has an address
KEYS = ["one", "two"]
BEFORE_THE_MESSAGE = ("banner", "ehlo", "starttls", "auth", "mail")
ABOUT_THE_MESSAGE = ("rcpt", "data", "dot")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic_with(tmp_path_factory.mktemp("mail"), policies="", alerts__channels=["email"])


@pytest.fixture
def clinic(shared: Clinic) -> Clinic:
    with shared.practice.store.begin() as c:
        for table in (s.delivery, s.outbox):
            c.execute(table.delete())
    use(shared, alerts__channels=["email"])
    sa.event.listen(shared.practice.store.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous = OFF"))
    return shared


@pytest.fixture(scope="module")
def password(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("secret") / "password"
    file.write_text("anything")
    file.chmod(0o600)
    return file


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch, password: Path) -> Iterator[Mail]:
    """A faulty mail server and the channel that is to send through it."""
    faults = Faults()
    monkeypatch.setattr(sys.modules[EMAIL.__module__], "PATIENCE", 1)
    with faulty_server(faults) as port:
        box = Mail(faults, {"port": port, "username": "fit", "password_file": str(password)})
        monkeypatch.setattr(delivery, "open_channels", box.open)
        yield box


class Mail:
    """What is between a clinic and its mail server."""

    def __init__(self, faults: Faults, settings: dict[str, Any]) -> None:
        self.faults, self.settings = faults, settings

    def open(self, practice: object, kinds: object = ()) -> Opened:
        usual = {
            "host": "127.0.0.1",
            "sender": "fit@clinic.example",
            "ca_file": str(CERTIFICATE),
            "timeout_seconds": 20,
        }
        channel = EMAIL(**{**usual, **self.settings})  # type: ignore[misc]
        assert isinstance(channel, Channel)
        return Opened({"email": channel}, {})

    @property
    def taken(self) -> list[str]:
        return keys_of(self.faults.taken)


def write(clinic: Clinic, *keys: str, severity: str = "attention") -> None:
    rows = [
        {"key": key, "channel": "email", "recipient_staff_id": SUE, "recipient": None, "severity": severity,
         "reason": "new", "subject": "FIT: 1 item to review", "body": "One item.\n", "payload": {"failures": 1},
         "created_at": NOON, "not_before": NOON, "run_id": None}
        for key in keys
    ]  # fmt: skip
    with clinic.practice.store.begin() as c:
        outbox.add_messages(c, rows)


def counts(result: DeliveryResult) -> tuple[int, int, int]:
    return (result.sent, result.failed, result.dead)


def states(clinic: Clinic) -> dict[str, str]:
    return {row["key"]: row["state"] for row in messages(clinic, "due", "sent", "dead", "cancelled")}


def arrives_once_mended(clinic: Clinic, mail: Mail, now: datetime) -> None:
    """The server works again: all that was not taken over comes, each once, and then nothing more."""
    mail.faults.at.clear()
    mail.faults.taken.clear()
    assert deliver(clinic.practice, now=now).exit_code == ExitCode.OK
    assert sorted(mail.taken) == sorted(KEYS)
    assert set(states(clinic).values()) == {"sent"}
    assert counts(deliver(clinic.practice, now=now + timedelta(days=1))) == (0, 0, 0)


@pytest.mark.parametrize("answer", ["451 later", "421 closing", "554 no", *(["535 who are you"] if LONG else [])])
@pytest.mark.parametrize("phase", BEFORE_THE_MESSAGE)
def test_a_refusal_before_the_message_stops_the_channel_and_harms_no_message(
    clinic: Clinic, mail: Mail, phase: str, answer: str
) -> None:
    write(clinic, *KEYS)
    mail.faults.at[phase] = answer
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 1, 0)
    assert mail.faults.connections == 1
    assert set(states(clinic).values()) == {"due"}
    asked_to_wait = answer.startswith("4") and (phase, answer[:3]) != ("auth", "421")  # the library tries another login
    assert (result.exit_code == ExitCode.OK) == asked_to_wait, result.problems
    arrives_once_mended(clinic, mail, NOON + timedelta(minutes=1))


@pytest.mark.parametrize("answer", ["450 greylisted", "452 full", *(["451 greylisted", "455 cannot"] if LONG else [])])
@pytest.mark.parametrize("phase", ABOUT_THE_MESSAGE)
def test_a_message_that_is_refused_for_now_waits_by_itself(clinic: Clinic, mail: Mail, phase: str, answer: str) -> None:
    write(clinic, *KEYS)
    mail.faults.at[phase] = answer
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 2, 0)
    assert (result.problems, result.exit_code) == ([], ExitCode.OK)
    assert {round((row["not_before"] - NOON) / timedelta(minutes=1)) for row in messages(clinic)} == {5}
    assert counts(deliver(clinic.practice, now=NOON + timedelta(minutes=4))) == (0, 0, 0)
    arrives_once_mended(clinic, mail, NOON + timedelta(minutes=6))


@pytest.mark.parametrize("answer", ["550 no such person", "552 too big", "554 spam"])
@pytest.mark.parametrize("phase", ABOUT_THE_MESSAGE)
def test_a_message_that_is_refused_for_good_is_given_up_at_once_and_said_so(
    clinic: Clinic, mail: Mail, phase: str, answer: str
) -> None:
    write(clinic, *KEYS)
    mail.faults.at[phase] = answer
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 0, 2)
    assert result.exit_code == ExitCode.PARTIAL
    assert f"({answer[:3]})" in result.problems[0]
    assert answer[4:] not in str(result.problems)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=1))) == (0, 0, 0)
    assert mail.taken == []


@pytest.mark.parametrize("answer", ["421 closing", "530 log in first", *(["535 who are you"] if LONG else [])])
@pytest.mark.parametrize("phase", ABOUT_THE_MESSAGE)
def test_what_is_no_fault_of_the_message_stops_the_channel_even_then(
    clinic: Clinic, mail: Mail, phase: str, answer: str
) -> None:
    write(clinic, *KEYS)
    mail.faults.at[phase] = answer
    assert counts(deliver(clinic.practice, now=NOON)) == (0, 1, 0)
    assert mail.faults.connections == 1
    arrives_once_mended(clinic, mail, NOON + timedelta(minutes=1))


@pytest.mark.parametrize("fault", [HANG, DROP, GARBAGE])
@pytest.mark.parametrize("phase", PHASES)
def test_a_server_that_says_nothing_to_the_point_is_tried_again_later(
    clinic: Clinic, mail: Mail, phase: str, fault: str
) -> None:
    write(clinic, *KEYS)
    mail.faults.at[phase] = fault
    mail.settings["timeout_seconds"] = 0.2
    result = deliver(clinic.practice, now=NOON)
    mail.settings["timeout_seconds"] = 20
    assert result.dead == result.sent == 0
    assert 1 <= mail.faults.connections <= 3  # each message once
    assert result.exit_code == ExitCode.PARTIAL
    assert set(states(clinic).values()) == {"due"}
    arrives_once_mended(clinic, mail, NOON + timedelta(minutes=6))


def test_whoever_breaks_off_after_the_text_may_have_it_and_gets_it_again_under_the_same_key(
    clinic: Clinic, mail: Mail
) -> None:
    write(clinic, "one")
    mail.faults.at["dot"] = DROP
    result = deliver(clinic.practice, now=NOON)
    assert "may have it all the same" in result.problems[0]
    mail.faults.at.clear()
    deliver(clinic.practice, now=NOON + timedelta(minutes=6))
    assert mail.taken == ["one", "one"]
    assert states(clinic) == {"one": "sent"}


def test_nobody_there_at_all_is_tried_three_times_and_again_by_the_next_run(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS, "three", "four")
    port, mail.settings["port"] = mail.settings["port"], free_port()
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 3, 0)
    assert result.problems == ["channel email: the server cannot be reached: ConnectionRefusedError"]
    mail.settings["port"] = port
    assert deliver(clinic.practice, now=NOON + timedelta(minutes=6)).sent == 4


def test_greylisting_needs_a_second_try_and_alarms_nobody(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    mail.faults.once = [("rcpt", "450 greylisted")] * 2
    first = deliver(clinic.practice, now=NOON)
    second = deliver(clinic.practice, now=NOON + timedelta(minutes=15))
    assert [counts(first), counts(second)] == [(0, 2, 0), (2, 0, 0)]
    assert first.problems == second.problems == []
    assert sorted(mail.taken) == sorted(KEYS)


@pytest.mark.parametrize("phase", ["mail", "rcpt", "dot"])
def test_a_message_that_never_gets_through_is_tried_for_five_days_and_not_a_day_less(
    clinic: Clinic, mail: Mail, phase: str
) -> None:
    write(clinic, "one")
    mail.faults.at[phase] = "451 later"
    now, tries = NOON, 0
    while states(clinic) == {"one": "due"}:
        tries += deliver(clinic.practice, now=now).failed
        assert now - NOON <= GIVE_UP + 2 * BACK_OFF[-1]
        now += timedelta(hours=3)
    assert now - timedelta(hours=3) - NOON >= GIVE_UP
    assert 15 <= tries <= 41  # every three or six hours
    assert mail.faults.connections in {tries, tries + 1}


def test_a_line_without_encryption_carries_nothing(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    with faulty_server(mail.faults, certificate=None) as port:
        result = deliver_through(clinic, mail, port)
    assert result.problems == ["channel email: the server offers no encryption (STARTTLS)"]
    assert mail.taken == []


def test_an_expired_certificate_stops_the_channel(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    expired = Path(__file__).with_name("expired.pem")
    with faulty_server(mail.faults, certificate=expired) as port:
        result = deliver_through(clinic, mail, port, ca_file=str(expired))
    assert result.problems == ["channel email: no trusted connection: certificate has expired"]
    assert mail.taken == []


def test_a_certificate_nobody_vouches_for_or_for_another_host_stops_the_channel(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    unknown = deliver_through(clinic, mail, mail.settings["port"], ca_file="")
    assert unknown.problems == ["channel email: no trusted connection: self-signed certificate"]
    with faulty_server(mail.faults, host="127.0.0.2") as port:
        other = deliver_through(clinic, mail, port, host="127.0.0.2")
    assert "IP address mismatch" in other.problems[0]
    assert mail.taken == []


def test_a_server_that_agrees_to_encrypt_and_does_not_stops_the_channel(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    mail.faults.at["starttls"] = "220 go ahead\r\n250 and here is plain text"
    result = deliver(clinic.practice, now=NOON)
    assert result.dead == result.sent == 0
    assert mail.taken == []
    arrives_once_mended(clinic, mail, NOON + timedelta(minutes=6))


def deliver_through(clinic: Clinic, mail: Mail, port: int, **settings: Any) -> DeliveryResult:
    """Send through another server; one failure and the channel is left alone."""
    before = dict(mail.settings)
    mail.settings |= {"port": port, **settings}
    mail.faults.connections = 0
    result = deliver(clinic.practice, now=NOON)
    mail.settings = before
    assert counts(result) == (0, 1, 0)
    assert (result.exit_code, mail.faults.connections) == (ExitCode.PARTIAL, 1)
    return result


def test_a_slow_server_is_waited_for(clinic: Clinic, mail: Mail) -> None:
    write(clinic, "one")
    mail.faults.pace = 0.002
    assert deliver(clinic.practice, now=NOON).sent == 1
    assert mail.taken == ["one"]


def test_a_server_that_sends_a_byte_now_and_then_is_left_behind_at_the_deadline(clinic: Clinic, mail: Mail) -> None:
    write(clinic, *KEYS)
    mail.faults.pace = 0.1  # never silent for the time-out, and never done
    result = deliver(clinic.practice, now=NOON, deadline=0.5)
    assert counts(result) == (0, 1, 0)
    assert result.problems == ["channel email: no answer within 0.5 seconds"]
    mail.faults.pace = 0.0
    deliver(clinic.practice, now=NOON + timedelta(minutes=6))
    assert set(states(clinic).values()) == {"sent"}
    assert set(mail.taken) == set(KEYS)


@pytest.mark.parametrize("phase", ["banner", "rcpt", "dot"])
def test_a_safety_message_that_does_not_go_out_ends_the_run_with_6(clinic: Clinic, mail: Mail, phase: str) -> None:
    write(clinic, "one", severity="safety")
    mail.faults.at[phase] = "450 greylisted"
    result = deliver(clinic.practice, now=NOON)
    assert result.exit_code == ExitCode.UNDELIVERED
    assert "(450)" in result.problems[0]


@pytest.mark.parametrize("seed", range(400 if LONG else 8))
def test_whatever_a_server_does_each_message_comes_and_comes_twice_only_in_doubt(
    clinic: Clinic, mail: Mail, seed: int
) -> None:
    chance = random.Random(seed)
    write(clinic, *KEYS)
    answers = ["421 closing", "450 greylisted", "452 full", "454 not now", DROP, GARBAGE]
    mail.faults.once = [(chance.choice(PHASES), chance.choice(answers)) for _ in range(chance.randrange(1, 12))]
    doubtful = sum(phase == "dot" and fault in {DROP, GARBAGE} for phase, fault in mail.faults.once)
    now = NOON
    for _ in range(40):
        deliver(clinic.practice, now=now)
        if set(states(clinic).values()) == {"sent"}:
            break
        now += timedelta(hours=7)
        if now - NOON > timedelta(days=4):
            mail.faults.once.clear()
    assert set(states(clinic).values()) == {"sent"}
    assert set(mail.taken) == set(KEYS)
    assert len(mail.taken) <= len(KEYS) + doubtful
