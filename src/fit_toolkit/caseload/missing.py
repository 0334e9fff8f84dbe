"""Since when an expected rating has been missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from fit_toolkit.caseload.needs import GRACE_DAYS, NO_DIARY_DAYS
from fit_toolkit.caseload.table import Floats, Ints, Mask, Table
from fit_toolkit.courses.expected import Calendar
from fit_toolkit.model.people import PlanEntry
from fit_toolkit.store import caseload as read

SLICE = 500  # members at a time: pauses are gone through one by one, for all members of a slice


def due_since(table: Table) -> Floats:
    """Give the day since which a rating by the client has been missing by plan and diary; NaN where none is.

    Without any plan a rating is expected at every contact. It is missing a week after it was due, or three weeks where the
    diary knows no contact. Looked at closely are only members whose newest rating of a form lies behind their last
    contact, of whom it is asked every so many days, or who are silent without a diary.
    """
    due = np.full(len(table), np.nan)
    asked = {(e.instrument, e.rater) for e in table.plan if e.rater in read.OWN} if table.plan else {("", "")}
    by_days = {e.instrument for e in table.plan if e.every_days}
    contact = np.fmax(table.diary["last"], table.last_form)
    kept = table.diary["there"]
    grace = np.where(kept, GRACE_DAYS, NO_DIARY_DAYS)
    for instrument, rater in sorted(asked):
        last = _last(table, instrument, rater)
        behind = np.isnan(last) | (last < contact) | (instrument in by_days)
        behind |= ~kept & (table.today - last >= NO_DIARY_DAYS)
        rows = np.flatnonzero(behind & ~table.over & np.isnan(table.paused_until))
        for start in range(0, len(rows), SLICE):
            part = rows[start : start + SLICE]
            here = set(table.episode[part].tolist())
            plan = [entry for entry in table.plan if entry.episode_id is None or entry.episode_id in here]
            if table.plan and not plan:
                continue
            found = _calendar(table, part, last[part], plan).due(
                instrument, rater, episode=table.episode[part], started=table.members["started"][part].astype(float),
                ended=table.ended[part], last_rated=last[part],
            )  # fmt: skip
            due[part] = np.fmin(due[part], np.where(table.today - found >= grace[part], found, np.nan))
    return due


def _last(table: Table, instrument: str, rater: str) -> Floats:
    """The newest day of one kind of form; of any, where no plan is kept."""
    if not instrument:
        return table.last_rated
    forms = table.own_forms
    mine: Mask = (forms["instrument"] == instrument) & (forms["rater"] == rater)
    days = np.full(len(table), np.nan)
    days[forms["row"][mine]] = forms["last"][mine]
    return days


def _calendar(table: Table, rows: Ints, last: Floats, plan: Sequence[PlanEntry]) -> Calendar:
    """What is planned in some episodes; of the pauses only those that can move the day a rating is due."""
    episode = table.episode[rows]
    episodes = [int(id) for id in np.unique(episode)]
    days = read.contact_days(table.c, episodes, on=table.on)
    both = np.unique(np.column_stack((days["episode_id"], days["day"])), axis=0)
    paused = read.pauses(table.c, episodes, since=date.min)
    begun = np.where(np.isnan(last), table.members["started"][rows], last)
    earliest = np.full(len(episodes), np.inf)
    np.minimum.at(earliest, np.searchsorted(episodes, episode), begun)
    late = paused["last"] >= earliest[np.searchsorted(episodes, paused["episode_id"])]
    return Calendar(
        contact_episode=both[:, 0], contact_day=both[:, 1],
        kept=frozenset(episode[table.diary["there"][rows]].tolist()),
        pauses=tuple(zip(*(paused[name][late].tolist() for name in ("episode_id", "first", "last")), strict=True)),
        plan=tuple(plan), today=table.today,
    )  # fmt: skip
