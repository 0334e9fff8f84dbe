"""What a plugin that is being tried cannot reach: the network, other programs, files to write, and today's date.

Only a child process that tries a plugin on made-up data installs this; it is never taken away again. What was tried is
written down even where the plugin swallows the refusal.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

NETWORK = "tried to reach the network"
PROGRAM = "tried to start another program"
WRITING = "tried to write a file"
OTHER_DAYS = {  # the made-up ratings are all past: before them, and amid them
    "other-day": dt.datetime(2021, 3, 9, 12, 13, tzinfo=dt.UTC).timestamp(),
    "amid": dt.datetime(2023, 8, 2, 18, 47, tzinfo=dt.UTC).timestamp(),
}
REFUSED = {
    "socket.bind": NETWORK,
    "socket.connect": NETWORK,
    "socket.getaddrinfo": NETWORK,
    "socket.gethostbyaddr": NETWORK,
    "socket.gethostbyname": NETWORK,
    "socket.getnameinfo": NETWORK,
    "socket.sendmsg": NETWORK,
    "socket.sendto": NETWORK,
    "os.exec": PROGRAM,
    "os.fork": PROGRAM,
    "os.forkpty": PROGRAM,
    "os.posix_spawn": PROGRAM,
    "os.startfile": PROGRAM,
    "os.system": PROGRAM,
    "subprocess.Popen": PROGRAM,
    "os.mkdir": WRITING,
    "os.remove": WRITING,
    "os.rename": WRITING,
    "os.rmdir": WRITING,
    "os.truncate": WRITING,
}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Guard:
    """Refuses and remembers; switched on for what the plugin does, off in between."""

    def __init__(self) -> None:
        self.attempts: list[str] = []
        self.active = False

    def taken(self) -> str:
        """Give what was tried since the last time, once."""
        said = "; ".join(dict.fromkeys(self.attempts))
        self.attempts.clear()
        return said

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Look at one event of the interpreter."""
        if not self.active:
            return
        kind = REFUSED.get(event)
        if event == "open" and isinstance(args[2], int) and args[2] & WRITES and args[0] != os.devnull:
            kind = WRITING
        if kind is not None:
            said = f"{kind} ({event}{_target(event, args)})"
            self.attempts.append(said)
            raise PermissionError(said)


class Fence:
    """Keeps what runs in this process from leaving this machine, while it is switched on."""

    def __init__(self) -> None:
        self.depth = 0
        self.installed = False

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """Refuse a connection to elsewhere the way a machine without a network does."""
        if self.depth and event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
            if not _is_here(args[1]):
                raise ConnectionRefusedError("this trial has no network")
        elif self.depth and event in {"socket.getaddrinfo", "socket.gethostbyname"} and not _is_here(args):
            raise ConnectionRefusedError("this trial has no network")


GUARD = Guard()
FENCE = Fence()


def install(trial: str) -> None:
    """Shut off what a trial of this kind shuts off, for the rest of this process."""
    if trial in {"shut", *OTHER_DAYS}:
        sys.addaudithook(GUARD.hook)
    if trial in OTHER_DAYS:
        shift_clocks(OTHER_DAYS[trial] - time.time())


@contextlib.contextmanager
def this_machine_only() -> Iterator[None]:
    """Let nothing in this process reach another machine; for a channel that is tried, which may talk to a stub here."""
    if not FENCE.installed:
        sys.addaudithook(FENCE.hook)
        FENCE.installed = True
    FENCE.depth += 1
    try:
        yield
    finally:
        FENCE.depth -= 1


def _is_here(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    import ipaddress

    host = str(address[0] or "").partition("%")[0]
    if host in {"", "None", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _target(event: str, args: tuple[Any, ...]) -> str:
    """Say where it wanted to go, as far as the interpreter tells."""
    to = 1 if event in {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"} else 0
    place = args[to] if len(args) > to else ""
    if isinstance(place, tuple):
        place = ":".join(str(part) for part in place[:2])
    if event.startswith("socket.get") and len(args) > 1:
        place = f"{place}:{args[1]}" if args[1] else place
    return f" {os.fsdecode(place):.80}" if place and isinstance(place, (str, bytes)) else ""


# ---- another day


def shift_clocks(seconds: float) -> None:
    """Move what `time` and `datetime` say about the present; durations keep their length.

    The classes of `datetime` stay what they are (a parameter may be a date), so their methods are exchanged in place.
    """
    real = time.time, time.time_ns, time.localtime, time.gmtime, time.ctime, time.strftime, time.asctime

    def since(at: float | None) -> float:
        return time.time() if at is None else at

    def moment_of(at: Any) -> Any:
        return time.localtime() if at is None else at

    _put(time, "time", lambda: real[0]() + seconds)
    _put(time, "time_ns", lambda: real[1]() + round(seconds * 1e9))
    _put(time, "localtime", lambda at=None: real[2](since(at)))
    _put(time, "gmtime", lambda at=None: real[3](since(at)))
    _put(time, "ctime", lambda at=None: real[4](since(at)))
    _put(time, "strftime", lambda form, at=None: real[5](form, moment_of(at)))
    _put(time, "asctime", lambda at=None: real[6](moment_of(at)))
    delta = dt.timedelta(seconds=seconds)
    now, utcnow = dt.datetime.now, dt.datetime.utcnow
    _exchange(dt.datetime, "now", lambda _, tz=None: now(tz) + delta)
    _exchange(dt.datetime, "utcnow", lambda _: utcnow() + delta)
    _exchange(dt.datetime, "today", lambda _: now() + delta)
    _exchange(dt.date, "today", lambda _: dt.date.fromtimestamp(time.time()))  # noqa: DTZ012 - the local date is meant


def _put(module: Any, name: str, function: Callable[..., Any]) -> None:
    setattr(module, name, function)


def _exchange(cls: type[Any], name: str, function: Callable[..., Any]) -> None:
    """Put a class method in the place of one of a built-in class, of which Python alone allows no change."""
    import ctypes
    import gc

    for inner in gc.get_referents(cls.__dict__):
        if isinstance(inner, dict):
            inner[name] = classmethod(function)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))
