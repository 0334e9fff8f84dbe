"""Addresses that FHIR R4 gives to systems and extensions, and ours."""

from __future__ import annotations

LOINC = "http://loinc.org"
LOINC_NOTICE = (
    "This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and "
    "the Logical Observation Identifiers Names and Codes (LOINC) Committee and is available at no cost under the "
    "license at http://loinc.org/license. LOINC is a registered United States trademark of Regenstrief Institute, Inc."
)
_CORE = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL = _CORE + "ordinalValue"  # R4
WEIGHT = _CORE + "itemWeight"  # R5, and SDC from version 4 on
MINIMUM = _CORE + "minValue"
MAXIMUM = _CORE + "maxValue"
SLIDER_STEP = _CORE + "questionnaire-sliderStepValue"
ITEM_CONTROL = _CORE + "questionnaire-itemControl"
ITEM_CONTROLS = "http://hl7.org/fhir/questionnaire-item-control"
SIDES = ("lower", "upper")  # the words at the two ends of a line, as display items below it
HIDDEN = _CORE + "questionnaire-hidden"
CALCULATIONS = (
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
    _CORE + "cqf-calculatedValue",
    _CORE + "cqf-expression",
    _CORE + "questionnaire-calculatedExpression",
)
BASE = "urn:fit-toolkit"  # unless the practice names an address of its own


def items_system(base: str, instrument: str) -> str:
    """Give the code system of an instrument's items."""
    return f"{base}:items:{instrument}" if base.startswith("urn:") else f"{base}/CodeSystem/{instrument}-items"


def answers_system(base: str, instrument: str) -> str:
    """Give the code system of an instrument's answers."""
    return f"{base}:answers:{instrument}" if base.startswith("urn:") else f"{base}/CodeSystem/{instrument}-answers"


ALIAS_SYSTEM = "urn:fit-toolkit:column"  # other names under which a file may bring an item's answers
STEP_EXTENSION = "urn:fit-toolkit:step"  # where the step between two answers is no whole number
ITEM_SYSTEM_EXTENSION = "urn:fit-toolkit:items"  # says which of a questionnaire's code systems holds our item ids
