"""Episodes as the rows of files tell them, put together and held against themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from fit_toolkit.errors import FitError
from fit_toolkit.intake.episode_files import Listed
from fit_toolkit.model.people import CODE_RULE, is_code
from fit_toolkit.store.labels import SITE, check_label
from fit_toolkit.store.schema import ASSIGNMENT_ROLES, EPISODE_KINDS
from fit_toolkit.store.taking_over import Assigned, Joined, Paused, Taken

WITHOUT_REASON: Final = "no reason in the file"
SHARED: Final = (
    "kind",
    "therapist",
    "opened",
    "closed",
    "close_reason",
    "labels",
)  # the same in all rows of an episode
At = tuple[Listed, int]  # a row of a file


@dataclass(eq=False)
class Draft:
    """One episode: the rows that tell of it, and what they say; `members` holds a client's row and days."""

    code: str
    members: list[tuple[At, Joined | None]] = field(default_factory=list)
    assigned: list[tuple[At, Assigned | None]] = field(default_factory=list)
    paused: list[tuple[At, Paused | None]] = field(default_factory=list)
    kind: str = ""
    opened: date | None = None
    closed: date | None = None
    labels: tuple[str, ...] = ()

    @property
    def rows(self) -> Iterator[At]:
        """Every row that tells of it."""
        yield from (at for at, _ in (*self.members, *self.assigned, *self.paused))

    @property
    def first(self) -> At:
        """The row that says what holds for all of it."""
        return self.members[0][0]

    def text(self, role: str) -> str:
        """Give what is said of the whole episode."""
        file, row = self.first
        return file.text(row, role)

    def wrong(self, role: str, said: str) -> None:
        """Report something about the whole episode."""
        file, row = self.first
        file.wrong(row, role, said)

    @property
    def sound(self) -> bool:
        """Whether nothing was found wrong with any of its rows."""
        return not any(row in file.bad for file, row in self.rows)


def gathered(files: Sequence[Listed]) -> tuple[dict[str, Draft], list[At]]:
    """Put the rows of episodes together, by code; give the rows that name a client and no episode, too."""
    drafts: dict[str, Draft] = {}
    alone: list[At] = []
    for file in (each for each in files if each.kind == "members"):
        for row in range(len(file.table)):
            code, opened = file.text(row, "episode"), file.text(row, "opened")
            if not code and not opened:
                alone.append((file, row))
                continue
            key = code or f"{file.text(row, 'client')} {opened}"
            drafts.setdefault(key, Draft(code)).members.append(((file, row), None))
    for file in (each for each in files if each.kind in {"assignments", "pauses"}):
        for row in range(len(file.table)):
            code = file.text(row, "episode")
            if code not in drafts:
                file.wrong(row, "episode", "members.csv has no such episode; give both files at once")
            elif file.kind == "assignments":
                drafts[code].assigned.append(((file, row), None))
            else:
                drafts[code].paused.append(((file, row), None))
    return drafts, alone


def read(draft: Draft) -> None:
    """Read the cells of an episode, and report what cannot be or does not fit."""
    _the_same(draft)
    file, row = draft.first
    draft.opened = file.day(row, "opened", needed=True)
    draft.closed = file.day(row, "closed")
    if draft.opened and draft.closed and draft.closed < draft.opened:
        draft.wrong("closed", "this day is before the episode was opened")
        draft.closed = None
    if not draft.text("closed") and draft.text("close_reason"):
        draft.wrong("close_reason", "a reason of closing, but no day on which it was closed")
    if draft.code and not is_code(draft.code):
        draft.wrong("episode", CODE_RULE)
    _kind(draft)
    _labels(draft)
    draft.members = [(at, _joined(draft, *at)) for at, _ in draft.members]
    _once(draft)
    draft.assigned = [(at, _assigned(draft, *at)) for at, _ in draft.assigned] or _only(draft)
    _one_therapist(draft)
    draft.paused = [(at, _pause(*at)) for at, _ in draft.paused]
    _no_overlap(draft)


def taken(draft: Draft) -> Taken:
    """Give an episode that nothing is wrong with, as the store takes it."""
    if draft.opened is None:
        raise ValueError("an episode without its first day")
    closed = draft.closed is not None
    return Taken(
        code=draft.code,
        kind=draft.kind,
        opened_on=draft.opened,
        closed_on=draft.closed,
        close_reason=(draft.text("close_reason") or WITHOUT_REASON) if closed else None,
        members=tuple(each for _, each in draft.members if each),
        assignments=tuple(each for _, each in draft.assigned if each),
        pauses=tuple(each for _, each in draft.paused if each),
        labels=draft.labels,
    )


def _the_same(draft: Draft) -> None:
    """Report rows of one episode that say different things of it."""
    (first_file, first), _ = draft.members[0]
    for (file, row), _ in draft.members[1:]:
        for role in SHARED:
            if file.text(row, role) != first_file.text(first, role):
                line = first_file.table.lines[first]
                file.wrong(row, role, f"line {line} says otherwise of the same episode")


def _kind(draft: Draft) -> None:
    count = len(draft.members)
    draft.kind = draft.text("kind") or {1: "individual", 2: "couple"}.get(count, "group")
    if draft.kind not in EPISODE_KINDS:
        draft.wrong("kind", f"one of {', '.join(EPISODE_KINDS)}")
    elif draft.kind == "individual" and count > 1:
        for (file, row), _ in draft.members[1:]:
            file.wrong(row, "client", "an individual episode has one client (kind: couple, family or group)")


def _labels(draft: Draft) -> None:
    draft.labels = tuple(sorted({label.strip() for label in draft.text("labels").split(";")} - {""}))
    try:
        for label in draft.labels:
            check_label(label)
    except FitError as error:
        draft.wrong("labels", error.hint)
    if sum(label.startswith(SITE) for label in draft.labels) > 1:
        draft.wrong("labels", "an episode is at one site at most")


def _joined(draft: Draft, file: Listed, row: int) -> Joined | None:
    joined, left = file.day(row, "joined") or draft.opened, file.day(row, "left") or draft.closed
    if joined is None:
        return None
    _within(draft, file, row, ("joined", "left"), (joined, left))
    return Joined(file.text(row, "client"), joined, left)


def _within(draft: Draft, file: Listed, row: int, roles: tuple[str, str], days: tuple[date, date | None]) -> None:
    """Report a stretch of days that ends before it begins, or reaches beyond the episode."""
    begins, ends = days
    if draft.opened and begins < draft.opened:
        file.wrong(row, roles[0], f"the episode was opened later, on {draft.opened}")
    if draft.closed and begins > draft.closed:
        file.wrong(row, roles[0], f"the episode was closed earlier, on {draft.closed}")
    elif ends and ends < begins:
        file.wrong(row, roles[1], "this day is before the first")
    elif ends and draft.closed and ends > draft.closed:
        file.wrong(row, roles[1], f"the episode was closed earlier, on {draft.closed}")


def _once(draft: Draft) -> None:
    seen: dict[str, int] = {}
    for (file, row), _ in draft.members:
        line = int(file.table.lines[row])
        first = seen.setdefault(file.text(row, "client"), line)
        if first != line:
            file.wrong(row, "client", f"the client is in this episode already, by line {first}")


def _assigned(draft: Draft, file: Listed, row: int) -> Assigned | None:
    role = file.text(row, "role") or "therapist"
    since, until = file.day(row, "since", needed=True), file.day(row, "until") or draft.closed
    if role not in ASSIGNMENT_ROLES:
        file.wrong(row, "role", f"one of {', '.join(ASSIGNMENT_ROLES)}")
    if not file.text(row, "therapist"):
        file.wrong(row, "therapist", "the therapist is missing")
    if since is None:
        return None
    _within(draft, file, row, ("since", "until"), (since, until))
    return Assigned(file.text(row, "therapist"), role, since, until)


def _only(draft: Draft) -> list[tuple[At, Assigned | None]]:
    """Give the one therapist that the row of a client names, from the first day to the last."""
    code = draft.text("therapist")
    if not code or draft.opened is None:
        return []
    return [(draft.first, Assigned(code, "therapist", draft.opened, draft.closed))]


def _one_therapist(draft: Draft) -> None:
    """Report therapists who would have the episode at the same time, and a last one whom the file of clients does not name."""
    treating = [(at, each) for at, each in draft.assigned if each and each.role == "therapist"]
    treating.sort(key=lambda entry: entry[1].starts_on)
    for (_, before), ((file, row), after) in pairwise(treating):
        if before.ends_on is None or before.ends_on >= after.starts_on:
            file.wrong(
                row, "since", "another therapist has the episode on this day; a transfer ends that first (until)"
            )
    named = draft.text("therapist")
    if named and treating and treating[-1][1].staff != named:
        draft.wrong("therapist", "this is not the last therapist that the file of assignments names")


def _pause(file: Listed, row: int) -> Paused | None:
    since, until = file.day(row, "since", needed=True), file.day(row, "until", needed=True)
    if since is None or until is None:
        return None
    if until < since:
        file.wrong(row, "until", "this day is before the first")
    return Paused(since, until, file.text(row, "reason") or WITHOUT_REASON)


def _no_overlap(draft: Draft) -> None:
    told = sorted(((each, at) for at, each in draft.paused if each), key=lambda entry: entry[0].starts_on)
    for (before, _), (after, (file, row)) in pairwise(told):
        if before.ends_on >= after.starts_on:
            file.wrong(row, "since", "another pause of the episode lasts longer than this")
