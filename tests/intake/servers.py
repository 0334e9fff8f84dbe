"""Servers on this machine that speak what REDCap's and LimeSurvey's manuals describe, and remember what they were asked."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "0123456789ABCDEF0123456789ABCDEF"
PASSWORD = "long and secret"
RECORDS = b"record_id,redcap_repeat_instrument,redcap_repeat_instance,eve_1,evening_complete\nk01,evening,1,2,2\n"
RESPONSES = (
    b'"id";"submitdate";"lastpage";"startlanguage";"token";"rest"\n"7";"2026-01-05 17:40:12";"1";"en";"k01";"AO02"\n'
)


class Server(ThreadingHTTPServer):
    """What it was asked, in order, and what a test wants it to do otherwise."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.asked: list[dict[str, Any]] = []
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.results: dict[str, Any] = {}

    def handle_error(self, *_: Any) -> None:
        """Write nothing where a client has gone away."""

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_: Any) -> None:
        """Write nothing."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def give(self, status: int, kind: str, body: bytes) -> None:
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        if self.server.answer is not None:
            status, more, body = self.server.answer
            headers |= {"Content-Length": str(len(body))} | more
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.server.asked.append({"GET": self.path})
        self.give(200, "text/html", b"<!DOCTYPE html><title>log in</title>")


class RedcapHandler(_Handler):
    """POST to /api/ with a token in the form; errors as JSON, for that was asked."""

    def do_POST(self) -> None:
        said = {name: values[0] for name, values in parse_qs(self.body().decode()).items()}
        self.server.asked.append(said)
        if said.get("token") != TOKEN:
            self.give(403, "application/json", b'{"error":"You do not have permissions to use the API"}')
        elif said.get("content") != "record" or said.get("format") != "csv":
            self.give(400, "application/json", b'{"error":"The value of the parameter \\"content\\" is not valid"}')
        else:
            self.give(200, "text/csv; charset=utf-8", RECORDS)


class LimesurveyHandler(_Handler):
    """JSON-RPC: a key for a session, responses in base64, and a status in the place of a result where it says no."""

    def do_POST(self) -> None:
        said = json.loads(self.body())
        self.server.asked.append(said)
        result = self.server.results.get(said["method"], self.result(said["method"], said["params"]))
        answer = json.dumps({"id": said["id"], "result": result, "error": None}).encode()
        self.give(200, "application/json", answer)

    def result(self, method: str, given: list[Any]) -> Any:
        if method == "get_session_key":
            return "key-1" if given == ["reader", PASSWORD] else {"status": "Invalid user name or password"}
        if given[0] != "key-1":
            return {"status": "Invalid session key"}
        if method == "release_session_key":
            return "OK"
        if given[1] != 123456:
            return {"status": "Error: Invalid survey ID"}
        return base64.b64encode(RESPONSES).decode()


@contextmanager
def serving(handler: type[_Handler]) -> Iterator[Server]:
    """Run a server as long as it is needed."""
    with Server(handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
