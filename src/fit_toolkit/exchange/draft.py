"""What was read from a foreign file: its fields as they stand there, before anybody decided how they count."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from fit_toolkit.errors import DataError

Kind = Literal["number", "choice", "other"]


class Problem(Struct, frozen=True, order=True):
    """One thing that is wrong in a foreign file: where, and what to do about it."""

    place: str
    message: str

    def __str__(self) -> str:
        """Write place and message on one line."""
        return f"{self.place}: {self.message}"


class Choice(Struct, frozen=True):
    """One answer of a closed list, as the foreign file has it."""

    code: str
    text: str = ""
    value: float | None = None  # None: the file does not say what it counts


class Shape(Struct, frozen=True):
    """What a field asks for, or why it stays behind."""

    kind: Kind
    why_not: str = ""
    choices: tuple[Choice, ...] = ()
    span: tuple[float, float] | None = None
    step: float = 1.0


class Field(Struct, frozen=True):
    """One field of a foreign form: an item to be, or something that stays behind and why."""

    name: str
    place: str
    kind: Kind
    why_not: str = ""  # for `other`: why it is left out
    text: str = ""
    help: str = ""
    low: str = ""
    high: str = ""
    choices: tuple[Choice, ...] = ()
    span: tuple[float, float] | None = None
    step: float = 1.0
    group: str = ""
    calculation: str = ""  # shown, never executed
    condition: str = ""  # when it is asked: shown, mapped to nothing
    loinc: str = ""
    id: str = ""  # known only where the file was written by us
    label: str = ""
    aliases: tuple[str, ...] | None = None


class Form(Struct, frozen=True):
    """One form of a foreign file."""

    name: str
    source: str  # "REDCap data dictionary"
    file: str
    fields: tuple[Field, ...]
    title: str = ""
    language: str = ""
    version: str = ""
    holder: str = ""
    rights: str = ""
    notices: tuple[str, ...] = ()


def refuse(problems: list[Problem], what: str = "the file cannot be used") -> None:
    """Raise when there is anything wrong, with all of it."""
    if problems:
        first, more = problems[0], len(problems) - 1
        hint = f"{more} more; nothing was written" if more else "nothing was written"
        raise DataError(f"{what}: {first.message}", findings=problems, where=first.place, hint=hint)
