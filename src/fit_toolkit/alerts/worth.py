"""What each policy of a practice is worth on its own history: how often it speaks, and what therapists noted about its alerts.

Nobody knows which alerts of a clinic were false. What is counted is what people marked, with how many they marked; under
`ENOUGH` marks no share is given at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fit_toolkit.analysis.portions import Portion, share
from fit_toolkit.analysis.quality import Flagged, Quality, SameAnswers, Tally, same_answers, together
from fit_toolkit.course import Course
from fit_toolkit.courses.evaluate import Find
from fit_toolkit.courses.load import Loaded, Slice
from fit_toolkit.courses.policies import PolicyUse
from fit_toolkit.courses.slices import all_slices
from fit_toolkit.courses.stream import Stream
from fit_toolkit.engine import PluginFailureError
from fit_toolkit.errors import PluginError, UsageError
from fit_toolkit.model.alerts import ACTIONS, GONE
from fit_toolkit.store import alerts as stored

if TYPE_CHECKING:
    import sqlalchemy as sa

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
Name = tuple[str, Stream]  # a policy that watches several items is asked once for each
ENOUGH: Final = 10  # marked alerts, below which a share would say more than is known
FALSE_ALARM: Final = ACTIONS[5]


@dataclass(frozen=True, eq=False)
class Heard:
    """What one policy says about every rating of its stream in one slice; None for one that looks at today only."""

    use: PolicyUse
    loaded: Loaded
    clients: NDArray[np.str_]
    flagged: Flagged | None

    @property
    def days(self) -> Ints:
        """For each rating one number for the member and the day: ratings of two streams are compared where it is the same."""
        course = self.loaded.course
        return self.loaded.member[course.owner] * DAYS + course.day

    def speaks(self) -> Tally | None:
        """Count how often it speaks, on all its ratings."""
        if self.flagged is None:
            return None
        return Tally.of(self.loaded.course, self.flagged, whose=self.clients)

    def against(self, events: Heard, window: int) -> Tally | None:
        """Count it against another policy's flags: only on days that this one rated too."""
        if self.flagged is None:
            return None
        course = self.loaded.course
        their_days, their_flags = events.by_day()
        mine = self.days
        counted = np.isin(mine, their_days)
        true = _through(np.isin(mine, their_days[their_flags]), counted, course)
        return Tally.of(course, self.flagged, true=true, counted=counted, whose=self.clients, window=window)

    def by_day(self) -> tuple[Ints, Mask]:
        """Give each member-day with a rating once, and whether any rating of it fires."""
        days, place = np.unique(self.days, return_inverse=True)
        fires = np.zeros(len(days), bool)
        if self.flagged is not None:
            np.logical_or.at(fires, place, self.flagged.fires)
        return days, fires


def _through(true: Mask, counted: Mask, course: Course) -> Mask:
    """An event goes on over a rating that the criterion says nothing about, where it stood before and stands after."""
    known = np.flatnonzero(counted)
    if not len(known):
        return true
    nth = np.searchsorted(known, np.arange(len(true)), side="right")
    before, after = known[np.maximum(nth - 1, 0)], known[np.minimum(nth, len(known) - 1)]
    owner = course.owner
    between = ~counted & (nth > 0) & (nth < len(known)) & (owner[before] == owner) & (owner[after] == owner)
    through: Mask = true | (between & true[before] & true[after])
    return through


DAYS: Final = 1_000_000  # more days than any calendar of ratings has


@dataclass(frozen=True, eq=False)
class Worth:
    """What one policy is worth on the whole history; `quality` is None for one that looks at today only.

    How often it speaks is counted on all its ratings, what is about the criterion on the days that both rated.
    """

    use: PolicyUse
    quality: Quality | None


@dataclass(frozen=True, eq=False)
class Weighed:
    """Every policy, how far every two agree on the member-days that both rated, and what failed."""

    worth: tuple[Worth, ...]
    pairs: tuple[tuple[PolicyUse, PolicyUse, SameAnswers], ...]
    failed: tuple[PluginFailureError, ...]


@dataclass(frozen=True)
class Marked:
    """What people noted about the alerts of a policy: alerts raised, those with a note, and how often each note."""

    raised: int = 0
    noted: int = 0
    notes: Mapping[str, int] = field(default_factory=dict)
    false_alarms: Portion | None = None  # None: too few notes to give a share


@dataclass(frozen=True)
class Asked:
    """What else to say: against the flags of one policy, up to `window` ratings before them; how far every two agree."""

    criterion: str | None = None
    window: int = 0
    pairs: bool = False


NOTHING_MORE: Final = Asked()


def weigh(
    c: sa.Connection,
    uses: Sequence[PolicyUse],
    find: Find,
    *,
    as_of: date,
    max_gap_days: int,
    asked: Asked = NOTHING_MORE,
) -> Weighed:
    """Ask every policy about the whole history, slice by slice; one that fails is named and the others go on."""
    wanted = None if asked.criterion is None else _criterion(uses, asked.criterion)
    counts: dict[Name, list[tuple[Tally | None, Tally | None]]] = {}
    answers: dict[tuple[Name, Name], SameAnswers] = {}
    failed: dict[Name, PluginFailureError] = {}
    for part in all_slices(c, as_of=as_of, max_gap_days=max_gap_days):
        heard = _listen(part, [use for use in uses if _name(use) not in failed], find, failed)
        events = None if wanted is None else _events(heard, wanted, failed)
        for each in heard:
            against = None if events is None else each.against(events, asked.window)
            counts.setdefault(_name(each.use), []).append((each.speaks(), against))
        for first, second in combinations(heard, 2) if asked.pairs else ():
            found = _agreement(first, second)
            if found is not None:
                key = (_name(first.use), _name(second.use))
                answers[key] = answers[key] + found if key in answers else found
    kept = {_name(use): use for use in uses if _name(use) not in failed}
    agree = [(kept[one], kept[two], found) for (one, two), found in answers.items() if {one, two} <= kept.keys()]
    worth = [Worth(use, _quality(counts[key])) for key, use in kept.items() if use is not wanted]
    return Weighed(tuple(worth), tuple(agree), tuple(failed.values()))


def _listen(part: Slice, uses: Sequence[PolicyUse], find: Find, failed: dict[Name, PluginFailureError]) -> list[Heard]:
    found: list[Heard] = []
    for use in uses:
        loaded = part.load(use.stream, use.view, use.partners)
        try:
            findings = find(use, loaded.course)
        except PluginFailureError as error:
            failed[_name(use)] = error
            continue
        place = np.searchsorted(part.members["member_id"], loaded.member)
        flagged = None
        if not findings.about_members:
            lapse = use.lapse if use.basis == "convention" else 0
            flagged = Flagged.of(findings, after=use.after, lapse=lapse, stands=use.stands)
        found.append(Heard(use, loaded, part.members["client"][place], flagged))
    return found


def _name(use: PolicyUse) -> Name:
    return use.id, use.stream


def _criterion(uses: Sequence[PolicyUse], policy: str) -> PolicyUse:
    named = [use for use in uses if use.id == policy]
    if not named:
        raise UsageError(f"there is no policy '{policy}'", hint="fit policies list")
    if len(named) > 1:
        raise _no_criterion(policy)
    return named[0]


def _events(heard: Sequence[Heard], wanted: PolicyUse, failed: Mapping[Name, PluginFailureError]) -> Heard:
    if _name(wanted) in failed:
        raise PluginError(f"the criterion could not be asked: {failed[_name(wanted)]}")
    events = next(each for each in heard if each.use is wanted)
    if events.flagged is None:
        raise _no_criterion(wanted.id)
    return events


def _no_criterion(policy: str) -> UsageError:
    return UsageError(f"'{policy}' cannot be a criterion: it has to watch one scale or item", hint="--criterion ID")


def _quality(counts: Sequence[tuple[Tally | None, Tally | None]]) -> Quality | None:
    """Give what all slices come to; how often a policy speaks does not depend on the criterion."""
    speaks = [one for one, _ in counts if one is not None]
    if not speaks:
        return None
    quality = together(speaks).quality()
    against = [two for _, two in counts if two is not None]
    if not against:
        return quality
    on_both = together(against).quality()
    return msgspec.structs.replace(
        on_both, alerts=quality.alerts, flags=quality.flags, clients_flagged=quality.clients_flagged
    )


def _agreement(first: Heard, second: Heard) -> SameAnswers | None:
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
