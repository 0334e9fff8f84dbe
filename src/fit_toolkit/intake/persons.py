"""What a file says about the client: age, year of birth and sex, for figures that hold for some people only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
from pandas import DataFrame, Series

from fit_toolkit.intake.context import Findings
from fit_toolkit.intake.expand import Laid, meant
from fit_toolkit.intake.mapping import PERSON_ROLES
from fit_toolkit.intake.moments import Moments
from fit_toolkit.intake.piece import group
from fit_toolkit.intake.values import whole
from fit_toolkit.store import people

if TYPE_CHECKING:
    from sqlalchemy import Connection

RECKONED: Final = "years of birth were reckoned from an age and may be a year off"
OLDEST: Final = 120
FAR: Final = 10  # years by which an age may be off the year of birth that is known: it may have been noted long ago
SEXES: Final = {
    **dict.fromkeys(("female", "f", "w", "woman", "weiblich", "frau"), "female"),
    **dict.fromkeys(("male", "m", "man", "männlich", "mann"), "male"),
    **dict.fromkeys(("other", "d", "x", "diverse", "divers", "non-binary", "nonbinary"), "other"),
}


@dataclass
class _Person:
    """What is said of one client, and in which line first."""

    known: tuple[int | None, str | None]
    sex: tuple[str, int] | None = None
    born: tuple[int, int] | None = None
    age: tuple[int, date] | None = None


@dataclass(frozen=True)
class _Row:
    """Where something is said: the line of the file, the day of the rating, and how days are written."""

    line: int
    day: date | None
    dates: Moments


def read_persons(c: Connection, laid: Laid, forms: DataFrame, found: Findings) -> DataFrame:
    """Add what is to be noted about the client of each form: `born_year` and `sex`, None where nothing is said.

    Whatever does not fit what else is known of the client is reported: mostly it is another person's row.
    """
    roles = [role for role in PERSON_ROLES if role in laid.layout.roles]
    if not roles:
        return forms
    persons = _gathered(c, laid, roles, found)
    reckoned = [each for each in persons.values() if each.age and not each.born and each.known[0] is None]
    if reckoned:
        found.told[RECKONED] += len(reckoned)
    told = {client: _settled(person) for client, person in persons.items()}
    about = [told.get(client, (None, None)) for client in forms["client"]]
    years = Series([born for born, _ in about], index=forms.index, dtype=object)
    return forms.assign(born_year=years, sex=Series([sex for _, sex in about], index=forms.index, dtype=object))


def _gathered(c: Connection, laid: Laid, roles: Sequence[str], found: Findings) -> dict[str, _Person]:
    """Read what every row says about its client, each time the same is said only once."""
    piece, layout = laid.piece, laid.layout
    read = [name for name in ("client", "date", *roles) if name in layout.roles]
    columns = {name: meant(piece.columns[layout.roles[name]].strip(), layout.target(name)) for name in read}
    _, first = np.unique(group(list(columns.values())), return_index=True)
    known = people.about(c, columns["client"].texts)
    persons: dict[str, _Person] = {}
    for at in np.sort(first).tolist():
        said = {name: column.texts[column.codes[at]] for name, column in columns.items()}
        when = layout.dates.read(said.get("date", ""))
        row = _Row(int(piece.lines[at]), None if isinstance(when, str) else when.day, layout.dates)
        person = persons.setdefault(said["client"], _Person(known.get(said["client"], (None, None))))
        for role in roles:
            if said[role] and (wrong := _READ[role](person, said[role], row)):
                found.problems.append(laid.problem(int(piece.rows[at]), role, wrong))
    return persons


def _sex(person: _Person, text: str, row: _Row) -> str:
    sex = SEXES.get(text.casefold())
    if sex is None:
        return "one of female, male, other; other words stand in the map under `words`"
    if person.known[1] not in {None, sex}:
        return "the client is known with another sex: is the code right?"
    if person.sex is not None and person.sex[0] != sex:
        return f"another sex than in line {person.sex[1]}: is the code right?"
    person.sex = person.sex or (sex, row.line)
    return ""


def _birth_year(person: _Person, text: str, row: _Row) -> str:
    born = whole(text) if len(text) == 4 else None
    if born is None:
        read = row.dates.read(text)
        if isinstance(read, str):
            return "not a year of birth such as 1984"
        born = read.day.year
    if not 1900 <= born <= (row.day or date.max).year:
        return "this cannot be the year of birth"
    if person.known[0] is not None and abs(person.known[0] - born) > 1:  # one that was reckoned may be a year off
        return "the client is known with another year of birth: is the code right?"
    if person.born is not None and person.born[0] != born:
        return f"another year of birth than in line {person.born[1]}: is the code right?"
    person.born = person.born or (born, row.line)
    return ""


def _age(person: _Person, text: str, row: _Row) -> str:
    age = whole(text)
    if age is None or age > OLDEST:
        return "not an age in whole years"
    if row.day is None:
        return ""
    if person.known[0] is not None and abs(row.day.year - age - person.known[0]) > FAR:
        return "this age is far off the client's year of birth: is the code right?"
    if person.age is not None and not _fits(person.age, (age, row.day)):
        return "this age does not fit another one of the client: is the code right?"
    person.age = min((person.age or (age, row.day), (age, row.day)), key=lambda each: each[1])
    return ""


def _fits(one: tuple[int, date], other: tuple[int, date]) -> bool:
    """Say whether two ages can be of one person; a later one may have been noted at the earlier day, too."""
    (age, day), (later, then) = sorted((one, other), key=lambda each: each[1])
    return age <= later <= age + (then.year - day.year) + 1


_READ: Final = {"age": _age, "birth_year": _birth_year, "sex": _sex}


def _settled(person: _Person) -> tuple[int | None, str | None]:
    born = person.born[0] if person.born else None
    if born is None and person.age is not None:
        age, day = person.age
        born = day.year - age - (0 if day.month > 6 else 1)  # in the first half of a year most birthdays are to come
    return born, person.sex[0] if person.sex else None
