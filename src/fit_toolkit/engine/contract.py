"""The contract of findings, checked on both sides of a child process and for what runs in this one.

The right length and types; nothing fires where it is not known; the reason names only evidence that is there.
"""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.course import Course, Findings
from fit_toolkit.course.members import MEMBER_COLUMNS
from fit_toolkit.errors import ContractError

MOST_EVIDENCE = 32
LONGEST_REASON = 500
POINT_ARRAYS = ("tick", "day", "session", "root", "prorated", "mark", "offsets", "member")


def frozen(course: Course) -> Course:
    """Give a course of its own to one plugin, over the same arrays made read-only.

    The operators of a course are remembered in it; a fresh one keeps what a plugin does to them from the next plugin.
    """
    partners = {rating: frozen(partner) for rating, partner in course.partners.items()}
    for name in POINT_ARRAYS:
        getattr(course, name).setflags(write=False)
    for name in MEMBER_COLUMNS:
        getattr(course.members, name).setflags(write=False)
    return replace(course, partners=partners)


def checked(given: object, asked: Course, course: Course) -> Findings:
    """Check what `find(asked)` gave and return it as findings about `course`; raise ContractError otherwise."""
    if not isinstance(given, Findings):
        raise ContractError(f"find gave {_kind(given)} where Findings are due")
    about_members = _about_members(given, asked)
    length = len(asked.members) if about_members else len(asked)
    _mask("fires", given.fires, length)
    _mask("known", _known(given, length), length)
    for name in ("until", "renew"):
        if getattr(given, name) is not None:
            _mask(name, getattr(given, name), length)
    for name in ("back_to", "since", "again"):
        column = getattr(given, name)
        if column is not None:
            _numbers(name, column, length)
        elif about_members and name != "back_to":
            raise ContractError(f"findings about members need {name!r}")
    evidence = _evidence(given.evidence, length)
    _firing(given, evidence)
    reason(given.reason, evidence)
    return replace(given, course=None if about_members else course, members=course.members if about_members else None)


def _about_members(given: Findings, asked: Course) -> bool:
    """Refuse what is not about `asked`; say whether it is about its members."""
    if given.course is None and given.members is not asked.members:
        raise ContractError("the findings are about other members than those asked about")
    if given.course is not None and given.course is not asked:
        raise ContractError("the findings are about another course than the one asked about")
    return given.course is None


def _known(given: Findings, length: int) -> NDArray[np.bool_]:
    """What is known is worked out from columns of the plugin's own making; those have to be columns first."""
    if given.said_known is None:
        for column in given.judged:
            _numbers("known", column, length)
    return given.known


def reason(text: Any, evidence: dict[str, NDArray[np.float64]]) -> None:
    """Check that a reason is a template over the evidence: plain names, number formats, nothing else."""
    if not isinstance(text, str) or not text or len(text) > LONGEST_REASON or not text.isprintable():
        raise ContractError("the reason is not one line of text")
    try:
        fields = [(name, form, how) for _, name, form, how in string.Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ContractError("the reason is not a valid template") from error
    for name, form, how in fields:
        if name not in evidence:
            known = ", ".join(sorted(evidence))
            raise ContractError(f"the reason names evidence that is not there (there is: {known})")
        try:
            format(1.0, form or "")
        except ValueError as error:
            raise ContractError(f"the reason has no usable format for {name!r}") from error
        if how:
            raise ContractError("the reason may not convert a value with '!'")


def _evidence(evidence: Any, length: int) -> dict[str, NDArray[np.float64]]:
    if not isinstance(evidence, dict):
        raise ContractError("the evidence is not a dict of columns")
    if len(evidence) > MOST_EVIDENCE:
        raise ContractError(f"there are more than {MOST_EVIDENCE} columns of evidence")
    for name, column in evidence.items():
        if not (isinstance(name, str) and name.isidentifier() and name.isascii() and len(name) <= 40):
            raise ContractError("a column of evidence has no usable name")
        _numbers(name, column, length)
    return evidence


def _firing(given: Findings, evidence: dict[str, NDArray[np.float64]]) -> None:
    fires = given.fires
    if (fires & ~given.known).any():
        raise ContractError("it fires at points that it calls unknown")
    for name, column in (*evidence.items(), *([("back_to", given.back_to)] if given.back_to is not None else [])):
        if np.isinf(column[fires]).any():
            raise ContractError(f"{name!r} is infinite where it fires")
    if given.since is not None and np.isnan(given.since[fires]).any():
        raise ContractError("'since' is unknown where it fires")


def _mask(name: str, column: Any, length: int) -> None:
    _column(name, column, length)
    if column.dtype != np.bool_:
        raise ContractError(f"{name!r} holds {column.dtype} where true and false are due")


def _numbers(name: str, column: Any, length: int) -> None:
    _column(name, column, length)
    if column.dtype != np.float64:
        raise ContractError(f"{name!r} holds {column.dtype} where numbers (float64) are due")


def _column(name: str, column: Any, length: int) -> None:
    if type(column) is not np.ndarray:  # a masked array or a matrix computes by rules of its own
        raise ContractError(f"{name!r} is {_kind(column)} where a column is due")
    if column.shape != (length,):
        raise ContractError(f"{name!r} has the shape {column.shape} where {length} values are due")


def _kind(value: object) -> str:
    name = type(value).__name__
    return name if name.isidentifier() and len(name) <= 40 else "something"


def scores(given: Any, index: Any) -> NDArray[np.float64]:
    """Check what `compute` gave: one number (or NaN) for each row of the frame, known by its index."""
    from pandas import Series

    if not isinstance(given, Series):
        raise ContractError(f"compute gave {_kind(given)} where a Series is due")
    if len(given) != len(index) or not given.index.is_unique or not given.index.isin(index).all():
        raise ContractError(f"compute gave {len(given)} scores where one for each of {len(index)} rows is due")
    if given.dtype.kind not in "fiu":
        raise ContractError("compute gave something other than numbers")
    values: NDArray[np.float64] = given.reindex(index).to_numpy(float, copy=True)
    if np.isinf(values).any():
        raise ContractError("compute gave a score that is infinite")
    return values
