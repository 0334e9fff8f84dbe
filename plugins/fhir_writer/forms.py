"""Definitions as FHIR Questionnaires, and what kind of answer each item takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fit_toolkit.plugins.fhir_reader.names import ANSWERS, CORE, ORDINAL, OURS, QUESTIONNAIRE

LOINC: Final = "http://loinc.org"
LOINC_NOTICE: Final = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and "
    "the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the "
    "license at http://loinc.org/license. LOINC is a registered United States trademark of Regenstrief Institute, Inc."
)
NOT_THE_WORDS: Final = "Labels say what an item is about; they are not its wording."
_CODE: Final = re.compile(r"\S+( \S+)*")


class Items:
    """The items of all instruments of an export, and their closed lists of answers."""

    def __init__(self, instruments: Mapping[str, Mapping[str, Any]]) -> None:
        self._items = {
            (id, item["id"]): (item, options_of(definition, item))
            for id, definition in instruments.items()
            for item in definition.get("items", ())
        }

    def value(self, instrument: str, item: str, value: float, raw: str) -> dict[str, Any]:
        """Give what was answered as a value of FHIR."""
        found, options = self._items.get((instrument, item), ({}, ()))
        if value != value:  # noqa: PLR0124 - NaN alone is not itself: this is text
            return {"valueString": raw}
        option = _chosen(options, value, raw)
        if option is not None:
            return {"valueCoding": coding(instrument, option)}
        whole = bool(found) and is_whole(found)
        return {"valueInteger": int(value)} if whole else {"valueDecimal": plain(value)}


def questionnaire(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Write a definition: structure and values, with our short labels in place of the wording."""
    id = definition["id"]
    codes = definition.get("codes", {})
    panel = codes.get("loinc-panel")
    items = definition.get("items", ())
    licence = definition.get("licence", {})
    rights = [str(licence.get(name, "")).strip().rstrip(".") for name in ("name", "holder", "note")]
    said = ". ".join([*dict.fromkeys(each for each in rights if each), NOT_THE_WORDS])
    has_loinc = bool(panel) or any("loinc" in item.get("codes", {}) for item in items)
    return {
        "resourceType": "Questionnaire",
        "url": f"{QUESTIONNAIRE}{id}",
        "version": str(definition["version"]),
        "name": "".join(part.capitalize() for part in id.split("-")),
        "title": definition["title"],
        "status": "draft",
        "subjectType": ["Patient"],
        "copyright": f"{said} {LOINC_NOTICE}" if has_loinc else said,
        **({"code": [{"system": LOINC, "code": panel}]} if panel else {}),
        **({"item": [_item(definition, item) for item in items]} if items else {}),
    }


def options_of(definition: Mapping[str, Any], item: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Give the answers of a closed list, in place or by the name of a list that several items share."""
    found: Sequence[Mapping[str, Any]] = item.get("options") or definition.get("option_sets", {}).get(
        item.get("option_set", ""), ()
    )
    return found


def coding(instrument: str, option: Mapping[str, Any]) -> dict[str, Any]:
    """Write an answer of a closed list with what it counts."""
    code = str(option.get("code", ""))
    return {
        "extension": [{"url": ORDINAL, "valueDecimal": plain(option["value"])}],
        "system": ANSWERS + instrument,
        "code": code if _CODE.fullmatch(code) else str(plain(option["value"])),
    }


def is_whole(item: Mapping[str, Any]) -> bool:
    """Say whether an item takes whole numbers only."""
    return all(float(each) == int(each) for each in (*item.get("range", (0.5,)), item.get("step", 1.0)))


def plain(value: float) -> float | int:
    """Write a whole number as one."""
    return int(value) if float(value) == int(value) else float(value)


def _item(definition: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    codes = [{"system": f"{OURS}items:{definition['id']}", "code": item["id"]}]
    if "loinc" in item.get("codes", {}):
        codes.append({"system": LOINC, "code": item["codes"]["loinc"]})
    made = {"linkId": item["id"], "code": codes, "text": item.get("label") or item["id"]}
    options = options_of(definition, item)
    if options:
        return {
            **made,
            "type": "choice",
            "answerOption": [{"valueCoding": coding(definition["id"], each)} for each in options],
        }
    if item.get("type") == "text" or "range" not in item:
        return {**made, "type": "text"}
    kind, name = ("integer", "valueInteger") if is_whole(item) else ("decimal", "valueDecimal")
    ends = zip(("minValue", "maxValue"), item["range"], strict=True)
    span = [{"url": CORE + end, name: plain(value)} for end, value in ends]
    return {"extension": span, **made, "type": kind}


def _chosen(options: Sequence[Mapping[str, Any]], value: float, raw: str) -> Mapping[str, Any] | None:
    """Find the answer of a closed list; where two count the same, by the text that came."""
    fits = [each for each in options if float(each["value"]) == value]
    named = [each for each in fits if _word(raw) in {_word(str(each.get(name, ""))) for name in ("code", "label")}]
    return next(iter(named if len(fits) > 1 and named else fits), None)


def _word(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().casefold())
