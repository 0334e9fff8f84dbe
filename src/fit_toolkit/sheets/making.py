"""Makes a sheet for somebody who asked: finds the member, numbers the sheet, renders it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from fit_toolkit.courses.asking import Asking, Parts
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.model.people import Candidate
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.notices import NOT_SHOWN
from fit_toolkit.sheets.pdf import sheet_pdf
from fit_toolkit.sheets.render import Folder, render_sheet
from fit_toolkit.sheets.sections import folders_of
from fit_toolkit.store import freshness, people, runs
from fit_toolkit.store import schema as s

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.store import Store

FORMATS = ("html", "pdf")


class PracticeLike(Parts, Protocol):
    """The parts of a practice that sheets need."""

    @property
    def root(self) -> Path:
        """Its folder."""
        ...

    @property
    def store(self) -> Store:
        """Its store."""
        ...

    @property
    def zone(self) -> tzinfo:
        """Its time zone."""
        ...

    def now(self) -> datetime:
        """This moment as naive UTC."""
        ...


def find_member(c: sa.Connection, client: str, *, as_of: date, episode: str | None = None) -> int:
    """The member a sheet is wanted about: the client's one open episode, else the one named, else the last one."""
    known = people.candidates(c, [client]).get(client)
    if known is None:
        people.client_id(c, client)  # says that there is no such client
    mine = [entry for entry in known or [] if entry.since <= as_of]
    if episode is not None:
        named = [entry for entry in mine if entry.episode == episode]
        if not named:
            raise DataError("the client is not in this episode", hint=_choices(mine) or "fit episodes list")
        return named[0].member_id
    current = [entry for entry in mine if entry.until is None or as_of <= entry.until]
    if len(current) > 1:
        raise UsageError("the client is in several open episodes", hint=f"choose one: {_choices(current)}")
    if not current and not mine:
        raise DataError("the client has no episode yet", hint="fit episodes open")
    return (current or [max(mine, key=lambda entry: entry.until or date.max)])[0].member_id


def _choices(entries: Sequence[Candidate]) -> str:
    return " or ".join(f"--episode {entry.episode}" for entry in entries)


def numbered(c: sa.Connection, sheet: SheetData, member: int, *, at: datetime) -> SheetData:
    """Give the sheet its running number; the same content about the same member keeps the number it has."""
    digest = hashlib.sha256(msgspec.json.encode(sheet)).hexdigest()
    same = (
        s.sheet.select()
        .with_only_columns(s.sheet.c.id)
        .where(s.sheet.c.member_id == member, s.sheet.c.sha256 == digest)
    )
    number = c.scalar(same.order_by(s.sheet.c.id)) or runs.add_sheet(c, member, made_at=at, sha256=digest)
    return msgspec.structs.replace(sheet, number=f"{number:04d}")


def make_sheet(
    practice: PracticeLike, member: int, *, as_of: date, page: str = "therapist", fmt: str = "html",
    asking: Asking | None = None, failed: Callable[[str], None] | None = None,
) -> bytes:  # fmt: skip
    """Build, number and render one page about a member, as HTML or PDF; `failed` hears what is missing."""
    with practice.store.read() as c:
        sheet = build_sheet(practice, c, member, as_of=as_of, asking=asking)
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    if said := freshness.on_a_sheet(looked, practice.zone):  # an empty list of alerts is no good news then
        sheet = msgspec.structs.replace(sheet, late=said, checked=False)
    with practice.store.begin() as c:
        sheet = numbered(c, sheet, member, at=practice.now())
    for problem in problems_of(sheet, page):
        if failed is not None:
            failed(problem)
    folders = template_folders(practice)
    if fmt == "pdf":
        return sheet_pdf(sheet, page, folders=folders)
    return render_sheet(sheet, page, folders=folders).encode()


def problems_of(sheet: SheetData, page: str = "") -> tuple[str, ...]:
    """What is not on a sheet, or on one of its pages, and should be: forms and sections, one line each, no client data."""
    forms = (note for note in sheet.notes if note.startswith(NOT_SHOWN))
    mine = (block for block in sheet.sections if block.problem and page in {"", block.page})
    return (*forms, *(f"the section {block.kind!r} could not be made: {block.problem}" for block in mine))


def template_folders(practice: PracticeLike) -> tuple[Folder, ...]:
    """Template folders in front of the bundled one: the practice's own, then those of plugins."""
    return folders_of(practice)
