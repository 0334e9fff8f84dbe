"""The sheets of a day: a folder for each therapist, with a file for each client, all of them in one PDF, and a page to open.

Sheets are read and numbered here, in the order of the day; laying them out, which takes nine tenths of the time, is left to
other processes. What is there already and made from the same data is left as it is, so a batch that was cut off goes on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final, TypeAlias

import fit_toolkit
from fit_toolkit.courses.asking import Asking
from fit_toolkit.errors import ConfigError, ExitCode, FitError, UsageError
from fit_toolkit.language import language_of, say, speaking, spoken
from fit_toolkit.sheets import batch_work
from fit_toolkit.sheets.batch_beside import Couples
from fit_toolkit.sheets.batch_encrypt import decrypted, opens
from fit_toolkit.sheets.batch_folder import Folder, folders_in, remember
from fit_toolkit.sheets.batch_index import INDEX, NAMES, Page, Row, index_of, row_of
from fit_toolkit.sheets.batch_list import DayList, Entry, day_list
from fit_toolkit.sheets.batch_merge import Leaf, merged
from fit_toolkit.sheets.batch_read import Reader, ReadSheets
from fit_toolkit.sheets.batch_stack import Slip, Stacked, bookmark
from fit_toolkit.sheets.batch_work import Done, Failed, Format, Job, Shared
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.language import say_day
from fit_toolkit.sheets.making import (
    PracticeLike,
    look_here,
    problems_of,
    template_folders,
)
from fit_toolkit.sheets.pdf import PrintingError
from fit_toolkit.sheets.together import beside
from fit_toolkit.sheets.together_page import Together
from fit_toolkit.store import freshness
from fit_toolkit.store.lock import hold_lock

LOCK: Final = ".fit-sheets.lock"
WHOLE: Final = {"therapist": "all.pdf", "client": "all-client.pdf"}
Say: TypeAlias = Callable[[str], None]
Advance: TypeAlias = Callable[[int, int], None]  # so many of so many
Runner: TypeAlias = Callable[[Iterator[Job], Shared, int], Iterator[tuple[Job, Done | Failed]]]


@dataclass(frozen=True)
class Wish:
    """What is asked of a batch."""

    day: date
    place: Path
    therapist: str | None = None
    pages: tuple[str, ...] = ("therapist",)
    fmt: Format = "pdf"
    jobs: int = 0  # 0: as many as there are processors
    language: str = ""
    large: bool | None = None
    grey: bool = False
    password: str = field(default="", repr=False)
    seconds: float = batch_work.SECONDS


@dataclass
class Outcome:
    """What a batch came to."""

    made: int = 0
    kept: int = 0  # were there already, made from the same data
    failed: int = 0
    removed: int = 0
    therapists: int = 0
    listed: int = 0  # members who are to have sheets, as often as they have one
    everybody: int = 0  # of these therapists those who have everybody, as they keep no appointments
    partial: bool = False  # a sheet, or something on one, is missing

    @property
    def exit_code(self) -> ExitCode:
        """Partial where a sheet, or something on one, is missing."""
        return ExitCode.PARTIAL if self.partial else ExitCode.OK


def run(jobs: Iterator[Job], shared: Shared, count: int) -> Iterator[tuple[Job, Done | Failed]]:
    """HTML in this process, as it takes less time than starting another; PDF in others."""
    if shared.fmt == "html" or not count:
        return batch_work.in_turn(jobs, shared)
    return batch_work.in_processes(jobs, shared, count)


def make_batch(
    practice: PracticeLike, wish: Wish, *, tell: Say, advance: Advance | None = None, runner: Runner = run
) -> Outcome:
    """Make the sheets of a day; `tell` hears of what is missing, in lines without any client data."""
    place = wish.place.resolve()
    if place == practice.root.resolve():
        raise UsageError("sheets get a folder of their own within the practice", hint="-o sheets")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold_lock(place / LOCK, what="another fit sheets", now=practice.now()), batch_work.set_aside():
        remember(practice.root, place)
        return _Batch(practice, wish, place, tell, advance).make(runner)


class _Batch:
    def __init__(self, practice: PracticeLike, wish: Wish, place: Path, tell: Say, advance: Advance | None) -> None:
        self.practice, self.wish, self.place = practice, wish, place
        self.advance = advance or (lambda _done, _of: None)
        self.outcome = Outcome()
        self.today = self._local(practice.now()).date()
        self.look = look_here(practice, large=wish.large, grey=wish.grey)
        self.templates = tuple(template_folders(practice))
        self.house = wish.language or practice.settings.text("practice.language")
        self._tell, self._told = tell, set[str]()
        self._slips: dict[int, Slip] = {}
        self._tickets = count()

    def make(self, runner: Runner) -> Outcome:
        with speaking(language_of(self.house, self.practice.root)):
            for problem in (*self.look.problems, *spoken().problems):
                self._missing(problem)
        with self.practice.store.read() as c:
            listed = day_list(c, self.wish.day, local=self._local, therapist=self.wish.therapist)
            self._looked = freshness.last_looked(c, self.practice.settings, now=self.practice.now())
        self._late = freshness.on_a_sheet(self._looked, self.practice.zone)
        stacked = self._opened(listed)
        total = sum(each.left for each in stacked)
        shared = Shared(
            root=self.practice.root, look=self.look, folders=self.templates, fmt=self.wish.fmt,
            password=self.wish.password, seconds=self.wish.seconds,
        )  # fmt: skip
        results = runner(self._jobs(stacked), shared, batch_work.workers(self.wish.jobs, total))
        try:
            for done, (job, came) in enumerate(results, 1):
                slip = self._slips.pop(job.ticket)
                self._take(slip, job, came)
                self._done(slip.stacked)
                self.advance(done, total)
        except PrintingError as error:
            for each in stacked:
                each.folder.remove_if_empty()
            hint = "fit doctor names the package; --format html needs none"
            raise ConfigError(error.what, hint=hint) from error
        except (KeyboardInterrupt, SystemExit):
            for each in stacked:  # what is there need not be made again
                with suppress(OSError):
                    each.folder.save()
            raise
        for each in stacked:
            if not each.stack.entries:
                self._finish(each)
        for folder in folders_in(self.place, today=self.today, known={e.folder.path: e.folder for e in stacked}):
            self._tidy(folder)
            folder.remove_if_empty()
        return self.outcome

    def _local(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC).astimezone(self.practice.zone)

    def _opened(self, listed: DayList) -> list[Stacked]:
        """Open a folder for each therapist; one that cannot be used costs only its own sheets."""
        found = []
        if listed.without:
            self._missing(
                f"{listed.without} members have no therapist on that day, so no sheet (fit episodes transfer)"
            )
        for stack in listed.stacks:
            try:
                folder = Folder(self.place / stack.folder, today=self.today)
                couples = Couples(stack.entries if "therapist" in self.wish.pages else ())
                left = len(stack.entries) * len(self.wish.pages) + couples.pages
                found.append(Stacked(stack, folder, couples, left=left))
            except FitError as error:
                self._missing(str(error), sheets=len(stack.entries) or 1)
        self.outcome.therapists = sum(bool(each.stack.entries) for each in found)
        self.outcome.listed = sum(len(stack.entries) for stack in listed.stacks)
        self.outcome.everybody = sum(bool(s.entries) and s.source == "everybody" for s in listed.stacks)
        return found

    def _jobs(self, stacked: Sequence[Stacked]) -> Iterator[Job]:
        """Read one member after the other, in the order of the day, while others are being laid out."""
        with ExitStack() as stack:
            asking = self._asking(stack)
            reader = Reader(
                self.practice, self.wish.day, self.wish.pages, self.wish.language, self.house, self._looked
            )  # fmt: skip
            whose = iter([each for each in stacked for _ in each.stack.entries])
            for part in reader.read([entry for each in stacked for entry in each.stack.entries], asking):
                yield from [
                    self._job(each, *found)
                    for (entry, read), each in zip(part, whose, strict=False)  # the next part goes on with the others
                    for found in self._pages(each, entry, read)
                ]

    def _pages(self, each: Stacked, entry: Entry, read: ReadSheets) -> Iterator[tuple[int, str, SheetData | Together]]:
        """The pages to be made about one member, and after the last of a couple or a group the page of all."""
        each.couples.begin(entry, each.rows)
        yield from self._own(each, entry, read)
        all_read = each.couples.add(entry, (read.pages or {}).get("therapist"))
        if all_read is not None:
            yield from self._of_all(each, *all_read)

    def _of_all(
        self, each: Stacked, place: int, sheets: Sequence[SheetData | None]
    ) -> Iterator[tuple[int, str, Together]]:
        """The page of all; none where a member's sheet is missing: nobody would see that somebody is not on it."""
        there = [sheet for sheet in sheets if sheet is not None]
        row = each.rows[place]
        row.members, row.numbers = tuple(s.client for s in there), tuple(s.number for s in there)
        if len(there) < len(sheets):
            self._missing(f"a page of all of a couple or group ({each.stack.therapist}): a sheet is missing", sheets=1)
            each.failed = row.failed = True
            self._done(each)
            return
        with speaking(language_of(there[0].language, self.practice.root)):
            contact = self.practice.settings.text("safety.contact")
            yield place, "together", beside(there, as_of=self.wish.day, contact=contact)

    def _own(self, each: Stacked, entry: Entry, read: ReadSheets) -> Iterator[tuple[int, str, SheetData]]:
        """The pages about one member, who gets a row of the page; or a line that says why not."""
        place = len(each.rows)
        if read.house is None or read.pages is None:
            self._missing(f"member {entry.member} ({each.stack.therapist}): {read.why}", sheets=1)
            each.failed = True
            each.rows.append(Row(client=entry.client, time=entry.time, number="", failed=True))
            self._done(each, len(self.wish.pages))
            return
        with speaking(language_of(self.house, self.practice.root)):
            each.rows.append(row_of(read.house, entry.time))
        yield from ((place, page, read.pages[page]) for page in self.wish.pages)

    def _asking(self, stack: ExitStack) -> Asking | None:
        """One binding of the policies for all; where they cannot be used each sheet says so by itself."""
        try:
            return stack.enter_context(Asking(self.practice))
        except ConfigError:
            return None

    def _job(self, each: Stacked, place: int, page: str, sheet: SheetData | Together) -> Job:
        ticket = next(self._tickets)
        members = sheet.members if isinstance(sheet, Together) else (sheet,)
        numbers = tuple(int(member.number) for member in members)
        name = members[0].number if page == "therapist" else f"{members[0].number}-{page}"
        self._slips[ticket] = Slip(each, place, numbers, name)
        if isinstance(sheet, SheetData):
            with speaking(language_of(sheet.language, self.practice.root)):
                for problem in problems_of(sheet, page):
                    self._missing(problem)
        for ending in ("pdf", "html") if self.wish.fmt == "both" else (self.wish.fmt,):
            each.folder.announce(f"{name}.{ending}", day=self.wish.day, sheets=numbers, page=page)
        known = each.folder.key(f"{name}.pdf")
        if known and not opens(each.folder.read(f"{name}.pdf"), self.wish.password):
            known = ""
        return Job(ticket=ticket, page=page, sheet=sheet, known=known)

    def _take(self, slip: Slip, job: Job, came: Done | Failed) -> None:
        each, row = slip.stacked, slip.stacked.rows[slip.place]
        if isinstance(came, Done):
            if came.problem:
                self._missing(came.problem)
            try:
                self._file(slip, job.page, came)
            except (FitError, OSError) as error:
                came = Failed(_why(error))
        if isinstance(came, Failed):
            self._missing(f"sheet {slip.name} ({each.stack.therapist}): {came.why}", sheets=1)
            each.failed = row.failed = True

    def _file(self, slip: Slip, page: str, came: Done) -> None:
        each, words = slip.stacked, NAMES[page]
        how = {"day": self.wish.day, "sheets": slip.numbers, "page": page}
        links = slip.stacked.rows[slip.place].links
        pdf, html = f"{slip.name}.pdf", f"{slip.name}.html"
        if came.key:
            if came.pdf:
                each.folder.put(pdf, came.pdf, key=came.key, **how)  # type: ignore[arg-type]
            else:
                each.folder.keep(pdf, day=self.wish.day)
            each.files[slip.place, page] = pdf
            links[words] = pdf
            each.asked.add(pdf)
        if came.html:
            each.folder.put(html, came.html, **how)  # type: ignore[arg-type]
            links[f"{words} HTML" if came.key else words] = html
            each.asked.add(html)
        if came.key and not came.pdf:
            self.outcome.kept += 1
        else:
            self.outcome.made += 1

    def _done(self, each: Stacked, pages: int = 1) -> None:
        """A stack is put together as soon as its last page came, while those of others are being laid out."""
        each.left -= pages
        if not each.left:
            self._finish(each)

    def _finish(self, each: Stacked) -> None:
        """Put a stack together, then write its page: it links only to what is there."""
        try:
            with speaking(language_of(self.house, self.practice.root)):
                whole = {say(NAMES[page]): self._whole(each, page) for page in self.wish.pages if each.leaves(page)}
                superseded = [] if each.failed else [
                    name for name, kept in each.folder.files.items()
                    if name not in {*each.asked, INDEX} and (kept.day == self.wish.day or name in WHOLE.values())
                ]  # fmt: skip
                each.folder.remove(name for name, kept in each.folder.files.items() if not kept.sha256)  # were not made
                changed = [*each.folder.remove(superseded), *self._tidy(each.folder)]
                self._write_index(each, whole, changed)
        except (FitError, OSError) as error:
            self._missing(f"the folder of {each.stack.therapist} is not complete: {_why(error)}")

    def _write_index(self, each: Stacked, whole: dict[str, str], changed: Sequence[str]) -> None:
        for row in each.rows:  # sheets come back in any order
            row.links = dict(
                sorted(row.links.items(), key=lambda link: (Path(link[1]).stem, link[1].endswith(".html")))
            )
        page = Page(
            practice=self.practice.settings.text("practice.name"), therapist=each.stack.therapist, day=self.wish.day,
            source=each.stack.source, language=self.house, locked=bool(self.wish.password), whole=whole,
            late=self._late, changed=tuple(changed),
        )  # fmt: skip
        html = index_of(page, each.rows, each.folder.files, templates=self.templates, look=self.look).encode()
        numbers = sorted({int(row.number) for row in each.rows if row.number})
        each.folder.put(INDEX, html, day=self.wish.day, sheets=numbers, page="index")
        each.folder.save()

    def _whole(self, each: Stacked, page: str) -> str:
        """All sheets of one kind in one PDF, in the order of the day; again only where one of them has changed."""
        name, leaves, files = WHOLE[page], each.leaves(page), each.folder.files
        tool = f"fit-toolkit {fit_toolkit.__version__}"
        day = say_day(self.wish.day)
        title = say("Sheets of %(day)s", day=day) if page == "therapist" else say("Clients' pages of %(day)s", day=day)
        words = [bookmark(row, file) for file, row in leaves]
        numbers = sorted({number for file, _ in leaves for number in files[file].sheets})
        key = _key(
            [
                title,
                tool,
                self.house,
                *(x for (file, _), text in zip(leaves, words, strict=True) for x in (files[file].sha256, text)),
            ]
        )
        each.asked.add(name)
        if each.folder.key(name) == key and opens(each.folder.read(name), self.wish.password):
            each.folder.keep(name, day=self.wish.day)
            return name
        parts = [
            Leaf(pdf=self._plain(each.folder.read(file)), bookmark=text)
            for (file, _), text in zip(leaves, words, strict=True)
        ]
        pdf = merged(parts, title=title, language=self.house, tool=tool)
        if self.wish.password:
            from fit_toolkit.sheets.batch_encrypt import encrypted

            pdf = encrypted(pdf, self.wish.password)
        each.folder.put(name, pdf, day=self.wish.day, key=key, sheets=numbers, page=page)
        return name

    def _plain(self, pdf: bytes) -> bytes:
        return decrypted(pdf, self.wish.password) if self.wish.password else pdf

    def _tidy(self, folder: Folder) -> list[str]:
        """Remove what nobody has asked for since `keep_sheets_days`; only files of ours, and only as we made them."""
        first = self.today - timedelta(days=self.practice.settings.number("sheets.keep_sheets_days"))
        old = folder.older_than(first)
        changed = folder.remove(old)
        self.outcome.removed += len(old) - len(changed)
        if changed:
            name = folder.path.name
            line = f"{name}: old files that were changed after they were made are left there ({', '.join(changed)})"
            self._say(line)
        return changed

    def _missing(self, line: str, *, sheets: int = 0) -> None:
        self.outcome.failed += sheets
        self.outcome.partial = True
        self._say(line)

    def _say(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._tell(line)


def _why(error: FitError | OSError) -> str:
    return str(error) if isinstance(error, FitError) else os.strerror(error.errno or 0)


def _key(parts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
