"""Columns that tell who somebody is, known by their names in English and German, and the commonest in a few other languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 4  # words of a name, but for those that only ask for it; a longer one is the wording of a question

# Whatever stands beside such a word, the column is about a person.
_ALWAYS: Final = frozenset((
    "email", "emails", "mail", "mailaddress", "emailaddress", "surname", "forename", "firstname", "lastname",
    "familyname", "givenname", "fullname", "nickname", "phone", "telephone", "mobile", "cellphone", "phonenumber",
    "address", "street", "postcode", "zip", "zipcode", "birthday", "birthdate", "birthplace", "dob", "dateofbirth", "ip",
    "ipaddress", "nhsnumber", "nhsno", "ssn", "passport", "fname", "lname", "username", "whatsapp", "skype", "tel", "mob",
    "clientname", "patientname", "participantname", "respondentname", "personname",
    "vorname", "nachname", "familienname", "rufname", "geburtsname", "patientenname", "klientenname", "teilnehmername",
    "telefon", "telefonnummer", "handy", "handynummer", "handynr", "mobilnummer", "adresse", "anschrift", "strasse", "straße",
    "hausnummer", "plz", "postleitzahl", "wohnort", "geburtsdatum", "geburtstag", "geburtsort", "gebdat", "gebdatum",
    "versichertennummer", "versichertennr", "sozialversicherungsnummer", "krankenkasse", "kvnr", "svnr", "ahv", "ahvnummer", "ahvnr",
    "prénom", "prenom", "courriel", "téléphone", "naissance", "apellido", "apellidos", "correo", "teléfono", "telefono",
    "nacimiento", "cognome", "indirizzo", "nascita", "voornaam", "achternaam", "geboortedatum", "telefoonnummer",
))  # fmt: skip
# These alone, or beside a word for the person or one that asks.
_BESIDE: Final = frozenset((
    "name", "names", "city", "town", "signature", "initials", "ort", "initialen", "unterschrift", "nom", "nombre", "nome",
    "naam",
))  # fmt: skip
# Words for the person.
_PERSON: Final = frozenset((
    "client", "clients", "patient", "patients", "participant", "participants", "respondent", "person", "first", "last",
    "full", "middle", "given", "family", "maiden", "contact", "recipient", "user", "pat", "klient", "klientin", "klienten",
    "patienten", "patientin", "teilnehmer", "teilnehmerin",
))  # fmt: skip
# Words of a question for it.
_ASKING: Final = frozenset((
    "what", "whats", "is", "please", "enter", "write", "type", "give", "us", "optional", "your", "my", "s", "of", "the", "and", "or",
    "wie", "lautet", "ist", "bitte", "geben", "sie", "gib", "dein", "deine", "ihr", "ihre", "ihren", "mein", "meine", "ein", "an", "der",
    "des", "die", "und", "oder",
))  # fmt: skip
_PAIRS: Final = (
    ("e", "mail"),
    ("birth", "date"),
    ("date", "birth"),
    ("birth", "dt"),
    ("birth", "day"),
    ("geb", "datum"),
    ("geb", "dat"),
    ("geboren", "am"),
    ("ip", "address"),
    ("zip", "code"),
    ("nhs", "number"),
    ("nhs", "no"),
    ("insurance", "number"),
    ("insurance", "no"),
    ("next", "kin"),
    ("emergency", "contact"),
)


def is_personal(column: str) -> bool:
    """Say whether a column of this name tells who somebody is."""
    parted = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", unicodedata.normalize("NFKC", column))
    plain = re.sub(r"(?<=[^\W\d_]{4})[0-9]+(?![^\W_])", " ", parted.casefold())  # email2; but ip1 may be an item
    every = [word for word in re.split(r"[\W_]+", plain) if word and not word.isdecimal()]
    words = [word for word in every if word not in _ASKING]
    if not words or len(words) > LONGEST:
        return False
    joined = {*words, "".join(words), "".join(every)}
    if joined & _ALWAYS or any(first in words and second in words for first, second in _PAIRS):
        return True
    named = set(words) & _BESIDE
    return bool(named) and not set(words) - named - _PERSON


def personal_among(columns: Iterable[str], told: Iterable[str]) -> tuple[str, ...]:
    """Give the columns that a reader told of as personal, or whose names say it."""
    known = set(told)
    return tuple(column for column in columns if column.strip() and (column in known or is_personal(column)))
