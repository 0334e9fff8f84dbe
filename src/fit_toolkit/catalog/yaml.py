"""YAML 1.2 read defensively: plain data with the line and column of every key and value, and every problem at once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from msgspec import Struct, field
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

from fit_toolkit.catalog.finding import Finding

Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 20
_TAG: Final = "tag:yaml.org,2002:"


class Document(Struct):
    """What a YAML file says, where it says it, and what is wrong with its YAML."""

    file: str
    data: Any = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Give line and column (from 1) of a value or its key, or of the nearest thing around it."""
        tables = (self.keys, self.values) if key else (self.values, self.keys)
        for length in range(len(path), -1, -1):
            for table in tables:
                if path[:length] in table:
                    return table[path[:length]]
        return (1, 1)

    def report(self, path: Path, code: str, message: str, *, key: bool = False) -> None:
        """Add a finding about the value (or the key) at a path."""
        line, column = self.place(path, key=key)
        self.findings.append(Finding(self.file, line, column, code, message))


class _Frame(Struct):
    """One open mapping or list while the events go by."""

    container: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None
    skip: bool = False

    def is_key_next(self) -> bool:
        return isinstance(self.container, dict) and self.key is None

    def child(self) -> Path:
        return (*self.path, len(self.container) if self.key is None else self.key)

    def put(self, value: Any) -> None:
        if isinstance(self.container, list):
            self.container.append(value)
            return
        if not self.skip and self.key is not None:
            self.container[self.key] = value
        self.key, self.skip = None, False


class _RefusedError(Exception):
    """Reading cannot go on; the finding is already on the document."""


def read(text: bytes, file: str) -> Document:
    """Read one YAML document from bytes; problems end up in `findings`, never in an exception."""
    document = Document(file)
    if len(text) > MAX_BYTES:
        document.report((), "FI001", f"the file is larger than {MAX_BYTES // 1024} kB")
        return document
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        document.findings.append(Finding(file, line, 1, "FI002", "the file is not UTF-8; save it as UTF-8"))
        return document
    parser = YAML(typ="safe", pure=True)
    try:
        _Builder(document, parser).run(parser.parse(decoded))
    except _RefusedError:
        return document  # the finding says why
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.findings.append(Finding(file, line, column, "FI003", f"not valid YAML: {_clean(error.problem)}"))
    except (YAMLError, RecursionError, ValueError) as error:
        document.findings.append(Finding(file, 1, 1, "FI003", f"not valid YAML: {_clean(str(error))}"))
    if document.data is None and not document.findings:
        document.report((), "FI004", "the file is empty")
    return document


def _clean(problem: str | None) -> str:
    text = " ".join((problem or "unreadable").split())
    if "\\t" in text:
        return text + "; indent with spaces, not tabs"
    if "cannot start any token" in text or "expected the node content" in text or "chomping" in text:
        return text + "; signs such as >= have to stand in quotes"
    return text


class _Builder:
    """Turns the parser's events into plain data, one pass, no recursion, no aliases."""

    def __init__(self, document: Document, parser: YAML) -> None:
        self.document = document
        self.resolver = parser.resolver
        self.stack: list[_Frame] = []
        self.documents = 0

    def run(self, events: Iterator[Event]) -> None:
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.refuse(event, "FI005", "one file holds one definition; remove the second document")
                if event.version not in (None, (1, 2)):
                    self.refuse(event, "FI012", "YAML 1.2 is read here; remove the %YAML line")
            elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                self.refuse(event, "FI006", "anchors and aliases (& and *) are not used here; write the value out")
            elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
                self.open(event)
            elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
                self.close()
            elif isinstance(event, ScalarEvent):
                self.scalar(event)

    def place(self, event: Event) -> Place:
        return (event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse(self, event: Event, code: str, message: str) -> None:
        self.document.findings.append(Finding(self.document.file, *self.place(event), code, message))
        raise _RefusedError

    def open(self, event: Event) -> None:
        if self.stack and self.stack[-1].is_key_next():
            self.refuse(event, "FI007", "a key has to be plain text")
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(event, "FI008", f"nested more than {MAX_DEPTH} levels deep")
        path = self.stack[-1].child() if self.stack else ()
        self.document.values.setdefault(path, self.place(event))
        self.stack.append(_Frame({} if isinstance(event, MappingStartEvent) else [], path))

    def close(self) -> None:
        self.put(self.stack.pop().container)

    def put(self, value: Any) -> None:
        if self.stack:
            self.stack[-1].put(value)
        else:
            self.document.data = value

    def scalar(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.is_key_next():
            self.start_key(top, event)
            return
        path = top.child() if top is not None else ()
        self.document.values.setdefault(path, self.place(event))
        self.put(self.construct(event))

    def start_key(self, frame: _Frame, event: Any) -> None:
        key, path = str(event.value), (*frame.path, str(event.value))
        if path in self.document.keys:
            line = self.document.keys[path][0]
            message = f"'{key}' is given twice (first in line {line})"
            self.document.findings.append(Finding(self.document.file, *self.place(event), "FI009", message))
            frame.skip = True
        else:
            self.document.keys[path] = self.place(event)
        frame.key = key

    def construct(self, event: Any) -> Any:
        """Make text, number, truth value or nothing of a scalar, by the rules of YAML 1.2."""
        tag = event.tag or self.resolver.resolve(ScalarNode, event.value, event.implicit)
        kind, text = str(tag).removeprefix(_TAG), str(event.value)
        if kind in ("str", "timestamp", "!"):  # a date stays the text it was written as
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind in ("int", "float"):
            return self.number(event, kind, text)
        self.refuse(event, "FI010", f"the tag {tag} is not used here")
        return None

    def number(self, event: Any, kind: str, text: str) -> int | float:
        plain = text.replace("_", "")
        try:
            number = int(plain) if kind == "int" and len(plain) < 16 else float(plain)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or abs(number) > 1e9:
            self.refuse(event, "FI011", "not a number that can be used here; text belongs in quotes")
        return number
