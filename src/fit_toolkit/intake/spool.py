"""What a large import sets aside on the way: a file without a name, gone with the process whatever ends it."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, overload

from fit_toolkit.errors import StoreError

T = TypeVar("T")
KEPT: Final = 10_000  # so many records are kept in memory, more are set aside


class Spool:
    """Objects set aside in an unnamed file of the practice's folder, which nobody else can open."""

    def __init__(self, folder: Path | None) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - as long as somebody looks into it
        self._end = 0

    def __del__(self) -> None:
        """Give the room back with whatever looks into it."""
        self._file.close()

    def put(self, thing: Any) -> int:
        """Set something aside and say where it is."""
        place = self._end
        try:
            self._file.seek(place)
            pickle.dump(thing, self._file, protocol=5)
            self._end = self._file.tell()
        except OSError as error:
            raise StoreError(f"the disk is full or failing ({error.strerror})", hint="nothing was changed") from None
        return place

    def get(self, place: int) -> Any:
        """Give back what was set aside there."""
        self._file.seek(place)
        return pickle.load(self._file)  # noqa: S301 - written by this process into a file that has no name


class Shelf(Generic[T]):
    """Things put down one after the other, to be taken up again in the same order; aside where there is a spool."""

    def __init__(self, spool: Spool | None) -> None:
        self._spool = spool
        self._things: list[Any] = []

    def put(self, thing: T) -> None:
        """Put one more down."""
        self._things.append(thing if self._spool is None else self._spool.put(thing))

    def __iter__(self) -> Iterator[T]:
        for thing in self._things:
            yield thing if self._spool is None else self._spool.get(thing)

    def __len__(self) -> int:
        return len(self._things)


class Runs(Generic[T]):
    """Records that come in sorted runs and are wanted in one order: few stay in memory, many are set aside.

    `key` sorts them; `unpack` makes the records of a run from what was put down for it.
    """

    def __init__(self, spool: Spool | None, key: Callable[[T], Any], unpack: Callable[[Any], Iterator[T]]) -> None:
        self._spool, self._key, self._unpack = spool, key, unpack
        self._runs: list[list[Any]] = []
        self.count = 0

    def add(self, blocks: Iterator[Any] | Sequence[Any], count: int) -> None:
        """Add a run of so many records, in blocks that `unpack` understands."""
        if count:
            self._runs.append([block if self._spool is None else self._spool.put(block) for block in blocks])
            self.count += count

    def sealed(self) -> Sequence[T]:
        """Give all records in order."""
        merged = Merged(self.count, lambda: heapq.merge(*map(self._run, self._runs), key=self._key))
        return tuple(merged) if self._spool is None or self.count <= KEPT else merged

    def _run(self, places: list[Any]) -> Iterator[T]:
        for place in places:
            yield from self._unpack(place if self._spool is None else self._spool.get(place))


class Merged(Sequence[T]):
    """Many records in order, read again each time they are gone through; one by its place is slow."""

    def __init__(self, count: int, again: Callable[[], Iterator[T]]) -> None:
        self._count, self._again = count, again

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        return self._again()

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        """Give one record, or some."""
        if isinstance(at, slice):
            wanted = range(self._count)[at]
            if wanted.step > 0:
                return tuple(islice(self, wanted.start, wanted.stop, wanted.step))
            return tuple(self)[at]
        if not -self._count <= at < self._count:
            raise IndexError(at)
        return next(islice(self, at % self._count, None))
