"""What a plugin could change for everybody in its process: put back at once, and told.

The environment, the working directory, the locale and the file mask; and a copy of the process that it starts (a fork)
is ended before it does anybody else's work a second time.
"""

from __future__ import annotations

import locale
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
# A library may add a variable of its own when it is imported; one of these would reach other people's code.
MEANS_SOMETHING = ("LC_", "LANG", "TZ", "PATH", "HOME", "TMP", "TEMP", "PYTHON", "FIT_", "LD_")
LOOK = 0.02  # seconds between two looks at the memory a plugin needs
END = os._exit  # the real one, while a plugin is given another


@dataclass
class _Forks:
    """How often this process was copied since it was first asked."""

    count: int = 0
    watched: bool = field(default=False)

    def watch(self) -> None:
        if not self.watched and hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._one_more)
        self.watched = True

    def _one_more(self) -> None:
        self.count += 1


FORKS = _Forks()


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of this process at one moment."""

    environment: dict[str, str]
    folder: str
    locale: str
    mask: int
    forks: int

    @classmethod
    def now(cls) -> Surroundings:
        """Look around."""
        try:
            folder = str(Path.cwd())
        except OSError:  # it has been deleted meanwhile
            folder = ""
        mask = os.umask(0o077)
        os.umask(mask)
        FORKS.watch()
        return cls(dict(os.environ), folder, locale.setlocale(locale.LC_ALL), mask, FORKS.count)

    def put_back(self) -> tuple[str, ...]:
        """Put everything back as it was, and name what had been changed."""
        found = Surroundings.now()
        changed = []
        if found.environment != self.environment:
            if self._matters(found.environment):
                changed.append("the environment")
            os.environ.clear()
            os.environ.update(self.environment)
            if hasattr(time, "tzset"):
                time.tzset()
        if found.folder != self.folder and self.folder:
            changed.append("the working directory")
            os.chdir(self.folder)
        if found.locale != self.locale:
            changed.append("the locale")
            locale.setlocale(locale.LC_ALL, self.locale)
        if found.mask != self.mask:
            changed.append("the file mask")
            os.umask(self.mask)
        return tuple(changed)

    def _matters(self, found: dict[str, str]) -> bool:
        added = found.keys() - self.environment.keys()
        same = all(found.get(name) == value for name, value in self.environment.items())
        return not same or any(name.startswith(MEANS_SOMETHING) for name in added)


@contextmanager
def kept(*, no_children: bool = False, no_exit: bool = False) -> Iterator[list[str]]:
    """Put the surroundings back after the block, however it ends; afterwards the list says in one line what changed.

    `no_children` also says it of another process that is left behind; only where this process starts none itself.
    `no_exit` turns `os._exit`, which would end everything without a word, into `sys.exit`.
    """
    before, own = Surroundings.now(), os.getpid()
    known = no_children and _running()  # what an earlier block left behind is not this one's
    told: list[str] = []
    if no_exit:
        os._exit = sys.exit  # type: ignore[assignment]
    try:
        yield told
    finally:
        os._exit = END
        end_of_a_copy(own)
        if FORKS.count != before.forks or (no_children and not known and _left_behind()):
            told.append("started another process, which a plugin may not do")
        changed = before.put_back()
        if changed:
            told.append(f"changed {' and '.join(changed)} of its process, which was put back")
        told[:] = ["; it ".join(told)] if told else []


def end_of_a_copy(own: int) -> None:
    """End a copy of this process that a plugin made: it must not go on with our work."""
    if os.getpid() != own:
        END(1)


@contextmanager
def alone(*, ours: bool = False) -> Iterator[list[str]]:
    """The same for what a plugin of others does in this process; what it prints goes to stderr, stdout is for data."""
    if ours:
        yield []
        return
    with kept(no_exit=True) as changed, redirect_stdout(sys.stderr):
        yield changed


def within(seconds: float, work: Callable[[], T], *, megabytes: float = 0) -> T:
    """Do something of a plugin's that may never come back; raise TimeoutError when the time is up.

    What goes round in Python is then ended; what waits within a library is left to itself. With `megabytes` MemoryError is
    raised as soon as this process needs so much more than it ever did, where the system tells how much that is.
    """
    given: list[T] = []
    raised: list[BaseException] = []
    own = os.getpid()
    context = copy_context()  # such as the language that is spoken

    def run() -> None:
        try:
            given.append(context.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits for it
            raised.append(error)
        finally:
            end_of_a_copy(own)

    thread = threading.Thread(target=run, name="fit-plugin", daemon=True)  # one that hangs does not hold up the end
    before, until = _most_memory(), time.monotonic() + seconds
    thread.start()
    while thread.is_alive() and (left := until - time.monotonic()) > 0:
        thread.join(min(left, LOOK) if megabytes else left)
        if megabytes and _most_memory() - before > megabytes:
            _end(thread)
            raise MemoryError
    if thread.is_alive():
        _end(thread)
        raise TimeoutError
    if raised:
        raise raised[0]
    return given[0]


def _most_memory() -> float:
    """How many megabytes this process has needed at most so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _end(thread: threading.Thread) -> None:
    """Raise SystemExit in a thread, so that an endless loop takes no more time and memory of this process."""
    import ctypes

    if thread.ident is not None and sys.implementation.name == "cpython":
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
        thread.join(1.0)


def _left_behind() -> bool:
    """Whether there is a child of this process, running or done and not yet asked after."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except (ChildProcessError, AttributeError):
        return False
    return True


def _running() -> bool:
    """Forget the children that are done, and say whether others still run."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except (ChildProcessError, AttributeError):
        return False
    return True
