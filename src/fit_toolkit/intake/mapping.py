"""The map of a file: which column means what, saved as YAML and used again without questions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from fit_toolkit.catalog.convert import convert
from fit_toolkit.catalog.files import open_document
from fit_toolkit.catalog.yaml import Document
from fit_toolkit.errors import DataError, FitError
from fit_toolkit.intake.moments import Moments, zone_of
from fit_toolkit.intake.values import DateFormat, Every

FORM_ROLES = ("mode", "language", "rated_at", "dates_assumed")  # how a form was filled in
ROLES = (
    "client", "therapist", "episode", "session", "date", "rater", "occasion", "instrument", "item", "scale", "value",
    *FORM_ROLES, "response_id",
)  # fmt: skip
PERSON_ROLES = ("age", "birth_year", "sex")  # about the client; only where a map says so
DIARY_ROLES = ("time", "status", "reason")  # of appointments (fit appointments import)
WORDED = (
    "rater",
    "occasion",
    "instrument",
    "item",
    "scale",
    "sex",
    "status",
    "therapist",
    "mode",
    "language",
)  # may have words of their own
_PLAIN = (
    "source", "reader", "encoding", "delimiter", "decimal", "date_format", "timezone", "instrument", "start", "every",
    "on_unknown_column",
)  # fmt: skip


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one column holds: an item or a scale, perhaps of one instrument and session only; or a role."""

    role: str = ""
    item: str = ""
    scale: str = ""
    instrument: str = ""
    session: Annotated[int, Meta(ge=1)] | None = None
    day: Annotated[str, Meta(description="The day of all ratings in this column, ISO.")] = ""
    after: Annotated[str, Meta(description="With the map's `start`: how long after it, such as 2 months.")] = ""
    occasion: Literal["", "start", "end", "between"] = ""
    rater: Literal["", "client", "therapist", "carer", "observer", "supervisor"] = ""
    values: Annotated[dict[str, float], Meta(description="Text to number, where answers are words.")] = {}
    factor: Annotated[
        float, Meta(gt=0, description="In another unit: what its numbers are multiplied by, mm to cm 0.1.")
    ] = 1.0
    words: Annotated[
        dict[str, str], Meta(description="Of a role: the words of the file and what they mean here, Patient: client.")
    ] = {}
    missing: Annotated[tuple[str, ...], Meta(description="Texts in this column that stand for nothing.")] = ()


class Map(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How to read one kind of file; `columns` gives the meaning of each column by the name in the file."""

    format: Literal["fit-map/1"] = "fit-map/1"
    source: Annotated[str, Meta(description="Where such files come from; for people.")] = ""
    reader: str = ""
    encoding: str = ""
    delimiter: str = ""
    settings: Annotated[
        dict[str, str | int | bool],
        Meta(description="Of the reader, such as sheet: Answers; before those in fit.toml."),
    ] = {}
    decimal: Literal["", ".", ","] = ""
    date_format: Annotated[
        str, Meta(description="%d/%m/%Y, DD.MM.YYYY or with a time, %d.%m.%Y %H:%M; empty: 2026-03-31.")
    ] = ""
    timezone: Annotated[str, Meta(description="The zone of times without an offset, such as Europe/Berlin or UTC.")] = (
        ""
    )
    instrument: Annotated[str, Meta(description="Where no column and no target names one.")] = ""
    start: Annotated[str, Meta(description="For data without dates: the day of session 1.")] = ""
    every: Annotated[str, Meta(description="2 weeks, 10 days, 1 months.")] = ""
    columns: dict[str, str | Target] = {}
    values: Annotated[dict[str, float], Meta(description="Text to number, in every answer column.")] = {}
    missing: Annotated[
        tuple[str, ...], Meta(description="Texts that are no answer, such as -99, in every answer column.")
    ] = ()
    ignore: Annotated[tuple[str, ...], Meta(description="Columns that are left out on purpose.")] = ()
    on_unknown_column: Literal["error", "ignore"] = "error"

    def target(self, column: str) -> Target:
        """Give the meaning of a column as a record; a bare word is a role, or the id of an item or scale."""
        found = self.columns[column]
        if isinstance(found, Target):
            return found
        return Target(role=found) if found in (*ROLES, *PERSON_ROLES) else Target(item=found)

    @property
    def start_day(self) -> date | None:
        """The day of session 1 for data without dates."""
        return date.fromisoformat(self.start) if self.start else None

    def reader_settings(self) -> dict[str, str | int | bool]:
        """Give what the map says about the format of the file."""
        return {"encoding": self.encoding, "delimiter": self.delimiter, **self.settings}


def load_map(path: Path) -> Map:
    """Read a map; everything that is wrong with it is in the error's `findings`."""
    document = open_document(path)
    if isinstance(document.data, dict) and "format" not in document.data:
        document.report((), "FM103", "'format: fit-map/1' is missing")
    found = convert(document, Map)
    if found is not None:
        _check(document, found)
    if found is None or document.findings:
        raise DataError(
            f"the map cannot be used: {min(document.findings)}", findings=tuple(sorted(document.findings)),
            hint=f"{len(document.findings)} findings" if len(document.findings) > 1 else "",
        )  # fmt: skip
    return found


def _check(document: Document, found: Map) -> None:
    for column, target in found.columns.items():
        if isinstance(target, Target):
            _check_target(document, ("columns", column), target)
    for column in sorted(set(found.ignore) & set(found.columns)):
        document.report(("ignore",), "FM203", f"the column '{column}' is both used and ignored")
    if found.every and not found.start:
        document.report(("every",), "FM204", "`every` needs a `start`")
    if found.start and not isinstance(DateFormat().read(found.start), date):
        document.report(("start",), "FM205", "not a day such as 2026-01-05")
    if found.every and not _is_step(found.every):
        document.report(("every",), "FM205", "not a step such as 2 weeks")
    if found.date_format:
        _tried(document, "date_format", lambda: Moments(found.date_format))
    if found.timezone:
        _tried(document, "timezone", lambda: zone_of(found.timezone))


def _tried(document: Document, name: str, make: Callable[[], object]) -> None:
    try:
        make()
    except FitError as error:
        document.report((name,), "FM205", str(error))


def _check_target(document: Document, path: tuple[str, ...], target: Target) -> None:
    named = [name for name in ("role", "item", "scale") if getattr(target, name)]
    if len(named) != 1:
        document.report(path, "FM201", "say one of: role, item, scale")
    elif target.role and target.role not in (known := (*ROLES, *PERSON_ROLES, *DIARY_ROLES)):
        document.report((*path, "role"), "FM202", "known roles: " + ", ".join(known))
    if target.factor != 1 and target.role not in {"", "value"}:
        document.report((*path, "factor"), "FM207", "only answers and totals have a factor")
    if target.words and target.role not in WORDED:
        document.report((*path, "words"), "FM206", "only these roles have words: " + ", ".join(WORDED))
    if target.after and not _is_step(target.after):
        document.report((*path, "after"), "FM205", "not a step such as 2 months")
    if target.day and not isinstance(DateFormat().read(target.day), date):
        document.report((*path, "day"), "FM205", "not a day such as 2026-01-05")


def _is_step(text: str) -> bool:
    try:
        Every(text)
    except FitError:
        return False
    return True


def instrument_words(found: Map) -> set[str]:
    """Give the words by which the files of a map name instruments."""
    return {
        word
        for column in found.columns
        if found.target(column).role == "instrument"
        for word in found.target(column).words
    }


def fingerprint(found: Map) -> str:
    """Give the SHA-256 of what a map says, whatever its layout."""
    return hashlib.sha256(as_yaml(found).encode("utf-8", "surrogatepass")).hexdigest()


def as_yaml(found: Map, remarks: tuple[str, ...] = ()) -> str:
    """Write a map as YAML that people can read and change; remarks become comments at the end."""
    plain = msgspec.to_builtins(found)
    lines = [f"# How to read a file; used with `fit import FILE --map THIS`.\nformat: {found.format}"]
    lines += [f"{name}: {_quoted(plain[name])}" for name in _PLAIN if plain.get(name)]
    if plain.get("settings"):
        lines.append("settings: " + _flow(plain["settings"]))
    lines.append("columns:" if plain.get("columns") else "columns: {}")
    lines += [f"  {_quoted(column)}: {_flow(target)}" for column, target in plain.get("columns", {}).items()]
    if plain.get("values"):
        lines.append("values:")
        lines += [f"  {_quoted(text)}: {number:.15g}" for text, number in plain["values"].items()]
    if plain.get("missing"):
        lines.append("missing: " + _flow(plain["missing"]))
    lines.append("ignore: [" + ", ".join(_quoted(column) for column in plain.get("ignore", ())) + "]")
    lines += [f"# {' '.join(remark.split())}" for remark in remarks]
    return "\n".join(lines) + "\n"


def _flow(target: Any) -> str:
    if isinstance(target, (list, tuple)):
        return "[" + ", ".join(map(_quoted, target)) + "]"
    if not isinstance(target, dict):
        if isinstance(target, bool):
            return "true" if target else "false"
        return _quoted(target) if isinstance(target, str) else format(target, ".15g")
    return "{" + ", ".join(f"{_quoted(key)}: {_flow(value)}" for key, value in target.items()) + "}"


def _quoted(text: str) -> str:
    """Write text so that YAML gives back the same text: plain where it can be, else in quotes with escapes."""
    safe = bool(text) and text.replace("-", "").replace("_", "").isalnum() and text.isascii() and text[0].isalpha()
    if safe and text.lower() not in {"null", "true", "false", "nan", "inf"}:
        return text
    plain = (mark if mark.isprintable() and mark not in '"\\' else f"\\U{ord(mark):08x}" for mark in text)
    return '"' + "".join(plain) + '"'
