"""Forms as FHIR QuestionnaireResponses, and each of their scores as an Observation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fit_toolkit.plugins.fhir_reader.names import ABSENT, CONTEXT, OURS, QUESTIONNAIRE, WAY_OUT

from .forms import LOINC, Items, plain

ABSENT_CODES: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORIES: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
UNITS: Final = "http://unitsofmeasure.org"
REASONS: Final = {
    "does-not-fit": "not-applicable",
    "not-applicable": "not-applicable",
    "rather-not-say": "asked-declined",
}
FINAL: Final = {"QuestionnaireResponse": "completed", "Observation": "final"}
_UNFIT: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")  # what FHIR allows in no text


@dataclass(frozen=True)
class Form:
    """A filled-in form as the export has it, its definition, and what refers to client and therapist."""

    row: Mapping[Any, Any]
    definition: Mapping[str, Any]
    subject: Mapping[str, str]
    therapist: Mapping[str, str]

    @property
    def when(self) -> str:
        """The moment it was rated where it is known and of the day of the session; else the day."""
        moment = str(self.row["rated_at"])
        return moment if moment[:10] == self.row["date"] else str(self.row["date"])

    def status(self, kind: str) -> str:
        """Say whether it stands: FHIR knows no other word for what was replaced or taken back."""
        if self.row["state"] != "valid":
            return "entered-in-error"
        replaces = self.row["replaces"]
        return "amended" if isinstance(replaces, int) else FINAL[kind]


def response(form: Form, answers: Iterable[Mapping[Any, Any]], items: Items) -> dict[str, Any]:
    """Write the answers of a form."""
    row = form.row
    made = [item for each in answers if (item := _item(row["instrument"], each, items))]
    source = _source(form)
    return {
        "resourceType": "QuestionnaireResponse",
        **({"language": row["language"]} if row["language"] else {}),
        "extension": _context(row),
        "questionnaire": f"{QUESTIONNAIRE}{row['instrument']}|{row['version']}",
        "status": form.status("QuestionnaireResponse"),
        "subject": form.subject,
        "authored": form.when,
        **({"source": source} if source else {}),
        **({"item": made} if made else {}),
    }


def observation(form: Form, score: Mapping[Any, Any], source: Mapping[str, str] | None) -> dict[str, Any]:
    """Write a score: worked out by this toolkit, or ready-made as it came."""
    row, definition = form.row, form.definition
    scale: Mapping[str, Any] = next((each for each in definition.get("scales", ()) if each["id"] == score["scale"]), {})
    code = [{"system": f"{OURS}scales:{row['instrument']}", "code": score["scale"]}]
    total = definition.get("codes", {}).get("loinc-total")
    if total and score["scale"] == definition.get("main_scale", "total"):
        code.insert(0, {"system": LOINC, "code": total})
    return {
        "resourceType": "Observation",
        "status": form.status("Observation"),
        "category": [{"coding": [{"system": CATEGORIES, "code": "survey"}]}],
        "code": {"coding": code, "text": f"{definition['title']}: {scale.get('title') or score['scale']}"},
        "subject": form.subject,
        "effectiveDateTime": form.when,
        **_value(score),
        **({"interpretation": [{"text": _fit(score["band"])}]} if score["band"] else {}),
        "method": {"coding": [{"system": f"{OURS}score-status", "code": score["status"]}]},
        **({"derivedFrom": [source]} if source else {}),
        "component": [_count("items-answered", score["n_answered"]), _count("items", score["n_items"])],
    }


def _value(score: Mapping[Any, Any]) -> dict[str, Any]:
    value = score["value"]
    if value == value:  # noqa: PLR0124 - NaN alone is not itself
        return {"valueQuantity": {"value": plain(value), "unit": "{score}", "system": UNITS, "code": "{score}"}}
    reason = {"text": _fit(score["reason"])} if score["reason"] else {}
    return {"dataAbsentReason": {"coding": [{"system": ABSENT_CODES, "code": "not-performed"}], **reason}}


def _count(name: str, number: int) -> dict[str, Any]:
    return {"code": {"coding": [{"system": f"{OURS}score", "code": name}]}, "valueInteger": int(number)}


def _item(instrument: str, answer: Mapping[Any, Any], items: Items) -> dict[str, Any] | None:
    """Write one answer; an item that was left out is not there, a way out that was taken says which."""
    missing = answer["missing"]
    if missing == "left-out":
        return None
    if missing:
        why = [{"url": ABSENT, "valueCode": REASONS.get(missing, "masked")}]
        why += [{"url": WAY_OUT, "valueCode": missing}] if missing in REASONS else []
        return {"linkId": answer["item"], "answer": [{"extension": why}]}
    given = items.value(instrument, answer["item"], answer["value"], _fit(answer["raw"]))
    return {"linkId": answer["item"], "answer": [given]}


def _source(form: Form) -> Mapping[str, str]:
    """Say who answered, where FHIR has a type for it."""
    rater = form.row["rater"]
    if rater == "therapist":
        return form.therapist or {"type": "Practitioner"}
    return {"client": form.subject, "carer": {"type": "RelatedPerson"}}.get(rater, {})


def _context(row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Say what FHIR has no place for."""
    said = [
        (name, row[name]) for name in ("therapist", "episode", "rater", "occasion", "mode", "language") if row[name]
    ]
    said += [("dates_assumed", "true")] if row["dates_assumed"] else []
    made: list[dict[str, Any]] = [{"url": CONTEXT[name], "valueString": str(text)} for name, text in said]
    session = row["session_given"]
    return made + ([{"url": CONTEXT["session"], "valueInteger": int(session)}] if isinstance(session, int) else [])


def _fit(text: str) -> str:
    """Put a mark in the place of characters that FHIR does not take."""
    return _UNFIT.sub("\ufffd", text)
