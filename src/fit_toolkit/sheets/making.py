"""Makes a sheet for somebody who asked: finds the member, numbers the sheet, renders it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypedDict, Unpack

import msgspec

from fit_toolkit.courses.asking import Asking, Parts
from fit_toolkit.engine.surroundings import within
from fit_toolkit.errors import ConfigError, DataError, UsageError
from fit_toolkit.language import language_of, languages, say, speaking, spoken
from fit_toolkit.model.people import Candidate
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.guard import has_own, still
from fit_toolkit.sheets.look import Look, look_of
from fit_toolkit.sheets.notices import NOT_SHOWN
from fit_toolkit.sheets.pdf import sheet_pdf
from fit_toolkit.sheets.questions import questions_here
from fit_toolkit.sheets.reading import read_member
from fit_toolkit.sheets.render import Folder, render_sheet
from fit_toolkit.sheets.sections import folders_of
from fit_toolkit.store import frames, freshness, people, ratings, runs
from fit_toolkit.store import schema as s
from fit_toolkit.store.rows import rows_in

if TYPE_CHECKING:
    import sqlalchemy as sa

    from fit_toolkit.sheets.explain_data import Explanation
    from fit_toolkit.store import Store

FORMATS = ("html", "pdf")
EPOCH = date(1970, 1, 1).toordinal()
TEMPLATE_SECONDS = 10.0  # a page takes milliseconds
TEMPLATE_MEGABYTES = 400.0  # and a few megabytes


class SheetWish(TypedDict, total=False):
    """What may be asked of the look of a sheet."""

    language: str  # another than the practice's
    large: bool | None  # large print; None: as the settings have it
    grey: bool  # no colour
    history: bool | None  # every answer of every session on a second page; None: as the settings have it
    held: bool  # as it stood after the session of `as_of`, whatever of that session was rated


@dataclass(frozen=True)
class _Wanted:
    """Which page about whom, as of when."""

    member: int
    as_of: date
    page: str = "therapist"
    fmt: str = "html"
    held: bool = False
    history: bool | None = None


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


def session_day(c: sa.Connection, member: int, session: int, *, until: date) -> date:
    """The day of a member's session by its number, counted by date; only those up to `until` exist."""
    episode = c.scalar(s.member.select().with_only_columns(s.member.c.episode_id).where(s.member.c.id == member))
    return nth_session(c, episode or 0, session, until=until)


def nth_session(c: sa.Connection, episode: int, session: int, *, until: date) -> date:
    """The day of an episode's session by its number."""
    found = frames.session_days(c, [episode])["day"]
    days = [date.fromordinal(EPOCH + int(day)) for day in found if EPOCH + int(day) <= until.toordinal()]
    if 1 <= session <= len(days):
        return days[session - 1]
    there = f"--session 1 to {len(days)}" if days else "none was rated or held yet"
    raise DataError(f"there is no session {session}", hint=there if len(days) != 1 else "--session 1")


def numbered(
    c: sa.Connection, sheet: SheetData, member: int, *, at: datetime, same_as: SheetData | None = None
) -> SheetData:
    """Give the sheet its running number; the same content about the same member keeps the number it has.

    `same_as` is the sheet in English where it is in another language: a page in two languages has one number.
    """
    (number,) = numbers_of(c, [(member, same_as or sheet)], at=at)
    return msgspec.structs.replace(sheet, number=f"{number:04d}")


def numbers_of(c: sa.Connection, sheets: Sequence[tuple[int, SheetData]], *, at: datetime) -> list[int]:
    """The running numbers of sheets of members, all in English, in their order."""
    wanted = [(member, _digest(sheet)) for member, sheet in sheets]
    same = (
        s.sheet.select()
        .where(s.sheet.c.sha256.in_({digest for _, digest in wanted}))
        .order_by(s.sheet.c.id.desc())  # the first of several stays
    )
    known = {(row.member_id, row.sha256): row.id for row in rows_in(c, same, s.sheet.c.member_id, dict(wanted))}
    for member, digest in wanted:
        if (member, digest) not in known:
            known[member, digest] = runs.add_sheet(c, member, made_at=at, sha256=digest)
    return [known[each] for each in wanted]


def _digest(sheet: SheetData) -> str:
    return hashlib.sha256(msgspec.json.encode(sheet)).hexdigest()


def _number(c: sa.Connection, member: int, digest: str) -> int | None:
    same = (
        s.sheet.select()
        .with_only_columns(s.sheet.c.id)
        .where(s.sheet.c.member_id == member, s.sheet.c.sha256 == digest)
    )
    found: int | None = c.scalar(same.order_by(s.sheet.c.id))
    return found


def make_sheet(
    practice: PracticeLike, member: int, *, as_of: date, page: str = "therapist", fmt: str = "html",
    asking: Asking | None = None, failed: Callable[[str], None] | None = None, **wish: Unpack[SheetWish],
) -> bytes:  # fmt: skip
    """Build, number and render one page about a member, as HTML or PDF; `failed` hears what is missing.

    It is in `language`; where none is named the therapist's page is in the practice's, the client's page in the one the
    client's last form was in, as far as there is a pack for it.
    """
    look = look_here(practice, large=wish.get("large"), grey=wish.get("grey", False))
    with practice.store.read() as c:
        code = wish.get("language") or language_here(practice, c, member, page)
    wanted = _Wanted(member, as_of, page, fmt, held=wish.get("held", False), history=wish.get("history"))
    with speaking(language_of(code, practice.root)), _bound(practice, asking) as bound:
        asked = questions_here(practice.root).problems if page == "therapist" else ()
        for problem in (*look.problems, *spoken().problems, *asked):
            if failed is not None:
                failed(problem)
        return _make(practice, wanted, bound, failed, look)


def explain_sheet(
    practice: PracticeLike, member: int, *, as_of: date, language: str = "", held: bool = False,
    history: bool | None = None,
) -> Explanation:  # fmt: skip
    """Say where every number of the therapist's page comes from; nothing is made or numbered."""
    from fit_toolkit.sheets.explain import explain

    code = language or practice.settings.text("practice.language")
    with speaking(language_of(code, practice.root)), _bound(practice, None) as asking:
        sheet, english = _built(practice, _Wanted(member, as_of, held=held, history=history), asking)
        gap = practice.settings.number("alerts.max_gap_days")
        with practice.store.read() as c:
            number = _number(c, member, _digest(english))
            sheet = msgspec.structs.replace(sheet, number="not made yet" if number is None else f"{number:04d}")
            reading = read_member(c, member, as_of=as_of, max_gap_days=gap, zone=practice.zone, held=held)
            return explain(practice, c, sheet, reading, asking)


@contextmanager
def _bound(practice: PracticeLike, asking: Asking | None) -> Iterator[Asking | None]:
    """The policies, bound once for all that is asked of them here; None where they cannot be used, as the sheet says."""
    if asking is not None:
        yield asking
        return
    try:
        asked = Asking(practice)
    except ConfigError:
        yield None
        return
    with asked:
        yield asked


def _built(practice: PracticeLike, wanted: _Wanted, asking: Asking | None) -> tuple[SheetData, SheetData]:
    """A sheet in the language spoken now, and the same in English, by which it is numbered."""
    with practice.store.read() as c:
        build = partial(
            build_sheet, practice, c, wanted.member, as_of=wanted.as_of, asking=asking, held=wanted.held,
            history=wanted.history,
        )  # fmt: skip
        sheet = english = build()
        if sheet.language != "en":
            with speaking(language_of("en")):
                english = build()
        looked = freshness.last_looked(c, practice.settings, now=practice.now())
    sheet, english = (dated(practice, each, looked) for each in (sheet, english))
    return sheet, english


def look_here(practice: PracticeLike, *, large: bool | None = None, grey: bool = False) -> Look:
    """The look of a practice: its files, and its settings unless something else is asked for."""
    settings = practice.settings
    large = settings.flag("sheets.large_print") if large is None else large
    return look_of(practice.root, paper=settings.text("sheets.paper"), large=large, grey=grey)


def language_here(practice: PracticeLike, c: sa.Connection, member: int, page: str) -> str:
    """The language of a page that nobody named one for."""
    if page == "client":
        known = languages(practice.root)
        own = [given.language for given in ratings.history(c, [member]) if given.rater == "client" and given.language]
        if own and own[-1] in known:
            return own[-1]
    return practice.settings.text("practice.language")


def _make(
    practice: PracticeLike, wanted: _Wanted, asking: Asking | None, failed: Callable[[str], None] | None, look: Look
) -> bytes:
    page = wanted.page
    sheet, english = _built(practice, wanted, asking)
    with practice.store.begin() as c:
        sheet = numbered(c, sheet, wanted.member, at=practice.now(), same_as=english)
    for problem in problems_of(sheet, page):
        if failed is not None:
            failed(problem)
    folders, problem = usable_folders(sheet, page, template_folders(practice), look)
    if problem and failed is not None:
        failed(problem)
    if wanted.fmt == "pdf":
        return sheet_pdf(sheet, page, folders=folders, look=look)
    return render_sheet(sheet, page, folders=folders, look=look).encode()


def dated(practice: PracticeLike, sheet: SheetData, looked: freshness.Looked) -> SheetData:
    """Say on a sheet when alerts were last looked at, where that is too long ago: their absence is no good news then."""
    said = freshness.on_a_sheet(looked, practice.zone)
    return msgspec.structs.replace(sheet, late=said, checked=False) if said else sheet


def usable_folders(
    sheet: SheetData, page: str, folders: Sequence[Folder], look: Look
) -> tuple[tuple[Folder, ...], str]:
    """Try the templates of a practice and of plugins on a sheet; where they cannot be used ours stand alone, and why."""
    return tried_folders(folders, page, lambda own: render_sheet(sheet, page, folders=own, look=look))


def tried_folders(
    folders: Sequence[Folder], page: str, rendered: Callable[[Sequence[Folder]], str]
) -> tuple[tuple[Folder, ...], str]:
    """The folders whose templates can be used for a page, after one try; none of them, and why, where they cannot."""
    if not any(has_own(folder) for folder in folders):
        return (), ""

    def tried() -> None:
        still(rendered(folders))

    try:
        within(TEMPLATE_SECONDS, tried, megabytes=TEMPLATE_MEGABYTES)
    except TimeoutError:
        return (
            (),
            f"a template of sheets/{page}.html did not end within {TEMPLATE_SECONDS:g} s; the bundled one was used",
        )
    except MemoryError:
        much = f"took more than {TEMPLATE_MEGABYTES:g} MB"
        return (), f"a template of sheets/{page}.html {much}; the bundled one was used"
    except ConfigError as error:
        return (), f"{error}; the bundled one was used"
    return tuple(folders), ""


def problems_of(sheet: SheetData, page: str = "") -> tuple[str, ...]:
    """What is not on a sheet, or on one of its pages, and should be: forms and sections, one line each, no client data."""
    forms = (note for note in sheet.notes if note.startswith(say(NOT_SHOWN)))
    mine = (block for block in sheet.sections if block.problem and page in {"", block.page})
    return (*forms, *(f"the section {block.kind!r} could not be made: {block.problem}" for block in mine))


def template_folders(practice: PracticeLike) -> tuple[Folder, ...]:
    """Template folders in front of the bundled one: the practice's own, then those of plugins."""
    return folders_of(practice)
