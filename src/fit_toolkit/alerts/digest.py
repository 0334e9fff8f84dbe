"""The weekly digest: what stands open with each therapist, in counts; sent also when nothing does, so that silence is noticed.

It is made by the first run on the chosen day, or on the first day after it that has a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from fit_toolkit.alerts.compose import Item, OutboxRow, key_of, row_of
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.pending import Round, people_of
from fit_toolkit.alerts.standing import newest_events
from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.store import freshness, outbox, reminders

DIGEST = "digest"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Weekly(NamedTuple):
    """The digests of a run, and what it tells besides: a repeat goes into the digest of whoever gets one."""

    rows: list[OutboxRow]
    items: list[Item]


def weekly(end: Round, last: Mapping[str, Any] | None, items: Sequence[Item]) -> Weekly:
    """Write the digest of each therapist if its day has come since the last run (none before there was a run)."""
    chosen = end.settings.text("alerts.digest")
    day = day_of(end.today, chosen) if chosen else end.today
    if not chosen or last is None or last["as_of"] >= day:
        return Weekly([], list(items))
    found = _with_each(end)
    repeats = [item for item in items if item.reason is Reason.REPEAT and item.severity != "safety"]
    taken = {item for item in repeats if item.staff[0] in found.theirs}
    rows = [row for person in found.theirs for row in _digest(end, day, person, found, taken)]
    if outbox.there(end.c, [row["key"] for row in rows]):  # written by a run over a form keyed earlier that day
        return Weekly([], list(items))
    return Weekly(rows, [item for item in items if item not in taken])


def day_of(today: date, chosen: str) -> date:
    """Return the newest day of that name, today among them."""
    return today - timedelta(days=(today.weekday() - DAYS.index(chosen)) % len(DAYS))


class _Found(NamedTuple):
    """Open alerts by who has them, and what is to be known about them."""

    theirs: dict[int, list[dict[str, Any]]]
    only_here: frozenset[int]  # nothing else tells of these
    wavering: frozenset[int]
    newest: dict[int, int]
    known: set[int]
    looked: str


def _with_each(end: Round) -> _Found:
    rows = reminders.open_alerts(end.c)
    crowd = people_of(end.c, rows, end.today)
    theirs: dict[int, list[dict[str, Any]]] = {
        one.id: [] for one in crowd.staff if one.role == "therapist" and crowd.is_here(one)
    }
    for row in rows:
        for person in crowd.told(row["episode_id"]).responsible:
            theirs.setdefault(person, []).append(row)
    only_here = end.for_digest(rows)
    looked = freshness.last_looked(end.c, end.settings, now=end.frame.now)
    return _Found(
        theirs,
        only_here,
        unstable(end.c, [row["id"] for row in rows if row["severity"] != "safety"]),
        newest_events(end.c, only_here),
        {telling.alert for telling in outbox.told_of(end.c, only_here)},
        freshness.in_words(looked, end.frame.quiet.zone),
    )


def _digest(end: Round, day: date, person: int, found: _Found, taken: set[Item]) -> list[OutboxRow]:
    mine = found.theirs[person]
    told = [row for row in mine if row["id"] in found.only_here]
    new = any(row["id"] not in found.known for row in told)
    reason = Reason.NEW if new else Reason.REPEAT if mine else Reason.ALL_DONE
    counts = Counter(row["severity"] for row in mine)
    text = end.frame.writer.digest(counts, sum(row["id"] in found.wavering for row in mine), found.looked, reason)
    what = [DIGEST, str(day)]
    alerts = [[row["id"], found.newest.get(row["id"], 0), 0, row["severity"], reason.value] for row in told]
    alerts += [
        [item.alert, item.seq, item.lap, item.severity, item.reason.value, item.age]
        for item in sorted(taken) if item.staff == (person,)
    ]  # fmt: skip
    payload = {"kind": DIGEST, "what": what, "alerts": alerts}
    return [
        row_of(key_of(what, channel, person), person, channel, end.frame, text,
               severity="notice", reason=reason, payload=payload)
        for channel in end.frame.channels
    ]  # fmt: skip
