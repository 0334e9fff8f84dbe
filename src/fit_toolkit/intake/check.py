"""A file held against instruments, people and what is known already: every row accepted, unchanged or rejected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas import DataFrame, Series

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.answers import Read, canonical, read_answers
from fit_toolkit.intake.context import Findings, read_context
from fit_toolkit.intake.expand import Bools, Laid
from fit_toolkit.intake.given import read_given
from fit_toolkit.intake.people import resolve
from fit_toolkit.intake.persons import read_persons
from fit_toolkit.intake.piece import Ints
from fit_toolkit.intake.records import Ask, Problem
from fit_toolkit.store import ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULE_LACKED = "the scoring rule '"  # how the reason of a score begins whose rule failed or was not there
KEY = ["client", "member_id", "new", "instrument", "rater", "rater_staff_id", "session_on", "occasion"]


@dataclass(frozen=True)
class Checked:
    """All forms with what is to become of them (`fate`: new, corrected, unchanged or rejected), and all problems.

    The counts are of rows of the file; `blank` rows are unchanged ones without any answer.
    """

    laid: Laid
    forms: DataFrame
    read: Read
    problems: tuple[Problem, ...]
    accepted: int
    rejected: int
    blank: int
    told: Counter[str] = field(default_factory=Counter)


def check(c: Connection, laid: Laid, ask: Ask, catalog: Catalog, *, comma: bool) -> Checked:
    """Check every row and cell; nothing is written and nothing stops at the first problem.

    Every check looks at the forms of one client and at the store, so that a file may be checked client by client.
    """
    found = Findings(laid, list(laid.stray))
    forms = read_context(laid, ask, catalog, found)
    alliance = {
        id
        for id in forms.loc[forms["known"].astype(bool), "instrument"].unique()
        if catalog.get(id).construct == "alliance"
    }
    forms = read_persons(c, laid, resolve(c, forms, ask, found, alliance), found)
    forms = read_given(laid, forms, found)
    read = read_answers(laid, forms, catalog, comma=comma)
    found.problems.extend(read.problems)
    forms["canon"] = read.canon.reindex(forms.index)
    wrong, _ = _reached(laid, found.problems)
    forms["sound"] = ~wrong[forms.index] & forms["canon"].notna()
    forms["double"] = _doubles(forms, found)
    forms["replaces"] = _known(c, forms, ask, catalog, found)
    return _fates(laid, forms, read, found)


def _reached(laid: Laid, problems: list[Problem]) -> tuple[Bools, Bools]:
    """Mark every form that a bad row belongs to, every row of those forms, and so on; by form, and by place of row."""
    form, row = laid.links[0], np.searchsorted(laid.piece.rows, laid.links[1])
    bad = np.zeros(len(laid.piece), dtype=np.bool_)
    bad[np.searchsorted(laid.piece.rows, [problem.row for problem in problems])] = True
    forms = np.zeros(int(form.max()) + 1 if len(form) else 0, dtype=np.bool_)
    count = -1
    while bad.any() and count != (count := int(bad.sum())):
        forms[form[bad[row]]] = True
        bad[row[forms[form]]] = True
    return forms, bad


def _doubles(forms: DataFrame, found: Findings) -> Series[bool]:
    """Mark a form that repeats another of the same file; two that differ are both reported."""
    sound = forms[forms["sound"]].sort_values("seq", kind="stable")
    repeated = sound.index[sound.duplicated(KEY)] if len(sound) else sound.index
    if len(repeated):
        groups = sound.groupby(KEY, dropna=False, sort=False)
        first = groups["row"].transform("min")
        other = groups["row"].transform("max").where(sound["row"] == first, first)
        differing = sound[groups["canon"].transform("nunique") > 1]
        lines = Series([found.laid.piece.line(int(row)) for row in other.loc[differing.index]], index=differing.index)
        text = "the same form with other answers is in line " + lines.astype(str)
        found.add(differing, "client", text)
    return Series(forms.index.isin(repeated), index=forms.index)


def _known(c: Connection, forms: DataFrame, ask: Ask, catalog: Catalog, found: Findings) -> Series[Any]:
    """Compare with the store: 0 for a new form, the id of what it would correct, less than 0 (minus its id) if there.

    With `--correct` the same answers count as a correction where they would be scored otherwise today.
    """
    result = Series(0, index=forms.index, dtype="int64")
    there = forms[forms["sound"] & (forms["member_id"] > 0)]
    stored = ratings.valid_keys(c, [int(member) for member in there["member_id"].unique()])
    if not stored:
        return result
    names = [name for name in KEY if name not in {"client", "new"}]
    keys = zip(*(there[name].tolist() for name in names), strict=True)
    met = {form: stored[key] for form, key in zip(there.index, keys, strict=True) if key in stored}
    known = ratings.answers_of(c, met.values())
    again = _scored_otherwise(c, known, catalog) if ask.correct else set()
    canon = there["canon"]
    other: dict[Any, str] = {}
    for form, id in met.items():
        answers = known[id]
        same = canonical(answers.numbers, answers.words) == canon[form] and id not in again
        result.loc[form] = -id if same else id
        if not same and not ask.correct:
            other[form] = (
                f"other answers for this form of {answers.session_on} are stored (administration {id});"
                " to replace them: --correct --reason"
            )
    if other:
        found.add(forms.loc[list(other)], "client", Series(other))
    return result


def _scored_otherwise(c: Connection, known: dict[int, ratings.StoredAnswers], catalog: Catalog) -> set[int]:
    """Give the forms whose definition was changed since, or a scoring rule failed or was not there when they came in."""
    older = {id for id, answers in known.items() if answers.definition_hash != catalog.hash(answers.instrument)}
    return older | ratings.with_reason(c, known, RULE_LACKED)


def _fates(laid: Laid, forms: DataFrame, read: Read, found: Findings) -> Checked:
    wrong, bad = _reached(laid, found.problems)
    settled = forms["double"] | (forms["replaces"] < 0)
    fate = np.where(settled, "unchanged", np.where(forms["replaces"] > 0, "corrected", "new"))
    forms["fate"] = np.where(wrong[forms.index], "rejected", fate)
    active = np.zeros(len(wrong), dtype=np.bool_)
    active[forms.index[forms["fate"].isin(["new", "corrected"])]] = True
    rows = np.searchsorted(laid.piece.rows, laid.links[1])
    accepted = np.zeros(len(laid.piece), dtype=np.bool_)
    accepted[rows[active[laid.links[0]]]] = True
    linked = np.zeros(len(laid.piece), dtype=np.bool_)
    linked[rows] = True
    problems = [*found.problems, *_companions(laid, laid.piece.rows[bad], found.problems)]
    return Checked(
        laid,
        forms,
        read,
        tuple(sorted(set(problems))),
        accepted=int((accepted & ~bad).sum()),
        rejected=int(bad.sum()),
        blank=int((~linked & ~bad).sum()),
        told=found.told,
    )


def _companions(laid: Laid, bad: Ints, problems: list[Problem]) -> list[Problem]:
    """Say of rows without a problem of their own that another row of the same form has one."""
    text = "another row of the same form was rejected"
    said = {problem.row for problem in problems}
    return [laid.problem(row, "", text) for row in map(int, bad) if row not in said]
