"""Tells an address outside that a run began and how it ended, so that somebody notices when none comes any more.

Nothing but the exit code and a random number of the run leaves the machine: the body is empty. What goes wrong here
never holds up or fails a run. The paths are those of healthchecks.io: /start, none, /CODE, with `rid`.
"""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import IO, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

TIMEOUT = 10.0  # seconds for one try, whatever the other side does meanwhile
TRIES = 3
PAUSE = 1.0
SERVER_ERROR = 500  # below it the address is wrong, and trying again is of no use


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Goes nowhere that was not configured."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Give no request for the address it is sent on to; what comes is an error then."""


@dataclass
class Heartbeat:
    """The heartbeat of one run; with no `url` nothing is ever sent."""

    url: str
    timeout: float = TIMEOUT
    pause: float = PAUSE
    run: uuid.UUID = field(default_factory=uuid.uuid4)
    problems: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Say that the run began."""
        self._ping("start")

    def finish(self, code: int) -> None:
        """Say with which exit code it ended; 0 goes to the address itself."""
        self._ping(str(code) if code else "")

    def _ping(self, what: str) -> None:
        if not self.url:
            return
        problem = ""
        for number in range(TRIES):
            if number:
                time.sleep(self.pause)
            problem, again = self._try(self._address(what))
            if not problem or not again:
                break
        if problem:
            self.problems.append(f"heartbeat ({what or 'finish'}): {problem}")

    def _address(self, what: str) -> str:
        parts = urlsplit(self.url)
        path = parts.path.rstrip("/") + (f"/{what}" if what else "")
        query = "&".join(part for part in (parts.query, urlencode({"rid": str(self.run)})) if part)
        return urlunsplit((parts.scheme, parts.netloc, path, query, ""))

    def _try(self, address: str) -> tuple[str, bool]:
        """Give what went wrong, without the address (it is a secret), and whether another try may help."""
        said: list[tuple[str, bool]] = []

        def work() -> None:
            said.append(_ask(address, self.timeout))

        # in a thread of its own: the library's time-out begins anew with every byte that trickles in
        thread = threading.Thread(target=work, name="fit-heartbeat", daemon=True)
        thread.start()
        thread.join(self.timeout)
        return said[0] if said else (_no_answer(self.timeout), True)


def _ask(address: str, timeout: float) -> tuple[str, bool]:
    opener: Any = urllib.request.build_opener(_NoRedirects)
    request = urllib.request.Request(address, headers={"User-Agent": "fit-toolkit"})  # noqa: S310 - https by settings
    try:
        with contextlib.closing(opener.open(request, timeout=timeout)):
            return "", False
    except urllib.error.HTTPError as error:
        with contextlib.closing(error):
            return f"answered {error.code}", error.code >= SERVER_ERROR
    except Exception as error:  # noqa: BLE001 - whatever it is, the run goes on; its words may hold the address
        if isinstance(getattr(error, "reason", error), TimeoutError):
            return _no_answer(timeout), True
        return f"not reached ({type(error).__name__})", True


def _no_answer(timeout: float) -> str:
    return f"no answer within {timeout:g} seconds"
