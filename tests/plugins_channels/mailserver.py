"""A real mail server on this machine that behaves as a test wants it to."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).with_name("server.pem")
PASSWORD = "a long one"


@dataclass
class Behaviour:
    """What the server answers to each command; `drop` breaks the connection after the text, `hang` falls silent at one."""

    rcpt: str = ""
    mail: str = ""
    data: str = "250 OK"
    drop: bool = False
    hang: str = ""
    received: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        await self._maybe_hang("mail")
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        await self._maybe_hang("rcpt")
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._maybe_hang("data")
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        if self.drop and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return self.data

    async def _maybe_hang(self, command: str) -> None:
        if self.hang == command:
            await asyncio.sleep(30)

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.received]


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: Any, login: Any) -> AuthResult:
    good = isinstance(login, LoginPassword) and login.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server(
    behaviour: Behaviour, *, tls: bool = True, implicit: bool = False, host: str = "127.0.0.1"
) -> Iterator[int]:
    """Run the server and give its port; `implicit` encrypts from the first byte."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    controller = _started(behaviour, host, tls=None if implicit else context, ssl=context if implicit else None)
    try:
        yield controller.port
    finally:
        controller.stop()


def _started(behaviour: Behaviour, host: str, **contexts: ssl.SSLContext | None) -> Controller:
    """Start on a free port; another test may take it in between, so try a few."""
    for attempt in range(5):
        controller = Controller(
            behaviour, hostname=host, port=free_port(), ssl_context=contexts["ssl"], tls_context=contexts["tls"],
            require_starttls=contexts["tls"] is not None, authenticator=_authenticate, auth_require_tls=True,
            ident="test", server_hostname="localhost",
        )  # fmt: skip
        try:
            controller.start()
        except OSError:
            if attempt == 4:
                raise
        else:
            return controller
    raise AssertionError("unreachable")
