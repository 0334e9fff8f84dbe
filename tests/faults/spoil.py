"""Spoils stores, disks and folders, and tries commands on them; run as a program, so that it may fork.

Prints one line of JSON for each try: what was spoilt, the command, its exit code, what it said, and whether it wrote.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.faults.dump import differing, dump
from tests.faults.scenarios import SCENARIOS
from tests.faults.warm import SAID, Warm

LOOKING = (("alerts", "list"), ("verify", "--quick"), ("clients", "list"))
WRITING = ("import", "enter", "run")
NOBODY = 65534
PAGE = 4096
MANY = 200  # from so many tries on every page is tried


class Spoiling:
    """Tries commands on copies of one practice."""

    def __init__(self, root: Path, now: datetime) -> None:
        self.root, self.now, self.warm = root, now, Warm(root)
        self.bench = root.parent.parent / "bench"
        self.looks = [*LOOKING, ("verify",)]
        for words in self.looks:
            assert self.warm.fit(self.copy(), *words, now=now) == 0
        for name in (*WRITING, "ack", "move"):
            assert SCENARIOS[name].start(self.warm.fit, self.copy(), now) == 0
        self.before = dump(root)
        self.whole = {}
        for name in WRITING:
            folder = self.copy()
            SCENARIOS[name].start(self.warm.fit, folder, now)
            self.whole[name] = dump(folder)
        self.content = (root / "store.db").read_bytes()
        self.warm.settle()

    def copy(self) -> Path:
        """A fresh copy of the practice."""
        shutil.rmtree(self.bench, ignore_errors=True)
        shutil.copytree(self.root.parent, self.bench, symlinks=True)
        (self.bench / SAID).unlink(missing_ok=True)
        return self.bench / self.root.name

    def look(self, what: str, spoilt: Callable[[Path], object], *words: str) -> dict[str, Any]:
        """Spoil a copy, then look at it: whatever it says, the file stays as it is."""
        folder = self.copy()
        store = folder / "store.db"
        spoilt(store)
        (folder.parent / SAID).unlink(missing_ok=True)
        files = {path.name for path in folder.iterdir()}
        before = store.read_bytes() if store.is_file() else None
        code = self.warm.fit(folder, *words, now=self.now)
        after = store.read_bytes() if store.is_file() else None
        made = sorted({path.name for path in folder.iterdir()} - files)
        return {
            "what": what,
            "words": " ".join(words),
            "code": code,
            "said": lines(folder),
            "wrote": before != after,
            "made": made,
        }

    def write(self, what: str, name: str, spoil: Callable[[Path], None]) -> dict[str, Any]:
        """Do a command in a fork for which the disk fails; say whether what is left is all of it or nothing."""
        folder = self.copy()

        def work() -> int:
            spoil(folder)
            return SCENARIOS[name].start(self.warm.fit, folder, self.now)

        code = self.warm.forked(work)
        left = dump(folder)
        found = {
            "what": what,
            "words": name,
            "code": code,
            "said": lines(folder),
            "changed": bool(differing(left, self.before)),
        }
        again = SCENARIOS[name].redo(self.warm.fit, folder, self.now)
        whole = self.whole.get(name)
        return found | {"again": again, "differing": differing(dump(folder), whole) if whole else []}


def lines(folder: Path) -> list[str]:
    """What a command said."""
    file = folder.parent / SAID
    return file.read_text(errors="replace").splitlines() if file.exists() else []


def flipped(at: int, bit: int) -> Callable[[Path], None]:
    """One bit of the store is another."""

    def spoil(store: Path) -> None:
        content = bytearray(store.read_bytes())
        content[at] ^= 1 << bit
        store.write_bytes(content)

    return spoil


def cut(size: int) -> Callable[[Path], None]:
    """The store ends early."""
    return lambda store: os.truncate(store, size)


def zeroed(page: int) -> Callable[[Path], None]:
    """One page of the store is empty."""

    def spoil(store: Path) -> None:
        with store.open("r+b") as file:
            file.seek(page * PAGE)
            file.write(bytes(PAGE))

    return spoil


def corrupted(bench: Spoiling, count: int) -> Iterator[dict[str, Any]]:
    """Bits flipped wherever the file holds something, every page cut off or emptied; with a low count a part of these."""
    size, chance = len(bench.content), random.Random(5)
    head = range(0, 100, max(1, 400 // count))
    used = [at for at, byte in enumerate(bench.content) if byte and at >= 100]
    for number, at in enumerate([*head, *sorted(chance.sample(used, count))]):
        words = bench.looks[number % len(bench.looks)]
        yield bench.look("flipped", flipped(at, chance.randrange(8)), *words) | {"at": at}
    pages = size // PAGE
    for page in range(0, pages, max(1, pages * 4 // count)):
        yield bench.look("cut", cut(page * PAGE), "alerts", "list") | {"at": page}
        yield bench.look("cut", cut(page * PAGE + PAGE // 2), "verify", "--quick") | {"at": page}
        yield bench.look("zeroed", zeroed(page), "verify") | {"at": page}


def foreign(bench: Spoiling, count: int) -> Iterator[dict[str, Any]]:
    """Where the store should be there is something else."""
    words = [
        *bench.looks,
        ("alerts", "run"),
        ("alerts", "deliver"),
        ("clients", "add", "c77"),
        ("void", "--list", "c1"),
    ]
    for what, spoil in STRANGE.items():
        for each in words:
            yield bench.look(what, spoil, *each)


def _database(store: Path) -> None:
    store.unlink()
    with closing(sqlite3.connect(store)) as c:
        c.execute("CREATE TABLE recipes (name TEXT)")
        c.commit()


def _newer(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as c:
        c.execute("UPDATE alembic_version SET version_num = '9999'")


def _folder(store: Path) -> None:
    store.unlink()
    store.mkdir()


def _loop(store: Path) -> None:
    store.unlink()
    store.symlink_to(store.name)


STRANGE: dict[str, Callable[[Path], object]] = {
    "nothing": lambda store: store.unlink(),
    "an empty file": lambda store: store.write_bytes(b""),
    "a text": lambda store: store.write_text("client,date\nc1,2026-01-01\n" * 50),
    "zeros": lambda store: store.write_bytes(bytes(10_000)),
    "another program's database": _database,
    "a newer store": _newer,
    "a folder": _folder,
    "a link to itself": _loop,
}


def full(bench: Spoiling, count: int) -> Iterator[dict[str, Any]]:
    """The disk is full after so many more pages, or bytes, or the machine says so when a file is enlarged."""
    for name in WRITING:
        for more in (0, 1, 2, 5) if count < MANY else range(30):
            yield bench.write("pages", name, at_most_pages(more)) | {"at": more}
        for more in (0, PAGE, 4 * PAGE) if count < MANY else range(0, 30 * PAGE, PAGE // 2):
            yield bench.write("bytes", name, at_most_bytes(more)) | {"at": more}


def at_most_pages(more: int) -> Callable[[Path], None]:
    """The store may grow by so many pages."""

    def spoil(folder: Path) -> None:
        connect = sqlite3.dbapi2.connect
        with closing(connect(folder / "store.db")) as c:
            c.execute("VACUUM")  # no page is free in the file
            pages = c.execute("PRAGMA page_count").fetchone()[0]

        def limited(*arguments: Any, **named: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = connect(*arguments, **named)
            connection.execute(f"PRAGMA max_page_count = {pages + more}")
            return connection

        sqlite3.connect = sqlite3.dbapi2.connect = limited  # type: ignore[assignment]

    return spoil


def at_most_bytes(more: int) -> Callable[[Path], None]:
    """No file may become larger than the store is, and a little more."""

    def spoil(folder: Path) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        size = (folder / "store.db").stat().st_size + more
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return spoil


def read_only(bench: Spoiling, count: int) -> Iterator[dict[str, Any]]:
    """The store, or the whole folder, belongs to somebody who let us only read it."""
    for what, modes in (("store", (0o700, 0o400)), ("folder", (0o500, 0o600)), ("all", (0o500, 0o400))):
        for name in (*WRITING, "ack", "move"):
            yield bench.write(f"read-only {what}", name, lent(*modes))
        for words in bench.looks:
            folder = bench.copy()

            def work(folder: Path = folder, words: tuple[str, ...] = words, modes: tuple[int, int] = modes) -> int:
                lent(*modes)(folder)
                return bench.warm.fit(folder, *words, now=bench.now)

            code = bench.warm.forked(work)
            yield {
                "what": f"read-only {what}",
                "words": " ".join(words),
                "code": code,
                "said": lines(folder),
                "looks": True,
            }


def lent(folder_mode: int, store_mode: int) -> Callable[[Path], None]:
    """The practice is somebody else's: for root no mode forbids anything, so this process becomes nobody."""

    def spoil(folder: Path) -> None:
        (folder.parent / SAID).touch()
        for path in (folder.parent, *folder.parent.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        (folder / "store.db").chmod(store_mode)
        folder.chmod(folder_mode)
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    return spoil


def outputs(bench: Spoiling, count: int) -> Iterator[dict[str, Any]]:
    """What is printed, or written to a file, finds no room."""
    for words in (("alerts", "list"), ("clients", "list", "--format", "json"), ("verify",), ("alerts", "stats")):
        folder = bench.copy()

        def work(folder: Path = folder, words: tuple[str, ...] = words) -> int:
            handle = os.open("/dev/full", os.O_WRONLY)
            os.dup2(handle, 1)
            os.dup2(os.open(folder.parent / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
            sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
            from fit_toolkit.cli import run

            code = run(["--practice", str(folder), *words], clock=lambda: bench.now)
            with suppress(OSError):  # there is still no room
                sys.stdout.flush()
            sys.stderr.flush()
            return code

        code = bench.warm.forked(work)
        yield {"what": "full output", "words": " ".join(words), "code": code, "said": lines(folder)}


KINDS = {"corrupted": corrupted, "foreign": foreign, "full": full, "read-only": read_only, "outputs": outputs}


def main(root: Path, now: datetime, count: int) -> None:
    """Try every kind of fault that this process may make."""
    bench = Spoiling(root, now)
    for kind, faults in KINDS.items():
        if kind == "read-only" and os.geteuid() != 0:
            continue  # only root can lend a practice to somebody else
        if kind == "outputs" and not Path("/dev/full").exists():
            continue
        for found in faults(bench, count):
            print(json.dumps({"kind": kind, **found}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]))
