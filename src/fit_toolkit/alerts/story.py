"""The whole story of one alert: what it rests on, what that is worth, who was told, and who did what about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from fit_toolkit.alerts import inhibit
from fit_toolkit.alerts.lists import as_listed, aware
from fit_toolkit.alerts.unstable import unstable
from fit_toolkit.courses.words import basis_text, cause_text, handled_text, reason_text, worth_text
from fit_toolkit.model.alerts import Cause, seen_as
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import people

if TYPE_CHECKING:
    import sqlalchemy as sa

OUT: Mapping[str, str] = {"due": "waiting to go out", "sent": "sent", "dead": "given up"}


def story(c: sa.Connection, alert: int, *, on: date) -> dict[str, Any]:
    """Tell everything about one alert: the row of the listing, what it is worth, every event and message, oldest first."""
    row = stored.get_alert(c, alert)
    (episode,) = people.list_episodes(c, ids=[row["episode_id"]])
    therapist = episode.therapist_on(on)
    whose = {
        "client": next(member.client for member in episode.members if member.id == row["member_id"]),
        "episode": episode.code,
        "therapist": None if therapist is None else therapist.staff,
    }
    return as_listed({**row, **whose}) | {
        "seen_as": seen_as(row["state"]),
        "standing": standing(row),
        "cause": cause_text(row["cause"]),
        "rests_on": basis_text(row["basis"], row["evidence"]),
        "worth": worth_text(row["basis"]),
        "regressed": row["regressed"],
        "unstable": alert in unstable(c, [alert]),
        "held": inhibit.WORDS.get(row["held"] or "", "") if row["state"] == "open" else "",
        "first_seen": row["first_seen"],
        "changed_at": aware(row["changed_at"]),
        "action": row["action"],
        "note": row["note"],
        "snooze_until": row["snooze_until"],
        "snooze_ratings": row["snooze_ratings"],
        "snooze_reason": row["snooze_reason"],
        "policy_hash": row["policy_hash"],
        "events": [_event(event, row) for event in stored.events_of(c, alert)],
        "messages": [_message(message) for message in stored.messages_about(c, alert)],
    }


def standing(row: Mapping[str, Any]) -> str:
    """Say in words how an alert stands: new, seen or done, and why."""
    word = seen_as(row["state"])
    if row["cause"] == Cause.NEW:
        return word
    if row["state"] != "open" and (row["cause"] == Cause.PERSON or row["state"] in {"acknowledged", "snoozed"}):
        return f"{word}: {_handled(row)}"
    return f"{word}: {cause_text(row['cause'])}"


def _event(event: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "seq": event["seq"],
        "at": aware(event["at"]),
        "actor": event["actor"],
        "from": event["from_state"],
        "to": event["to_state"],
        "seen_as": seen_as(event["to_state"]),
        "cause": event["cause"],
        "words": _in_words(event, row),
        "run": event["run_id"],
        "evidence": event["evidence"],
    }


def _in_words(event: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Say what happened: what a person did, or what came up, with the figures of that time."""
    if event["cause"] == Cause.PERSON:
        return _handled(event["evidence"] | {"state": event["to_state"]})
    said = cause_text(event["cause"])
    facts = event["evidence"].get("facts", {})
    if event["cause"] in {Cause.NEW, Cause.LATE, Cause.ASKS_AGAIN, Cause.WITHIN_PLAN, Cause.STANDS_AGAIN} and facts:
        return f"{said}: {reason_text(row['reason'], facts, facts.get('gap'))}"
    return said


def _handled(row: Mapping[str, Any]) -> str:
    """What a person did, with what they noted."""
    done = handled_text(row)
    if row["state"] == "resolved":
        done = f"dealt with, {done}" if done else "dealt with"
    note = row.get("snooze_reason") if row["state"] == "snoozed" else row.get("note")
    return f"{done}: {note}" if note else done


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    sent = message["sent_at"]
    return {
        "at": aware(message["created_at"]),
        "event": message["seq"],
        "to": message["to"],
        "channel": message["channel"],
        "reason": message["reason"],
        "state": message["state"],
        "words": OUT.get(message["state"], message["state"]),
        "sent_at": None if sent is None else aware(sent),
        "attempts": message["attempts"],
    }
