"""One run: asks the policies about what is new or due, and writes alerts, their history and messages.

Evaluation reads; what it found is then written in one transaction per slice of episodes, together with the deletion
of exactly the `touched` rows that were read before the data. Whatever comes in meanwhile stays on the work list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

import fit_toolkit
from fit_toolkit.alerts import messages
from fit_toolkit.alerts.reconcile import reconcile
from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.evaluate import Evaluated, Find, evaluate
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailure
from fit_toolkit.errors import DataError, ExitCode
from fit_toolkit.model.alerts import Alert, Cause, Key, Transition
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import hold_lock, outbox, runs
from fit_toolkit.store.alerts import EPOCH

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.practice import Practice

EPISODES_A_SLICE = 4000
Watched = tuple[str, str, str, str]  # policy, instrument, scale, rater


@dataclass
class RunResult:
    """What one run did: what happened to alerts, and what failed on how many episodes."""

    run_id: int = 0
    episodes: int = 0
    changes: list[Transition] = field(default_factory=list)
    failed: list[tuple[PluginFailure, str, int]] = field(default_factory=list)  # what, policy id, episodes
    messages: int = 0
    policies: int = 0  # how many there are, ready or not
    waiting: dict[str, int] = field(default_factory=dict)  # by policy: members rated too seldom for it
    changed: tuple[str, ...] = ()  # plugins that are no longer what was enabled

    @property
    def counts(self) -> dict[str, int]:
        """How many alerts went into which state, how much was looked at, and for how many a policy is not ready."""
        by_state: dict[str, int] = {}
        for change in self.changes:
            if change.event:
                by_state[change.alert.state] = by_state.get(change.alert.state, 0) + 1
        not_ready = {f"not ready for {policy}": members for policy, members in self.waiting.items() if members}
        changed = {f"plugin {name} changed since it was enabled": 1 for name in self.changed}
        return {"episodes": self.episodes, "messages": self.messages, **by_state, **not_ready, **changed}

    @property
    def failures(self) -> list[dict[str, Any]]:
        """What failed, as plain rows for the record; one row a policy, whatever the number of slices."""
        rows: dict[tuple[PluginFailure, str], int] = {}
        for failure, policy, episodes in self.failed:
            rows[failure, policy] = rows.get((failure, policy), 0) + episodes
        return [
            {"policy": policy, **msgspec.structs.asdict(failure), "episodes": episodes}
            for (failure, policy), episodes in rows.items()
        ]

    @property
    def exit_code(self) -> ExitCode:
        """4 when some policy or plugin failed."""
        return ExitCode.PARTIAL if self.failed else ExitCode.OK


@dataclass(frozen=True)
class Occasion:
    """What stays the same during one run."""

    practice: Practice
    as_of: date
    now: datetime
    run_id: int
    uses: tuple[PolicyUse, ...]
    find: Find
    kept: frozenset[str]  # policies that could not be prepared: their alerts stay as they are
    deliver: bool
    dry_run: bool


def run_alerts(
    practice: Practice,
    *,
    as_of: date | None = None,
    episodes: Iterable[int] | None = None,
    tell: bool = True,
    dry_run: bool = False,
    lock: bool = True,
    back: bool = False,
) -> RunResult:
    """Evaluate what is new or due (or just `episodes`) and bring the alerts in line; `tell` False writes no messages.

    Raises LockedError when another run is on, DataError for a day before that of the last run unless `back` says that
    its day was wrong. Running it twice changes nothing.
    """
    today = as_of or practice.today()
    with hold_lock(practice.lock_file) if lock else nullcontext():
        chosen = None if episodes is None else list(episodes)
        return _run(practice, today, chosen, tell=tell, dry_run=dry_run, back=back)


def _run(
    practice: Practice, as_of: date, chosen: list[int] | None, *, tell: bool, dry_run: bool, back: bool
) -> RunResult:
    now = practice.now()
    result = RunResult()
    with Asking(practice, forgiving=True) as asking:
        hashes = {watched_id(use): use.hash for use in asking.uses}
        work, changed = _work(practice, as_of, chosen, hashes, asking.unready, dry_run=dry_run, back=back)
        if not dry_run:
            with practice.store.begin() as c:
                result.run_id = runs.start_run(
                    c, "alerts", at=now, as_of=as_of, policies_hash=asking.hash, engine_version=fit_toolkit.__version__
                )
        result.failed += [(failure, "", 0) for failure in asking.failures]
        result.changed = tuple(plugin.name for plugin in practice.registry.plugins if plugin.changed)
        result.policies = len(asking.uses) + len(asking.unready)
        occasion = Occasion(
            practice, as_of, now, result.run_id, asking.uses, asking.find, asking.unready, tell, dry_run
        )
        failed: set[str] = set()
        for start in range(0, len(work.episodes), EPISODES_A_SLICE):
            ids = work.episodes[start : start + EPISODES_A_SLICE]
            done = _slice(occasion, ids, [row for episode in ids for row in work.touched.get(episode, ())], result)
            failed |= {watched_id(fail.use) for fail in done.failed}
    if not dry_run:
        everything = chosen is None
        asked = {name: value for name, value in hashes.items() if name not in failed}
        _finish(occasion, result, asked if everything and changed else None)
    return result


def watched_id(use: PolicyUse) -> str:
    """One name for a policy on one stream: a policy may watch several flagged items."""
    return f"{use.id}|{use.stream.instrument}|{use.stream.scale}|{use.stream.rater}"


def _work(
    practice: Practice,
    as_of: date,
    chosen: list[int] | None,
    hashes: dict[str, str],
    unready: frozenset[str],
    *,
    dry_run: bool,
    back: bool,
) -> tuple[runs.Work, bool]:
    with practice.store.read() as c:
        last = runs.last_run(c, "alerts")
        earlier = last is not None and as_of < last["as_of"]
        if last is not None and earlier and not (dry_run or back):
            raise DataError(
                f"the last run was as of {last['as_of']}, a later day: alerts cannot go back in time",
                hint=f"is the clock right? If today is {practice.today()} and the clock was wrong then: "
                f"fit alerts run --as-of {practice.today()}; --dry-run looks at the past without changing anything",
            )
        work = runs.pending(c, as_of=as_of)
        if chosen is not None:
            return runs.Work(chosen, {e: ids for e, ids in work.touched.items() if e in set(chosen)}), False
        seen = runs.seen_policies(c)
        gone = {name for name in seen if name not in hashes and name.partition("|")[0] not in unready}
        changed = bool(gone) or any(seen.get(name) != value for name, value in hashes.items())
        if changed or dry_run or earlier:  # what was due by a wrong clock cannot be trusted
            work = runs.Work(runs.all_episodes(c), work.touched)
    return work, changed


def _slice(occasion: Occasion, episodes: list[int], touched: list[int], result: RunResult) -> Evaluated:
    practice = occasion.practice
    with practice.store.read() as c:
        gap = practice.settings.number("alerts.max_gap_days")
        part = Slice.of(c, episodes, as_of=occasion.as_of, max_gap_days=gap)
        done = evaluate(part, occasion.uses, occasion.find)
    result.episodes += len(episodes)
    result.failed += [(fail.error.failure, fail.use.id, len(fail.episodes)) for fail in done.failed]
    for policy, members in done.waiting.items():
        result.waiting[policy] = result.waiting.get(policy, 0) + members
    if occasion.dry_run:
        with practice.store.read() as c:
            result.changes += _transitions(c, occasion, part, done)
        return done
    with practice.store.begin() as c:
        changes = _transitions(c, occasion, part, done)
        written = _write(c, occasion, part, changes)
        if occasion.deliver:
            rows = messages.plan(
                c, written, settings=practice.settings, today=occasion.as_of, run_id=occasion.run_id, now=occasion.now
            )
            result.messages += len(outbox.add_messages(c, rows))
        if not done.failed and not occasion.kept:
            runs.clear_touched(c, touched)
            ahead = _next_days(c, part, done)
            runs.set_due(c, {episode: ahead.get(episode) for episode in episodes})
    result.changes += written
    return done


def _transitions(c: sa.Connection, occasion: Occasion, part: Slice, done: Evaluated) -> list[Transition]:
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


def _write(c: sa.Connection, occasion: Occasion, part: Slice, changes: Sequence[Transition]) -> list[Transition]:
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


def _next_days(c: sa.Connection, part: Slice, done: Evaluated) -> dict[int, date]:
    """The next day on which the calendar alone may change something: what is expected, and snoozes that end."""
    ahead = dict(done.next_day)
    episode_of = dict(zip(part.members["member_id"].tolist(), part.members["episode_id"].tolist(), strict=True))
    for alert in stored.read_alerts(c, list(episode_of), live_only=True):
        if alert.snooze_until is not None:
            episode = episode_of[alert.key.member]
            ahead[episode] = min(alert.snooze_until, ahead.get(episode, alert.snooze_until))
    return {episode: EPOCH + timedelta(days=day) for episode, day in ahead.items()}


def _finish(occasion: Occasion, result: RunResult, seen: dict[str, str] | None) -> None:
    """Close the run's record; one message tells the administrator of everything that failed."""
    practice = occasion.practice
    with practice.store.begin() as c:
        if occasion.deliver:  # once more at the end: repeats of what nobody has seen, and what failed
            rows = messages.plan(
                c,
                [],
                settings=practice.settings,
                today=occasion.as_of,
                run_id=result.run_id,
                now=occasion.now,
                failures=[failure for failure, _, _ in result.failed],
            )
            result.messages += len(outbox.add_messages(c, rows))
        if seen is not None:
            runs.set_seen_policies(c, seen, at=occasion.now)
        runs.finish_run(
            c,
            result.run_id,
            at=practice.now(),
            exit_code=int(result.exit_code),
            counts=result.counts,
            failures=result.failures,
        )
