"""A file held against instruments, people and what is known already: every row accepted, unchanged or rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pandas import DataFrame, Series

from fit_toolkit.catalog import Catalog
from fit_toolkit.intake.answers import Read, canonical_stored, read_answers
from fit_toolkit.intake.context import Findings, read_context
from fit_toolkit.intake.expand import Laid
from fit_toolkit.intake.people import resolve
from fit_toolkit.intake.records import Ask, Problem
from fit_toolkit.model.records import Administration, AdministrationKey
from fit_toolkit.store import ratings

if TYPE_CHECKING:
    from sqlalchemy import Connection

RULE_LACKED = "the scoring rule '"  # how the reason of a score begins whose rule failed or was not there
KEY = ["client", "member_id", "new", "instrument", "rater", "rater_staff_id", "session_on", "occasion"]


@dataclass(frozen=True)
class Checked:
    """All forms with what is to become of them (`fate`: new, corrected, unchanged or rejected), and all problems.

    `row_fate` has one entry per row of the file: accepted, unchanged or rejected.
    """

    laid: Laid
    forms: DataFrame
    read: Read
    row_fate: Series[str]
    problems: tuple[Problem, ...]
    blank_rows: int

    def count(self, fate: str) -> int:
        """How many rows of the file met a fate."""
        return int((self.row_fate == fate).sum())


def check(c: Connection, laid: Laid, ask: Ask, catalog: Catalog, *, comma: bool) -> Checked:
    """Check every row and cell; nothing is written and nothing stops at the first problem."""
    found = Findings(laid, list(laid.stray))
    forms = read_context(laid, ask, catalog, found)
    alliance = {
        id
        for id in forms.loc[forms["known"].astype(bool), "instrument"].unique()
        if catalog.get(id).construct == "alliance"
    }
    forms = resolve(c, forms, ask, found, alliance)
    read = read_answers(laid, forms, catalog, comma=comma)
    found.problems.extend(read.problems)
    forms["canon"] = read.canon.reindex(forms.index)
    bad_rows = {problem.row for problem in found.problems}
    forms["sound"] = ~forms.index.isin(_reached(laid.links, bad_rows)) & forms["canon"].notna()
    forms["double"] = _doubles(forms, found)
    forms["replaces"] = _known(c, forms, ask, catalog, found)
    return _fates(laid, forms, read, found)


def _reached(links: DataFrame, bad_rows: set[int]) -> set[int]:
    """Find every form that a bad row belongs to, every row of those forms, and so on."""
    forms: set[int] = set()
    rows = set(bad_rows)
    while True:
        more = set(links.loc[links["row"].isin(rows), "form"]) - forms
        if not more:
            return forms
        forms |= more
        rows |= set(links.loc[links["form"].isin(more), "row"])


def _doubles(forms: DataFrame, found: Findings) -> Series[bool]:
    """Mark a form that repeats another of the same file; two that differ are both reported."""
    sound = forms[forms["sound"]].sort_values("row", kind="stable")
    groups = sound.groupby(KEY, dropna=False, sort=False)
    repeated = sound.index[groups.cumcount() > 0]
    if len(repeated):
        first = groups["row"].transform("min")
        other = groups["row"].transform("max").where(sound["row"] == first, first)
        differing = sound[groups["canon"].transform("nunique") > 1]
        lines = Series([found.laid.table.lines[int(row)] for row in other.loc[differing.index]], index=differing.index)
        text = "the same form with other answers is in line " + lines.astype(str)
        found.add(differing, "client", text)
    return Series(forms.index.isin(repeated), index=forms.index)


def _known(c: Connection, forms: DataFrame, ask: Ask, catalog: Catalog, found: Findings) -> Series[Any]:
    """Compare with the store: 0 for a new form, the id of what it would correct, less than 0 (minus its id) if there.

    With `--correct` the same answers count as a correction where they would be scored otherwise today.
    """
    result = Series(0, index=forms.index, dtype="int64")
    there = forms[forms["sound"] & (forms["member_id"] > 0)]
    keys = {
        form: AdministrationKey(int(member), instrument, rater, int(staff), day, occasion)
        for form, member, instrument, rater, staff, day, occasion in zip(
            there.index, *(there[name] for name in KEY if name not in {"client", "new"}), strict=True
        )
    }
    stored = ratings.find_valid(c, keys.values())
    other: dict[Any, str] = {}
    for form, key in keys.items():
        if (known := stored.get(key)) is None:
            continue
        same = canonical_stored(known) == there.loc[form, "canon"]
        same = same and not (ask.correct and _scored_otherwise(c, known, catalog))
        result.loc[form] = -known.id if same else known.id
        if not same and not ask.correct:
            day = f"{known.session_on}"
            other[form] = (
                f"other answers for this form of {day} are stored (administration {known.id});"
                " to replace them: --correct --reason"
            )
    if other:
        found.add(forms.loc[list(other)], "client", Series(other))
    return result


def _scored_otherwise(c: Connection, known: Administration, catalog: Catalog) -> bool:
    """Whether the definition was changed since, or a scoring rule failed or was not there when it came in."""
    if known.definition_hash != catalog.hash(known.instrument):
        return True
    return any((score.reason or "").startswith(RULE_LACKED) for score in ratings.get(c, known.id).scores)


def _fates(laid: Laid, forms: DataFrame, read: Read, found: Findings) -> Checked:
    bad_rows = {problem.row for problem in found.problems}
    rejected_forms = _reached(laid.links, bad_rows)
    bad_rows |= set(laid.links.loc[laid.links["form"].isin(rejected_forms), "row"])
    settled = forms["double"] | (forms["replaces"] < 0)
    fate = np.where(settled, "unchanged", np.where(forms["replaces"] > 0, "corrected", "new"))
    forms["fate"] = np.where(forms.index.isin(list(rejected_forms)), "rejected", fate)
    rows = Series("unchanged", index=range(len(laid.table)), dtype=object)
    active = forms.index[forms["fate"].isin(["new", "corrected"])]
    rows.loc[laid.links.loc[laid.links["form"].isin(active), "row"].unique()] = "accepted"
    rows.loc[sorted(bad_rows)] = "rejected"
    blank = len(set(rows.index) - set(laid.links["row"]) - bad_rows)
    problems = [*found.problems, *_companions(laid, bad_rows, found.problems)]
    return Checked(laid, forms, read, rows, tuple(sorted(set(problems))), blank)


def _companions(laid: Laid, bad_rows: set[int], problems: list[Problem]) -> list[Problem]:
    """Say of rows without a problem of their own that another row of the same form has one."""
    text = "another row of the same form was rejected"
    return [laid.problem(row, "", text) for row in sorted(bad_rows - {problem.row for problem in problems})]
