"""A real mail server on this machine that fails at the phase of a conversation that a test names."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.plugins_channels.mailserver import CERTIFICATE, free_port

PHASES = ("banner", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot")
HANG, DROP, GARBAGE = "hang", "drop", "garbage"
NEVER = 60.0  # seconds; every test is long over by then


@dataclass
class Faults:
    """What the server does instead of its work, by phase: an answer, or HANG, DROP or GARBAGE; `once` only the first times.

    `taken` are the keys of the mails it took over, `connections` counts who called, `pace` are seconds for each byte.
    """

    at: dict[str, str] = field(default_factory=dict)
    once: list[tuple[str, str]] = field(default_factory=list)
    pace: float = 0.0
    connections: int = 0
    taken: list[str] = field(default_factory=list)
    talks: list[SMTP] = field(default_factory=list)

    def next_at(self, phase: str) -> str | None:
        if self.once and self.once[0][0] == phase:
            return self.once.pop(0)[1]
        return self.at.get(phase)

    async def handle_DATA(self, server: Faulty, session: Session, envelope: Envelope) -> str:
        fault = self.next_at("dot")
        if fault in {None, DROP, HANG, GARBAGE}:  # it has the mail, whatever it says now
            assert isinstance(envelope.content, bytes)
            self.taken.append(str(message_from_bytes(envelope.content, policy=default)["Message-ID"]))
        if fault is not None and await server.misbehave(fault):
            await asyncio.sleep(NEVER)
        return fault or "250 OK"


class Faulty(SMTP):
    """A mail server that looks up at each phase what is to go wrong."""

    event_handler: Faults

    async def misbehave(self, fault: str) -> bool:
        """Do what is not simply another answer; say whether it was done."""
        if fault == HANG:
            await asyncio.sleep(NEVER)
        elif fault == GARBAGE:
            await super().push("\x7f what? \x7f")
        elif fault != DROP:
            return False
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.abort()
        return True

    async def _fails(self, phase: str) -> bool:
        fault = self.event_handler.next_at(phase)
        if fault is None:
            return False
        if not await self.misbehave(fault):
            await self.push(fault)
            if fault.startswith("421") or phase == "banner":
                assert self.transport is not None
                self.transport.close()
        return True

    async def push(self, status: Any) -> None:
        if not self.event_handler.pace:
            await super().push(status)
            return
        for byte in (status.encode() if isinstance(status, str) else status) + b"\r\n":
            await asyncio.sleep(self.event_handler.pace)
            self._writer.write(bytes([byte]))

    async def _handle_client(self) -> None:
        if not self._tls_protocol:
            self.event_handler.connections += 1
            self.event_handler.talks.append(self)
            if await self._fails("banner"):
                return
        await super()._handle_client()

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._fails("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        if not await self._fails("ehlo"):
            await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._fails("starttls"):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._fails("auth"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._fails("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._fails("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._fails("data"):
            await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return Faulty(self.handler, **self.SMTP_kwargs)


@contextmanager
def faulty_server(faults: Faults, *, certificate: Path | None = CERTIFICATE, host: str = "127.0.0.1") -> Iterator[int]:
    """Run the server and give its port; without a certificate it offers no encryption."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    controller = _started(faults, context, host)
    try:
        yield controller.port
    finally:
        asyncio.run_coroutine_threadsafe(_end(faults.talks), controller.loop).result(10)
        controller.stop(no_assert=True)


async def _end(talks: list[SMTP]) -> None:
    """Let go of whoever still waits for an answer."""
    for talk in talks:
        if talk._handler_coroutine is not None:
            talk._handler_coroutine.cancel()
        if isinstance(talk.transport, asyncio.WriteTransport):
            talk.transport.abort()
    talks.clear()
    await asyncio.sleep(0.01)


def _started(faults: Faults, context: ssl.SSLContext | None, host: str) -> Controller:
    for attempt in range(5):  # another test may take the port in between
        controller = _Controller(
            faults, hostname=host, port=free_port(), tls_context=context, require_starttls=context is not None,
            authenticator=lambda *_: AuthResult(success=True), auth_require_tls=False, ident="test",
            server_hostname="localhost",
        )  # fmt: skip
        try:
            controller.start()
        except OSError:
            if attempt == 4:
                raise
        else:
            faults.connections = 0  # the controller calls once to see whether it is up
            return controller
    raise AssertionError("unreachable")


def keys_of(ids: Sequence[str]) -> list[str]:
    """The message keys in some Message-IDs."""
    return [one.strip("<>").partition("@")[0] for one in ids]
