"""Addresses that FHIR R4 gives to systems and extensions, and ours; the writer uses the same."""

from __future__ import annotations

from typing import Final

CORE: Final = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL: Final = CORE + "ordinalValue"  # R4
WEIGHT: Final = CORE + "itemWeight"  # R5, and SDC from version 4 on
ABSENT: Final = CORE + "data-absent-reason"
OURS: Final = "urn:fit-toolkit:"
QUESTIONNAIRE: Final = OURS + "questionnaire:"
ANSWERS: Final = OURS + "answers:"
CLIENT: Final = OURS + "client"
WAY_OUT: Final = OURS + "way-out"  # why an item was not answered, in our words
CONTEXT: Final = {  # what FHIR has no place for, as extensions of a response
    name: f"{OURS}rating:{name}"
    for name in ("therapist", "episode", "session", "rater", "occasion", "mode", "language", "dates_assumed")
}
