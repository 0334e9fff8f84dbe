"""What cron starts every morning: the lock, the heartbeat, the run, then sending what it wrote.

What is said is one line for every problem and nothing else. A holder of the lock that is older than it should be is
never pushed aside; the administrators are told of it once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from fit_toolkit.alerts.compose import Frame, about_failed, key_of
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.heartbeat import Heartbeat
from fit_toolkit.alerts.recipients import People
from fit_toolkit.alerts.result import SIGNALLED, RunResult
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.alerts.stopping import Stopping
from fit_toolkit.errors import ExitCode, FitError, LockedError
from fit_toolkit.store import freshness, hold_lock, outbox, people, runs
from fit_toolkit.store.lock import HeldError, in_words

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice

Say = Callable[[str], None]


@dataclass
class Order:
    """What was typed: how this run differs from the usual one."""

    as_of: date | None = None
    accepted: bool = False
    known_at: datetime | None = None
    dry_run: bool = False
    deliver: bool = True
    skip_if_locked: bool = False
    longest: float | None = None  # seconds
    stopping: Stopping = field(default_factory=Stopping)


@dataclass
class Outcome:
    """How it ended: the exit code, and what the run did where there was one."""

    code: int
    result: RunResult | None = None
    heartbeat: tuple[str, ...] = ()  # what went wrong with telling the address outside


def morning(practice: Practice, order: Order, say: Say) -> Outcome:
    """Run, then send; `say` is given one line for each problem."""
    say = _quietly(say)
    beat = Heartbeat("" if order.dry_run else practice.settings.text("alerts.heartbeat_url"))
    code = int(ExitCode.ERROR)
    try:
        if order.dry_run:
            result = _look(practice, order, say)
        else:
            with hold_lock(practice.lock_file, now=practice.now(), zone=practice.zone):
                beat.start()
                result = _look(practice, order, say)
        code = result.exit_code
        if order.deliver and not order.dry_run and not order.stopping.asked:
            code = max(code, _send(practice, order, say))
            if order.stopping.signal:  # it came while messages were going out
                code = SIGNALLED + order.stopping.signal
    except HeldError as held:
        code = _turned_away(practice, order, held, say)
        if code:
            beat.finish(code)
        return Outcome(code, None, tuple(beat.problems))
    except FitError as error:
        code = int(error.exit_code)
        beat.finish(code)
        raise
    except BaseException:
        beat.finish(code)
        raise
    beat.finish(code)
    return Outcome(code, result, tuple(beat.problems))


def _look(practice: Practice, order: Order, say: Say) -> RunResult:
    result = run_alerts(
        practice, as_of=order.as_of, dry_run=order.dry_run, lock=False, back=order.accepted, known_at=order.known_at,
        stopping=order.stopping,
    )  # fmt: skip
    if not result.policies:
        say("there are no [[policies]] in fit.toml: nothing is watched")
    for warning in result.warnings:
        say(warning)
    for row in result.failures:
        name = f"policy {row['policy']}: " if row["policy"] else ""
        what = " ".join(part for part in (f"plugin {row['plugin']} {row['version']}".rstrip(), row["thing"]) if part)
        say(f"{name}{what}: {row['error']}")
    for plugin in practice.registry.plugins:
        if plugin.changed:
            say(f"plugin {plugin.name}: {plugin.changed}")
    if result.left and not result.stopped:
        say(f"the time was up: {_episodes(result.left)} left for the next run")
    if result.stopped:
        left = f", {_episodes(result.left)} left" if result.left else ""
        say(f"stopped by a signal after what was begun{left}; the next run goes on from there")
    return result


def _send(practice: Practice, order: Order, say: Say) -> int:
    """Send what is due, name what could not be sent, and give the exit code that this asks for (0, 4 or 6)."""
    with practice.store.read() as c:
        newest = runs.newest_run(c, runs.RUNS)
    # a lease taken by a clock that was ahead is over only by that clock
    now = max(practice.now(), newest["finished_at"] or practice.now()) if newest else practice.now()
    sent = deliver(practice, now=now, stop=lambda: order.stopping.asked)
    for problem in sent.problems:
        say(problem)
    if sent.undelivered_safety:
        say(f"not delivered, about safety: {sent.undelivered_safety}; act now (fit alerts list --severity safety)")
    return int(sent.exit_code)


def _turned_away(practice: Practice, order: Order, held: HeldError, say: Say) -> int:
    """Somebody else has the lock: say so, and tell the administrators where they have had it for too long."""
    longest = freshness.allowed(practice.settings) if order.longest is None else timedelta(seconds=order.longest)
    stuck = held.age is not None and held.age > longest
    if stuck:
        with suppress(LockedError):  # it may be in the middle of writing; whoever comes next will tell
            _tell_once(practice, held)
            if order.deliver:
                _send(practice, order, say)
    if order.skip_if_locked and not stuck:
        return int(ExitCode.OK)
    say(str(held))
    return int(ExitCode.OK if order.skip_if_locked else ExitCode.LOCKED)


def _tell_once(practice: Practice, held: HeldError) -> None:
    frame = Frame(
        channels=tuple(dict.fromkeys(practice.settings.texts("alerts.channels"))), run_id=0, now=practice.now()
    )
    name = f"another run holds the lock for {in_words(held.age or timedelta())}: nothing is looked at meanwhile"
    with practice.store.begin() as c:
        crowd = People(people.list_staff(c), {}, practice.today())
        rows = about_failed([name], crowd.administrators(), frame)
        since = held.since.isoformat() if held.since else ""
        once = [
            row | {"run_id": None, "key": key_of(["held", since], row["channel"], row["recipient_staff_id"] or 0)}
            for row in rows
        ]
        outbox.add_messages(c, once)


def _episodes(count: int) -> str:
    return f"{count} episode{'' if count == 1 else 's'}"


def _quietly(say: Say) -> Say:
    """A line that nobody can be told (a full disk, a closed stream) must not keep messages from going out."""

    def line(text: str) -> None:
        with suppress(OSError, ValueError):
            say(f"fit: {text}")

    return line
