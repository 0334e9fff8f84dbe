"""A QuestionnaireResponse as rows: whose it is, of which day and form, and one answer a row; nothing is interpreted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fit_toolkit import DataError

from .document import AGAIN, Found, Number
from .names import ABSENT, ANSWERS, CLIENT, CONTEXT, ORDINAL, QUESTIONNAIRE, WAY_OUT, WEIGHT

FOREIGN: Final = ("subject", "questionnaire", "authored", "source", "linkId", "answer", "id", "response")
OWN: Final = (*FOREIGN[:3], *CONTEXT, *FOREIGN[4:])
TAKEN: Final = ("completed", "amended")
STATUSES: Final = (*TAKEN, "in-progress", "entered-in-error", "stopped")
NUMBERS: Final = ("valueDecimal", "valueInteger")
TEXTS: Final = ("valueString", "valueDate", "valueDateTime", "valueTime", "valueUri")
NO_ANSWER: Final = ("valueAttachment", "valueReference")
PLAIN: Final = ("", "1", "{score}")  # units that are none
DEEPEST: Final = 30
_VERSION: Final = re.compile(r"/_history/[^/]*$")
_QUOTED: Final = re.compile(  # an import takes a quote mark of a spreadsheet away; nobody has put one here
    r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
)
_UNFIT: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass
class Context:
    """What holds for a whole file: its name, its clients by what refers to them, and what was passed over."""

    file: str
    system: str = ""
    clients: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)
    servers: dict[str, str] = field(default_factory=dict)
    responses: int = 0
    absent: int = 0
    unread: int = 0

    def number(self) -> int:
        """Number the responses: ids may be missing, and versions of one response share theirs."""
        self.responses += 1
        return self.responses

    def learn(self, found: Found) -> None:
        """Keep the identifiers of a client and its server, and nothing else."""
        resource = found.resource
        kept: Mapping[str, Any] = {name: resource[name] for name in ("id", "identifier") if name in resource}
        for key in {found.url, f"Patient/{resource.get('id')}"} - {""}:
            listed = self.clients.setdefault(key, [])
            if (_server(found.url), kept) not in listed:
                listed.append((_server(found.url), kept))

    def client(self, reference: str, url: str) -> Mapping[str, Any]:
        """Give what is known of the client referred to from a resource of this address; numbers are of one server only."""
        server = _server(reference) or _server(url)
        short = "/".join(reference.split("/")[-2:])
        listed = self.clients.get(reference) or self.clients.get(short, [])
        fits = [known for of, known in listed if not server or not of or of == server]
        return fits[0] if len(fits) == 1 else {}

    def numbered(self, reference: str, url: str, where: str) -> str:
        """Give the number of a client on a server as the code."""
        code = reference.rpartition("/")[2]
        server = _server(reference) or _server(url)
        several = len({of for of, _ in self.clients.get(f"Patient/{code}", ())}) > 1
        return self.only(code, server, where, sure=bool(server) or not several)

    def identified(self, identifier: Mapping[str, Any], where: str) -> str:
        """Give the value of an identifier as the code."""
        return self.only(_text(identifier, "value", where), _text(identifier, "system", where), where)

    def only(self, code: str, of: str, where: str, *, sure: bool = True) -> str:
        """Give a code of a server or a system; the same of another one is somebody else, and refused."""
        if not sure or (of and self.servers.setdefault(code, of) != of):
            raise DataError(
                "clients of two servers or systems have the same number", where=where,
                hint="say which identifiers are the codes: client_system, in the map's settings",
            )  # fmt: skip
        return code


def is_own(resource: Mapping[str, Any]) -> bool:
    """Say whether a response was written by this toolkit."""
    return any(each in CONTEXT.values() for each, _ in _extensions(resource))


def why_not(resource: Mapping[str, Any], where: str) -> str:
    """Say why a response is no rating, or nothing; another version of FHIR is refused."""
    if (
        "group" in resource
        or isinstance(resource.get("questionnaire"), dict)
        or {"parent", "context"} & resource.keys()
    ):
        raise DataError("this is FHIR of an older version; R4 is read", where=where, hint="ask for FHIR R4 (4.0.1)")
    status = resource.get("status")
    if status not in STATUSES:
        raise DataError("a response without a status that FHIR R4 knows", where=where, hint=AGAIN)
    if status not in TAKEN:
        return f"responses that are {status}"
    subject = resource.get("subject")
    kind = _kind(subject) if isinstance(subject, dict) else ""
    return "" if kind in {"", "Patient"} else "responses that are not about a Patient"


def rows_of(found: Found, context: Context, columns: tuple[str, ...]) -> list[list[str]]:
    """Give a response as rows, one answer each.

    Raises:
        DataError: something in it cannot be told for certain; names the place.
    """
    resource = found.resource
    where = f"{context.file}:{found.line}"
    said = {
        "subject": _client(found, context, where),
        "questionnaire": _questionnaire(resource, where),
        "authored": _text(resource, "authored", where),
        "id": _text(resource, "id", where),
        "source": _kind(resource.get("source")),
        "response": str(context.number()),
    }
    marks = dict(_extensions(resource))
    said |= {name: _extended(marks.get(url)) for name, url in CONTEXT.items()}
    answers: dict[str, str] = {}
    for place, link, text in _items(resource, context, where, found.place, 0):
        if link in answers:
            raise DataError(
                "several answers to one item; a rating has one", where=f"{where} {place}",
                hint="leave this questionnaire out: --reader fhir with `questionnaire` in the map's settings",
            )  # fmt: skip
        answers[link] = text
    made = [[{**said, "linkId": link, "answer": text}[name] for name in columns] for link, text in answers.items()]
    if any(_UNFIT.search(cell) for row in made for cell in row):
        raise DataError("a character that no text may have", where=f"{where} {found.place}".strip(), hint=AGAIN)
    return made


def _items(
    parent: Mapping[str, Any], context: Context, where: str, place: str, depth: int
) -> Iterator[tuple[str, str, str]]:
    """Give the answers of a response with their places, groups and items below answers flattened."""
    if depth > DEEPEST:
        raise DataError("items are nested too deeply", where=where, hint=AGAIN)
    for number, item in enumerate(_list(parent, "item", f"{where} {place}")):
        here = f"{place}.item[{number}]".lstrip(".")
        link = _text(item, "linkId", f"{where} {here}")
        answers = _list(item, "answer", f"{where} {here}")
        if answers and not link:
            raise DataError("an answer to an item without a linkId", where=f"{where} {here}", hint=AGAIN)
        for each in answers:
            text = _answer(each, context, f"{where} {here}")
            if text:
                yield here, link, text
            yield from _items(each, context, where, f"{here}.answer", depth + 1)
        yield from _items(item, context, where, here, depth + 1)


def _answer(answer: Mapping[str, Any], context: Context, where: str) -> str:
    """Give the text of one answer: a number as it is written, a choice by the weight the file gives it, or by its code."""
    given = [name for name in answer if name.startswith("value")]
    marks = dict(_extensions(answer))
    if WAY_OUT in marks:
        return _extended(marks[WAY_OUT])
    if not given:
        nested = [each for name, each in answer.items() if name.startswith("_value") and isinstance(each, dict)]
        context.absent += any(ABSENT in dict(_extensions(each)) for each in (answer, *nested))
        return ""
    if len(given) > 1:
        raise DataError("an answer of two types", where=where, hint=AGAIN)
    (name,) = given
    value = answer[name]
    if name in NUMBERS and isinstance(value, Number):
        return str(value)
    if name in TEXTS and isinstance(value, str) and not isinstance(value, Number):
        return f"'{value}" if _QUOTED.match(value) else value
    if name == "valueBoolean" and isinstance(value, bool):
        return "true" if value else "false"
    if name == "valueCoding" and isinstance(value, dict):
        return _coding(value, where)
    if name == "valueQuantity" and isinstance(value, dict) and isinstance(value.get("value"), Number):
        unit = value.get("code") or value.get("unit") or ""
        return str(value["value"]) if unit in PLAIN else f"{value['value']} {unit}"
    if name in NO_ANSWER:
        context.unread += 1
        return ""
    raise DataError("an answer that is not what its type says", where=where, hint=AGAIN)


def _coding(coding: Mapping[str, Any], where: str) -> str:
    system = coding.get("system")
    code = _text(coding, "code", where)
    own = isinstance(system, str) and system.startswith(ANSWERS)
    weights = [each.get("valueDecimal") for url, each in _extensions(coding) if url in {ORDINAL, WEIGHT}]
    if weights and not (own and code):
        if len(set(weights)) > 1 or not isinstance(weights[0], Number):
            raise DataError("the weight of an answer is no number, or there are two", where=where, hint=AGAIN)
        return str(weights[0])
    if not code:  # what was chosen is not said in a way that stays the same
        raise DataError("a choice without a code", where=where, hint="export codes, not only what they are called")
    return code


def _client(found: Found, context: Context, where: str) -> str:
    """Give what a response calls its subject: the last part of the reference, or an identifier."""
    subject = found.resource.get("subject")
    if not isinstance(subject, dict):
        return ""
    reference = _VERSION.sub("", _text(subject, "reference", where))
    known = _client_of(reference, found, context)
    if context.system:
        listed = [subject.get("identifier"), *_identifiers(known)]
        values = {
            _text(each, "value", where)
            for each in listed
            if isinstance(each, dict) and each.get("system") == context.system
        }
        return next(iter(values)) if len(values) == 1 else ""
    own = [each for each in _identifiers(known) if each.get("system") == CLIENT]
    if own:
        return _text(own[0], "value", where)
    if reference.startswith(("urn:", "#")) and len(named := _identifiers(known)) == 1:
        return context.identified(named[0], where)
    if reference.startswith("#"):  # what is in a response has an id in it alone: everybody's may be `patient`
        return ""
    if reference.startswith("urn:"):
        return _text(known, "id", where) or reference.rpartition(":")[2]
    if reference:
        return context.numbered(reference, found.url, where)
    identifier = subject.get("identifier")
    return context.identified(identifier, where) if isinstance(identifier, dict) else ""


def _client_of(reference: str, found: Found, context: Context) -> Mapping[str, Any]:
    if reference.startswith("#"):
        contained = _list(found.resource, "contained", context.file)
        return next((each for each in contained if each.get("id") == reference[1:]), {})
    return context.client(reference, found.url)


def _server(url: str) -> str:
    """Give the server of an address such as https://ehr.example/fhir/Patient/1; nothing of one that names none."""
    return url.rsplit("/", 2)[0] if url.startswith(("http://", "https://")) else ""


def _identifiers(known: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = known.get("identifier")
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _questionnaire(resource: Mapping[str, Any], where: str) -> str:
    canonical = _text(resource, "questionnaire", where)
    own = canonical.removeprefix(QUESTIONNAIRE)
    return own.partition("|")[0] if own != canonical else canonical


def _kind(reference: object) -> str:
    """Give the type of what is referred to: Patient, Practitioner."""
    if not isinstance(reference, dict):
        return ""
    named = reference.get("type")
    path = reference.get("reference")
    parts = _VERSION.sub("", path).split("/") if isinstance(path, str) else []
    return named if isinstance(named, str) else parts[-2] if len(parts) > 1 else ""


def _text(holder: Mapping[str, Any], name: str, where: str) -> str:
    value = holder.get(name, "")
    if not isinstance(value, str) or isinstance(value, Number):
        raise DataError(f"{name} is no text", where=where, hint=AGAIN)
    return value


def _list(holder: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    value = holder.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise DataError(f"{name} is no list of objects", where=where.strip(), hint=AGAIN)
    return value


def _extensions(holder: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    listed = holder.get("extension")
    found = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return [(str(each.get("url", "")), each) for each in found]


def _extended(extension: Mapping[str, Any] | None) -> str:
    """Give the value of an extension of ours."""
    values = [each for name, each in (extension or {}).items() if name.startswith("value")]
    return str(values[0]) if len(values) == 1 and isinstance(values[0], str) else ""
