"""Plain data to typed records, with every mismatch reported at its line, not only the first."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from fit_toolkit.catalog.quoting import CURLED, STRAIGHTEN
from fit_toolkit.catalog.yaml import Document, Path

T = TypeVar("T", bound=Struct)
MOST = 40  # known names that are listed
NAMES = {"array": "a list", "object": "a block", "null": "nothing", "bool": "true or false",
         "float": "a number", "int": "a whole number", "str": "text"}  # fmt: skip
BODY = ("items", "option_sets", "scales", "skips", "risk", "tests")  # parts of a definition that others refer to


def convert(document: Document, kind: type[T]) -> T | None:
    """Make a record of a document's data; None, and findings on the document, when it does not fit."""
    if document.data is None:
        return None
    try:
        return msgspec.convert(document.data, kind)
    except msgspec.ValidationError as error:  # which tells of the first mismatch only
        before = len(document.findings)
        _check(document, (), document.data, kind)
        if len(document.findings) == before:
            document.report((), "FI100", _plain(str(error)))
        return None


def convert_mended(document: Document, kind: type[T]) -> T | None:
    """Make the record that was plainly meant, so that the rest can be checked in the same go; None when it is not plain.

    For data that did not fit: unknown keys take the known name they resemble or are left out, numbers become text, and
    something stands in for what is wrong or missing at the head of the file, on which nothing else depends.
    """
    if document.data is None:
        return None
    mended = _mended(document.data, kind)
    with suppress(msgspec.ValidationError):
        return msgspec.convert(mended, kind)
    with suppress(msgspec.ValidationError):
        return msgspec.convert(_stood_in(mended, kind), kind)
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant, or list them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"did you mean '{close[0]}'?" if close else "known: " + ", ".join(names[:MOST]) + more


def _check(document: Document, path: Path, value: Any, kind: Any) -> None:
    kind = _bare(kind, value)
    if isinstance(kind, type) and issubclass(kind, Struct):
        _check_record(document, path, value, kind)
        return
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple and len(args) == 2 and args[1] is ... and isinstance(value, list):
        for number, each in enumerate(value):
            _check(document, (*path, number), each, args[0])
    elif origin is dict and isinstance(value, dict) and args[1] is not Any:
        for key, each in value.items():
            _check(document, (*path, key), each, args[1])
    else:
        _check_leaf(document, path, value, kind)


def _mended(value: Any, kind: Any) -> Any:
    kind = _bare(kind, value)
    origin, args = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Struct) and isinstance(value, dict):
        fields = {each.encode_name: each.type for each in msgspec.structs.fields(kind)}
        free = [name for name in fields if name not in value]
        names = {key: [key] if key in fields else difflib.get_close_matches(key, free, n=1) for key in value}
        return {name: _mended(each, fields[name]) for key, each in value.items() for name in names[key]}
    if origin is tuple and len(args) == 2 and args[1] is ... and isinstance(value, list):
        return [_mended(each, args[0]) for each in value]
    if origin is dict and isinstance(value, dict):
        return {key: _mended(each, args[1]) for key, each in value.items()}
    text = args[0] if origin is Annotated else kind
    return str(value) if text is str and isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _stood_in(value: Any, kind: type[Struct]) -> Any:
    """Put something permitted in the place of a wrong or missing part of a record; what is optional is left out."""
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for each in msgspec.structs.fields(kind):
        given = value.get(each.encode_name)
        if each.encode_name in value and (each.encode_name in BODY or _fits(given, each.type)):
            made[each.encode_name] = given
        elif each.required and each.encode_name not in BODY:
            inner = _bare(each.type, given)
            is_record = isinstance(inner, type) and issubclass(inner, Struct)
            whole = given if isinstance(given, dict) else {}
            made[each.encode_name] = _stood_in(whole, inner) if is_record else _stand_in(each.type)
    return made


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _stand_in(kind: Any) -> Any:
    """Give some value that a type permits, or None."""
    choices = [each for each in _choices(kind) if isinstance(each, str)]
    candidates = (*choices, "x", 0, 1, False, [], [*choices[:1]], ["client"], [0, 1], {})
    return next((each for each in candidates if _fits(each, kind)), None)


def _bare(kind: Any, value: Any) -> Any:
    """Look through `Annotated` and `| None` when a record or a list is inside; keep limits on plain values."""
    inner = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(inner) in (Union, types.UnionType):
        rest = [each for each in get_args(inner) if each is not type(None)]
        return _bare(rest[0], value) if len(rest) == 1 and value is not None else kind
    is_record = isinstance(inner, type) and issubclass(inner, Struct)
    many = get_origin(inner) is dict or (get_origin(inner) is tuple and get_args(inner)[-1] is ...)
    return inner if is_record or (many and value) else kind


def _check_record(document: Document, path: Path, value: Any, kind: type[Struct]) -> None:
    if not isinstance(value, dict):
        document.report(path, "FI101", f"expected a block of `key: value` lines, got {_name(value)}")
        return
    fields = {each.encode_name: each for each in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            hint = "are these decimals? they come after a point" if key.isdigit() else nearest(key, fields)
            document.report((*path, key), "FI102", f"unknown key '{key}'; {hint}", key=True)
    for name, each in fields.items():
        if name in value:
            _check(document, (*path, name), value[name], each.type)
        elif each.required:
            document.report(path, "FI103", f"'{name}' is missing{_allowed(each.type)}")


def _check_leaf(document: Document, path: Path, value: Any, kind: Any) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message = _plain(str(error)) + _allowed(kind)
        if "matching regex" in message:
            message = _described(kind) or message
        if isinstance(value, (int, float)) and not isinstance(value, bool) and "Expected `str" in str(error):
            message += "; put it in quotes"
        if isinstance(value, str) and CURLED.fullmatch(value):
            message += f"; {STRAIGHTEN}"
        if isinstance(value, str) and re.fullmatch(r"-?\d+,\d+", value) and "a number" in message:
            message += "; its decimals come after a point"
        document.report(path, "FI104", message)


def _described(kind: Any) -> str:
    """Say in words what a pattern asks for, where the model says it."""
    found = (each.description for each in get_args(kind) if isinstance(each, msgspec.Meta) and each.description)
    text = next(found, "")
    return f"expected {text[:1].lower()}{text[1:].rstrip('.')}" if text else ""


def _allowed(kind: Any) -> str:
    """List the permitted words of a closed choice."""
    choices = [each for each in _choices(kind) if isinstance(each, str)]
    return f" (one of: {', '.join(choices)})" if choices else ""


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(get_args(kind)[0] if get_origin(kind) is Annotated else kind)


def _plain(message: str) -> str:
    message = re.sub(r" - at `.*`$", "", message)
    message = re.sub(r"`(\w+)`", lambda found: NAMES.get(found[1], found[0]), message)
    return message[:1].lower() + message[1:]


def _name(value: Any) -> str:
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else f"the value {value!r}"[:60]
