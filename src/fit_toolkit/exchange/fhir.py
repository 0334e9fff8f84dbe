"""FHIR R4 Questionnaires read as plain data: no profile, no terminology server, no expression is followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from fit_toolkit.errors import DataError
from fit_toolkit.exchange.draft import Choice, Field, Form, Problem, Shape, refuse
from fit_toolkit.exchange.fhir_names import (
    ALIAS_SYSTEM,
    CALCULATIONS,
    HIDDEN,
    ITEM_CONTROL,
    ITEM_SYSTEM_EXTENSION,
    LOINC,
    MAXIMUM,
    MINIMUM,
    SIDES,
    SLIDER_STEP,
    STEP_EXTENSION,
)
from fit_toolkit.exchange.fhir_options import Options
from fit_toolkit.exchange.reading import NOTHING
from fit_toolkit.exchange.text import plain, without_markup

SOURCE = "FHIR R4 Questionnaire"
_STAYS = {
    "display": "text to read, not a question",
    "string": "free text",
    "text": "free text",
    "url": "an address",
    "date": "a date",
    "dateTime": "a date",
    "time": "a time",
    "attachment": "a file",
    "reference": "a reference to another record",
    "quantity": "a quantity with a unit",
}
_CHOICES = ("choice", "open-choice", "coding")  # the last is R5's word for the first


class _Reader(Struct):
    """One questionnaire while its items are gone through."""

    file: str
    options: Options
    system: str = ""  # where our own export keeps item ids
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def place(self, path: str) -> str:
        return f"{self.file}: {path}"

    def wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(self.place(path), message))


def recognises(data: Any) -> bool:
    """Say whether JSON data is a Questionnaire, or a Bundle that may hold some."""
    return isinstance(data, dict) and data.get("resourceType") in ("Questionnaire", "Bundle")


def read(data: Any, file: Path) -> tuple[Form, ...]:
    """Read a Questionnaire, or all of them in a Bundle."""
    if not recognises(data):
        found = data.get("resourceType") if isinstance(data, dict) else None
        what = f"this is a {plain(found, 40)}" if isinstance(found, str) else "this is no FHIR resource"
        hint = "a Questionnaire is wanted: its `resourceType` says so"
        raise DataError(what, where=f"{file}: resourceType", hint=hint)
    if data["resourceType"] == "Questionnaire":
        return (_form(data, file, ""),)
    entries = data.get("entry")
    found = [
        (entry["resource"], f"entry[{at}].resource.")
        for at, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict)
        if entry["resource"].get("resourceType") == "Questionnaire"
    ]
    if not found:
        raise DataError("the Bundle holds no Questionnaire", where=f"{file}: entry", hint=NOTHING)
    return tuple(_form(resource, file, path) for resource, path in found)


def _form(data: dict[str, Any], file: Path, path: str) -> Form:
    reader = _Reader(str(file), Options(data))
    reader.system = _extension(data, ITEM_SYSTEM_EXTENSION, str) or ""
    if not isinstance(data.get("item"), list) or not data["item"]:
        raise DataError("the questionnaire has no items", where=f"{file}: {path}item", hint=NOTHING)
    fields = tuple(_items(reader, data["item"], f"{path}item", "", ""))
    refuse(reader.problems)
    notices = [f"calculation of the questionnaire, not used: {each}" for each in _expressions(data)]
    name = _text(data, "id") or _text(data, "name") or file.stem
    return Form(
        name=name, source=SOURCE, file=str(file), fields=fields, title=_text(data, "title") or _text(data, "name"),
        language=_text(data, "language"), version=_text(data, "version"), holder=_text(data, "publisher"),
        rights=_text(data, "copyright"), notices=(*notices, *reader.notices),
    )  # fmt: skip


def _items(reader: _Reader, items: Any, path: str, group: str, condition: str) -> Iterator[Field]:
    if not isinstance(items, list):
        reader.wrong(path, "expected a list")
        return
    for number, item in enumerate(items):
        here = f"{path}[{number}]"
        link = item.get("linkId") if isinstance(item, dict) else None
        kind = item.get("type") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(link, str) or not link.strip():
            reader.wrong(f"{here}.linkId", "an item needs a linkId")
        elif link in reader.seen:
            reader.wrong(f"{here}.linkId", f"'{plain(link, 40)}' is given twice (first at {reader.seen[link]})")
        elif kind not in ("group", "question", "boolean", "integer", "decimal", *_STAYS, *_CHOICES):
            reader.wrong(f"{here}.type", "an item needs a type that FHIR R4 knows")
        else:
            reader.seen[link] = here
            asked = _asked(item) or condition
            if kind == "group":
                reader.notices += [f"calculation of {plain(link, 40)}, not used: {e}" for e in _expressions(item)]
            elif not (kind == "display" and _side(item)):
                yield _field(reader, item, here, group, asked)
            if "item" in item:
                yield from _items(reader, item["item"], f"{here}.item", link if kind == "group" else group, asked)


def _field(reader: _Reader, item: dict[str, Any], path: str, group: str, condition: str) -> Field:
    link = item["linkId"]
    shape = _shape(reader, item, path)
    ours = [each for each in _codings(item) if reader.system and each.get("system") == reader.system]
    aliases = tuple(_text(each, "code") for each in _codings(item) if each.get("system") == ALIAS_SYSTEM)
    loinc = next((_text(each, "code") for each in _codings(item) if each.get("system") == LOINC), "")
    calculations = _expressions(item)
    return Field(
        name=link, place=reader.place(path), kind=shape.kind, why_not=shape.why_not,
        text=without_markup(_text(item, "text")), low=_end(item, SIDES[0]), high=_end(item, SIDES[1]), choices=shape.choices, span=shape.span, step=shape.step,
        group=group, calculation="; ".join(calculations), condition=condition, loinc=loinc,
        id=_text(ours[0], "code") if ours else "", label=_text(ours[0], "display") if ours else "",
        aliases=aliases if ours else None,
    )  # fmt: skip


def _side(item: dict[str, Any]) -> str:
    """Say whether a text is the label of one end of a slider, and of which."""
    control = _extension(item, ITEM_CONTROL, dict) or {}
    codes = [_text(each, "code") for each in _objects(control.get("coding"))]
    return next((side for side in SIDES if side in codes), "")


def _end(item: dict[str, Any], side: str) -> str:
    return next((without_markup(_text(each, "text")) for each in _objects(item.get("item")) if _side(each) == side), "")


def _shape(reader: _Reader, item: dict[str, Any], path: str) -> Shape:
    """Say what kind of item this can be, or why it can be none."""
    kind = item["type"]
    if why := _stays(item):
        return Shape("other", why)
    if kind == "boolean":
        return Shape("choice", choices=(Choice("true", value=1.0), Choice("false", value=0.0)))
    if kind in _CHOICES or "answerOption" in item or "answerValueSet" in item:
        return _one_of(reader, item, path)
    low, high = (_extension(item, name, float) for name in (MINIMUM, MAXIMUM))
    step = _extension(item, STEP_EXTENSION, float) or _extension(item, SLIDER_STEP, float) or 1.0
    if low is not None and high is not None and low >= high:
        reader.wrong(path, "minValue has to be below maxValue")
        return Shape("other")
    return Shape("number", span=None if low is None or high is None else (low, high), step=step)


def _stays(item: dict[str, Any]) -> str:
    """Say why an item is left out, or nothing."""
    if _expressions(item):
        return "calculated: shown below, never executed"
    if _extension(item, HIDDEN, bool):
        return "hidden"
    if item["type"] in _STAYS or item["type"] == "question":
        return _STAYS.get(item["type"], "a question without a type of answer")
    return "several answers at once" if item.get("repeats") is True else ""


def _one_of(reader: _Reader, item: dict[str, Any], path: str) -> Shape:
    choices, why = reader.options.of(item)
    if isinstance(choices, Problem):
        reader.wrong(f"{path}{choices.place}", choices.message)
        return Shape("other")
    if why:
        return Shape("other", why)
    if item["type"] == "open-choice":
        reader.notices.append(f"{plain(item['linkId'], 40)}: answers in free text beside the list are not taken")
    return Shape("choice", choices=choices)


def _asked(item: dict[str, Any]) -> str:
    """Write `enableWhen` out for people."""
    rules = item.get("enableWhen")
    parts = []
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict):
            answer = next((each for key, each in rule.items() if key.startswith("answer")), "")
            shown = answer.get("code", "") if isinstance(answer, dict) else answer
            parts.append(f"{_text(rule, 'question')} {_text(rule, 'operator')} {shown}")
    return (" or " if item.get("enableBehavior") == "any" else " and ").join(parts)


def _expressions(element: dict[str, Any]) -> list[str]:
    """List the calculations on an element, as text."""
    found = []
    for each in _extensions(element):
        if each.get("url") in CALCULATIONS:
            value = each.get("valueExpression")
            text = _text(value, "expression") if isinstance(value, dict) else _text(each, "valueString")
            found.append(plain(text or "(empty)"))
    return found


def _extensions(element: dict[str, Any]) -> list[dict[str, Any]]:
    return _objects(element.get("extension"))


def _extension(element: dict[str, Any], url: str, kind: type) -> Any:
    """Give the value of an extension if it is of the kind asked for."""
    for each in _extensions(element):
        if each.get("url") == url:
            value = next((each[key] for key in each if key.startswith("value")), None)
            if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value) if abs(value) <= 1e9 else None
            return value if kind is not float and isinstance(value, kind) else None
    return None


def _codings(item: dict[str, Any]) -> list[dict[str, Any]]:
    return _objects(item.get("code"))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(element: dict[str, Any], name: str) -> str:
    found = element.get(name)
    return found.strip() if isinstance(found, str) else ""
