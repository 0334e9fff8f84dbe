"""Which alerts no message goes out about just now, because something else comes first; they stay on every list.

A new safety alert holds back the rest of its client until somebody has seen it; a policy that could not be asked holds
back the repeats of what it once said. Safety itself is never held back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from fit_toolkit.store import alerts as stored
from fit_toolkit.store import reminders

if TYPE_CHECKING:
    import sqlalchemy as sa

SAFETY: Final = "safety"  # there is a new safety alert of the same client
STALE: Final = "stale"  # the policy could not be asked
WORDS: Final[Mapping[str, str]] = {
    SAFETY: "held back until somebody has seen the safety alert of the same client",
    STALE: "held back because its policy could not be asked",
}


def held(
    c: sa.Connection, rows: Sequence[Mapping[str, Any]], *, old_days: int, stale: Collection[str]
) -> dict[int, str]:
    """Say of some alerts which are held back, and why."""
    rest = [row for row in rows if row["severity"] != "safety"]
    clients = reminders.clients_of(c, {row["member_id"] for row in rest})
    new = reminders.new_safety_of(c, set(clients.values()))
    closed = closed_episodes(c, new)
    asking = {row["client_id"] for row in new if not is_old(row, old_days, closed)}
    found: dict[int, str] = {}
    for row in rest:
        if clients.get(row["member_id"]) in asking:
            found[row["id"]] = SAFETY
        elif row["policy"] in stale:
            found[row["id"]] = STALE
    return found


def is_old(row: Mapping[str, Any], old_days: int, closed: Collection[int]) -> bool:
    """Say whether a safety alert is about an answer that was old when it was first seen, and is over since.

    Over means that a later answer was below the line, or that the episode (`closed` holds their ids) has ended.
    """
    if row["severity"] != "safety" or not old_days:
        return False
    flagged = answered_on(row)
    calm = row["calm_day"] is not None and row["calm_day"] > flagged
    first_seen = (row["first_seen"] - stored.EPOCH).days
    return first_seen - flagged > old_days and (calm or row["episode_id"] in closed)


def answered_on(row: Mapping[str, Any]) -> int:
    """Return the day (from 1970-01-01) of the newest answer that a safety alert is about."""
    evidence = row["evidence"]
    return int(evidence.get("flagged", evidence.get("day", row["last_day"])))


def closed_episodes(c: sa.Connection, rows: Iterable[Mapping[str, Any]]) -> set[int]:
    """Return the ids of those episodes of safety alerts that have ended."""
    return reminders.closed_of(c, {row["episode_id"] for row in rows if row["severity"] == "safety"})
