"""The policies of a practice while they are being asked: bound, with the child processes of one run."""

from __future__ import annotations

import hashlib
from types import TracebackType
from typing import Protocol, Self

from fit_toolkit.catalog import Catalog
from fit_toolkit.course import Course, Findings
from fit_toolkit.courses.policies import PolicyUse, bind
from fit_toolkit.engine import PluginFailure, Registry, Workers
from fit_toolkit.settings import Settings


class Parts(Protocol):
    """The parts of a practice that evaluation needs."""

    @property
    def settings(self) -> Settings:
        """Its settings, with the policies as written."""
        ...

    @property
    def registry(self) -> Registry:
        """What its plugins bring."""
        ...

    @property
    def catalog(self) -> Catalog:
        """Its instruments and norm sets."""
        ...


class Asking:
    """A context manager: binds the policies, asks them through one set of workers, and leaves no process behind."""

    def __init__(self, parts: Parts, *, forgiving: bool = False) -> None:
        self._workers = Workers(parts.registry)
        try:
            bound = bind(parts.settings, parts.registry, parts.catalog, self._workers, forgiving=forgiving)
        except BaseException:
            self._workers.close()
            raise
        self.uses: tuple[PolicyUse, ...] = bound.uses
        self.failures: tuple[PluginFailure, ...] = bound.failures
        self.unready: frozenset[str] = bound.unready

    @property
    def hash(self) -> str:
        """One hash over all policies."""
        return hashlib.sha256("".join(sorted(use.hash for use in self.uses)).encode()).hexdigest()

    def find(self, use: PolicyUse, course: Course) -> Findings:
        """Ask one policy about a course; raises PluginFailureError."""
        return self._workers.find(use.ready, course)

    def __enter__(self) -> Self:
        """Hand out the bound policies."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End every child process."""
        self._workers.close()
