"""What one run did, and what stays the same while it is on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from fit_toolkit.courses.evaluate import Find
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailure
from fit_toolkit.errors import ExitCode
from fit_toolkit.model.alerts import Spell, Transition

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice

SIGNALLED = 128  # a program that a signal has ended ends with this and the signal's number


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
    left: int = 0  # episodes not looked at, because the time was up or somebody asked to stop
    stopped: int = 0  # the signal that ended the run early; 0 for none
    held: dict[str, int] = field(default_factory=dict)  # how many alerts no message goes out about just now, and why
    warnings: tuple[str, ...] = ()  # what is odd about the clock
    stands: list[Spell] = field(default_factory=list)  # only of a look back: what holds by what was known then

    @property
    def counts(self) -> dict[str, int]:
        """How many alerts went into which state, how much was looked at, and for how many a policy is not ready."""
        by_state: dict[str, int] = {}
        for change in self.changes:
            if change.event:
                by_state[change.alert.state] = by_state.get(change.alert.state, 0) + 1
        not_ready = {f"not ready for {policy}": members for policy, members in self.waiting.items() if members}
        changed = {f"plugin {name} changed since it was enabled": 1 for name in self.changed}
        left = {"left": self.left} if self.left else {}
        return {
            "episodes": self.episodes,
            "messages": self.messages,
            **left,
            **self.held,
            **by_state,
            **not_ready,
            **changed,
        }

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
    def exit_code(self) -> int:
        """128 and the signal's number when one ended it; 4 when some policy or plugin failed or something is left."""
        if self.stopped:
            return SIGNALLED + self.stopped
        return ExitCode.PARTIAL if self.failed or self.left else ExitCode.OK


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
    known_at: datetime | None = None
