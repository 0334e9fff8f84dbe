"""The parent's end of a child process: starts it bare and limited, asks, and ends it with everything it started.

This contains accidents: what raises, hangs, eats memory, prints, forks or ends the process harms one answer of one
plugin. It is no defence against a hostile plugin, which runs under the same account.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
from numpy.typing import NDArray

import fit_toolkit
from fit_toolkit.engine import wire
from fit_toolkit.engine.records import Limits
from fit_toolkit.errors import ContractError

START_SECONDS = 30.0
PIPE_BYTES = 1 << 20
TAIL_BYTES = 4096
BOOT = (
    "import os, sys; os.environ.update(OPENBLAS_NUM_THREADS='1', OMP_NUM_THREADS='1'); "
    "sys.dont_write_bytecode = True; sys.argv[1] in sys.path or sys.path.insert(0, sys.argv[1]); "
    "from fit_toolkit.engine.child_main import main; main(sys.argv[2])"
)
_LAST_CLASS = re.compile(rb"^(?:[A-Za-z_][A-Za-z0-9_]*\.)*([A-Za-z_][A-Za-z0-9_]{0,60}(?:Error|Exception|Interrupt))\b")


class ChildGoneError(Exception):
    """The child did not answer and has been ended; the text says how, in words that hold no data."""


class Child:
    """One child process; `ask` sends a message and waits for its answer, within the limits."""

    def __init__(self, limits: Limits) -> None:
        if os.name != "posix":
            raise ChildGoneError("cannot run apart on this system (isolate = false in fit.toml runs it all the same)")
        self.limits = limits
        self._serial = 0
        self._tail = b""
        self._folder = tempfile.TemporaryDirectory(prefix="fit-plugin-", ignore_cleanup_errors=True)
        self._process = self._start()
        self._selector = selectors.DefaultSelector()
        self._prepare()
        self._pending: deque[memoryview] = deque()
        self._buffer = bytearray()
        self.alive = True
        try:
            self._receive(START_SECONDS, 0)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Hand out the running child."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, however the block ended."""
        self.close()

    def ask(
        self,
        op: str,
        body: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]] | None = None,
        *,
        most_bytes: int = PIPE_BYTES,
    ) -> tuple[wire.Envelope, dict[str, bytes]]:
        """Send one message and give its answer; raise ChildGoneError where there is none in time or in form."""
        if not self.alive:
            raise ChildGoneError("has been ended")
        self._serial += 1
        self._pending.extend(memoryview(piece) for piece in wire.pack(op, self._serial, body, arrays or {}))
        self._watch_stdin()
        try:
            return self._receive(self.limits.seconds, most_bytes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the process and everything it started, and leave nothing behind."""
        if not self.alive and self._process.returncode is not None:
            return
        self.alive = False
        with suppress(ProcessLookupError, PermissionError):  # the number is ours until it is waited for
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self._folder.cleanup()

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(fit_toolkit.__file__).parent.parent)
        try:
            return subprocess.Popen(
                [sys.executable, "-I", "-c", BOOT, root, msgspec.json.encode(self.limits).decode()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._folder.name,
                env={},
                close_fds=True,
                start_new_session=True,
            )
        except OSError as error:
            self._folder.cleanup()
            raise ChildGoneError(f"could not be started ({type(error).__name__})") from error

    # ---- the pump: writes, reads and drains, whichever is possible

    def _prepare(self) -> None:
        streams = [stream for stream in (self._process.stdin, self._process.stdout, self._process.stderr) if stream]
        self._in, self._out, self._err = (stream.fileno() for stream in streams)
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)
            _widen(descriptor)
        self._selector.register(self._out, selectors.EVENT_READ)
        self._selector.register(self._err, selectors.EVENT_READ)

    def _watch_stdin(self) -> None:
        with suppress(KeyError):
            self._selector.unregister(self._in)
        if self._pending:
            self._selector.register(self._in, selectors.EVENT_WRITE)

    def _receive(self, seconds: float, most_bytes: int) -> tuple[wire.Envelope, dict[str, bytes]]:
        deadline = time.monotonic() + seconds

        def read(count: int) -> bytes:
            while len(self._buffer) < count:
                self._pump(count - len(self._buffer), deadline, seconds)
            taken = bytes(self._buffer[:count])
            del self._buffer[:count]
            return taken

        try:
            envelope, blobs = wire.unpack(read, most_bytes=most_bytes)
        except ContractError as error:
            raise ChildGoneError(error.what) from error
        if envelope.serial != self._serial:
            raise ChildGoneError("answered something that was not asked")
        return envelope, blobs

    def _pump(self, wanted: int, deadline: float, seconds: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ChildGoneError(f"did not answer within {seconds:g} s")
        ready = {key.fd for key, _ in self._selector.select(min(left, 0.25))}
        if self._err in ready:
            self._drain()
        if self._in in ready:
            self._write()
        if self._out in ready:
            part = os.read(self._out, min(wanted, PIPE_BYTES))
            if not part:
                raise ChildGoneError(self._how_it_ended())
            self._buffer += part
        elif not ready and self._process.poll() is not None:  # something it started keeps the pipe open
            raise ChildGoneError(self._how_it_ended())

    def _drain(self) -> None:
        part = os.read(self._err, PIPE_BYTES)
        if part:
            self._tail = (self._tail + part)[-TAIL_BYTES:]
        else:
            with suppress(KeyError):
                self._selector.unregister(self._err)

    def _write(self) -> None:
        try:
            while self._pending:
                piece = self._pending[0]
                sent = os.write(self._in, piece[:PIPE_BYTES])
                self._pending[0] = piece[sent:]
                if not self._pending[0]:
                    self._pending.popleft()
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._pending.clear()  # it has gone; reading says how
        self._watch_stdin()

    def _how_it_ended(self) -> str:
        with suppress(OSError, ValueError):
            self._drain()
        try:
            code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return "closed its connection without an answer"
        if code in {-signal.SIGXCPU, -signal.SIGALRM}:
            return f"did not answer within {self.limits.seconds:g} s"
        if code < 0:
            return f"was ended by {_signal_name(-code)}"
        last = self._tail.strip().rsplit(b"\n", 1)[-1]
        named = _LAST_CLASS.match(last)
        ending = f" after {named[1].decode()}" if named else ""
        return f"ended without an answer (exit code {code}){ending}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _widen(descriptor: int) -> None:
    try:
        import fcntl

        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return  # a smaller pipe is only slower
