"""Receivers of webhooks that fail in every way they can, and addresses that lead where they should not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.errors import DeliveryError
from fit_toolkit.model.parts import Channel, Message
from tests.faults.webserver import Answers, unused_port, web_server
from tests.plugins_channels.mailserver import CERTIFICATE

WEBHOOK = build_registry(third_party=False).channels["webhook"].cls
SECRET = "a secret that is long enough"
MESSAGE = Message(key="ab12", recipient="anna", subject="FIT: 3 items to review", body="Three.\n", severity="attention",
                  counts={"attention": 2, "notice": 1}, link="https://intranet.example/fit")  # fmt: skip


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def port(answers: Answers) -> Iterator[int]:
    with web_server(answers) as port:
        yield port


def channel(url: str, secret: Path, **settings: Any) -> Channel:
    assert WEBHOOK is not None
    made = WEBHOOK(url=url, secret_file=str(secret), **settings)
    assert isinstance(made, Channel)
    return made


def post(port: int, secret: Path, message: Message = MESSAGE, **settings: Any) -> None:
    channel(f"http://127.0.0.1:{port}/fit?to=us", secret, **settings).deliver(message)


def refusal(port: int, secret: Path, **settings: Any) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        post(port, secret, **settings)
    return caught.value


def test_a_message_is_posted_as_counts_with_its_key(port: int, answers: Answers, secret: Path) -> None:
    post(port, secret)
    assert answers.lines == ["POST /fit?to=us HTTP/1.1"]
    assert answers.headers[0]["Idempotency-Key"] == answers.headers[0]["webhook-id"] == "ab12"
    assert answers.headers[0]["Content-Type"] == "application/json"
    assert json.loads(answers.bodies[0]) == {
        "schema": "fit/message/1",
        "key": "ab12",
        "recipient": "anna",
        "severity": "attention",
        "reason": "new",
        "counts": {"attention": 2, "notice": 1},
        "summary": "FIT: 3 items to review",
        "link": "https://intranet.example/fit",
        "pager": {"dedup_key": "fit-anna", "event_action": "trigger", "severity": "warning"},
    }


def test_an_incident_is_closed_when_nothing_is_left_and_safety_opens_one_of_its_own(
    port: int, answers: Answers, secret: Path
) -> None:
    post(port, secret, Message(key="k2", recipient="anna", subject="s", body="b", reason="all-done"))
    post(port, secret, Message(key="k3", recipient="anna", subject="s", body="b", severity="safety"))
    assert [json.loads(body)["pager"] for body in answers.bodies] == [
        {"dedup_key": "fit-anna", "event_action": "resolve", "severity": "info"},
        {"dedup_key": "k3", "event_action": "trigger", "severity": "critical"},
    ]


def test_the_signature_covers_key_time_and_text(port: int, answers: Answers, secret: Path) -> None:
    post(port, secret)
    headers, body = answers.headers[0], answers.bodies[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    made = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{made}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 300


def test_the_signature_is_that_of_the_public_specification(port: int, answers: Answers, secret: Path) -> None:
    from importlib import import_module

    assert WEBHOOK is not None
    signing = import_module(WEBHOOK.__module__.replace(".channel", ".signing"))
    secret.write_text("whsec_" + base64.b64encode(bytes(range(24))).decode())
    (key,) = signing.secrets_in(secret)
    assert key == bytes(range(24))
    made = signing.headers_for("msg_1", b'{"a":1}', [key], now=1674087231)["webhook-signature"]
    by_hand = hmac.new(bytes(range(24)), b'msg_1.1674087231.{"a":1}', hashlib.sha256).digest()
    assert made == "v1," + base64.b64encode(by_hand).decode()


def test_while_a_secret_is_changed_both_sign(port: int, answers: Answers, secret: Path) -> None:
    secret.write_text(f"{SECRET}\n{SECRET} and another\n")
    post(port, secret)
    assert len(answers.headers[0]["webhook-signature"].split()) == 2


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_an_answer_of_2xx_means_that_it_was_taken_over(port: int, answers: Answers, secret: Path, status: int) -> None:
    answers.status(status)
    post(port, secret)  # raises nothing
    assert len(answers.lines) == 1, "posted once"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(port: int, answers: Answers, secret: Path, status: int) -> None:
    answers.status(status, "Location: http://169.254.169.254/latest/meta-data")
    error = refusal(port, secret)
    assert (error.permanent, error.channel, error.code) == (False, True, status)
    assert "169.254" not in str(error)
    assert len(answers.lines) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 410, 421])
def test_what_is_wrong_with_the_address_stops_the_channel_and_kills_no_message(
    port: int, answers: Answers, secret: Path, status: int
) -> None:
    answers.status(status)
    error = refusal(port, secret)
    assert (error.permanent, error.channel, error.code) == (False, True, status)


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422, 451, 499])
def test_any_other_4xx_is_about_the_message_and_final(port: int, answers: Answers, secret: Path, status: int) -> None:
    answers.status(status)
    error = refusal(port, secret)
    assert (error.permanent, error.channel, error.code) == (True, False, status)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_a_receiver_that_does_not_work_is_tried_again(port: int, answers: Answers, secret: Path, status: int) -> None:
    answers.status(status)
    error = refusal(port, secret)
    assert (error.permanent, error.channel, error.retry_after, error.code) == (False, False, None, status)


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_a_receiver_names_is_passed_on(port: int, answers: Answers, secret: Path, status: int) -> None:
    answers.status(status, "Retry-After: 120")
    error = refusal(port, secret)
    assert (error.permanent, error.channel, error.retry_after) == (False, True, 120.0)
    answers.status(status, f"Retry-After: {format_datetime(datetime.now(UTC) + timedelta(hours=1))}")
    assert 3500 < (refusal(port, secret).retry_after or 0) <= 3600


@pytest.mark.parametrize("value", ["soon", "-5", "\u0663", "Mon, 99 Foo 2026", "99999999999999999999", "NaN"])
def test_a_time_that_makes_no_sense_does_no_harm(port: int, answers: Answers, secret: Path, value: str) -> None:
    answers.says = f"HTTP/1.1 429 Slow\r\nRetry-After: {value}\r\n\r\n".encode()
    wait = refusal(port, secret).retry_after
    assert wait is not None
    assert 0 <= wait < 10**9


def test_a_silent_receiver_is_given_up_in_time(port: int, answers: Answers, secret: Path) -> None:
    answers.says = None
    error = refusal(port, secret, read_seconds=0.2)
    assert (error.permanent, str(error)) == (False, "the receiver did not answer in time")


def test_a_receiver_that_sends_a_byte_now_and_then_is_cut_off(port: int, answers: Answers, secret: Path) -> None:
    answers.says, answers.pace = b"HTTP/1.1 200 OK and more and more and more and more\r\n\r\n", 0.05
    error = refusal(port, secret, connect_seconds=0.2, read_seconds=0.3)
    assert (error.permanent, error.channel) == (False, False)


def test_an_endless_answer_is_not_read(port: int, answers: Answers, secret: Path) -> None:
    answers.says = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 1_000_000
    post(port, secret)
    answers.says = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(500)) + b"\r\n"
    assert not refusal(port, secret).permanent
    answers.says = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n"
    assert not refusal(port, secret).permanent


@pytest.mark.parametrize("said", [b"", b"220 mail.example ESMTP\r\n", b"\x00\xff\x00\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n"])
def test_whoever_is_no_web_server_is_tried_again_later(port: int, answers: Answers, secret: Path, said: bytes) -> None:
    answers.says = said
    error = refusal(port, secret)
    assert (error.permanent, error.code) == (False, None)


def test_nobody_listening_is_a_reason_to_try_again(secret: Path) -> None:
    error = refusal(unused_port(), secret)
    assert (error.permanent, error.channel) == (False, False)


def test_over_an_encrypted_line_the_certificate_has_to_be_the_hosts(answers: Answers, secret: Path) -> None:
    expired = Path(__file__).with_name("expired.pem")
    with web_server(answers, CERTIFICATE) as port:
        channel(f"https://localhost:{port}/", secret, ca_file=str(CERTIFICATE)).deliver(MESSAGE)
        with pytest.raises(DeliveryError, match="self-signed") as unknown:
            channel(f"https://localhost:{port}/", secret).deliver(MESSAGE)
    with web_server(answers, CERTIFICATE, host="127.0.0.2") as port, pytest.raises(DeliveryError, match="mismatch"):
        channel(f"https://127.0.0.2:{port}/", secret, ca_file=str(CERTIFICATE)).deliver(MESSAGE)
    with web_server(answers, expired) as port, pytest.raises(DeliveryError, match="expired"):
        channel(f"https://localhost:{port}/", secret, ca_file=str(expired)).deliver(MESSAGE)
    assert unknown.value.channel
    assert len(answers.bodies) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_in_the_environment_is_not_used(
    port: int, answers: Answers, secret: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    post(port, secret)
    assert len(answers.bodies) == 1


def test_a_proxy_of_the_settings_is_asked_for_a_tunnel(port: int, answers: Answers, secret: Path) -> None:
    answers.status(407)
    with pytest.raises(DeliveryError) as caught:
        channel("https://pager.example/", secret, proxy=f"127.0.0.1:{port}", hosts=("pager.example",)).deliver(MESSAGE)
    assert [line.rpartition(" ")[0] for line in answers.lines] == ["CONNECT pager.example:443"]
    assert not caught.value.permanent
    with pytest.raises(ValueError, match="list its host"):
        channel("https://pager.example/", secret, proxy=f"127.0.0.1:{port}")


def leads_to(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[tuple[str, int]]:
    """Let names lead to these addresses, another list each time one is looked up; give what is connected to."""
    looked = iter(rounds)
    reached: list[tuple[str, int]] = []

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(looked)]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    return reached


INSIDE = ["10.0.0.5", "192.168.1.1", "172.16.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",
          "fe80::1", "fd00::1", "::ffff:169.254.169.254", "::ffff:10.0.0.5", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
          "224.0.0.1", "ff02::1", "255.255.255.255"]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_somebodys_network_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, secret: Path, address: str
) -> None:
    reached = leads_to(monkeypatch, [address])
    with pytest.raises(DeliveryError, match="not allowed") as caught:
        channel("https://pager.example/", secret).deliver(MESSAGE)
    assert caught.value.channel
    assert address not in str(caught.value)
    assert reached == []


@pytest.mark.parametrize("listed", ["pager.example", "10.0.0.5", "10.0.0.0/8"])
def test_an_address_inside_is_reached_where_the_practice_listed_it(
    monkeypatch: pytest.MonkeyPatch, secret: Path, listed: str
) -> None:
    reached = leads_to(monkeypatch, ["10.0.0.5", "169.254.169.254"])
    with pytest.raises(DeliveryError, match="cannot be reached"):
        channel("https://pager.example/", secret, hosts=(listed,)).deliver(MESSAGE)
    assert reached == [("10.0.0.5", 443)]


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, secret: Path
) -> None:
    reached = leads_to(monkeypatch, ["93.184.216.34", "10.0.0.5", "93.184.216.35"], ["127.0.0.1"])
    with pytest.raises(DeliveryError):
        channel("https://pager.example/", secret).deliver(MESSAGE)
    assert reached == [("93.184.216.34", 443), ("93.184.216.35", 443)]


def test_with_a_list_of_networks_nothing_else_is_reached(monkeypatch: pytest.MonkeyPatch, secret: Path) -> None:
    reached = leads_to(monkeypatch, ["93.184.216.34"])
    with pytest.raises(DeliveryError, match="not allowed"):
        channel("https://pager.example/", secret, hosts=("10.0.0.0/8",)).deliver(MESSAGE)
    assert reached == []


@pytest.mark.parametrize(
    ("url", "word"),
    [("http://pager.example/", "https"), ("ftp://pager.example/", "no address"), ("https:///x", "no address"),
     ("https://user:pw@pager.example/", "login"), ("https://pager.example/#a", "#"), ("https://pager.example:99999/", "no address"),
     ("https://pager.example/a b", "spaces"), ("https://pager.example/\r\nX: y", "no address"), ("pager.example", "no address"),
     ("http://localhost.pager.example/", "https"), ("https://pägér.example/", "no address")],
)  # fmt: skip
def test_an_address_that_cannot_be_meant_is_refused_without_repeating_it(secret: Path, url: str, word: str) -> None:
    with pytest.raises(ValueError, match=word) as caught:
        channel(url, secret)
    assert "pager.example" not in str(caught.value)


def test_a_host_that_is_not_on_the_list_is_refused(secret: Path) -> None:
    with pytest.raises(ValueError, match="not among hosts"):
        channel("https://other.example/", secret, hosts=("pager.example",))


@pytest.mark.parametrize("content", ["short", "", "\n\n", "whsec_!!!", "\xff\xfe"])
def test_a_secret_that_cannot_be_used_stops_the_channel(
    port: int, answers: Answers, secret: Path, content: str
) -> None:
    secret.write_bytes(content.encode("latin-1"))
    error = refusal(port, secret)
    assert (error.permanent, error.channel) == (False, True)
    assert answers.bodies == []


def test_a_secret_others_can_read_or_that_is_not_there_is_not_used(port: int, secret: Path, tmp_path: Path) -> None:
    secret.chmod(0o640)
    assert "chmod 600" in str(refusal(port, secret))
    assert refusal(port, tmp_path / "none").channel
