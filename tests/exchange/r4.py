"""The structure of a FHIR R4 Questionnaire (4.0.1), as far as a definition can use it: names, types, cardinalities, rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
URI = re.compile(r"\S+")
NAME = re.compile(r"[A-Z]([A-Za-z0-9_]){0,254}")  # rule que-0
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
TEXTS = ("version", "title", "description", "copyright", "publisher", "purpose")
QUESTIONNAIRE = {
    "resourceType", "id", "meta", "language", "extension", "url", "identifier", "name", "derivedFrom", "status", "subjectType",
    "date", "contact", "code", "item", *TEXTS,
}  # fmt: skip
ITEM = {
    "id", "extension", "linkId", "definition", "code", "prefix", "text", "type", "enableWhen", "enableBehavior", "required",
    "repeats", "readOnly", "maxLength", "answerValueSet", "answerOption", "initial", "item",
}  # fmt: skip
TYPES = {
    "group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice",
    "open-choice", "attachment", "reference", "quantity",
}  # fmt: skip
VALUES = {
    "valueDecimal": (int, float), "valueInteger": (int,), "valueString": (str,), "valueUri": (str,), "valueCoding": (dict,),
    "valueCodeableConcept": (dict,), "valueExpression": (dict,),
}  # fmt: skip


def faults(resource: dict[str, Any]) -> list[str]:
    """List what breaks the structure of R4; nothing when all is well."""
    return [*_head(resource), *_items(resource.get("item", []), "item"), *_unique(resource)]


def _head(resource: dict[str, Any]) -> Iterator[str]:
    if resource.get("resourceType") != "Questionnaire":
        yield "resourceType"
    if set(resource) - QUESTIONNAIRE:
        yield f"unknown elements {set(resource) - QUESTIONNAIRE}"
    if resource.get("status") not in ("draft", "active", "retired", "unknown"):
        yield "status is needed and bound"
    for name, form in (("id", ID), ("name", NAME), ("url", URI), ("language", LANGUAGE)):
        if name in resource and not form.fullmatch(resource[name]):
            yield f"{name}: {resource[name]}"
    for name in TEXTS:
        if name in resource and not (isinstance(resource[name], str) and resource[name].strip()):
            yield f"{name} has to be text that is not blank"
    yield from _extensions(resource, "Questionnaire")
    yield from _codings(resource.get("code", []), "code")


def _items(items: list[dict[str, Any]], path: str) -> Iterator[str]:
    if not items:
        yield f"{path}: an empty list is no FHIR"
    for at, item in enumerate(items):
        here = f"{path}[{at}]"
        if set(item) - ITEM:
            yield f"{here}: unknown elements {set(item) - ITEM}"
        if not item.get("linkId", "").strip() or item.get("type") not in TYPES:
            yield f"{here}: linkId and type are needed"
        if "text" in item and not item["text"].strip():
            yield f"{here}: blank text"
        yield from _rules(item, here)
        yield from _extensions(item, here)
        yield from _codings(item.get("code", []), here)
        for option in item.get("answerOption", []):
            values = [key for key in option if key.startswith("value")]
            if len(values) != 1 or values[0] not in ("valueCoding", "valueInteger", "valueString"):
                yield f"{here}: an answerOption has one value[x]"
            yield from _extensions(option, here)
            yield from _codings([option["valueCoding"]] if "valueCoding" in option else [], here)
        if "item" in item:
            yield from _items(item["item"], f"{here}.item")


def _rules(item: dict[str, Any], here: str) -> Iterator[str]:
    kind = item.get("type")
    if (kind == "group") != ("item" in item) and kind in ("group", "display"):
        yield f"{here}: que-1"
    if kind == "display" and {"code", "required", "repeats", "readOnly", "initial"} & set(item):
        yield f"{here}: que-3, que-6, que-8, que-9"
    if "answerOption" in item and "answerValueSet" in item:
        yield f"{here}: que-4"
    if ("answerOption" in item or "answerValueSet" in item) and kind not in ("choice", "open-choice"):
        yield f"{here}: que-5"


def _extensions(element: dict[str, Any], here: str) -> Iterator[str]:
    for each in element.get("extension", []):
        values = [key for key in each if key.startswith("value")]
        if not URI.fullmatch(each.get("url", "")) or len(values) != 1:
            yield f"{here}: ext-1, an extension has a url and one value"
        elif isinstance(each[values[0]], bool) or not isinstance(each[values[0]], VALUES[values[0]]):
            yield f"{here}: {values[0]} is of another type"


def _codings(codings: list[dict[str, Any]], here: str) -> Iterator[str]:
    for each in codings:
        if set(each) - {"system", "version", "code", "display", "extension"}:
            yield f"{here}: unknown elements in a Coding"
        if not CODE.fullmatch(each.get("code", "")) or not URI.fullmatch(each.get("system", "urn:none")):
            yield f"{here}: a Coding has a code, and its system is an address: {each}"
        if "display" in each and not each["display"].strip():
            yield f"{here}: blank display"


def _unique(resource: dict[str, Any]) -> Iterator[str]:
    links = list(_links(resource.get("item", [])))
    if len(set(links)) != len(links):
        yield "que-2: linkId has to be unique"


def _links(items: list[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        yield item.get("linkId", "")
        yield from _links(item.get("item", []))
