"""The answers a FHIR item permits: its own list, or a value set that the questionnaire contains."""

from __future__ import annotations

from typing import Any

from fit_toolkit.exchange.draft import Choice, Problem
from fit_toolkit.exchange.fhir_names import ORDINAL, WEIGHT
from fit_toolkit.exchange.text import number, plain, without_markup

MAX_OPTIONS = 200


class Options:
    """Finds the permitted answers of an item in one questionnaire."""

    def __init__(self, questionnaire: dict[str, Any]) -> None:
        contained = questionnaire.get("contained")
        self.contained = [each for each in contained if isinstance(each, dict)] if isinstance(contained, list) else []

    def of(self, item: dict[str, Any]) -> tuple[tuple[Choice, ...] | Problem, str]:
        """Give the answers; or a problem with its place below the item; or why the item has to stay behind."""
        if "answerValueSet" in item:
            return self._value_set(item["answerValueSet"])
        listed = item.get("answerOption")
        if not isinstance(listed, list) or not listed:
            return Problem(".answerOption", "a choice needs answerOption or answerValueSet"), ""
        found = []
        for at, option in enumerate(listed):
            made = _option(option) if isinstance(option, dict) else "expected an object"
            if isinstance(made, str):
                return Problem(f".answerOption[{at}]", made), ""
            found.append(made)
        return _checked(found, ".answerOption"), ""

    def _value_set(self, reference: Any) -> tuple[tuple[Choice, ...] | Problem, str]:
        contained = self._named(reference) if isinstance(reference, str) else None
        if contained is None and not (isinstance(reference, str) and reference.startswith("#")):
            shown = plain(reference, 100) if isinstance(reference, str) else "no address"
            return (), f"its answers are in an external value set ({shown}), which is not fetched"
        if contained is None:
            return Problem(".answerValueSet", f"the file contains no value set '{plain(reference, 40)}'"), ""
        found = []
        for concept in self._concepts(contained):
            made = _coding(concept, [])
            if isinstance(made, str):
                return Problem(".answerValueSet", made), ""
            found.append(made)
        if not found:
            return (), "its value set lists no answers in this file"
        return _checked(found, ".answerValueSet"), ""

    def _concepts(self, value_set: dict[str, Any]) -> list[dict[str, Any]]:
        expansion = value_set.get("expansion")
        if isinstance(expansion, dict) and _objects(expansion.get("contains")):
            return _objects(expansion["contains"])
        compose = value_set.get("compose")
        found: list[dict[str, Any]] = []
        for include in _objects(compose.get("include")) if isinstance(compose, dict) else []:
            concepts = _objects(include.get("concept"))
            systems = [each for each in self.contained if each.get("resourceType") == "CodeSystem"]
            system = next((each for each in systems if each.get("url") == include.get("system")), None)
            if system is not None:
                full = {str(each.get("code")): each for each in _objects(system.get("concept"))}
                concepts = [{**full.get(str(each.get("code")), {}), **each} for each in concepts] or list(full.values())
            found += concepts
        return found

    def _named(self, reference: str) -> dict[str, Any] | None:
        """Find a value set in the file, by `#id` or by its address."""
        sets = [each for each in self.contained if each.get("resourceType") == "ValueSet"]
        if reference.startswith("#"):
            return next((each for each in sets if each.get("id") == reference[1:]), None)
        return next((each for each in sets if each.get("url") == reference.partition("|")[0]), None)


def _option(option: dict[str, Any]) -> Choice | str:
    """Read one answerOption, or say what is wrong with it."""
    above = _objects(option.get("extension"))
    if isinstance(option.get("valueCoding"), dict):
        return _coding(option["valueCoding"], above)
    for name in ("valueInteger", "valueString", "valueDate", "valueTime"):
        value = option.get(name)
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            beside = option.get("_" + name)
            extensions = above + (_objects(beside.get("extension")) if isinstance(beside, dict) else [])
            weight = _weight(extensions)
            if isinstance(weight, str):
                return weight
            if weight is None and isinstance(value, int):
                weight = float(value) if abs(value) <= 1e9 else None
            text = str(value) if len(str(value)) <= 300 else ""
            return Choice(code=text, text=without_markup(text) if isinstance(value, str) else "", value=weight)
    return "an answer needs valueCoding, valueInteger or valueString"


def _coding(coding: dict[str, Any], above: list[dict[str, Any]]) -> Choice | str:
    code, display = coding.get("code"), coding.get("display")
    words = without_markup(display) if isinstance(display, str) else ""
    name = code if isinstance(code, str) and code else words
    if not name:
        return "an answer needs a code"
    weight = _weight(above + _objects(coding.get("extension")))
    if isinstance(weight, str):
        return weight
    return Choice(code=name, text=words, value=number(name) if weight is None else weight)


def _weight(extensions: list[dict[str, Any]]) -> float | str | None:
    """Read ordinalValue or itemWeight; two that differ are no answer."""
    found: set[float] = set()
    for each in extensions:
        if each.get("url") in (ORDINAL, WEIGHT):
            value = next((each[key] for key in each if key.startswith("value")), None)
            read = number(value) if isinstance(value, str) else value
            if not isinstance(read, (int, float)) or isinstance(read, bool) or abs(read) > 1e9:
                return "the value of an answer has to be a number"
            found.add(float(read))
    if len(found) > 1:
        return "ordinalValue and itemWeight of one answer differ"
    return found.pop() if found else None


def _checked(found: list[Choice], place: str) -> tuple[Choice, ...] | Problem:
    codes = [each.code for each in found]
    twice = next((code for code in codes if codes.count(code) > 1), "")
    if len(found) > MAX_OPTIONS:
        return Problem(place, f"more than {MAX_OPTIONS} answers")
    if twice:
        return Problem(place, f"the answer '{plain(twice, 40)}' is given twice")
    return tuple(found) if len(found) > 1 else Problem(place, "a choice needs two answers or more")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
