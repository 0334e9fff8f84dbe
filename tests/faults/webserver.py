"""A web server on this machine that answers to the letter what a test wants it to."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Headers
from pathlib import Path
from typing import Any

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@dataclass
class Answers:
    """What is answered: bytes as they stand, with a pause before each of them; nothing at all where it is None."""

    says: bytes | None = OK
    pace: float = 0.0
    lines: list[str] = field(default_factory=list)
    headers: list[Headers] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def status(self, status: int, *headers: str) -> None:
        self.says = "\r\n".join([f"HTTP/1.1 {status} So", *headers, "Content-Length: 0", "", ""]).encode()


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        answers = self.server.answers
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return
            head += line
        first, _, rest = head.partition(b"\r\n")
        headers = message_from_bytes(rest)
        answers.lines.append(first.decode())
        answers.headers.append(headers)
        answers.bodies.append(self.rfile.read(int(headers["Content-Length"] or 0)))
        if answers.says is None:
            self.server.over.wait(30)
        elif answers.pace:
            for byte in answers.says:
                time.sleep(answers.pace)
                self.wfile.write(bytes([byte]))
        else:
            self.wfile.write(answers.says)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answers: Answers, context: ssl.SSLContext | None, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.answers, self.context, self.over = answers, context, threading.Event()

    def finish_request(self, request: Any, client_address: Any) -> None:
        with suppress(OSError):
            if self.context is None:
                super().finish_request(request, client_address)
                return
            with self.context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about."""


@contextmanager
def web_server(answers: Answers, certificate: Path | None = None, *, host: str = "127.0.0.1") -> Iterator[int]:
    """Run the server and give its port; it is encrypted where it is given a certificate."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    with _Server(answers, context, host) as server:
        worker = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        worker.start()
        try:
            yield int(server.server_address[1])
        finally:
            server.over.set()
            server.shutdown()
            worker.join()


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
