"""Mail against a real server: what it takes over, and what each way of refusing is taken for."""

from __future__ import annotations

import re
import smtplib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.errors import DeliveryError
from fit_toolkit.model.parts import Channel, Message
from tests.plugins_channels.mailserver import CERTIFICATE, PASSWORD, Behaviour, free_port, mail_server

EMAIL = build_registry(third_party=False).channels["email"].cls
MESSAGE = Message(key="ab12", recipient="anna@clinic.example", subject="FIT: 2 items to review", body="Two items.\n")


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour()


@pytest.fixture
def port(behaviour: Behaviour) -> Iterator[int]:
    with mail_server(behaviour) as port:
        yield port


def channel(port: int, **settings: Any) -> Channel:
    assert EMAIL is not None
    usual = {"host": "127.0.0.1", "sender": "fit@clinic.example", "ca_file": str(CERTIFICATE), "timeout_seconds": 2}
    made = EMAIL(**{**usual, "port": port, **settings})
    assert isinstance(made, Channel)
    return made


def refusal(port: int, message: Message = MESSAGE, **settings: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel(port, **settings).deliver(message)
    return caught.value


def test_a_mail_is_taken_over_with_its_key_as_message_id(port: int, behaviour: Behaviour) -> None:
    channel(port).deliver(MESSAGE)
    (mail,) = behaviour.mails()
    assert mail["Message-ID"] == "<ab12@clinic.example>"
    assert (mail["From"], mail["To"], mail["Subject"]) == ("fit@clinic.example", MESSAGE.recipient, MESSAGE.subject)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Two items."
    assert behaviour.recipients == [MESSAGE.recipient]


def test_a_text_with_other_letters_arrives_as_written(port: int, behaviour: Behaviour) -> None:
    body = "Überblick: 2 Einträge – bitte ansehen\n"
    channel(port).deliver(Message(key="k", recipient="anna@clinic.example", subject="FIT: 2", body=body))
    assert behaviour.mails()[0].get_content().replace("\r\n", "\n") == body


@pytest.mark.parametrize(
    ("answer", "permanent", "code"),
    [("450 greylisted, come back later", False, 450), ("421 too busy", False, 421), ("550 no anna here", True, 550)],
)
def test_the_servers_code_decides_whether_to_try_again(
    port: int, behaviour: Behaviour, answer: str, permanent: bool, code: int
) -> None:
    behaviour.rcpt = answer
    error = refusal(port)
    assert (error.permanent, error.code) == (permanent, code)
    assert "anna" not in str(error)


@pytest.mark.parametrize(("answer", "permanent"), [("452 full", False), ("552 too big", True), ("554 no", True)])
def test_a_refusal_of_the_text_is_classed_by_its_code_too(
    port: int, behaviour: Behaviour, answer: str, permanent: bool
) -> None:
    behaviour.data = answer
    error = refusal(port)
    assert (error.permanent, error.code) == (permanent, int(answer[:3]))


def test_a_refused_sender_stops_the_channel_and_kills_no_message(port: int, behaviour: Behaviour) -> None:
    behaviour.mail = "553 not you"
    error = refusal(port)
    assert (error.permanent, error.channel, error.code) == (False, True, 553)


def test_nobody_listening_is_a_reason_to_try_again() -> None:
    error = refusal(free_port())
    assert (error.permanent, error.code) == (False, None)


def test_a_connection_broken_after_the_text_is_tried_again_under_the_same_key(port: int, behaviour: Behaviour) -> None:
    behaviour.drop = True
    error = refusal(port)
    assert (error.permanent, error.code) == (False, None)
    behaviour.drop = False
    channel(port).deliver(MESSAGE)
    assert [mail["Message-ID"] for mail in behaviour.mails()] == ["<ab12@clinic.example>"] * 2


@pytest.mark.parametrize("command", ["mail", "rcpt"])
def test_a_server_that_falls_silent_is_given_up_in_time(port: int, behaviour: Behaviour, command: str) -> None:
    behaviour.hang = command
    error = refusal(port, timeout_seconds=1)
    assert (error.permanent, str(error)) == (False, "the server did not answer in time")


def test_a_server_that_does_not_say_goodbye_has_the_mail_all_the_same(
    port: int, behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rude(self: smtplib.SMTP) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", rude)
    channel(port).deliver(MESSAGE)
    assert len(behaviour.received) == 1


def test_nothing_is_sent_where_the_server_offers_no_encryption(behaviour: Behaviour) -> None:
    with mail_server(behaviour, tls=False) as port:
        error = refusal(port)
        assert (error.permanent, error.channel) == (False, True)
        assert behaviour.received == []


def test_encryption_can_be_switched_off_by_the_practice_alone(behaviour: Behaviour) -> None:
    with mail_server(behaviour, tls=False) as port:
        channel(port, starttls=False).deliver(MESSAGE)
    assert len(behaviour.received) == 1


def test_a_port_that_is_encrypted_from_the_first_byte_is_used_so(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert EMAIL is not None
    with mail_server(behaviour, implicit=True) as port:
        monkeypatch.setattr(sys.modules[EMAIL.__module__], "IMPLICIT_TLS", port)
        channel(port).deliver(MESSAGE)
        assert refusal(port, ca_file="").channel
    assert len(behaviour.received) == 1


def test_a_file_of_certificates_that_cannot_be_read_stops_the_channel(port: int, tmp_path: Path) -> None:
    assert refusal(port, ca_file=str(tmp_path / "none")).channel


def test_a_server_without_logins_stops_the_channel_where_one_is_set(behaviour: Behaviour, password_file: Path) -> None:
    with mail_server(behaviour, tls=False) as port:  # aiosmtpd hides AUTH from what it takes for an open line
        error = refusal(port, starttls=False, username="fit", password_file=str(password_file))
    assert (error.permanent, error.channel) == (False, True)


def test_a_name_that_cannot_be_looked_up_is_a_reason_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", lost)
    error = refusal(25, host="mail.clinic.example")
    assert (error.permanent, str(error)) == (False, "the server cannot be reached: gaierror")


def test_a_server_that_refuses_to_talk_is_classed_by_its_code(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    def busy(self: smtplib.SMTP, text: object) -> tuple[int, bytes]:
        raise smtplib.SMTPDataError(451, b"try again")

    monkeypatch.setattr(smtplib.SMTP, "data", busy)
    error = refusal(port)
    assert (error.permanent, error.code) == (False, 451)


def test_a_certificate_nobody_vouches_for_stops_the_channel(port: int, behaviour: Behaviour) -> None:
    error = refusal(port, ca_file="")
    assert (error.permanent, error.channel) == (False, True)
    assert behaviour.received == []


def test_a_certificate_for_another_name_stops_the_channel(behaviour: Behaviour) -> None:
    with mail_server(behaviour, host="127.0.0.2") as port:
        assert refusal(port, host="127.0.0.2").channel
    assert behaviour.received == []


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    return file


def test_it_logs_in_with_the_password_from_the_file(port: int, behaviour: Behaviour, password_file: Path) -> None:
    channel(port, username="fit", password_file=str(password_file)).deliver(MESSAGE)
    assert len(behaviour.received) == 1


def test_a_refused_login_stops_the_channel_and_kills_no_message(
    port: int, behaviour: Behaviour, password_file: Path
) -> None:
    password_file.write_text("wrong")
    error = refusal(port, username="fit", password_file=str(password_file))
    assert (error.permanent, error.channel, error.code) == (False, True, 535)
    assert behaviour.received == []


def test_a_password_others_can_read_is_not_used(port: int, password_file: Path) -> None:
    password_file.chmod(0o644)
    assert "chmod 600" in str(refusal(port, username="fit", password_file=str(password_file)))


def test_a_missing_password_file_stops_the_channel(port: int, tmp_path: Path) -> None:
    assert refusal(port, username="fit", password_file=str(tmp_path / "none")).channel


def test_a_password_never_travels_in_the_open(password_file: Path) -> None:
    made = channel(25, host="mail.clinic.example", starttls=False, username="fit", password_file=str(password_file))
    with pytest.raises(DeliveryError, match="open line"):
        made._log_in(smtplib.SMTP())  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "recipient",
    ["anna", "", "a@b, c@d", "a@b\r\nBcc: x@y", "<a@b>", "a b@c", "ånna@clinic.example", "a@b\x00"],
)
def test_anything_but_one_plain_address_is_refused_for_good(recipient: str) -> None:
    message = Message(key="k", recipient=recipient, subject="s", body="b")
    error = refusal(free_port(), message)
    assert error.permanent
    assert not recipient or recipient not in str(error)


@pytest.mark.parametrize("field", ["subject", "key"])
def test_a_line_break_in_a_header_is_refused_for_good(field: str) -> None:
    given: dict[str, Any] = {"key": "k", "recipient": "a@b.example", "subject": "s", "body": "b"} | {
        field: "x\r\nBcc: eve@evil.example"
    }
    assert refusal(free_port(), Message(**given)).permanent


@pytest.mark.parametrize(("setting", "word"), [("host", "host"), ("sender", "from")])
def test_settings_with_which_nothing_can_go_out_are_refused(setting: str, word: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"[mail] {word}")):
        channel(25, **{setting: ""})
