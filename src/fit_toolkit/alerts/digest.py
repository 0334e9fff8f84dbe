"""The weekly digest: what stands open with each therapist, in counts; sent also when nothing does, so that silence is noticed.

It is made by the first run on the chosen day, or on the first day after it that has a run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fit_toolkit.alerts.compose import OutboxRow, key_of, row_of
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.pending import Round, people_of
from fit_toolkit.alerts.standing import newest_events
from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.store import freshness, outbox, reminders

DIGEST = "digest"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def weekly(end: Round, last: Mapping[str, Any] | None) -> list[OutboxRow]:
    """Write the digest of each therapist if its day has come since the last run (none before there was a run)."""
    chosen = end.settings.text("alerts.digest")
    if not chosen or last is None:
        return []
    day = day_of(end.today, chosen)
    if last["as_of"] >= day:
        return []
    return _written(end, day)


def day_of(today: date, chosen: str) -> date:
    """Return the newest day of that name, today among them."""
    return today - timedelta(days=(today.weekday() - DAYS.index(chosen)) % len(DAYS))


def _written(end: Round, day: date) -> list[OutboxRow]:
    rows = reminders.open_alerts(end.c)
    crowd = people_of(end.c, rows, end.today)
    theirs: dict[int, list[dict[str, Any]]] = {
        one.id: [] for one in crowd.staff if one.role == "therapist" and crowd.is_here(one)
    }
    for row in rows:
        for person in crowd.told(row["episode_id"]).responsible:
            theirs.setdefault(person, []).append(row)
    only_here = end.for_digest(rows)
    wavering = unstable(end.c, [row["id"] for row in rows if row["severity"] != "safety"])
    newest = newest_events(end.c, only_here)
    knows = {telling.alert for telling in outbox.told_of(end.c, only_here)}
    looked = freshness.in_words(freshness.last_looked(end.c, end.settings, now=end.frame.now), end.frame.quiet.zone)
    made = []
    for person, mine in theirs.items():
        told = [row for row in mine if row["id"] in only_here]
        new = any(row["id"] not in knows for row in told)
        reason = Reason.NEW if new else Reason.REPEAT if mine else Reason.ALL_DONE
        text = end.frame.writer.digest(
            Counter(row["severity"] for row in mine), sum(row["id"] in wavering for row in mine), looked, reason
        )
        what = [DIGEST, str(day)]
        payload = {
            "kind": DIGEST,
            "what": what,
            "alerts": [[row["id"], newest.get(row["id"], 0), 0, row["severity"], reason.value] for row in told],
        }
        made += [
            row_of(key_of(what, channel, person), person, channel, end.frame, text, severity="notice", reason=reason,
                   payload=payload)
            for channel in end.frame.channels
        ]  # fmt: skip
    return made
