"""One run: asks the policies about what is new or due, and writes alerts, their history and messages.

Evaluation reads; what it found is then written in one transaction per slice of episodes, together with the deletion
of exactly the `touched` rows that were read before the data. Whatever comes in meanwhile stays on the work list, and
so does what a run had no time for.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import fit_toolkit
from fit_toolkit.alerts import messages
from fit_toolkit.alerts.changes import next_days, transitions_of, write
from fit_toolkit.alerts.clock import Moment, moment_of
from fit_toolkit.alerts.result import Occasion, RunResult
from fit_toolkit.alerts.stopping import StopError, Stopping
from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.evaluate import Evaluated, evaluate
from fit_toolkit.courses.load import Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.errors import UsageError
from fit_toolkit.store import hold_lock, outbox, runs, touch

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.practice import Practice

__all__ = ["EPISODES_A_SLICE", "RunResult", "run_alerts", "watched_id"]

EPISODES_A_SLICE = 4000
WAITING = "waiting"  # why an episode is on the work list that a run had no time for


@dataclass(frozen=True)
class Ask:
    """What a run was asked for."""

    as_of: date | None = None
    episodes: tuple[int, ...] | None = None  # None: what is new or due
    tell: bool = True
    dry_run: bool = False
    accepted: bool = False  # the clock is right whatever the record of the last run says
    known_at: datetime | None = None

    @property
    def kind(self) -> str:
        """Under what name the run is recorded: one over some episodes is not what is waited for every morning."""
        return runs.RUN if self.episodes is None else runs.ENTRY


def run_alerts(  # noqa: PLR0913 - each says how one run differs from the usual one
    practice: Practice,
    *,
    as_of: date | None = None,
    episodes: Iterable[int] | None = None,
    tell: bool = True,
    dry_run: bool = False,
    lock: bool = True,
    back: bool = False,
    known_at: datetime | None = None,
    stopping: Stopping | None = None,
) -> RunResult:
    """Evaluate what is new or due (or just `episodes`) and bring the alerts in line; `tell` False writes no messages.

    Raises LockedError when another run is on, DataError for a day before that of the last run unless `back` says that
    its day was wrong. `known_at` (only with `dry_run`) looks at what had been entered by then. Running it twice
    changes nothing; one that `stopping` ends early leaves the rest to the next.
    """
    if known_at is not None and not dry_run:
        raise UsageError("what was known at a moment can only be looked at", hint="--known-at needs --dry-run")
    ask = Ask(as_of, None if episodes is None else tuple(episodes), tell, dry_run, back, known_at)
    with hold_lock(practice.lock_file, now=practice.now(), zone=practice.zone) if lock else nullcontext():
        return _run(practice, ask, stopping or Stopping())


def _run(practice: Practice, ask: Ask, stopping: Stopping) -> RunResult:
    result = RunResult()
    with Asking(practice, forgiving=True) as asking:
        hashes = {watched_id(use): use.hash for use in asking.uses}
        with practice.store.read() as c:
            moment = moment_of(c, practice, ask.as_of, accepted=ask.accepted, dry_run=ask.dry_run)
            work, changed = _work(c, ask, moment, hashes, asking.unready)
        if not ask.dry_run:
            with practice.store.begin() as c:
                if ask.accepted:
                    runs.forget_the_future(c, moment.now)
                result.run_id = runs.start_run(
                    c, ask.kind, at=moment.now, as_of=moment.as_of,
                    policies_hash=asking.hash, engine_version=fit_toolkit.__version__,
                )  # fmt: skip
        result.warnings = moment.warnings
        result.failed += [(failure, "", 0) for failure in asking.failures]
        result.changed = tuple(plugin.name for plugin in practice.registry.plugins if plugin.changed)
        result.policies = len(asking.uses) + len(asking.unready)
        find = stopping.watched(asking.find)
        occasion = Occasion(
            practice, moment.as_of, moment.now, result.run_id, asking.uses, find, asking.unready,
            deliver=ask.tell, dry_run=ask.dry_run, known_at=ask.known_at,
        )  # fmt: skip
        failed, left = _slices(occasion, work, result, stopping)
    result.left, result.stopped = len(left), stopping.signal
    if not ask.dry_run:
        asked = {name: value for name, value in hashes.items() if name not in failed}
        _finish(occasion, result, asked if ask.episodes is None and changed else None, work, left)
    return result


def watched_id(use: PolicyUse) -> str:
    """One name for a policy on one stream: a policy may watch several flagged items."""
    return f"{use.id}|{use.stream.instrument}|{use.stream.scale}|{use.stream.rater}"


def _work(
    c: sa.Connection, ask: Ask, moment: Moment, hashes: dict[str, str], unready: frozenset[str]
) -> tuple[runs.Work, bool]:
    """Give the episodes to look at, and whether that is because a policy changed."""
    work = runs.pending(c, as_of=moment.as_of)
    if ask.episodes is not None:
        chosen = set(ask.episodes)
        return runs.Work(list(ask.episodes), {e: ids for e, ids in work.touched.items() if e in chosen}), False
    seen = runs.seen_policies(c)
    gone = {name for name in seen if name not in hashes and name.partition("|")[0] not in unready}
    changed = bool(gone) or any(seen.get(name) != value for name, value in hashes.items())
    if changed or ask.dry_run or moment.earlier:  # what was due by a wrong clock cannot be trusted
        work = runs.Work(runs.all_episodes(c), work.touched)
    if len(work.episodes) > EPISODES_A_SLICE:  # what came in last goes first: a run may not come to the end of its list
        newest = {episode: max(ids) for episode, ids in work.touched.items()}
        work = runs.Work(sorted(work.episodes, key=lambda e: (-newest.get(e, 0), e)), work.touched)
    return work, changed


def _slices(occasion: Occasion, work: runs.Work, result: RunResult, stopping: Stopping) -> tuple[set[str], list[int]]:
    """Go through the work slice by slice; give the policies that failed, and the episodes there was no time for."""
    failed: set[str] = set()
    for start in range(0, len(work.episodes), EPISODES_A_SLICE):
        if stopping.asked or (start and stopping.time_is_up):  # one slice at least: the next run is no better off
            return failed, work.episodes[start:]
        ids = sorted(work.episodes[start : start + EPISODES_A_SLICE])
        try:
            done = _slice(occasion, ids, [row for episode in ids for row in work.touched.get(episode, ())], result)
        except StopError:
            return failed, work.episodes[start:]
        failed |= {watched_id(fail.use) for fail in done.failed}
    return failed, []


def _slice(occasion: Occasion, episodes: list[int], touched: list[int], result: RunResult) -> Evaluated:
    practice = occasion.practice
    with practice.store.read() as c:
        gap = practice.settings.number("alerts.max_gap_days")
        part = Slice.of(c, episodes, as_of=occasion.as_of, max_gap_days=gap, known_at=occasion.known_at)
        done = evaluate(part, occasion.uses, occasion.find)
    result.episodes += len(episodes)
    result.failed += [(fail.error.failure, fail.use.id, len(fail.episodes)) for fail in done.failed]
    for policy, members in done.waiting.items():
        result.waiting[policy] = result.waiting.get(policy, 0) + members
    if occasion.known_at is not None:
        result.stands += [spell for spell in done.spells if spell.stands]
        return done
    if occasion.dry_run:
        with practice.store.read() as c:
            result.changes += transitions_of(c, occasion, part, done)
        return done
    with practice.store.begin() as c:
        changes = transitions_of(c, occasion, part, done)
        written = write(c, occasion, part, changes)
        if occasion.deliver:
            rows = messages.plan(
                c, written, settings=practice.settings, today=occasion.as_of, run_id=occasion.run_id, now=occasion.now
            )
            result.messages += len(outbox.add_messages(c, rows))
        if not done.failed and not occasion.kept:
            runs.clear_touched(c, touched)
            ahead = next_days(c, part, done)
            runs.set_due(c, {episode: ahead.get(episode) for episode in episodes})
    result.changes += written
    return done


def _finish(
    occasion: Occasion, result: RunResult, seen: dict[str, str] | None, work: runs.Work, left: list[int]
) -> None:
    """Close the run's record; one message tells the administrator of everything that failed."""
    practice = occasion.practice
    with practice.store.begin() as c:
        if occasion.deliver:  # once more at the end: repeats of what nobody has seen, and what failed
            planned = messages.wrap_up(
                c,
                settings=practice.settings,
                today=occasion.as_of,
                run_id=result.run_id,
                now=occasion.now,
                failures=[failure for failure, _, _ in result.failed],
                stale={policy for _, policy, _ in result.failed} | occasion.kept,
            )
            result.messages += len(outbox.add_messages(c, planned.rows))
            result.held = planned.held
        # Not all of these were touched or due: a changed policy asks about everybody, and has to come to the end.
        touch(c, [episode for episode in left if episode not in work.touched], WAITING, occasion.now)
        if seen is not None:
            runs.set_seen_policies(c, seen, at=occasion.now)
        runs.finish_run(
            c,
            result.run_id,
            at=max(practice.now(), occasion.now),
            exit_code=result.exit_code,
            counts=result.counts,
            failures=result.failures,
        )
