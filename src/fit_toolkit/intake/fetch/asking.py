"""One question to a server, with limits: no other host, so many bytes, so much time, and no word of its answer repeated."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import (
    BaseHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)  # fmt: skip

from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.intake.fetch.sources import Source

CHUNK: Final = 1 << 16
AGAIN: Final = "nothing was written; try again later"
_REFUSED = {
    400: "the server does not accept the request: are all names in [sources] right, and is url that of the API?",
    401: "the server does not accept the token or password",
    403: "the server does not accept the token or password, or it has no right to export",
    404: "there is nothing at this url",
    405: "nothing can be asked at this url",
    407: "the proxy wants a login, which is not supported",
}


def ask(source: Source, body: bytes, kind: str, *, most: int = 0) -> Iterator[bytes]:
    """Post a body and give the answer piece by piece; `most` bytes of it at the most."""
    most = most or source.megabytes << 20
    until = time.monotonic() + source.seconds
    request = Request(source.url, body, {"Content-Type": kind, "User-Agent": "fit-toolkit"}, method="POST")  # noqa: S310 - the settings let nothing but https through
    with _sorted(), closing(_opener(source).open(request, timeout=source.seconds)) as answer:
        promised = int(answer.headers.get("Content-Length") or -1)
        if promised > most:
            raise _too_much(most)
        got = 0
        while piece := answer.read1(CHUNK):
            got += len(piece)
            if got > most:
                raise _too_much(most)
            if time.monotonic() > until:
                raise TimeoutError
            yield piece
        if got < promised:
            raise http.client.IncompleteRead(b"")


class _Stay(HTTPRedirectHandler):
    """Nobody is followed to another address: the token would go along."""

    def redirect_request(self, *_args: Any, **_given: Any) -> None:
        """Follow nowhere."""


def _opener(source: Source) -> OpenerDirector:
    handlers: list[BaseHandler] = [_Stay(), ProxyHandler({} if source.local else None)]
    if source.url.lower().startswith("https:"):
        try:
            context = ssl.create_default_context(cafile=source.ca_file or None)
        except OSError:
            raise ConfigError("the file of trusted certificates cannot be read", hint="ca_file in [sources]") from None
        handlers.append(HTTPSHandler(context=context))
    return build_opener(*handlers)


@contextmanager
def _sorted() -> Iterator[None]:
    """Turn whatever the libraries raise into plain words; no address, header or answer is repeated."""
    try:
        yield
    except FitError:
        raise
    except HTTPError as error:
        error.close()
        raise _told(error.code) from None
    except URLError as error:
        raise _unreached(error.reason if isinstance(error.reason, OSError) else error) from None
    except (http.client.HTTPException, ValueError):
        raise DataError("the server broke off, or is no web server", hint=AGAIN) from None
    except OSError as error:
        raise _unreached(error) from None


def _told(status: int) -> FitError:
    if 300 <= status < 400:
        hint = "write the final url; REDCap's ends with /api/"
        return ConfigError(f"the server sends on to another address, which is not followed ({status})", hint=hint)
    if status in _REFUSED:
        return ConfigError(f"{_REFUSED[status]} ({status})")
    what = "asks to come back later" if status in {429, 503} else "does not work"
    return DataError(f"the server {what} ({status})", hint=AGAIN)


def _unreached(error: OSError) -> FitError:
    if isinstance(error, ssl.SSLError):
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else "no common protocol"
        return ConfigError(
            f"no trusted connection: {why}", hint="ca_file in [sources] names a clinic's own certificates"
        )
    if isinstance(error, TimeoutError):
        return DataError("the server did not answer in time", hint=f"{AGAIN}, or with more `seconds` in [sources]")
    return DataError(f"the server cannot be reached: {type(error).__name__}", hint=AGAIN)


def _too_much(most: int) -> DataError:
    if most < 1 << 20:  # an answer that carries no data
        return DataError("the server says more than there is to say", hint="nothing was written")
    return DataError(f"the export is larger than {most >> 20} MB", hint="`megabytes` in [sources] allows more")
