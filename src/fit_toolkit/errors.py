"""Every error the toolkit raises on purpose, sorted by what the caller should do about it."""

from __future__ import annotations

import enum
from collections.abc import Sequence


class ExitCode(enum.IntEnum):
    """What a script may conclude from the end of a command."""

    OK = 0  # worked, whether or not there are alerts
    ERROR = 1  # unexpected: a defect of ours
    USAGE = 2  # the command line was wrong
    REJECTED = 3  # input refused, nothing changed
    PARTIAL = 4  # some policy, plugin or row failed and is reported; the rest was done
    CONFIG = 5  # configuration, plugin, missing extra or store
    UNDELIVERED = 6  # a notification that had to go out did not
    ALERTS = 10  # only with --exit-code: alerts exist
    LOCKED = 75  # another run holds the lock


class FitError(Exception):
    """Base of every expected failure: says what, where, and what to do next; never holds client data."""

    exit_code = ExitCode.ERROR

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """One line: place, problem, next step."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.hint})" if self.hint else text


class UsageError(FitError):
    """The request cannot be understood as typed."""

    exit_code = ExitCode.USAGE


class DataError(FitError):
    """Input was refused and nothing was changed; `findings` lists every problem."""

    exit_code = ExitCode.REJECTED

    def __init__(self, what: str, *, findings: Sequence[object] = (), where: str = "", hint: str = "") -> None:
        super().__init__(what, where=where, hint=hint)
        self.findings = tuple(findings)


class ConfigError(FitError):
    """A setting, definition file or folder has to be mended first."""

    exit_code = ExitCode.CONFIG


class PluginError(FitError):
    """A plugin could not be loaded, found or trusted."""

    exit_code = ExitCode.CONFIG


class ContractError(PluginError):
    """A plugin answered with something other than its contract says."""


class StoreError(FitError):
    """The store is missing, foreign, newer than this version, or cannot be written."""

    exit_code = ExitCode.CONFIG


class LockedError(FitError):
    """Another run holds the lock on this practice."""

    exit_code = ExitCode.LOCKED


class DeliveryError(FitError):
    """A notification was not delivered; `permanent` says that trying again is of no use.

    `channel` says that it is not about this message: the whole channel does not work, so that nothing else is tried on
    it in this run, and no message is given up for it. `retry_after` is set when the receiver asked to come back later:
    in so many seconds at the earliest, 0 where it named no time.
    """

    exit_code = ExitCode.UNDELIVERED

    def __init__(
        self,
        what: str,
        *,
        permanent: bool,
        code: int | None = None,
        hint: str = "",
        channel: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(what, hint=hint)
        self.permanent = permanent
        self.code = code
        self.channel = channel
        self.retry_after = retry_after
