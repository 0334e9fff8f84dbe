"""The CSV of Google Forms: when it was handed in, perhaps by whom, and the texts of the questions as names of columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from .shared import Form, FormReader

TIMES: Final = (  # the first column, in the language of the form's owner
    "Timestamp", "Zeitstempel", "Horodateur", "Marca temporal", "Informazioni cronologiche", "Tijdstempel",
    "Carimbo de data/hora",
)  # fmt: skip
PERSONAL: Final = {
    "email address", "username", "e-mail-adresse", "nutzername", "adresse e-mail", "nom d'utilisateur", "nombre de usuario",
    "dirección de correo electrónico", "indirizzo email", "nome utente", "e-mailadres", "gebruikersnaam",
    "endereço de e-mail", "nome de usuário",
}  # fmt: skip
POINTS: Final = {"score", "total score", "punkte", "punktzahl"}
_WRITTEN: Final = re.compile(
    r"(\d{4}/\d{1,2}/\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4}),? \d{1,2}[:.]\d{2}[:.]\d{2}( ?[AaPp]\.?[Mm]\.?)?( [A-Z]{2,4}([+-]\d{1,2}(:\d{2})?)?)?"
)
_OF_A_QUIZ: Final = re.compile(r".*\[(Score|Feedback)\]")


class GoogleForm(Form):
    """What the columns of a Google Forms export settle."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(columns)
        quiz = (each for each in columns if each.strip().casefold() in POINTS or _OF_A_QUIZ.fullmatch(each))
        self.meant = {**dict.fromkeys(quiz, ""), columns[0]: "date"}
        self.personal = tuple(each for each in columns if each.strip().casefold() in PERSONAL)


class GoogleFormsReader(FormReader, frozen=True):
    """CSV from Google Forms or the sheet behind it; the columns are named by the texts of the questions."""

    kind: ClassVar[str] = "google-forms"
    suffixes: ClassVar[tuple[str, ...]] = (".csv",)
    sample: ClassVar[bytes] = (
        b"Timestamp,Email Address,Your code,How was the week? [Sleep],How was the week? [Work]\r\n"
        b'"2026/01/05 10:04:09 AM GMT+1",a@example.org,k01,Good,Bad\r\n'
        b'"2026/01/06 3:11:00 PM GMT+1",b@example.org,k02,Bad,Good\r\n'
    )

    def is_ours(self, columns: Sequence[str], first: Sequence[str]) -> bool:
        """The first column is the time as Google writes it; a `Timestamp` of any other make may be anybody's."""
        named = bool(columns) and columns[0].strip() in TIMES
        return named and (not first or bool(_WRITTEN.fullmatch(first[0].strip())))

    def form(self, columns: Sequence[str], first: Sequence[Sequence[str]]) -> Form:
        """Give what the columns settle."""
        return GoogleForm(columns)
