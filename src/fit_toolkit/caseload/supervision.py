"""What belongs into supervision: alerts that stand long, came up twice or got no answer, and what was tried."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from fit_toolkit.caseload.build import needs_of
from fit_toolkit.caseload.needs import AGAIN_DAYS, OPEN_DAYS, REPLY_DAYS
from fit_toolkit.caseload.reasons import alert_text, said_day, stuck_text
from fit_toolkit.caseload.table import Ints, Mask, Table, Wanted
from fit_toolkit.courses.words import handled_text
from fit_toolkit.language import plural, say
from fit_toolkit.model.alerts import LIVE, RANK, seen_as
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import caseload as read

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.catalog import Catalog

LAST_TRIED = 3
US = 86_400_000_000  # microseconds of a day


class Tried(msgspec.Struct, frozen=True):
    """What somebody did about an alert, and what they noted, as written."""

    on: date
    what: str
    note: str
    by: str


class Standing(msgspec.Struct, frozen=True):
    """An alert that stands."""

    id: int
    severity: str
    state: str
    since: date
    text: str


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One client to talk about, why, what stands, and what was tried."""

    client: str
    episode: str
    therapist: str
    labels: tuple[str, ...]
    why: tuple[str, ...]
    alerts: tuple[Standing, ...]
    tried: tuple[Tried, ...]
    tried_in_all: int
    days_since_rating: int | None
    days_open: int  # of the alert that stands longest


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """The list on a day, the most pressing first; `looked_at` clients are in open episodes."""

    on: date
    looked_at: int
    cases: tuple[Case, ...]


COLUMNS = Case.__struct_fields__


def build_supervision(c: sa.Connection, catalog: Catalog, now: datetime, on: date, wanted: Wanted) -> Supervision:
    """Read the list; `now` is naive UTC, words are in the language spoken now."""
    table = Table.of(c, on, wanted)
    found = table.alerts
    serious = np.isin(found["severity"], ("safety", "attention")) & (found["good"] == 0)
    live = serious & np.isin(found["state"], list(LIVE))
    told = read.told(c, found["id"][live & (found["state"] == "open")].tolist())
    days = (int(np.datetime64(now, "us").astype(np.int64)) - found["opened_at"]) // US
    why = _criteria(table, live, serious, days, told, now)
    tried: dict[int, list[dict[str, Any]]] = defaultdict(list)
    members = [table.ids[row] for row in why]
    for act in read.acts(c, members):
        tried[act["member_id"]].append(act)
    alerts: dict[int, list[dict[str, Any]]] = defaultdict(list)
    standing = live & np.isin(found["row"], list(why))
    for alert in stored.alert_rows(c, ids=found["id"][standing].tolist()) if standing.any() else ():
        alerts[alert["member_id"]].append(alert)
    slow = needs_of(table, catalog).stuck if why else {}
    waited = _longest(found["row"], days, live, len(table))
    cases = []
    for row in why:
        member = table.ids[row]
        said = [*why[row], *([stuck_text(slow[row])] if row in slow else [])]
        cases.append(_case(table, catalog, row, said, alerts[member], tried[member], int(waited[row])))
    cases.sort(key=lambda case: (_first(case), -case.days_open, case.client))
    return Supervision(on=on, looked_at=len(np.unique(table.members["client"][~table.over])), cases=tuple(cases))


def _criteria(
    table: Table, live: Mask, serious: Mask, days: Ints, told: Mapping[int, tuple[datetime, int]], now: datetime
) -> dict[int, list[str]]:
    """Say of each row in the list why it is there."""
    found, n = table.alerts, len(table)
    row = found["row"]
    unseen = live & (found["severity"] == "safety") & (found["state"] == "open") & (days >= 1)
    old = live & (days > OPEN_DAYS)
    lately = serious & (found["opened_day"] >= table.today - AGAIN_DAYS)
    times = np.bincount(np.unique(np.column_stack((row, found["opened_day"]))[lately], axis=0)[:, 0], minlength=n)
    times[~np.isin(np.arange(n), row[live])] = 0
    flagged, longest, standing = (
        _longest(row, days, unseen, n),
        _longest(row, days, old, n),
        np.bincount(row[old], minlength=n),
    )
    rows = dict(zip(found["id"].tolist(), row.tolist(), strict=True))
    silent = np.zeros(n, np.int64)
    for alert, (at, _) in told.items():
        silent[rows[alert]] = max((now - at).days, int(silent[rows[alert]]))
    there = np.flatnonzero((flagged > 0) | (standing > 0) | (times > 1) | (silent >= REPLY_DAYS))
    return {
        at: _why(*(int(column[at]) for column in (flagged, standing, longest, times, silent))) for at in there.tolist()
    }


def _longest(row: Ints, days: Ints, which: Mask, n: int) -> Ints:
    """The most days by row."""
    most = np.zeros(n, np.int64)
    np.maximum.at(most, row[which], days[which])
    return most


def _why(flagged: int, standing: int, longest: int, times: int, silent: int) -> list[str]:
    """Put into words what brings somebody into the list."""
    said = []
    if flagged:
        said.append(plural("a flagged answer nobody has noted anything about for %(num)s day", "a flagged answer nobody has noted anything about for %(num)s days", flagged))  # fmt: skip
    if standing:
        said.append(plural("%(num)s alert has stood for more than %(limit)s days, the longest for %(days)s", "%(num)s alerts have stood for more than %(limit)s days, the longest for %(days)s", standing, limit=OPEN_DAYS, days=longest))  # fmt: skip
    if times > 1:
        said.append(plural("something came up on %(num)s day of rating within %(days)s days", "something came up on %(num)s days of rating within %(days)s days", times, days=AGAIN_DAYS))  # fmt: skip
    if silent >= REPLY_DAYS:
        said.append(plural("told by message %(num)s day ago, and no reply is noted", "told by message %(num)s days ago, and no reply is noted", silent))  # fmt: skip
    return said


def _case(
    table: Table, catalog: Catalog, row: int, why: list[str], alerts: list[dict[str, Any]], acts: list[dict[str, Any]],
    waited: int,
) -> Case:  # fmt: skip
    alerts.sort(key=lambda alert: (RANK[alert["severity"]], alert["state"] != "open", alert["opened_day"], alert["id"]))
    since = table.today - table.last_rated[row]
    epoch = date(1970, 1, 1)
    return Case(
        client=str(table.members["client"][row]), episode=str(table.members["episode"][row]),
        therapist=str(table.therapist[row]), labels=table.labels(row), why=tuple(why),
        alerts=tuple(
            Standing(a["id"], a["severity"], seen_as(a["state"]), epoch + timedelta(days=a["opened_day"]), alert_text(a, catalog))
            for a in alerts
        ),
        tried=tuple(_tried(act) for act in acts[:LAST_TRIED]), tried_in_all=len(acts),
        days_since_rating=None if np.isnan(since) else int(since), days_open=waited,
    )  # fmt: skip


def _first(case: Case) -> tuple[int, bool]:
    """The most pressing alert that stands: severity first, then what nobody has noted anything about."""
    return min((RANK[each.severity], each.state != "new") for each in case.alerts)


def _tried(act: dict[str, Any]) -> Tried:
    kept = act["evidence"]
    what = handled_text(kept, said_day) or (say("dealt with") if act["to_state"] == "resolved" else "")
    note = kept.get("snooze_reason") or kept.get("note") or ""
    return Tried(act["at"].date(), say(what) if what else say("noted"), note, act["actor"])
