"""The base of every alert policy."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from fit_toolkit.course.course import Course
from fit_toolkit.course.example import Example
from fit_toolkit.course.findings import Findings

Basis = Literal["unusual", "convention", "answer", "absence"]
Severity = Literal["safety", "attention", "notice"]


class AlertPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a practice wants to be told about; an instance is plain data, `find` is a pure function of a course.

    Class attributes: `kind` (the name used in fit.toml), `basis`, `severity` and `after` (defaults a practice may
    change), `clock` (True when the answer moves with the calendar), `item` (True when it watches flagged items),
    `left_out` (True when it watches whether these were answered: the course is 1 where one was left out, 0 where not),
    `chance` (share of ordinary ratings that fire by chance on one course; None when unknown). `fires_on` and `quiet_on`
    are made-up ratings of one client, as a tuple or an `Example`: it fires at the last of the one and nowhere in the
    other, and `fit plugins check` tries both.
    """

    kind: ClassVar[str] = ""
    basis: ClassVar[Basis] = "convention"
    severity: ClassVar[Severity] = "attention"
    after: ClassVar[int] = 1
    clock: ClassVar[bool] = False
    item: ClassVar[bool] = False
    left_out: ClassVar[bool] = False
    fires_on: ClassVar[Example | tuple[float, ...] | None] = None
    quiet_on: ClassVar[Example | tuple[float, ...] | None] = None

    @property
    def chance(self) -> float | None:
        """The share of ordinary ratings of one client that this policy flags by chance alone, where it is known."""
        return None

    @property
    def min_ratings(self) -> int:
        """From which rating on the policy can say anything."""
        return 1

    def find(self, course: Course) -> Findings:
        """Answer for every point of `course` (or every member), looking at nothing later than that point."""
        raise TypeError(f"{type(self).__name__} does not define find(course)")
