"""Posts one message to an address, and sorts what comes back by what helps: wait, give up, or mend the settings."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, LocalPath, Message

from .reaching import Pinned, Target, addresses_of, networks_in
from .signing import headers_for, secrets_in, unusable

ABOUT_ADDRESS = {
    401: "the receiver does not accept the signature: is it the same secret?",
    403: "the receiver does not accept the signature: is it the same secret?",
    404: "there is nothing at this address",
    405: "nothing can be posted to this address",
    407: "the proxy wants a login, which is not supported",
    410: "the address is gone for good: put another into url, or take webhook out of channels",
    421: "the receiver does not answer for this host",
}
ASKS_TO_WAIT = frozenset({408, 425})
PAGER = {"safety": "critical", "attention": "warning", "notice": "info"}


class WebhookChannel(Channel, frozen=True):
    """Posts a line of JSON: severity, how many, key and link; no client, no score, no answer.

    Signed with HMAC-SHA256. The key is the same at every attempt: whoever receives it twice drops the second.
    """

    kind: ClassVar[str] = "webhook"

    url: Annotated[str, Meta(min_length=1, description="where to post to: https://...")]
    secret_file: Annotated[
        LocalPath, Meta(min_length=1, description="a file holding only the secret, readable by you alone")
    ]
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="the only hosts and networks allowed; those inside a network have to be listed"),
    ] = ()
    proxy: Annotated[str, Meta(description="a proxy, as host:port; otherwise none is used")] = ""
    ca_file: Annotated[LocalPath, Meta(description="certificates to trust instead of the system's")] = ""
    connect_seconds: Annotated[
        int, Meta(ge=1, le=60, description="give up on a host that cannot be reached after this")
    ] = 10
    read_seconds: Annotated[int, Meta(ge=1, le=120, description="give up on a silent receiver after this")] = 30

    def __post_init__(self) -> None:
        """Refuse an address that would carry messages in the open or somewhere nobody listed."""
        target = self.target
        if target.scheme != "https" and not target.local:
            raise ValueError("url has to begin with https://; http:// is for this machine alone")
        if self.hosts and target.host not in self.hosts and not target.local and not networks_in(self.hosts):
            raise ValueError("the host of url is not among hosts")
        if self.proxy and target.host not in self.hosts:
            raise ValueError("through a proxy the receiver's address cannot be looked at: list its host under hosts")
        if self.proxy:
            self._proxy()

    @property
    def target(self) -> Target:
        """The parts of the address; ValueError where it is none, without repeating it: it may hold a secret."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError("url is no address") from None
        if parts.scheme not in {"https", "http"} or not host or not self.url.isascii() or not self.url.isprintable():
            raise ValueError("url is no address: it looks like https://host/path")
        if " " in self.url or parts.username is not None or parts.fragment:
            raise ValueError("url holds neither spaces nor a login nor a #: the signature says who sent it")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)

    def deliver(self, message: Message) -> None:
        """Post one message; returning means that the receiver took it over."""
        body = content(message)
        headers = headers_for(message.key, body, secrets_in(Path(self.secret_file)), now=int(time.time()))
        headers |= {"Content-Type": "application/json", "User-Agent": "fit-toolkit", "Connection": "close"}
        with _sorted():
            status, retry_after = self._post(body, headers)
        _judge(status, retry_after)

    def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        target = self.target
        with self._connected(target) as connection:
            connection.request("POST", target.path, body, headers)
            answer = connection.getresponse()  # its text is not read: nothing in it is of use
            return answer.status, answer.headers.get("Retry-After", "")

    @contextmanager
    def _connected(self, target: Target) -> Iterator[http.client.HTTPConnection]:
        """Connect to the first address that answers; a receiver that dawdles is cut off as well as a silent one."""
        *others, last = self._ways(target)
        for connection in others:
            with suppress(OSError), self._cut_in_time(connection):
                connection.connect()
            if connection.sock is not None:
                last = connection
                break
        with closing(last), self._cut_in_time(last):
            if last.sock is None:
                last.connect()
            last.sock.settimeout(self.read_seconds)
            yield last

    @contextmanager
    def _cut_in_time(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        cut = threading.Timer(self.connect_seconds + self.read_seconds, _cut, [connection])
        cut.daemon = True
        cut.start()
        try:
            yield
        except BaseException:
            connection.close()
            raise
        finally:
            cut.cancel()

    def _ways(self, target: Target) -> list[http.client.HTTPConnection]:
        if self.proxy:
            return [self._through_proxy(target)]
        context = self._context() if target.scheme == "https" else None
        return [Pinned(target, address, context, self.connect_seconds) for address in addresses_of(target, self.hosts)]

    def _through_proxy(self, target: Target) -> http.client.HTTPConnection:
        host, port = self._proxy()
        if target.scheme == "http":
            raise unusable("a proxy is only used for https://")
        connection = http.client.HTTPSConnection(host, port, timeout=self.connect_seconds, context=self._context())
        connection.set_tunnel(target.host, target.port)
        return connection

    def _proxy(self) -> tuple[str, int]:
        host, _, port = self.proxy.removeprefix("http://").rstrip("/").rpartition(":")
        if not host or "@" in host or not port.isdecimal():
            raise ValueError("proxy is written as host:port")
        return host, int(port)

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError:
            raise unusable("the file of trusted certificates cannot be read") from None


def content(message: Message) -> bytes:
    """Write what is posted: counts, never what they are of.

    `pager` is what services that wake people expect. Safety messages open an incident each; all others of one person
    share one, which is closed when nothing is left.
    """
    own = message.key if message.severity == "safety" else f"fit-{message.recipient}"
    pager = {
        "dedup_key": own,
        "event_action": "resolve" if message.reason == "all-done" else "trigger",
        "severity": PAGER[message.severity],
    }
    told = {
        "schema": "fit/message/1",
        "key": message.key,
        "recipient": message.recipient,
        "severity": message.severity,
        "reason": message.reason,
        "counts": dict(message.counts),
        "summary": message.subject,
        "link": message.link,
        "pager": pager,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _judge(status: int, retry_after: str) -> None:
    """Sort an answer by its status; anything in it that would lead elsewhere is left alone."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise _refused("the receiver sends on to another address, which is not followed", status, channel=True)
    if status in ABOUT_ADDRESS:
        raise _refused(ABOUT_ADDRESS[status], status, channel=True)
    if status == 429 or (status == 503 and retry_after):
        raise _refused("the receiver asks to come back later", status, channel=True, retry_after=_seconds(retry_after))
    if status in ASKS_TO_WAIT:
        raise _refused("the receiver asks to come back later", status, retry_after=_seconds(retry_after))
    if 400 <= status < 500:
        raise DeliveryError(f"the receiver refused the message ({status})", permanent=True, code=status)
    raise _refused("the receiver does not work", status)


def _refused(what: str, code: int, *, channel: bool = False, retry_after: float | None = None) -> DeliveryError:
    return DeliveryError(f"{what} ({code})", permanent=False, code=code, channel=channel, retry_after=retry_after)


def _seconds(text: str) -> float:
    """Read a Retry-After: seconds or a date; 0 where it makes no sense."""
    text = text.strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation from outside: whoever waits for the next byte gets none."""
    if connection.sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


@contextmanager
def _sorted() -> Iterator[None]:
    """Turn whatever the libraries raise into one kind of error; no address, header or answer is repeated."""
    try:
        yield
    except DeliveryError:
        raise
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        raise _lost("the receiver broke the connection") from None
    except ssl.SSLError as error:
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else "no common protocol"
        raise unusable(f"no trusted connection: {why}") from None
    except TimeoutError:
        raise _lost("the receiver did not answer in time") from None
    except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        raise _lost("the receiver broke the connection") from None
    except http.client.HTTPException:
        raise _lost("what answers is no web server") from None
    except OSError as error:
        raise _lost(f"the receiver cannot be reached: {type(error).__name__}") from None


def _lost(what: str) -> DeliveryError:
    return DeliveryError(what, permanent=False)
