"""LimeSurvey's RemoteControl 2 over JSON-RPC: a session, the responses as CSV, and the session given back."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from fit_toolkit.errors import ConfigError, DataError, FitError
from fit_toolkit.intake.fetch.asking import ask
from fit_toolkit.intake.fetch.sources import LimesurveySource

JSON: Final = "application/json"
SHORT: Final = 1 << 16  # bytes of an answer that carries no responses
# What the server says of itself, by a part of it, and what that is here.
_SAID: Final = (
    ("invalid user", ConfigError, "the server does not accept the account and its password", ""),
    ("maximum", DataError, "the server has shut the account out for a while", "after too many wrong passwords"),
    ("no permission", ConfigError, "the account may not export the responses of this survey", ""),
    ("invalid survey", ConfigError, "there is no survey of this number", "survey in [sources]"),
    ("language", ConfigError, "the survey has no such language", "language in [sources]"),
    ("no data", DataError, "the survey has no responses to give", "nothing was written"),
    ("no response", DataError, "the survey has no responses to give", "nothing was written"),
    ("session", DataError, "the server ended the session", "nothing was written; try again later"),
)


def export(source: LimesurveySource, password: str) -> Iterator[bytes]:
    """Give the responses: question codes as headings, answer codes as answers."""
    key = _called(source, "get_session_key", [source.username, password], SHORT)
    try:
        which = "all" if source.unfinished else "complete"
        said = [key, source.survey, "csv", source.language or None, which, "code", "short"]
        most = (source.megabytes << 20) * 4 // 3 + SHORT
        encoded = _called(source, "export_responses", said, most)
    finally:
        with suppress(FitError):
            _called(source, "release_session_key", [key], SHORT)
    try:
        data = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise DataError("what came is no export", hint="nothing was written") from None
    if not data.strip():
        raise DataError("the survey has no responses to give", hint="nothing was written")
    yield data


def _called(source: LimesurveySource, method: str, given: list[Any], most: int) -> str:
    """Call one method; a result that is no text is how this server says no."""
    body = json.dumps({"method": method, "params": given, "id": 1}).encode()
    answer = b"".join(ask(source, body, JSON, most=most))
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or "result" not in read:
        hint = "url ends with /admin/remotecontrol, and the interface is switched on as JSON-RPC"
        raise ConfigError("what answers is no RemoteControl 2 interface", hint=hint)
    result = read["result"]
    if isinstance(result, str) and result and not read.get("error"):
        return result
    status = str(result.get("status", "")) if isinstance(result, dict) else ""
    for part, kind, what, hint in _SAID:
        if part in status.lower():
            raise kind(what, hint=hint)
    raise ConfigError("the server refused the request", hint="may the account use RemoteControl and export?")
