"""A definition as a FHIR R4 Questionnaire: plain data, values as ordinalValue, scoring described and never computed."""

from __future__ import annotations

import json
import re
from typing import Any

from fit_toolkit.exchange.fhir_names import (
    ALIAS_SYSTEM,
    BASE,
    ITEM_CONTROL,
    ITEM_CONTROLS,
    ITEM_SYSTEM_EXTENSION,
    LOINC,
    LOINC_NOTICE,
    MAXIMUM,
    MINIMUM,
    ORDINAL,
    SIDES,
    SLIDER_STEP,
    STEP_EXTENSION,
    answers_system,
    items_system,
)
from fit_toolkit.exchange.label import NOT_THE_WORDS, Labels, describe, lost, refuse_totals
from fit_toolkit.exchange.text import decimal, is_whole
from fit_toolkit.model.instrument import Instrument, Item, Option

_CODE = re.compile(r"\S+( \S+)*")  # what FHIR calls a code: no blanks at the ends, none doubled


def questionnaire(instrument: Instrument, labels: Labels, base: str = BASE) -> str:
    """Write the Questionnaire as JSON."""
    refuse_totals(instrument)
    return json.dumps(_questionnaire(instrument, labels, base.rstrip("/")), ensure_ascii=False, indent=2) + "\n"


def notices(instrument: Instrument, labels: Labels) -> list[str]:
    """Say what the file does not hold."""
    found = lost(instrument, has_words=labels.wording is not None)
    if labels.wording is None:
        found.append(f"no words: items carry labels marked as `{NOT_THE_WORDS}`")
    for item in instrument.items:
        if any(not _CODE.fullmatch(each) for each in item.aliases):
            found.append(f"not exported: an alias of {item.id} that is no FHIR code")
    return [*found, "the scoring is described; no calculatedExpression is written"]


def _questionnaire(instrument: Instrument, labels: Labels, base: str) -> dict[str, Any]:
    system = items_system(base, instrument.id)
    panel = instrument.codes.get("loinc-panel")
    url = (
        f"{base}:questionnaire:{instrument.id}" if base.startswith("urn:") else f"{base}/Questionnaire/{instrument.id}"
    )
    return {
        "resourceType": "Questionnaire",
        "id": instrument.id,
        "language": labels.wording.language if labels.wording else instrument.language,
        "extension": [{"url": ITEM_SYSTEM_EXTENSION, "valueUri": system}],
        "url": url,
        "version": instrument.version,
        "name": _name(instrument.id),
        "title": labels.wording.title if labels.wording else instrument.title,
        "status": "active" if labels.wording else "draft",
        "subjectType": ["Patient"],
        "description": describe(instrument),
        **_rights(instrument, labels),
        **({"code": [{"system": LOINC, "code": panel}]} if panel else {}),
        "item": [
            *_introduction(labels),
            *(_item(each, labels, system, answers_system(base, instrument.id)) for each in instrument.items),
        ],
    }


def _introduction(labels: Labels) -> list[dict[str, Any]]:
    return [
        {"linkId": f"intro-{at}", "text": text, "type": "display"}
        for at, text in enumerate(labels.introduction, start=1)
    ]


def _name(id: str) -> str:
    """Give the name that programs use: R4 wants a capital first, then letters, digits and underscores."""
    return "".join(part.capitalize() for part in id.split("-"))


def _rights(instrument: Instrument, labels: Labels) -> dict[str, str]:
    licence = instrument.licence
    parts = [licence.name or licence.status, licence.holder, licence.note]
    if labels.wording:
        parts += [f"Words: {labels.wording.licence}", labels.wording.holder]
    text = ". ".join(dict.fromkeys(part.strip().rstrip(".") for part in parts if part.strip())) + "."
    has_loinc = "loinc-panel" in instrument.codes or any("loinc" in item.codes for item in instrument.items)
    return {"copyright": f"{text} {LOINC_NOTICE}" if has_loinc else text}


def _item(item: Item, labels: Labels, system: str, answers: str) -> dict[str, Any]:
    codings = [{"system": system, "code": item.id, "display": item.label or item.id}]
    if "loinc" in item.codes:
        codings.append({"system": LOINC, "code": item.codes["loinc"]})
    codings += [{"system": ALIAS_SYSTEM, "code": each} for each in item.aliases if _CODE.fullmatch(each)]
    made: dict[str, Any] = {"linkId": item.id, "code": codings, "text": labels.item(item)}
    if item.is_text:
        return {**made, "type": "text"}
    if item.options:
        options = [_option(item, option, labels, answers) for option in item.options]
        return {**made, "type": "choice", "answerOption": options}
    ends = [_end(item, side, words) for side, words in zip(SIDES, labels.ends(item), strict=True) if words]
    made["type"] = "integer" if _is_whole(item) else "decimal"
    return {"extension": _span(item), **made, **({"item": ends} if ends else {})}


def _end(item: Item, side: str, words: str) -> dict[str, Any]:
    """Write the words at one end of a line, the way FHIR labels the ends of a slider."""
    control = {"coding": [{"system": ITEM_CONTROLS, "code": side}]}
    extension = [{"url": ITEM_CONTROL, "valueCodeableConcept": control}]
    return {"extension": extension, "linkId": f"{item.id}-{side}", "text": words, "type": "display"}


def _option(item: Item, option: Option, labels: Labels, system: str) -> dict[str, Any]:
    code = option.code if _CODE.fullmatch(option.code) else decimal(option.value)
    return {
        "extension": [{"url": ORDINAL, "valueDecimal": _number(option.value)}],
        "valueCoding": {"system": system, "code": code, "display": labels.answer(item, option)},
    }


def _span(item: Item) -> list[dict[str, Any]]:
    kind = "valueInteger" if _is_whole(item) else "valueDecimal"
    found: list[dict[str, Any]] = [
        {"url": MINIMUM, kind: _number(item.minimum)},
        {"url": MAXIMUM, kind: _number(item.maximum)},
    ]
    if item.step != 1:
        whole = is_whole(item.step)
        url, kind = (SLIDER_STEP, "valueInteger") if whole else (STEP_EXTENSION, "valueDecimal")
        found.append({"url": url, kind: _number(item.step)})
    return found


def _is_whole(item: Item) -> bool:
    return is_whole(item.minimum, item.maximum, item.step)


def _number(value: float) -> float | int:
    return int(value) if is_whole(value) else value
