"""What people do about alerts: note an action, put one off, or resolve it. Each leaves an event that stays.

Whoever acts has the alert before them as it is now; that is kept (`handled`), so that later ratings can be told from
those already known. All alerts of one call are changed, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DataError
from fit_toolkit.model.alerts import LIVE, PLANNED, Cause, seen_as
from fit_toolkit.store import Store, touch
from fit_toolkit.store import alerts as stored

SAFETY_DAYS = 90  # the longest a plan for a safety alert may rest unseen
MOST_DAYS = 366  # a snooze ends; one without an end in sight is a resolve
MOST_RATINGS = 50


class Actor(NamedTuple):
    """Who acts, and when; `dry_run` checks everything and keeps nothing."""

    name: str
    at: datetime
    dry_run: bool = False


def ack(store: Store, ticks: Sequence[Tick], actor: Actor, *, findings: Sequence[str] = ()) -> list[int]:
    """Note for each alert what was done about it; returns their ids.

    Raises DataError with a finding for every alert that cannot be ticked off, after `findings`, those made while the
    list was read; then nothing is changed.
    """
    return _act(store, ticks, actor, _ticked("acknowledged"), findings)


def resolve(store: Store, ticks: Sequence[Tick], actor: Actor) -> list[int]:
    """Say that alerts are dealt with; they stay so until something new or worse comes up."""
    return _act(store, ticks, actor, _ticked("resolved"))


def snooze(
    store: Store,
    alerts: Iterable[int],
    actor: Actor,
    *,
    reason: str,
    today: date,
    until: date | None = None,
    ratings: int | None = None,
) -> list[int]:
    """Put alerts off until a day, or for a number of ratings, with a reason; something worse wakes them before.

    A safety alert can only be put off as "known and planned", until a day at most 90 days away.
    """
    if not reason.strip():
        raise DataError("putting an alert off needs a reason", hint="--reason TEXT")
    if (until is None) == (ratings is None):
        raise DataError("say until when: a day, or a number of ratings", hint="--until DATE or --ratings N")
    if until is not None and not today < until <= today + timedelta(days=MOST_DAYS):
        raise DataError(f"the day must be after today and within {MOST_DAYS} days", hint="--until DATE")
    if ratings is not None and not 1 <= ratings <= MOST_RATINGS:
        raise DataError(f"the number of ratings must be from 1 to {MOST_RATINGS}", hint="--ratings N")
    end = {"snooze_until": until, "snooze_ratings": ratings, "snooze_reason": reason.strip()}

    def put_off(row: Mapping[str, Any], _: Tick) -> Change | str:
        if row["severity"] != "safety":
            return {"state": "snoozed", "action": row["action"], **end}
        if until is None:
            return "a safety alert is put off until a day, not for a number of ratings: --until DATE"
        if until > today + timedelta(days=SAFETY_DAYS):
            return f"a safety alert is put off for at most {SAFETY_DAYS} days"
        return {"state": "snoozed", "action": PLANNED, **end}

    return _act(store, [Tick(alert, PLANNED) for alert in dict.fromkeys(alerts)], actor, put_off)


Change = dict[str, Any]
Decide = Callable[[Mapping[str, Any], Tick], Change | str]  # the columns to change, or why not


def _ticked(state: str) -> Decide:
    def decide(row: Mapping[str, Any], tick: Tick) -> Change | str:
        if row["severity"] == "safety" and tick.action == PLANNED:
            return "a plan for a safety alert has an end: fit alerts snooze ID --until DATE --reason TEXT"
        awake = {"snooze_until": None, "snooze_ratings": None, "snooze_reason": None}
        return {"state": state, "action": tick.action, "note": tick.note or None, **awake}

    return decide


def _act(store: Store, ticks: Sequence[Tick], actor: Actor, decide: Decide, known: Sequence[str] = ()) -> list[int]:
    if not ticks and not known:
        raise DataError("no alert is named", hint="fit alerts list")
    if not actor.name.strip():
        raise DataError("say who acts", hint="--by NAME")
    with store.begin(dry_run=actor.dry_run) as c:
        rows = {row["id"]: row for row in stored.alert_rows(c, ids=[tick.alert for tick in ticks])}
        decided = [(tick, _decided(tick, rows.get(tick.alert), decide)) for tick in ticks]
        findings = [*known, *(change for _, change in decided if isinstance(change, str))]
        if findings:
            raise _refused(findings, len(ticks) + len(known))
        for tick, change in [(tick, change) for tick, change in decided if not isinstance(change, str)]:
            values = {"cause": Cause.PERSON.value, "handled": rows[tick.alert]["seen"], **change}
            stored.act(c, tick.alert, actor=actor.name.strip(), at=actor.at, cause=Cause.PERSON.value, values=values)
        touch(c, [rows[tick.alert]["episode_id"] for tick in ticks], "acted", actor.at)
    return [tick.alert for tick in ticks]


def _decided(tick: Tick, row: Mapping[str, Any] | None, decide: Decide) -> Change | str:
    if row is None:
        return f"{tick.place}there is no alert {tick.alert}"
    if row["state"] not in LIVE:
        return f"{tick.place}alert {tick.alert} is {seen_as(row['state'])} already ({row['state']})"
    decided = decide(row, tick)
    return f"{tick.place}alert {tick.alert}: {decided}" if isinstance(decided, str) else decided


def _refused(findings: list[str], count: int) -> DataError:
    if count == 1:
        return DataError(findings[0])
    return DataError(f"{len(findings)} of {count} alerts cannot be changed; nothing was", findings=findings)
