"""Hands one message to a mail server, and sorts what can go wrong by what helps: wait, give up, or mend the settings.

What is said about a recipient or a text (RCPT, DATA) is about that message; everything before it, from the connection
to MAIL, is about the channel and kills no message.
"""

from __future__ import annotations

import ipaddress
import os
import re
import smtplib
import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from fit_toolkit import Channel, DeliveryError, LocalPath, Message

IMPLICIT_TLS = 465
CLOSING = 421  # the server is about to close: nothing else will go through now
ABOUT_LOGIN = frozenset({530, 534, 535, 538})  # wherever they are said: mend the settings, the message is not to blame
PATIENCE = 5  # after the text a server may take longer; giving up then would send the same mail twice
LONGEST = 900  # letters a line; a mail server may refuse more than 998
_ADDRESS = re.compile(r"[!-;=?-~]+@[A-Za-z0-9.-]+")  # one plain address, without < > or spaces
_LINE = re.compile(r"[^\r\n\x00]*")


class EmailChannel(Channel, frozen=True):
    """Sends each message to one address through a mail server; the connection is encrypted unless told otherwise.

    The message's key is its Message-ID, the same at every attempt, so that a mail program can show a repeat as one.
    """

    kind: ClassVar[str] = "email"
    address: ClassVar[Literal["code", "email"]] = "email"

    host: Annotated[str, Meta(description="the mail server")]
    sender: Annotated[str, Meta(description="the sender's address")]
    port: Annotated[int, Meta(ge=1, le=65535, description="its port; 465 is encrypted from the first byte")] = 587
    starttls: Annotated[bool, Meta(description="encrypt, and refuse to send where the server cannot")] = True
    username: Annotated[str, Meta(description="the account, where the server asks for one")] = ""
    password_file: Annotated[LocalPath, Meta(description="a file holding only the password, readable by you alone")] = (
        ""
    )
    ca_file: Annotated[LocalPath, Meta(description="certificates to trust instead of the system's")] = ""
    timeout_seconds: Annotated[int, Meta(ge=1, description="give up on a silent server after this time")] = 60

    def __post_init__(self) -> None:
        """Refuse settings with which no mail can go out."""
        if not self.host:
            raise ValueError("the mail server is missing: set [mail] host")
        if not _ADDRESS.fullmatch(self.sender):
            raise ValueError("the sender is not one e-mail address: set [mail] from")

    @property
    def domain(self) -> str:
        """The sender's domain, in which Message-IDs are made."""
        return self.sender.rpartition("@")[2]

    def deliver(self, message: Message) -> None:
        """Send one message; returning means that the server took it over."""
        mail = self.compose(message)
        with self._sorted(), self._connected() as server:
            self._log_in(server)
            _expect(server.mail(self.sender), "the server refused the sender", channel=True)
            _expect(server.rcpt(message.recipient), "the server refused the recipient")
            self._hand_over(server, mail.as_bytes())

    def _hand_over(self, server: smtplib.SMTP, mail: bytes) -> None:
        """Send the text; where the answer to it is lost, nobody knows whether the server has the mail."""
        if server.sock is not None:
            server.sock.settimeout(self.timeout_seconds * PATIENCE)
        try:
            _expect(server.data(mail), "the server refused the message")
        except smtplib.SMTPDataError as error:
            raise _refused("the server refused the message", error.smtp_code) from None
        except (smtplib.SMTPServerDisconnected, OSError):
            what = "the connection broke while the text was handed over: the server may have it all the same"
            raise DeliveryError(what, permanent=False) from None

    def compose(self, message: Message) -> EmailMessage:
        """Write the mail; a line break in a header is refused, and so is anything but one plain address."""
        if not _ADDRESS.fullmatch(message.recipient):
            raise DeliveryError("the recipient has no e-mail address that can be used", permanent=True)
        if not all(_LINE.fullmatch(text) for text in (message.subject, message.key)):
            raise DeliveryError("a header would hold a line break", permanent=True)
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = self.sender
        mail["To"] = message.recipient
        mail["Subject"] = message.subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = f"<{message.key}@{self.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # no out-of-office answers
        mail.set_content(message.body, cte="7bit" if _is_plain(message.body) else "quoted-printable")
        return mail

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Connect and encrypt; a server that does not say goodbye properly has the message all the same."""
        if self.port == IMPLICIT_TLS and self.starttls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, self.domain, timeout=self.timeout_seconds, context=self._context()
            )
        else:
            server = smtplib.SMTP(self.host, self.port, self.domain, timeout=self.timeout_seconds)
        try:
            self._greet(server)
            if self.starttls and self.port != IMPLICIT_TLS:
                if not server.has_extn("starttls"):
                    raise _unusable("the server offers no encryption (STARTTLS)")
                server.starttls(context=self._context())
                server.ehlo()
            yield server
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _greet(self, server: smtplib.SMTP) -> None:
        """Say hello; the older form, which knows no encryption, is of use only where none is asked for."""
        code, _ = server.ehlo()
        if not 200 <= code < 300 and not self.starttls:
            code, _ = server.helo()
        _expect((code, b""), "the server refused the greeting", channel=True)

    def _context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file or None)
        except OSError:
            raise _unusable("the file of trusted certificates cannot be read") from None

    def _log_in(self, server: smtplib.SMTP) -> None:
        if not self.username:
            return
        if not self.starttls and not _is_this_machine(self.host):
            raise _unusable("a password is not sent over an open line")
        password = self._password()
        try:
            server.login(self.username, password)
        except smtplib.SMTPServerDisconnected:
            raise _unusable("the connection broke at the login") from None

    def _password(self) -> str:
        try:
            with Path(self.password_file).open(encoding="utf-8") as file:
                if os.name == "posix" and stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise _unusable("others can read the password file: chmod 600")
                return file.read().strip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise _unusable("the password file cannot be read") from None

    @contextmanager
    def _sorted(self) -> Iterator[None]:
        """Turn whatever the mail library raises into one kind of error; what the server said may hold data and is left out."""
        try:
            yield
        except DeliveryError:
            raise
        except smtplib.SMTPAuthenticationError as error:
            raise _refused("the server did not accept the login", error.smtp_code, channel=True) from None
        except smtplib.SMTPResponseException as error:
            what = "the server refused" if error.smtp_code > 0 else "what answers is no mail server"
            raise _refused(what, error.smtp_code, channel=True) from None
        except smtplib.SMTPServerDisconnected as error:
            silent = isinstance(error.__context__, TimeoutError)  # the library makes one of a time-out as well
            raise _lost("the server did not answer in time" if silent else "the server broke the connection") from None
        except smtplib.SMTPException:
            raise _unusable("the server offers no login that can be used") from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise _lost("the server broke the connection") from None
        except ssl.SSLError as error:
            why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else "no common protocol"
            raise _unusable(f"no trusted connection: {why}") from None
        except TimeoutError:
            raise _lost("the server did not answer in time") from None
        except OSError as error:
            raise _lost(f"the server cannot be reached: {type(error).__name__}") from None


def _expect(reply: tuple[int, bytes], what: str, *, channel: bool = False) -> None:
    if not 200 <= reply[0] < 300:
        raise _refused(what, reply[0], channel=channel)


def _refused(what: str, code: int, *, channel: bool = False) -> DeliveryError:
    """Sort an answer by its code alone: 4xx asks to come back, 5xx is final, about the message or the channel."""
    if code < 0:  # the library's word for an answer without a code
        return DeliveryError(what, permanent=False, channel=channel)
    about_channel = channel or code == CLOSING or code in ABOUT_LOGIN
    busy = 0.0 if 400 <= code < 500 else None
    final = 500 <= code < 600 and not about_channel
    return DeliveryError(f"{what} ({code})", permanent=final, code=code, channel=about_channel, retry_after=busy)


def _unusable(what: str) -> DeliveryError:
    """Nothing can go out before a person mends something; no message is to blame."""
    return DeliveryError(what, permanent=False, channel=True)


def _lost(what: str) -> DeliveryError:
    return DeliveryError(what, permanent=False)


def _is_plain(body: str) -> bool:
    return body.isascii() and all(len(line) <= LONGEST for line in body.splitlines())


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
