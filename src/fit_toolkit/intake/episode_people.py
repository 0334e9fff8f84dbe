"""The people that files of episodes name: clients who are new or known, what is said about them, and members of staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from fit_toolkit.intake.episode_files import Listed
from fit_toolkit.intake.people import CAPITALS, ERASED
from fit_toolkit.intake.persons import SEXES
from fit_toolkit.intake.values import EARLIEST, whole
from fit_toolkit.model.people import CODE_RULE, Staff, is_code
from fit_toolkit.store import people, tombstones
from fit_toolkit.store.schema import STAFF_ROLES
from fit_toolkit.store.taking_over import Hired

if TYPE_CHECKING:
    from sqlalchemy import Connection

BANDS: Final = "years of birth are five years together and were left out"


@dataclass(frozen=True)
class About:
    """Year of birth and sex of a client, where they are said."""

    born: int | None = None
    sex: str | None = None

    def fits(self, other: About) -> str:
        """Name what the other one says otherwise."""
        if None not in {self.born, other.born} and self.born != other.born:
            return "born"
        return "sex" if None not in {self.sex, other.sex} and self.sex != other.sex else ""

    def filled(self, other: About) -> About:
        """Take from the other one what is not said here."""
        return About(other.born if self.born is None else self.born, other.sex if self.sex is None else self.sex)


@dataclass
class People:
    """Who is known here, and who and what is new."""

    known: dict[str, About]
    staff: dict[str, Staff]
    erased: set[str]
    today: date
    add_staff: bool
    spelt: dict[str, str]  # the code of a client without capitals, and with them
    staff_spelt: dict[str, str]
    told: dict[str, About] = field(default_factory=dict)
    clients: dict[str, None] = field(default_factory=dict)
    hired: dict[str, Hired] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)  # of these only what they were assigned to is known
    banded: int = 0

    @classmethod
    def of(cls, c: Connection, files: Sequence[Listed], today: date, *, add_staff: bool) -> People:
        """Look up everybody whom the files name."""
        codes = {each.text(row, "client") for each in files for row in range(len(each.table))} - {""}
        there = {each.code for each in people.list_clients(c)}
        staff = {each.code: each for each in people.list_staff(c)}
        return cls(
            known={code: About(*said) for code, said in people.about(c, codes).items()},
            staff=staff,
            erased=tombstones.erased_among(c, codes - there),
            today=today,
            add_staff=add_staff,
            spelt={code.casefold(): code for code in there},
            staff_spelt={code.casefold(): code for code in staff},
        )

    def client(self, file: Listed, row: int) -> bool:
        """Check the client of a row, and what it says about them; say whether any of it is news."""
        code = file.text(row, "client")
        unfit = "the client is missing" if not code else "" if code in self.known else self._unfit(code)
        if unfit:
            file.wrong(row, "client", unfit)
            return False
        if code not in self.known:
            self.clients.setdefault(code)
            self.spelt.setdefault(code.casefold(), code)
        said = About(self._born(file, row), _sex(file, row))
        known = self.known.get(code, About()).filled(self.told.get(code, About()))
        if other := known.fits(said):
            what = "sex" if other == "sex" else "year of birth"
            file.wrong(row, other, f"the client is known with another {what}: is the code right?")
        self.told[code] = self.told.get(code, About()).filled(said)
        before = self.known.get(code)
        return before is None or before.filled(said) != before

    def _unfit(self, code: str) -> str:
        """Say why nobody new can have this code."""
        if code in self.erased:
            return ERASED
        if not is_code(code):
            return CODE_RULE
        return f"a new client, but {CAPITALS}" if self.spelt.get(code.casefold(), code) != code else ""

    def _born(self, file: Listed, row: int) -> int | None:
        text = file.text(row, "born")
        first, _, last = text.partition("-")
        if whole(first) and whole(last):
            self.banded += 1
            return None
        year = whole(text) if len(text) == 4 else None
        if text and (year is None or not EARLIEST.year <= year <= self.today.year):
            file.wrong(row, "born", "not a year of birth such as 1984")
            return None
        return year

    def assigned(self, file: Listed, row: int, role: str, since: date) -> None:
        """Check who is assigned by a row; who is not there is added from that day on, where that was asked for."""
        code = file.text(row, "therapist")
        known = self.staff.get(code) or (self.hired.get(code) if code not in self.guessed else None)
        if known is not None:
            if known.ends_on is not None and known.ends_on < since:
                file.wrong(row, "therapist", f"this member of staff left on {known.ends_on}")
        elif self.staff_spelt.setdefault(code.casefold(), code) != code:
            file.wrong(row, "therapist", f"no member of staff has this code; {CAPITALS}")
        elif not self.add_staff:
            file.wrong(row, "therapist", "no member of staff has this code (fit staff add, or --add-staff)")
        elif not is_code(code):
            file.wrong(row, "therapist", CODE_RULE)
        else:
            before = self.hired.get(code, Hired(role, since))
            both = "supervisor" if {before.role, role} == {"supervisor"} else "therapist"
            self.hired[code] = Hired(both, min(before.starts_on, since))
            self.guessed.add(code)

    def hire(self, file: Listed) -> None:
        """Add the staff that a file lists; who is here already stays as they are here."""
        codes = {file.text(row, "code") for row in range(len(file.table))} | self.staff.keys()
        for row in range(len(file.table)):
            code, role, boss = (file.text(row, name) for name in ("code", "role", "supervisor"))
            starts, ends = file.day(row, "starts", needed=True), file.day(row, "ends")
            file.fate[row] = "unchanged" if code in self.staff else "accepted"
            if code in self.staff:
                continue
            if not is_code(code):
                file.wrong(row, "code", CODE_RULE)
            elif code in self.hired or self.staff_spelt.setdefault(code.casefold(), code) != code:
                file.wrong(row, "code", f"this member of staff is there already, or {CAPITALS}")
            if role not in STAFF_ROLES:
                file.wrong(row, "role", f"one of {', '.join(STAFF_ROLES)}")
            if starts and ends and ends < starts:
                file.wrong(row, "ends", "this day is before the first")
            if boss and boss not in codes:
                file.wrong(row, "supervisor", "no member of staff has this code")
            if starts:
                self.hired[code] = Hired(role, starts, ends, boss)

    @property
    def news(self) -> dict[str, tuple[int | None, str | None]]:
        """What is to be noted about clients."""
        return {code: (each.born, each.sex) for code, each in self.told.items() if each != About()}


def _sex(file: Listed, row: int) -> str | None:
    text = file.text(row, "sex")
    found = SEXES.get(text.casefold())
    if text and found is None:
        file.wrong(row, "sex", "one of female, male, other")
    return found
