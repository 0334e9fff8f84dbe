"""Episodes from files: clients, therapists, transfers, pauses, labels and ends; checked all at once, all or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from fit_toolkit.intake.episode_drafts import Draft, gathered, read, taken
from fit_toolkit.intake.episode_files import Listed
from fit_toolkit.intake.episode_people import BANDS, People
from fit_toolkit.intake.people import CAPITALS
from fit_toolkit.intake.records import Ask, Problem
from fit_toolkit.model.people import Episode
from fit_toolkit.store import diary, labels, people
from fit_toolkit.store.taking_over import Paused, Taken, take_over

if TYPE_CHECKING:
    from sqlalchemy import Connection

FAR: Final = timedelta(days=92)
COMPANION: Final = "another row of the same episode was rejected"
OTHERWISE: Final = "the practice has this episode otherwise; an import opens episodes and changes none (fit episodes)"


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one file: rows = accepted + unchanged + rejected."""

    file: str
    rows: int
    accepted: int
    unchanged: int
    rejected: int
    problems: tuple[Problem, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of all files together."""

    files: tuple[Brought, ...]
    clients: int
    staff: int
    episodes: int
    written: bool
    notes: tuple[str, ...]

    @property
    def rejected(self) -> int:
        """How many rows were rejected."""
        return sum(each.rejected for each in self.files)


@dataclass(frozen=True)
class _There:
    """The episodes of the practice, with what belongs to them."""

    episodes: dict[str, Episode]
    begun: dict[tuple[str, date], Episode]  # individual ones by client and first day
    spelt: dict[str, str]
    labels: dict[int, tuple[str, ...]]
    pauses: dict[int, set[Paused]]

    @classmethod
    def of(cls, c: Connection) -> _There:
        """Look everything up."""
        episodes = {each.code: each for each in people.list_episodes(c)}
        pauses: dict[int, set[Paused]] = {}
        for each in diary.list_pauses(c):
            pauses.setdefault(each.episode_id, set()).add(Paused(each.starts_on, each.ends_on, each.reason))
        alone = [each for each in episodes.values() if each.kind == "individual"]
        begun = {(member.client, each.opened_on): each for each in alone for member in each.members}
        spelt = {code.casefold(): code for code in episodes}
        return cls(episodes, begun, spelt, labels.labels_of(c), pauses)

    def find(self, draft: Draft) -> Episode | None:
        """Find an episode by its code; one without a code by its client and first day."""
        if draft.code:
            return self.episodes.get(draft.code)
        return self.begun.get((draft.text("client"), draft.opened)) if draft.opened else None


def import_episodes(c: Connection, files: Sequence[Listed], ask: Ask, *, add_staff: bool = False) -> Outcome:
    """Check every row of the files; with a bad one nothing is stored."""
    who = People.of(c, files, ask.today, add_staff=add_staff)
    for file in (each for each in files if each.kind == "staff"):
        who.hire(file)
    there = _There.of(c)
    drafts, alone = gathered(files)
    new: list[Draft] = []
    for draft in drafts.values():
        news = {at: who.client(*at) for at, _ in draft.members}
        read(draft)
        known = there.find(draft)
        if known is None:
            _opening(draft, who, there, ask)
            new.append(draft)
        else:
            _unchanged(draft, known, there)
        for at in draft.rows:
            at[0].fate[at[1]] = "accepted" if known is None or news.get(at) else "unchanged"
    for file, row in alone:
        file.fate[row] = "accepted" if who.client(file, row) else "unchanged"
    _apart(new, there)
    _companions(drafts.values())
    write = not any(file.problems for file in files)
    if write:
        _write(c, new, who, ask)
    return Outcome(
        files=tuple(_brought(file) for file in files), clients=len(who.clients), staff=len(who.hired), episodes=len(new),
        written=write and not ask.dry_run, notes=tuple(_notes(files, who)),
    )  # fmt: skip


def _opening(draft: Draft, who: People, there: _There, ask: Ask) -> None:
    """Hold an episode that is to be opened against the people and codes that are known."""
    if draft.code and there.spelt.setdefault(draft.code.casefold(), draft.code) != draft.code:
        draft.wrong("episode", f"a new episode, but {CAPITALS}")
    for role, day in (("opened", draft.opened), ("closed", draft.closed)):
        if day and day > ask.today + FAR:
            draft.wrong(role, "this day is more than three months ahead")
    for (file, row), each in draft.assigned:
        if each and each.staff:
            who.assigned(file, row, each.role, each.starts_on)


def _apart(new: Sequence[Draft], there: _There) -> None:
    """Report individual episodes of one client that would overlap."""
    spells: dict[str, list[tuple[date, date, Draft | None]]] = {}
    for episode in there.episodes.values():
        if episode.kind == "individual" and episode.members:
            spell = (episode.opened_on, episode.closed_on or date.max, None)
            spells.setdefault(episode.members[0].client, []).append(spell)
    for draft in new:
        if draft.kind == "individual" and draft.opened:
            spells.setdefault(draft.text("client"), []).append((draft.opened, draft.closed or date.max, draft))
    for mine in spells.values():
        until, last = date.min, _nobody()
        for opened, closed, told in sorted(mine, key=lambda spell: spell[:2]):
            blamed = told or last
            if opened <= until and blamed is not None:
                blamed.wrong("opened", "the client has an individual episode that overlaps with this one")
            if closed > until:
                until, last = closed, told


def _nobody() -> Draft | None:
    return None


def _unchanged(draft: Draft, known: Episode, there: _There) -> None:
    """Report whatever the file says otherwise than the practice knows it; what it does not say is no difference."""
    last = known.therapist_on(date.max)
    sames = {
        "kind": known.kind, "opened": known.opened_on.isoformat(),
        "closed": known.closed_on.isoformat() if known.closed_on else "", "close_reason": known.close_reason or "",
        "therapist": last.staff if last else "", "labels": ";".join(there.labels.get(known.id, ())),
    }  # fmt: skip
    said = {"kind": draft.text("kind"), "opened": draft.opened.isoformat() if draft.opened else "",
            "closed": draft.closed.isoformat() if draft.closed else "", "close_reason": draft.text("close_reason"),
            "therapist": draft.text("therapist"), "labels": ";".join(draft.labels)}  # fmt: skip
    for role, text in said.items():
        if text and text != sames[role]:
            draft.wrong(role, OTHERWISE)
    members = {each.client: each for each in known.members}
    for (file, row), joined in draft.members:
        member = members.get(file.text(row, "client"))
        if member is None:
            file.wrong(row, "client", "the client is no member of this episode here (fit episodes add-member)")
        elif joined:
            for role, day, here in (
                ("joined", joined.joined_on, member.joined_on),
                ("left", joined.left_on, member.left_on),
            ):
                if file.text(row, role) and day != here:
                    file.wrong(row, role, OTHERWISE)
    _as_assigned(draft, known)
    pauses = there.pauses.get(known.id, set())
    for (file, row), pause in draft.paused:
        if pause and not any(
            (pause.starts_on, pause.ends_on) == (each.starts_on, each.ends_on)
            and file.text(row, "reason") in {"", each.reason}
            for each in pauses
        ):
            file.wrong(row, "since", OTHERWISE)


def _as_assigned(draft: Draft, known: Episode) -> None:
    stand = {(each.staff, each.role, each.starts_on): each.ends_on for each in known.assignments}
    for (file, row), each in draft.assigned:
        if each is None or file.kind != "assignments":
            continue
        key = (each.staff, each.role, each.starts_on)
        if key not in stand or (each.ends_on and stand[key] != each.ends_on):
            file.wrong(row, "therapist", OTHERWISE)


def _companions(drafts: Iterable[Draft]) -> None:
    """Reject the other rows of an episode that something is wrong with."""
    for draft in drafts:
        if draft.sound:
            continue
        for file, row in draft.rows:
            if row not in file.bad:
                file.wrong(row, "", COMPANION)


def _write(c: Connection, new: Sequence[Draft], who: People, ask: Ask) -> None:
    """Open the episodes: first those that have their code, so that no running one takes it."""
    ready: list[Taken] = [taken(draft) for draft in sorted(new, key=lambda each: not each.code)]
    take_over(c, ready, clients=list(who.clients), about=who.news, staff=who.hired, at=ask.now)


def _brought(file: Listed) -> Brought:
    bad = file.bad
    fates = [fate for row, fate in file.fate.items() if row not in bad]
    return Brought(
        file=file.file, rows=len(file.table), accepted=fates.count("accepted"), unchanged=fates.count("unchanged"),
        rejected=len(bad), problems=tuple(sorted(set(file.problems))),
    )  # fmt: skip


def _notes(files: Sequence[Listed], who: People) -> Iterator[str]:
    for file in files:
        if not len(file.table):
            yield f"{file.file} has no rows below its header line"
        yield from (note for note in file.table.notes if not note.startswith(("encoding:", "delimiter:")))
    if who.banded:
        yield f"{who.banded} {BANDS}"
    if who.hired:  # no file has their names and addresses
        yield "members of staff were added by code only: fit staff list"
