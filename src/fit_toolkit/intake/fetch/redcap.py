"""REDCap's API, method Export Records: the raw CSV, one flat row for each record, event and repeat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Final
from urllib.parse import urlencode

from fit_toolkit.errors import ConfigError, DataError
from fit_toolkit.intake.fetch.asking import ask
from fit_toolkit.intake.fetch.sources import RedcapSource

FORM: Final = "application/x-www-form-urlencoded"
ENOUGH: Final = 64  # bytes that show whether it is data


def export(source: RedcapSource, token: str, since: date | None = None) -> Iterator[bytes]:
    """Give the records, or those that were changed since a day."""
    answer = ask(source, urlencode(asked(source, token, since)).encode(), FORM)
    begins = b""
    for piece in answer:
        begins += piece
        if len(begins) >= ENOUGH:
            break
    _look(begins)
    return chain([begins], answer)


def asked(source: RedcapSource, token: str, since: date | None) -> dict[str, str]:
    """Give what is posted; codes and variable names, never labels."""
    said = {
        "token": token,
        "content": "record",
        "action": "export",
        "format": "csv",
        "type": "flat",
        "csvDelimiter": ",",
        "rawOrLabel": "raw",
        "rawOrLabelHeaders": "raw",
        "exportCheckboxLabel": "false",
        "exportSurveyFields": "true" if source.survey_fields else "false",
        "exportDataAccessGroups": "false",
        "returnFormat": "json",
    }
    fields = source.fields
    if (source.forms or fields) and source.record not in fields:
        fields = (source.record, *fields)  # it is not sent by itself where forms or fields are named
    for name, values in (("fields", fields), ("forms", source.forms), ("events", source.events)):
        said |= {f"{name}[{place}]": value for place, value in enumerate(values)}
    if since is not None:
        said["dateRangeBegin"] = f"{since.isoformat()} 00:00:00"
    return said


def _look(begins: bytes) -> None:
    """Refuse what is no table: a page of the web server, or an error that was sent as if all were well."""
    text = begins.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise DataError("the project has no records to give", hint="nothing was written")
    if text.startswith(b"<"):
        raise ConfigError("a web page came in the place of data", hint="url is that of the API and ends with /api/")
    if text.startswith((b"{", b"[")) or text[:5].upper() == b"ERROR":
        raise ConfigError(
            "the server refused the export", hint="are the names in [sources] right, may the token export?"
        )
