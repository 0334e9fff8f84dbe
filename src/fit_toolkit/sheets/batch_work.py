"""One sheet in a worker process, and the pool that goes on when a worker dies or hangs.

A worker gets plain data and gives back bytes: it opens no store and loads no plugin's code, so nothing that SQLite or a
plugin holds is ever copied into another process.
"""

from __future__ import annotations

import faulthandler
import gc
import hashlib
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import fit_toolkit
from fit_toolkit.errors import FitError
from fit_toolkit.language import language_of, speaking
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.guard import has_own
from fit_toolkit.sheets.look import Look
from fit_toolkit.sheets.pdf import VARIANT, PrintingError, sheet_pdf, write_pdf
from fit_toolkit.sheets.render import Folder, render_sheet
from fit_toolkit.sheets.together_page import Together, render_together, together_pdf

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Format: TypeAlias = Literal["pdf", "html", "both"]
SECONDS = 60.0  # a sheet takes a tenth of one
PER_WORKER = 4  # fewer sheets than this are made before another worker has started
AHEAD = (
    4  # sheets that wait for each worker, so that none of them is idle while the next are read, or a stack is joined
)


@dataclass(frozen=True)
class Shared:
    """What is the same for all sheets of a batch."""

    root: Path
    look: Look
    folders: tuple[Folder, ...]
    fmt: Format
    password: str = field(default="", repr=False)
    seconds: float = SECONDS


@dataclass(frozen=True)
class Job:
    """One page about one member; `known` is what the PDF that is there was made from."""

    ticket: int  # its place in the batch
    page: str
    sheet: SheetData | Together = field(repr=False)
    known: str = ""


@dataclass(frozen=True)
class Done:
    """What came of it; no `pdf` where the one that is there is still right."""

    key: str = ""
    html: bytes = field(default=b"", repr=False)
    pdf: bytes = field(default=b"", repr=False)
    problem: str = ""  # it was made, but not as the practice wanted it


@dataclass(frozen=True)
class Failed:
    """Why a sheet was not made, without any client data."""

    why: str


Work: TypeAlias = Callable[[Shared, Job], Done]


def make(shared: Shared, job: Job) -> Done:
    """Render one page as HTML, as PDF, or both."""
    sheet, page, look = job.sheet, job.page, shared.look
    with speaking(language_of(sheet.language, shared.root)):
        folders, problem = shared.folders, ""
        if any(has_own(folder) for folder in folders):
            from fit_toolkit.sheets.making import tried_folders

            folders, problem = tried_folders(folders, page, lambda own: html_of(job, own, look))
        html = html_of(job, folders, look).encode()
        if shared.fmt == "html":
            return Done(html=html, problem=problem)
        key = hashlib.sha256(html + _tools().encode()).hexdigest()
        pdf = b""
        if key != job.known:
            pdf = (
                together_pdf(sheet, folders=folders, look=look)
                if isinstance(sheet, Together)
                else sheet_pdf(sheet, page, folders=folders, look=look)
            )
            if shared.password:
                from fit_toolkit.sheets.batch_encrypt import encrypted

                pdf = encrypted(pdf, shared.password)
        return Done(key=key, pdf=pdf, problem=problem, html=html if shared.fmt == "both" else b"")


def html_of(job: Job, folders: Sequence[Folder], look: Look) -> str:
    """Render the page of a job."""
    if isinstance(job.sheet, Together):
        return render_together(job.sheet, folders=folders, look=look)
    return render_sheet(job.sheet, job.page, folders=folders, look=look)


def _tools() -> str:
    return f"{VARIANT} weasyprint {version('weasyprint')} fit-toolkit {fit_toolkit.__version__}"


def workers(jobs: int, sheets: int) -> int:
    """How many processes are worth their start; none where there is nothing to make."""
    return min(jobs or _processors(), math.ceil(sheets / PER_WORKER))


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # those this process may use
    return os.cpu_count() or 1


@contextmanager
def set_aside() -> Iterator[None]:
    """Let the collector leave alone what is there before the first sheet: looking through it took a tenth of the time."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def in_turn(jobs: Iterable[Job], shared: Shared, work: Work = make) -> Iterator[tuple[Job, Done | Failed]]:
    """Make sheets one after the other in this process."""
    for job in jobs:
        yield job, _tried(lambda job=job: work(shared, job))  # type: ignore[misc]


def in_processes(
    jobs: Iterable[Job], shared: Shared, count: int, work: Work = make
) -> Iterator[tuple[Job, Done | Failed]]:
    """Make sheets in `count` processes; they come back in any order.

    Where a process dies, or has to be ended because a sheet takes too long, those that were under way are made once
    more, each in a process of its own: so it is known which of them it was, and only that one is missing.
    """
    rest = iter(jobs)
    while True:
        lost: list[Job] = []
        with _pool(shared, count) as pool:
            for _ in range(count):  # they get ready while the first sheets are read
                pool.submit(_get_ready)
            yield from _until_one_dies(pool, rest, lost, work, count * AHEAD)
        if not lost:
            return
        for job in lost:
            yield job, _alone(job, shared, work)


def _until_one_dies(
    pool: Executor, rest: Iterator[Job], lost: list[Job], work: Work, most: int
) -> Iterator[tuple[Job, Done | Failed]]:
    waiting: dict[Future[Done], Job] = {}
    more = True
    while (more or waiting) and not lost:
        while more and len(waiting) < most and not lost:
            job = next(rest, None)
            more = job is not None
            if job is None:
                break
            try:
                waiting[pool.submit(_in_worker, work, job)] = job
            except BrokenProcessPool:
                lost.append(job)
        for future in wait(waiting, return_when=FIRST_COMPLETED).done if waiting else ():
            job = waiting.pop(future)
            try:
                yield job, _tried(future.result)
            except BrokenProcessPool:
                lost.append(job)
    for future, job in waiting.items():  # the others of a pool that is broken
        try:
            yield job, _tried(future.result)
        except BrokenProcessPool:
            lost.append(job)
    lost.sort(key=lambda job: job.ticket)


def _alone(job: Job, shared: Shared, work: Work) -> Done | Failed:
    with _pool(shared, 1) as pool:
        try:
            return _tried(pool.submit(_in_worker, work, job).result)
        except BrokenProcessPool:
            return Failed(f"its process ended, or took longer than {shared.seconds:g} s")


def _tried(made: Callable[[], Done]) -> Done | Failed:
    try:
        return made()
    except (BrokenProcessPool, PrintingError):
        raise
    except FitError as error:
        return Failed(str(error))
    except Exception as error:  # noqa: BLE001 - one sheet; its message may hold a value, its type cannot
        return Failed(f"unexpected error: {type(error).__name__}")


@contextmanager
def _pool(shared: Shared, count: int) -> Iterator[Executor]:
    import multiprocessing

    # spawn: a fork would copy the open store and the threads of its libraries
    context = multiprocessing.get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(shared, theirs))
    try:
        yield pool
    except BaseException:  # such as Ctrl-C: what they are at is of no use, and nobody waits twice
        ours.close()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        ours.close()
        theirs.close()


_shared: list[Shared] = []


def _begin(shared: Shared, until_closed: Connection) -> None:
    """Set up a worker: it ends with its parent, however that ends, or when the other end is closed."""
    import multiprocessing
    import signal
    from multiprocessing.util import Finalize

    os.umask(0o077)
    Finalize(None, os._exit, args=(0,), exitpriority=-100)  # the very last: clearing a thousand modules takes 0.2 s
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
    _shared[:] = [shared]
    parent = multiprocessing.parent_process()
    if parent is not None:
        from multiprocessing.connection import wait as until

        def end() -> None:
            until([parent.sentinel, until_closed])
            os._exit(1)

        threading.Thread(target=end, name="fit-parent", daemon=True).start()


def _get_ready() -> None:
    """Do in a worker what its first sheet would wait for; what is wrong there is said by that sheet."""
    (shared,) = _shared
    if shared.fmt != "html":
        with _ended_after(shared.seconds), suppress(PrintingError):
            write_pdf("<html lang=en><title>-</title><body style='font: 8pt sans-serif'>-</body></html>")


def _in_worker(work: Work, job: Job) -> Done:
    """Do one piece of work; a sheet that hangs, in Python or in a library, ends its process."""
    (shared,) = _shared
    with _ended_after(shared.seconds):
        return work(shared, job)


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - no path of ours; a traceback may hold data
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()
            sys.stdout.flush()
