"""What leaves the machine for the heartbeat, and that nothing the other side does holds up or fails a run."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fit_toolkit.alerts.heartbeat import Heartbeat
from fit_toolkit.alerts.morning import Order, morning
from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.settings import load_settings
from fit_toolkit.store import hold_lock
from tests.alerts.outgoing import LOW, clinic_with, use
from tests.clinic import Clinic


class Stub(HTTPServer):
    """Keeps what it is asked; answers with `status`, or sends on to `elsewhere`."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked: list[tuple[str, str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/key"

    @property
    def paths(self) -> list[str]:
        return [path.partition("?")[0].removeprefix("/ping/key") for _, path, _, _ in self.asked]


class Asked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        stub = self.server
        assert isinstance(stub, Stub)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        stub.asked.append((self.command, self.path, str(self.headers), body))
        self.send_response(stub.status)
        if stub.status == 302:
            self.send_header("Location", f"{stub.url}/elsewhere")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return clinic_with(tmp_path, policies=LOW, day=30)


def quiet(_: str) -> None:
    """Nobody listens."""


def test_a_run_is_told_at_its_start_and_its_end_under_one_number_with_an_empty_body(clinic: Clinic, stub: Stub) -> None:
    use(clinic, alerts__heartbeat_url=stub.url)
    assert morning(clinic.practice, Order(), quiet).code == 0
    assert stub.paths == ["/start", ""]
    assert len({path.partition("?rid=")[2] for _, path, _, _ in stub.asked}) == 1
    assert {(method, body) for method, _, _, body in stub.asked} == {("GET", b"")}


def test_a_run_that_was_turned_away_or_refused_is_told_with_its_code(clinic: Clinic, stub: Stub) -> None:
    use(clinic, alerts__heartbeat_url=stub.url)
    with hold_lock(clinic.practice.lock_file, now=clinic.clock()):
        assert morning(clinic.practice, Order(), quiet).code == 75
    assert stub.paths == ["/75"]
    clinic.day = 10
    clinic.run()
    clinic.day = 5
    with pytest.raises(DataError):
        morning(clinic.practice, Order(), quiet)
    assert stub.paths[1:] == ["/start", "/3"]


def test_a_run_that_is_skipped_or_only_looks_tells_nothing(clinic: Clinic, stub: Stub) -> None:
    use(clinic, alerts__heartbeat_url=stub.url)
    with hold_lock(clinic.practice.lock_file, now=clinic.clock()):
        assert morning(clinic.practice, Order(skip_if_locked=True), quiet).code == 0
    morning(clinic.practice, Order(dry_run=True), quiet)
    assert stub.asked == []


def test_a_redirect_is_not_followed(stub: Stub) -> None:
    stub.status = 302
    beat = Heartbeat(stub.url)
    beat.start()
    assert stub.paths == ["/start"]
    assert beat.problems == ["heartbeat (start): answered 302"]


def test_a_server_in_trouble_is_tried_three_times_and_one_that_does_not_know_the_address_once(stub: Stub) -> None:
    stub.status = 503
    beat = Heartbeat(stub.url, pause=0)
    beat.finish(4)
    stub.status = 404
    beat.finish(0)
    assert stub.paths == ["/4", "/4", "/4", ""]
    assert beat.problems == ["heartbeat (4): answered 503", "heartbeat (finish): answered 404"]


def test_one_that_never_answers_is_left_after_the_time_and_the_run_goes_on(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fit_toolkit.alerts.heartbeat.time.sleep", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        beat = Heartbeat(f"http://127.0.0.1:{silent.getsockname()[1]}/key", timeout=0.05, pause=0)
        beat.start()
    assert beat.problems == ["heartbeat (start): no answer within 0.05 seconds"]
    use(clinic, alerts__heartbeat_url="http://127.0.0.1:9/secret")  # nobody listens there
    outcome = morning(clinic.practice, Order(), quiet)
    assert outcome.code == 0
    assert len(outcome.heartbeat) == 2
    assert "secret" not in "".join(outcome.heartbeat)


def test_an_address_with_a_question_keeps_it(stub: Stub) -> None:
    Heartbeat(f"{stub.url}?status=up").finish(0)
    ((_, path, _, _),) = stub.asked
    assert path.startswith("/ping/key?status=up&rid=")


@pytest.mark.parametrize(
    ("url", "fits"),
    [
        ("", True), ("https://hc.example/ping/x", True), ("http://localhost:8000/x", True), ("http://[::1]/x", True),
        ("http://hc.example/x", False), ("http://localhost.evil.example/x", False), ("https://name:word@hc.example/", False),
        ("file:///etc/passwd", False), ("https://hc.example/x y", False),
    ],
)  # fmt: skip
def test_only_encrypted_addresses_or_this_computer_may_be_set(clinic: Clinic, url: str, *, fits: bool) -> None:
    (clinic.root / "fit.toml").write_text(f'[alerts]\nheartbeat_url = "{url}"\n')
    if fits:
        assert load_settings(clinic.root).text("alerts.heartbeat_url") == url
    else:
        with pytest.raises(ConfigError, match="heartbeat_url") as refused:
            load_settings(clinic.root)
        assert not url or url not in str(refused.value)
