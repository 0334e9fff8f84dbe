"""Columns that tell who somebody is, known by their names in English and German."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 4  # words of a name; a longer one is the wording of a question

# Whatever stands beside such a word, the column is about a person.
_ALWAYS: Final = frozenset((
    "email", "emails", "mail", "mailaddress", "emailaddress", "surname", "forename", "firstname", "lastname",
    "familyname", "givenname", "fullname", "nickname", "phone", "telephone", "mobile", "cellphone", "phonenumber",
    "address", "street", "postcode", "zip", "zipcode", "birthday", "birthdate", "dob", "dateofbirth", "ip",
    "ipaddress", "nhsnumber", "ssn", "passport", "vorname", "nachname", "familienname", "rufname", "geburtsname",
    "telefon", "telefonnummer", "handy", "handynummer", "mobilnummer", "adresse", "anschrift", "strasse",
    "hausnummer", "plz", "postleitzahl", "wohnort", "geburtsdatum", "geburtstag", "versichertennummer",
    "krankenkasse",
))  # fmt: skip
# These alone, or beside a word for the person.
_BESIDE: Final = frozenset((
    "name", "names", "city", "town", "signature", "initials", "ort", "initialen", "unterschrift",
))  # fmt: skip
# Words for the person.
_PERSON: Final = frozenset((
    "client", "patient", "participant", "respondent", "person", "your", "my", "first", "last", "full", "middle",
    "given", "family", "maiden", "contact", "recipient", "user", "klient", "klientin", "klienten", "patienten", "patientin", "teilnehmer",
    "teilnehmerin", "ihr", "mein", "of", "the", "der", "des", "und", "and",
))  # fmt: skip
_PAIRS: Final = (
    ("e", "mail"),
    ("birth", "date"),
    ("date", "birth"),
    ("ip", "address"),
    ("zip", "code"),
    ("nhs", "number"),
)


def is_personal(column: str) -> bool:
    """Say whether a column of this name tells who somebody is."""
    parted = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFKC", column))
    words = [word for word in re.split(r"[\W_]+", parted.casefold()) if word]
    if not words or len(words) > LONGEST:
        return False
    joined = {*words, "".join(words)}
    if joined & _ALWAYS or any(first in words and second in words for first, second in _PAIRS):
        return True
    named = set(words) & _BESIDE
    return bool(named) and not set(words) - named - _PERSON


def personal_among(columns: Iterable[str], told: Iterable[str]) -> tuple[str, ...]:
    """Give the columns that a reader told of as personal, or whose names say it."""
    known = set(told)
    return tuple(column for column in columns if column.strip() and (column in known or is_personal(column)))
