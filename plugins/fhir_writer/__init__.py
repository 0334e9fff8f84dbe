"""Writer `fhir`: a FHIR R4 Bundle of questionnaires, responses and scores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid5

from fit_toolkit.plugins.fhir_reader.names import CLIENT, OURS

from fit_toolkit import Export, ExportPart, Writer, hookimpl

from .forms import Items, questionnaire
from .ratings import Form, observation, response

FILE = "bundle.json"
OWN = uuid5(NAMESPACE_URL, OURS)
ASSEMBLER = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
LABELS = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
GENDERS = {"female": "female", "male": "male", "f": "female", "m": "male", "other": "other", "unknown": "unknown"}
YEAR = 4


class FhirWriter(Writer, frozen=True):
    """FHIR R4: one Bundle with Questionnaire, QuestionnaireResponse, an Observation for each score, and Provenance.

    Every resource has an address made of what it is called in this export, so that the same rating has the same one
    in the next.
    """

    kind: ClassVar[str] = "fhir"

    def write(self, export: Export, folder: Path) -> dict[str, int]:
        """Write one entry a line, part by part."""
        count = 0
        with (folder / FILE).open("w", encoding="utf-8", newline="\n") as file:
            file.write('{"resourceType": "Bundle", ')
            if not export.identified:
                label = {"security": [{"system": LABELS, "code": "PSEUDED"}]}
                file.write(f'"meta": {json.dumps(label)}, ')
            file.write('"type": "collection"')
            for count, (id, resource) in enumerate(_resources(export), start=1):
                entry = {"fullUrl": _urn(id), "resource": {**_head(resource, id), **resource}}
                file.write(",\n" if count > 1 else ', "entry": [\n')
                file.write(json.dumps(entry, ensure_ascii=False, allow_nan=False))
            file.write("\n]}\n" if count else "}\n")
        return {FILE: count}


@hookimpl
def register_writers() -> list[type[Writer]]:
    """Give the writer."""
    return [FhirWriter]


def _head(resource: Mapping[str, Any], id: UUID) -> dict[str, Any]:
    return {"resourceType": resource["resourceType"], "id": str(id)}


def _urn(id: UUID) -> str:
    return f"urn:uuid:{id}"


def _reference(kind: str, id: UUID) -> dict[str, str]:
    return {"reference": _urn(id), "type": kind}


def _resources(export: Export) -> Iterator[tuple[UUID, dict[str, Any]]]:
    for name, definition in sorted(export.instruments.items()):
        yield uuid5(OWN, f"questionnaire {name} {definition['definition_hash']}"), questionnaire(definition)
    items = Items(export.instruments)
    known: set[UUID] = set()
    for part in export.parts():
        for id, resource in _part(part, export, items):
            if id not in known:
                yield id, resource
            if resource["resourceType"] == "Practitioner":  # the only ones that several parts have
                known.add(id)


def _part(part: ExportPart, export: Export, items: Items) -> Iterator[tuple[UUID, dict[str, Any]]]:
    """Give the resources of some clients, each after what it refers to."""
    forms = part.administrations.to_dict("records")
    answers = _by_form(part.answers.to_dict("records"))
    scores = _by_form(part.scores.to_dict("records"))
    targets: dict[str, list[dict[str, str]]] = {}
    told: dict[str, int] = {}
    for code in sorted({each["therapist"] for each in forms} - {""}):
        yield (
            _therapist(code),
            {"resourceType": "Practitioner", "identifier": [{"system": OURS + "therapist", "value": code}]},
        )
    people = {each["client"]: each for each in part.members.to_dict("records")}
    for row in forms:
        client = row["client"]
        if client not in targets:
            targets[client] = []
            yield _client(client), _patient(people.get(client, {}), client)
        key = " ".join(
            str(row[name])
            for name in ("client", "episode", "date", "instrument", "rater", "occasion", "therapist", "state")
        )
        told[key] = told.get(key, 0) + 1
        form = Form(
            row=row, definition=export.instruments[row["instrument"]], subject=_reference("Patient", _client(client)),
            therapist=_reference("Practitioner", _therapist(row["therapist"])) if row["therapist"] else {},
        )  # fmt: skip
        id = uuid5(OWN, f"response {key} {told[key]}")
        given = answers.get(row["administration"], [])
        if not row["totals"]:
            targets[client].append(_reference("QuestionnaireResponse", id))
            yield id, response(form, given, items)
        for score in scores.get(row["administration"], []):
            source = None if row["totals"] else _reference("QuestionnaireResponse", id)
            own = uuid5(OWN, f"score {key} {told[key]} {score['scale']}")
            targets[client].append(_reference("Observation", own))
            yield own, observation(form, score, source)
    for client, made in targets.items():
        if made:
            yield uuid5(OWN, f"provenance {client}"), _provenance(made, export)


def _by_form(rows: list[dict[Any, Any]]) -> dict[int, list[dict[Any, Any]]]:
    found: dict[int, list[dict[Any, Any]]] = {}
    for row in rows:
        found.setdefault(row["administration"], []).append(row)
    return found


def _client(code: str) -> UUID:
    return uuid5(OWN, f"client {code}")


def _therapist(code: str) -> UUID:
    return uuid5(OWN, f"therapist {code}")


def _patient(member: Mapping[Any, Any], code: str) -> dict[str, Any]:
    """Say as little as is needed: the code, and sex and year of birth as far as the export has them."""
    gender, born = GENDERS.get(str(member.get("sex", "")).lower(), ""), str(member.get("born", ""))
    return {
        "resourceType": "Patient",
        "identifier": [{"system": CLIENT, "value": code}],
        **({"gender": gender} if gender else {}),
        **({"birthDate": born} if born.isdecimal() and len(born) == YEAR else {}),
    }


def _provenance(targets: list[dict[str, str]], export: Export) -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "target": targets,
        "recorded": export.made_at.isoformat(timespec="seconds"),
        "agent": [
            {"type": {"coding": [{"system": ASSEMBLER, "code": "assembler"}]}, "who": {"display": "fit-toolkit"}}
        ],
    }
