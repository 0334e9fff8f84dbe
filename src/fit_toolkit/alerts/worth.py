"""What each policy of a practice is worth on its own history: how often it speaks, and what therapists noted about its alerts.

Nobody knows which alerts of a clinic were false. What is counted is what people marked, with how many they marked; under
`ENOUGH` marks no share is given at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.quality import Flagged, Portion, Quality, SameAnswers, policy_quality, same_answers, share
from fit_toolkit.courses.evaluate import Find
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.engine import PluginFailureError
from fit_toolkit.errors import UsageError
from fit_toolkit.model.alerts import ACTIONS, GONE
from fit_toolkit.store import alerts as stored
from fit_toolkit.store import runs

if TYPE_CHECKING:
    import sqlalchemy as sa

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
ENOUGH: Final = 10  # marked alerts, below which a share would say more than is known
FALSE_ALARM: Final = ACTIONS[5]


@dataclass(frozen=True, eq=False)
class Heard:
    """What one policy says about every rating of its stream in the whole history; None for one that looks at today only."""

    use: PolicyUse
    loaded: Loaded
    clients: NDArray[np.str_]
    flagged: Flagged | None

    @property
    def days(self) -> Ints:
        """For each rating one number for the member and the day: ratings of two streams are compared where it is the same."""
        course = self.loaded.course
        return self.loaded.member[course.owner] * DAYS + course.day

    def quality(self, events: Heard | None, window: int) -> Quality | None:
        """Count it, against another policy's flags where one is named: only on days that this one rated too."""
        if self.flagged is None:
            return None
        course = self.loaded.course
        if events is None:
            return policy_quality(course, self.flagged, whose=self.clients)
        their_days, their_flags = events.by_day()
        mine = self.days
        true = np.isin(mine, their_days[their_flags])
        counted = np.isin(mine, their_days)
        return policy_quality(course, self.flagged, true=true, counted=counted, whose=self.clients, window=window)

    def by_day(self) -> tuple[Ints, Mask]:
        """Give each member-day with a rating once, and whether any rating of it fires."""
        days, place = np.unique(self.days, return_inverse=True)
        fires = np.zeros(len(days), bool)
        if self.flagged is not None:
            np.logical_or.at(fires, place, self.flagged.fires)
        return days, fires


DAYS: Final = 1_000_000  # more days than any calendar of ratings has


@dataclass(frozen=True)
class Marked:
    """What people noted about the alerts of a policy: alerts raised, those with a note, and how often each note."""

    raised: int = 0
    noted: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)
    false_alarms: Portion | None = None  # None: too few notes to give a share


def listen(
    c: sa.Connection, uses: Sequence[PolicyUse], find: Find, *, as_of: date, max_gap_days: int
) -> tuple[list[Heard], list[PluginFailureError]]:
    """Ask every policy about the whole history; one that fails is named and the others go on."""
    part = Slice.of(c, runs.all_episodes(c), as_of=as_of, max_gap_days=max_gap_days)
    found: list[Heard] = []
    failed: list[PluginFailureError] = []
    for use in uses:
        loaded = part.load(use.stream, use.view, use.partners)
        try:
            findings = find(use, loaded.course)
        except PluginFailureError as error:
            failed.append(error)
            continue
        place = np.searchsorted(part.members["member_id"], loaded.member)
        flagged = None
        if not findings.about_members:
            lapse = use.lapse if use.basis == "convention" else 0
            flagged = Flagged.of(findings, after=use.after, lapse=lapse, stands=use.stands)
        found.append(Heard(use, loaded, part.members["client"][place], flagged))
    return found, failed


def events_of(heard: Sequence[Heard], policy: str) -> Heard:
    """Give the policy whose flags are to count as what others ought to find."""
    named = [each for each in heard if each.use.id == policy]
    if not named:
        raise UsageError(f"there is no policy '{policy}'", hint="fit policies list")
    if len(named) > 1 or named[0].flagged is None:
        raise UsageError(f"'{policy}' cannot be a criterion: it has to watch one scale or item", hint="--criterion ID")
    return named[0]


def agreement(first: Heard, second: Heard) -> SameAnswers | None:
    """Compare two policies on the member-days that both rated; None where one of them looks at today only."""
    if first.flagged is None or second.flagged is None:
        return None
    one_days, one = first.by_day()
    two_days, two = second.by_day()
    _, at_one, at_two = np.intersect1d(one_days, two_days, assume_unique=True, return_indices=True)
    return same_answers(one[at_one], two[at_two])


def marked(c: sa.Connection) -> dict[tuple[str, str, str], Marked]:
    """Count what people noted, by policy, scale and rater; alerts whose ground is gone are left out."""
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in stored.alert_rows(c):
        if row["state"] not in GONE:
            rows.setdefault((row["policy"], row["scale"], row["rater"]), []).append(row)
    return {key: _marked(of) for key, of in rows.items()}


def _marked(rows: Sequence[Mapping[str, Any]]) -> Marked:
    noted = [row for row in rows if row["action"]]
    notes = Counter(str(row["action"]) for row in noted)
    if len(noted) < ENOUGH:
        return Marked(len(rows), len(noted), dict(notes))
    members = np.unique([row["member_id"] for row in noted], return_inverse=True)[1]
    wrong = np.array([row["action"] == FALSE_ALARM for row in noted], np.int64)
    return Marked(
        len(rows), len(noted), dict(notes), share(np.bincount(members, weights=wrong), np.bincount(members))
    )  # fmt: skip
