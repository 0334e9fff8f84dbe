"""How courses ended: as planned, or not, with both bounds for those of which it is not known."""

from __future__ import annotations

import numpy as np

from fit_toolkit.language import say
from fit_toolkit.report.cells import hidden
from fit_toolkit.report.figure import Figure
from fit_toolkit.report.gathered import Gathered, kept_back, share, silent
from fit_toolkit.report.words import defined

SECTION = "endings"
KINDS = ("planned", "unplanned", "not_known")


def endings(found: Gathered) -> list[Figure]:
    """Count planned and unplanned endings by the reasons the practice has named; a reason is never printed."""
    if found.scope.open_too:
        return []
    reasons, which = np.unique(found.courses["reason"], return_inverse=True)
    said = [reason.strip().casefold() for reason in reasons.tolist()]
    known = {name: {each.strip().casefold() for each in found.settings.texts(f"report.{name}")} for name in KINDS[:2]}
    kind = np.array([0 if reason in known["planned"] else 1 if reason in known["unplanned"] else 2 for reason in said])
    parts = {name: kind[which] == at if found.n else np.zeros(0, bool) for at, name in enumerate(KINDS)}
    counts = {name: int(part.sum()) for name, part in parts.items()}
    people = found.counted(parts)
    gone = hidden(people, found.smallest)
    source = say("reasons of closing, sorted by report.planned and report.unplanned")
    figures = [
        kept_back(SECTION, name, people[name], found.smallest, source=source)
        if name in gone
        else share(SECTION, name, counts[name], found.n, of="courses that ended", source=source)
        for name in KINDS
    ]
    if gone:
        return [*figures, silent(SECTION, "unplanned_bounds", source=source)]
    low, high = counts["unplanned"] / found.n, (counts["unplanned"] + counts["not_known"]) / found.n
    return [*figures, Figure(section=SECTION, figure="unplanned_bounds", n=found.n, of="courses that ended", low=low, high=high, unit="share",
                             note=say("%(n)s not known", n=counts["not_known"]), definition=defined("unplanned_bounds"), source=source)]  # fmt: skip
