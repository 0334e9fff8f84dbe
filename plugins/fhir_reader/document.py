"""JSON of FHIR as it stands in the file: numbers stay text, every resource knows its line, nothing is there twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fit_toolkit import DataError

LARGEST: Final = 256 << 20  # bytes that are decoded at once: a whole file, or a line of .ndjson
AGAIN: Final = "export the file again"
_BLANKS: Final = re.compile(r"[ \t\r\n]*")


class Number(str):
    """A number as it is written in the file."""

    __slots__ = ()


@dataclass(frozen=True)
class Found:
    """A resource, the line it begins on, where it stands in its line or bundle, and what its bundle calls it."""

    line: int
    place: str
    resource: dict[str, Any]
    url: str = ""


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _TwiceError
    return made


def _no_constant(_: str) -> Any:
    raise _TwiceError


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=Number, parse_int=Number, parse_constant=_no_constant
)


def documents(path: Path) -> Iterator[list[Found]]:
    """Give the resources of a file: of a document all at once, of .ndjson those of each line."""
    with path.open("rb") as file:
        first = file.readline(LARGEST + 1)
        while first and not first.strip(b"\xef\xbb\xbf \t\r\n"):
            first = file.readline(LARGEST + 1)
    if not _is_whole(first):
        if path.stat().st_size > LARGEST:
            raise DataError(
                f"a JSON document of more than {LARGEST >> 20} MB", where=path.name,
                hint="export it as .ndjson, which may be of any size",
            )  # fmt: skip
        yield Document(path.read_bytes(), path.name).resources()
        return
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LARGEST + 1):
            number += 1
            if len(line) > LARGEST:
                raise DataError(f"a line of more than {LARGEST >> 20} MB", where=f"{path.name}:{number}", hint=AGAIN)
            if line.strip(b"\xef\xbb\xbf \t\r\n"):
                yield Document(line, path.name, number).resources()


def _is_whole(line: bytes) -> bool:
    """Say whether a line is a JSON object by itself; whatever is wrong with it is found when it is read."""
    try:
        text = line.decode("utf-8-sig").strip()
        return text.startswith("{") and _DECODER.raw_decode(text)[1] == len(text)
    except (ValueError, RecursionError):
        return False


class Document:
    """One JSON object of a file, read key by key, so that each entry of a bundle knows where it begins."""

    def __init__(self, content: bytes, name: str, line: int = 1) -> None:
        self._name, self._first = name, line
        try:
            self._text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            number = line + content.count(b"\n", 0, error.start)
            raise DataError("this is not UTF-8, which FHIR asks for", where=f"{name}:{number}", hint=AGAIN) from None
        self._entries: list[tuple[int, dict[str, Any]]] = []

    def resources(self) -> list[Found]:
        """Give the resource, or those of the bundle it is, with the line (of one long line: the number) of each."""
        whole = self._object()
        if whole.get("resourceType") != "Bundle":
            return [Found(self._first, "", whole)]
        lines = "\n" in self._text.rstrip()
        found = []
        for number, (line, entry) in enumerate(self._entries, start=1):
            resource = entry.get("resource")
            if isinstance(resource, dict):
                where = line if lines or self._first > 1 else number
                url = entry.get("fullUrl")
                found.append(Found(where, f"entry[{number - 1}]", resource, url if isinstance(url, str) else ""))
        return found

    def _object(self) -> dict[str, Any]:
        at = self._blanks(0)
        if self._text[at : at + 1] != "{":
            raise self._wrong("this is no JSON object", at)
        made: dict[str, Any] = {}
        at = self._blanks(at + 1)
        while self._text[at : at + 1] != "}":
            key, at = self._value(at)
            if not isinstance(key, str) or isinstance(key, Number) or self._text[at : at + 1] != ":":
                raise self._wrong("a name and a colon are due here", at)
            if key in made:
                raise self._wrong("a name is there twice in one object", at)
            at = self._blanks(at + 1)
            made[key], at = self._list(at) if key == "entry" and self._text[at : at + 1] == "[" else self._value(at)
            at = self._between(at, "}")
        if self._blanks(at + 1) != len(self._text):
            raise self._wrong("there is more after the end of the object", self._blanks(at + 1))
        return made

    def _list(self, at: int) -> tuple[None, int]:
        """Read the entries of a bundle, each with its line."""
        line, counted = self._first, 0
        at = self._blanks(at + 1)
        while self._text[at : at + 1] != "]":
            line, counted = line + self._text.count("\n", counted, at), at
            entry, at = self._value(at)
            if not isinstance(entry, dict):
                raise self._wrong("an entry of a bundle is an object", counted)
            self._entries.append((line, entry))
            at = self._between(at, "]")
        return None, self._blanks(at + 1)

    def _between(self, at: int, end: str) -> int:
        """Pass a comma; before the end there is none."""
        sign = self._text[at : at + 1]
        if sign == end:
            return at
        after = self._blanks(at + 1)
        if sign != "," or self._text[after : after + 1] == end:
            raise self._wrong("a comma too many, or one that is missing", at)
        return after

    def _value(self, at: int) -> tuple[Any, int]:
        try:
            value, end = _DECODER.raw_decode(self._text, at)
        except json.JSONDecodeError as error:
            raise self._wrong(f"this is not JSON: {error.msg}", error.pos) from None
        except _TwiceError:
            raise self._wrong(
                "a name is there twice in one object, or a number is none, below this place", at
            ) from None
        except RecursionError:
            raise self._wrong("nested too deeply, below this place", at) from None
        return value, self._blanks(end)

    def _blanks(self, at: int) -> int:
        hit = _BLANKS.match(self._text, at)
        return hit.end() if hit else at

    def _wrong(self, what: str, at: int) -> DataError:
        line = self._first + self._text.count("\n", 0, at)
        column = at - self._text.rfind("\n", 0, at)
        return DataError(what, where=f"{self._name}:{line}:{column}", hint=AGAIN)
