"""The list itself: everybody in open episodes in order of need, each with the reason in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from fit_toolkit.caseload import reasons
from fit_toolkit.caseload.missing import due_since
from fit_toolkit.caseload.needs import ENDED_DAYS, ENDING_DAYS, WORDS, Need
from fit_toolkit.caseload.stuck import Stuck, stuck
from fit_toolkit.caseload.table import Floats, Ints, Mask, Table, Wanted
from fit_toolkit.language import say
from fit_toolkit.model.alerts import LIVE, RANK
from fit_toolkit.store import alerts as stored

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.catalog import Catalog


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One client in one episode; numbers of days are None where there is nothing to count from."""

    need: str
    words: str  # the need, as people read it
    client: str
    episode: str
    kind: str
    therapist: str
    labels: tuple[str, ...]
    why: str
    also: tuple[str, ...]
    last_rated: date | None
    days_since_rating: int | None
    ratings: int
    unseen: int
    next_appointment: date | None
    planned_end: date | None
    paused_until: date | None
    missing_since: date | None
    alerts_new: int
    alerts_seen: int


COLUMNS = tuple(name for name in Line.__struct_fields__ if name != "words")


class Caseload(msgspec.Struct, frozen=True, kw_only=True):
    """The list on a day, the most pressing first."""

    on: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, eq=False)
class Needs:
    """What holds of each row, before it is put into words."""

    need: Ints
    waiting: Floats  # since which day; NaN sorts last
    first: Ints  # the alert shown first, as a place in the table's alerts; -1 for none
    new: Ints
    seen: Ints
    due: Floats
    ending: Mask
    stuck: Mapping[int, Stuck]


def build_caseload(c: sa.Connection, catalog: Catalog, on: date, wanted: Wanted) -> Caseload:
    """Read and order the list; words are in the language spoken now."""
    table = Table.of(c, on, wanted)
    found = needs_of(table, catalog)
    order = np.lexsort((table.members["member_id"], _nan_last(found.waiting), found.need))
    order = order[: np.count_nonzero(found.need <= Need.ENDED)]  # the rest ended as it should
    shown = found.first[order]
    chosen = table.alerts["id"][shown[shown >= 0]].tolist()
    rows = {row["id"]: row for row in stored.alert_rows(c, ids=chosen)} if chosen else {}
    lines = tuple(_line(table, found, catalog, int(row), rows) for row in order)
    return Caseload(on=on, lines=lines)


def needs_of(table: Table, catalog: Catalog) -> Needs:
    """Say of every row what it needs most, and since when."""
    n, today = len(table), table.today
    first, kind, new, seen = _alerts(table)
    due = due_since(table)
    late = today - table.last_rated > ENDING_DAYS
    late |= np.isnan(table.last_rated)
    ending = late & (table.planned_end - today <= ENDING_DAYS)
    slow = stuck(table, catalog)
    moved_little = np.isin(np.arange(n), list(slow))
    before_end = table.ended - table.last_rated > ENDING_DAYS
    unmeasured = table.over & (table.ended >= today - ENDED_DAYS) & (before_end | np.isnan(table.last_rated))
    need = np.full(n, int(Need.CALM))
    need[kind == Need.NOTICE] = Need.NOTICE
    need[moved_little] = Need.STUCK
    need[~np.isnan(table.paused_until)] = Need.PAUSED
    need[~np.isnan(due)] = Need.OVERDUE
    need[ending] = Need.ENDING
    need[table.over] = Need.ENDED + 1
    need[unmeasured] = Need.ENDED
    pressing = (kind >= 0) & (kind <= Need.ATTENTION_SEEN) & (~table.over | (kind <= Need.SAFETY_SEEN))
    need[pressing] = kind[pressing]
    since = table.alerts["opened_day"].astype(float)
    opened = np.full(n, np.nan)
    opened[first >= 0] = since[first[first >= 0]]
    by_alert = np.isin(need, (0, 1, 2, 3, int(Need.NOTICE)))
    quiet = np.where(np.isnan(table.last_rated), table.members["started"], table.last_rated)
    waiting = np.select(
        [by_alert, need == Need.ENDING, need == Need.OVERDUE, need == Need.PAUSED, need == Need.ENDED],
        [opened, table.planned_end, due, table.paused_until, table.ended], quiet,
    )  # fmt: skip
    return Needs(need, waiting, first, new, seen, due, ending, slow)


def _alerts(table: Table) -> tuple[Ints, Ints, Ints, Ints]:
    """Of every row the alert to show first, the need it stands for (-1: none), and how many are new and seen."""
    n, found = len(table), table.alerts
    live = np.isin(found["state"], list(LIVE))
    fresh = live & (found["state"] == "open")
    rank = np.array([RANK[severity] for severity in found["severity"].tolist()], np.int64)
    rank[found["good"] != 0] = RANK["notice"]
    kind = np.where(rank == RANK["notice"], int(Need.NOTICE), 2 * rank + ~fresh)
    later = 2 * (found["good"] != 0) + ~fresh  # good news after what is worrying, seen after new
    order = np.lexsort((found["id"], found["opened_day"], later, kind, found["row"]))
    order = order[live[order]]
    row = found["row"][order]
    leading = np.ones(len(row), bool)
    leading[1:] = np.diff(row) != 0
    first, kinds = np.full(n, -1), np.full(n, -1)
    first[row[leading]] = order[leading]
    kinds[row[leading]] = kind[order[leading]]
    counts = [np.bincount(found["row"][mask], minlength=n) for mask in (fresh, live & ~fresh)]
    return first, kinds, counts[0], counts[1]


def _nan_last(days: Floats) -> Floats:
    return np.where(np.isnan(days), np.inf, days)


def _line(table: Table, found: Needs, catalog: Catalog, row: int, alerts: Mapping[int, Mapping[str, Any]]) -> Line:
    need = Need(int(found.need[row]))
    since = table.today - table.last_rated[row]
    why, *also = reasons.reasons_of(table, found, catalog, row, need, alerts)
    return Line(
        need=need.id, words=say(WORDS[need]), client=str(table.members["client"][row]),
        episode=str(table.members["episode"][row]), kind=str(table.members["kind"][row]),
        therapist=str(table.therapist[row]), labels=table.labels(row), why=why, also=tuple(also),
        last_rated=_day(table.last_rated[row]), days_since_rating=None if np.isnan(since) else int(since),
        ratings=int(table.ratings[row]), unseen=int(table.unseen[row]),
        next_appointment=_day(table.diary["next"][row]), planned_end=_day(table.planned_end[row]),
        paused_until=_day(table.paused_until[row]), missing_since=_day(found.due[row]),
        alerts_new=int(found.new[row]), alerts_seen=int(found.seen[row]),
    )  # fmt: skip


def _day(days: float) -> date | None:
    return None if np.isnan(days) else date.fromordinal(int(days) + date(1970, 1, 1).toordinal())
