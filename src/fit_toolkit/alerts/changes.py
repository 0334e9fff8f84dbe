"""What a slice changes, and writing it: transitions, their rows and events, the next day the calendar matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

import fit_toolkit
from fit_toolkit.alerts.reconcile import reconcile
from fit_toolkit.alerts.result import Occasion
from fit_toolkit.courses.evaluate import Evaluated
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.model.alerts import Alert, Cause, Key, Transition
from fit_toolkit.store import alerts as stored
from fit_toolkit.store.alerts import EPOCH

if TYPE_CHECKING:
    import sqlalchemy as sa

Watched = tuple[str, str, str, str]  # policy, instrument, scale, rater


def transitions_of(c: sa.Connection, occasion: Occasion, part: Slice, done: Evaluated) -> list[Transition]:
    """What changes for the members of the slice, leaving alone what could not be evaluated."""
    out_of_reach = {_watched(fail.use) for fail in done.failed}
    watched = {_watched(use) for use in occasion.uses}
    known = stored.read_alerts(c, part.members["member_id"].tolist())
    today = (occasion.as_of - EPOCH).days
    mine = [a for a in known if (key := _watched_by(a.key)) in watched and key not in out_of_reach]
    changes = reconcile(done.spells, mine, today=today)
    orphans = [a for a in known if a.live and _watched_by(a.key) not in watched and a.key.policy not in occasion.kept]
    changed = {change.alert.id for change in changes}
    after = [a for a in mine if a.id not in changed] + [change.alert for change in changes]
    asking = {_about(a) for a in after if a.live and a.severity == "safety"}
    return [_orphaned(alert) for alert in orphans if not _waits_for_a_person(alert, asking)] + changes


def _waits_for_a_person(orphan: Alert, asking: set[tuple[int, Watched]]) -> bool:
    """A removed policy does not answer for a person: safety stays until somebody acts or another alert asks the same."""
    return orphan.severity == "safety" and orphan.state == "open" and _about(orphan) not in asking


def _about(alert: Alert) -> tuple[int, Watched]:
    return alert.key.member, ("", *_watched_by(alert.key)[1:])


def _orphaned(alert: Alert) -> Transition:
    gone = msgspec.structs.replace(alert, state="superseded", cause=Cause.POLICY_GONE)
    return Transition(alert=gone, before=alert.state, event=True, tells=False)


def _watched(use: PolicyUse) -> Watched:
    return (use.id, use.stream.instrument, use.stream.scale, use.stream.rater)


def _watched_by(key: Key) -> Watched:
    return (key.policy, key.instrument, key.scale, key.rater)


def write(c: sa.Connection, occasion: Occasion, part: Slice, changes: Sequence[Transition]) -> list[Transition]:
    """Store the transitions with one event each; give them back with the ids that new alerts were given."""
    uses = {_watched(use): use for use in occasion.uses}
    episode_of = dict(zip(part.members["member_id"].tolist(), part.members["episode_id"].tolist(), strict=True))
    new = [change for change in changes if change.alert.id == 0]
    old = [change for change in changes if change.alert.id != 0]
    stored.update_alerts(c, [_changed_row(change, occasion) for change in old])
    rows = [_new_row(change.alert, uses[_watched_by(change.alert.key)], episode_of, occasion) for change in new]
    ids = stored.insert_alerts(c, rows)
    made = [
        msgspec.structs.replace(change, alert=msgspec.structs.replace(change.alert, id=alert_id))
        for change, alert_id in zip(new, ids, strict=True)
    ]
    written = old + made
    stored.append_events(c, [_event(change, uses, occasion) for change in written if change.event])
    return written


def _new_row(alert: Alert, use: PolicyUse, episode_of: dict[int, int], occasion: Occasion) -> dict[str, Any]:
    return stored.as_row(alert) | {
        "kind": use.kind,
        "episode_id": episode_of[alert.key.member],
        "session_on": _session(alert),
        "first_seen": occasion.as_of,
        "opened_at": occasion.now,
        "changed_at": occasion.now,
        "policy_hash": use.hash,
    }


def _changed_row(change: Transition, occasion: Occasion) -> dict[str, Any]:
    row = stored.as_row(change.alert) | {"session_on": _session(change.alert)}
    return row | ({"changed_at": occasion.now} if change.event else {})


def _session(alert: Alert) -> date:
    return EPOCH + timedelta(days=int(alert.evidence.get("day", alert.opened)))


def _event(change: Transition, uses: dict[Watched, PolicyUse], occasion: Occasion) -> dict[str, Any]:
    alert = change.alert
    use = uses.get(_watched_by(alert.key))
    spell = {"root": alert.root, "opened": alert.opened, "last": alert.last, "ended": alert.ended}
    provenance = {} if use is None else {"policy": use.hash, "plugin": f"{use.ready.plugin} {use.ready.version}"}
    return {
        "alert_id": alert.id,
        "at": occasion.now,
        "actor": "fit",
        "run_id": occasion.run_id,
        "from_state": change.before or None,
        "to_state": alert.state,
        "cause": alert.cause,
        "evidence": {"spell": spell, "facts": alert.evidence, "engine": fit_toolkit.__version__, **provenance},
    }


def next_days(c: sa.Connection, part: Slice, done: Evaluated) -> dict[int, date]:
    """The next day on which the calendar alone may change something: what is expected, and snoozes that end."""
    ahead = dict(done.next_day)
    episode_of = dict(zip(part.members["member_id"].tolist(), part.members["episode_id"].tolist(), strict=True))
    for alert in stored.read_alerts(c, list(episode_of), live_only=True):
        if alert.snooze_until is not None:
            episode = episode_of[alert.key.member]
            ahead[episode] = min(alert.snooze_until, ahead.get(episode, alert.snooze_until))
    return {episode: EPOCH + timedelta(days=day) for episode, day in ahead.items()}
