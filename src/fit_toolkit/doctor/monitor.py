"""What `fit check` looks at, and what it makes of it: one state, one line, and figures for a monitor.

Nothing is written and nothing is locked. The state is that of the worst finding; what could not be looked at is
unknown, never fine.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fit_toolkit.errors import LockedError, StoreError
from fit_toolkit.store import backups, freshness, open_store, tombstones, watching
from fit_toolkit.store.opening import OlderStoreError

if TYPE_CHECKING:
    from fit_toolkit.practice import Practice


class Status(enum.IntEnum):
    """The exit codes of monitoring plugins."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_RANK = {Status.OK: 0, Status.UNKNOWN: 1, Status.WARNING: 2, Status.CRITICAL: 3}


class Finding(NamedTuple):
    """One thing that is not as it should be."""

    status: Status
    what: str


class Figure(NamedTuple):
    """One number: its name, what it counts, the limits for a warning and for critical, in which unit ("s" or none)."""

    name: str
    value: float
    help: str
    warn: float | None = None
    crit: float | None = None
    unit: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    metric: str = ""  # its name for Prometheus where that is another one


@dataclass(frozen=True)
class Limits:
    """From when on something is worth a warning, and from when on it is critical."""

    run_warn: timedelta
    run_crit: timedelta
    safety_warn: timedelta = timedelta(hours=24)
    safety_crit: timedelta = timedelta(hours=72)
    message: timedelta = timedelta(hours=1)
    integrity: bool = True
    plugins: bool = True


@dataclass
class Report:
    """Everything that was found, and the figures."""

    findings: list[Finding] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    good: str = ""  # what to say when there is nothing to find

    @property
    def status(self) -> Status:
        """The worst of what was found."""
        return max((finding.status for finding in self.findings), key=_RANK.__getitem__, default=Status.OK)

    def line(self) -> str:
        """Give the one line that a monitor shows, with its figures after the bar."""
        worst_first = sorted(self.findings, key=lambda finding: -_RANK[finding.status])
        said = "; ".join(finding.what for finding in worst_first).replace("|", "/") or self.good
        figures = " ".join(_perfdata(figure) for figure in self.figures)
        return f"FIT {self.status.name} - {said}" + (f" | {figures}" if figures else "")


def limits_of(practice: Practice, *, warn: timedelta | None, crit: timedelta | None) -> Limits:
    """Give the usual limits: a run is late after half as long again as expected, critical after three times that long."""
    late = freshness.allowed(practice.settings)
    late = warn if warn is not None else late if crit is None else min(late, crit)
    return Limits(
        run_warn=late, run_crit=crit if crit is not None else max(2 * freshness.allowed(practice.settings), late)
    )


def look(practice: Practice, limits: Limits) -> Report:
    """Look at the runs, the messages, the safety alerts, the store and the plugins."""
    report = Report()
    now = practice.now()
    try:
        store = open_store(practice.settings.text("store.url") or practice.path("store.path"), upgrade=False)
        try:
            with store.read() as c:
                found = watching.figures(c, now=now, patience=limits.message)
                copies, cut_off = backups.listed(c), len(tombstones.unfinished(c))
            whole, unread = watching.intact(store) if limits.integrity else (True, 0)
        finally:
            store.close()
    except LockedError:
        report.findings.append(Finding(Status.UNKNOWN, "the store is busy: another program is writing"))
        return report
    except OlderStoreError:
        what = "fit-toolkit was updated, and the store was not yet: the next run does it"
        report.findings.append(Finding(Status.WARNING, what))
        return report
    except StoreError as error:
        report.findings.append(Finding(Status.CRITICAL, str(error)))
        return report
    if limits.integrity:
        report.figures += [
            Figure("store_ok", int(whole), "1 when no damage was found in the store"),
            Figure("store_unread", unread, "tables too large to be looked through in a moment (fit verify)",
                   metric="store_tables_unread"),
        ]  # fmt: skip
    if not whole:
        report.findings.append(Finding(Status.CRITICAL, "the store is damaged: restore a backup"))
    report.findings += _runs(report, found, limits, now)
    report.findings += _messages(report, found)
    report.findings += _safety(report, found, limits, now)
    report.findings += _backups(
        report,
        [row["made_at"] for row in copies if row["sha256"]],
        practice.settings.number("backup.max_age_days"),
        now,
    )
    if cut_off:
        what = "an erasure was cut off: the same fit erase finishes it"
        report.findings.append(Finding(Status.WARNING, what))
    if limits.plugins:
        report.findings += _plugins(report, practice)
    return report


def _backups(report: Report, made: Sequence[datetime], longest: int, now: datetime) -> Iterator[Finding]:
    """The newest backup, where the practice says how old it may be."""
    if not longest:
        return
    limit = timedelta(days=longest)
    if not made:
        yield Finding(Status.WARNING, "no backup was ever made (fit backup)")
        return
    age = max(now - made[-1], timedelta(0))
    told = "how long ago the newest backup was made"
    report.figures.append(
        Figure(
            "backup_age", int(age.total_seconds()), told, limit.total_seconds(), unit="s", metric="backup_age_seconds"
        )
    )
    if age > limit:
        yield Finding(Status.WARNING, f"the newest backup is {freshness.ago(age)} old (fit backup)")


def _runs(report: Report, found: watching.Figures, limits: Limits, now: datetime) -> Iterator[Finding]:
    last = found.last
    warn, crit = limits.run_warn.total_seconds(), limits.run_crit.total_seconds()
    stamp = 0.0 if last is None else last["finished_at"].replace(tzinfo=UTC).timestamp()
    name, told = "last_success_timestamp", "when alerts were last looked at, in seconds since 1970; 0 for never"
    if last is None:
        report.figures.append(Figure(name, stamp, told, metric="last_success_timestamp_seconds"))
        late = found.first is not None and now - found.first > limits.run_crit
        yield Finding(Status.CRITICAL if late else Status.WARNING, "alerts were never looked at (fit alerts run)")
        return
    age = max(now - last["finished_at"], timedelta(0))
    failed = {row.get("policy") or row.get("plugin") for row in last["failures"] or ()}
    left = int((last["counts"] or {}).get("left", 0))
    took = (last["finished_at"] - last["started_at"]).total_seconds()
    report.figures += [
        Figure(
            "last_run_age",
            int(age.total_seconds()),
            "how long ago that was",
            warn,
            crit,
            "s",
            metric="last_run_age_seconds",
        ),
        Figure("last_run_duration", int(took), "how long it took", unit="s", metric="last_run_duration_seconds"),
        Figure("failed_policies", len(failed), "policies and plugins that failed in it", warn=0),
        Figure("left", left, "episodes it had no time for", warn=0, metric="episodes_left"),
        Figure(name, stamp, told, metric="last_success_timestamp_seconds"),
    ]
    report.good = f"alerts were looked at {freshness.ago(age)} ago"
    if age > limits.run_warn:
        how = Status.CRITICAL if age > limits.run_crit else Status.WARNING
        yield Finding(
            how, f"alerts were last looked at {freshness.ago(age)} ago: is cron still running fit alerts run?"
        )
    newest = found.newest
    if newest is not None and newest["id"] != last["id"]:
        how_ended = "did not come to its end" if newest["finished_at"] is None else f"ended with {newest['exit_code']}"
        if newest["finished_at"] is not None or now - newest["started_at"] > limits.run_warn:
            yield Finding(Status.WARNING, f"the newest run {how_ended}")
    if failed:
        yield Finding(Status.WARNING, f"failed in the last run: {', '.join(sorted(str(each) for each in failed))}")
    if left:
        yield Finding(Status.WARNING, f"the last run had no time for {left} episodes")


def _messages(report: Report, found: watching.Figures) -> Iterator[Finding]:
    for name, counts, told in (
        ("undelivered", found.undelivered, "messages that should have gone out by now"),
        ("dead", found.dead, "messages given up lately"),
    ):
        for severity, number in counts.items():
            critical = severity == "safety" and name == "undelivered"
            report.figures.append(Figure(
                f"{name}_{severity}", number, told, None if critical else 0, 0 if critical else None,
                labels=(("severity", severity),), metric=f"messages_{name}",
            ))  # fmt: skip
    if safety := found.undelivered["safety"]:
        yield Finding(Status.CRITICAL, f"not delivered, about safety: {safety}")
    if found.lost:
        yield Finding(Status.CRITICAL, f"safety alerts that nobody could be told of: {found.lost}")
    if others := sum(found.undelivered.values()) - safety:
        yield Finding(Status.WARNING, f"not delivered: {others}")
    if dead := sum(found.dead.values()):
        yield Finding(Status.WARNING, f"messages given up: {dead}")


def _safety(report: Report, found: watching.Figures, limits: Limits, now: datetime) -> Iterator[Finding]:
    oldest = max(now - found.unseen[0], timedelta(0)) if found.unseen else timedelta(0)
    warn, crit = limits.safety_warn.total_seconds(), limits.safety_crit.total_seconds()
    report.figures += [
        Figure("safety_unseen", len(found.unseen), "safety alerts that nobody has seen"),
        Figure("safety_unseen_age", int(oldest.total_seconds()), "how old the oldest of them is", warn, crit, "s",
               metric="safety_unseen_oldest_age_seconds"),
    ]  # fmt: skip
    if found.unseen and oldest > limits.safety_warn:
        how = Status.CRITICAL if oldest > limits.safety_crit else Status.WARNING
        yield Finding(
            how, f"safety alerts nobody has seen: {len(found.unseen)}, the oldest for {freshness.ago(oldest)}"
        )


def _plugins(report: Report, practice: Practice) -> Iterator[Finding]:
    registry = practice.registry
    names = sorted({failure.plugin for failure in registry.failures} | {p.name for p in registry.plugins if p.changed})
    report.figures.append(Figure("plugin_troubles", len(names), "plugins that cannot be used or have changed", warn=0))
    if names:
        yield Finding(Status.WARNING, f"plugins that cannot be used or have changed: {', '.join(names)}")


def _perfdata(figure: Figure) -> str:
    """Write a figure as monitoring plugins do: name=value[unit];warn;crit;min."""
    limits = [_plain(figure.warn), _plain(figure.crit), "0"]
    return f"{figure.name}={_plain(figure.value)}{figure.unit};{';'.join(limits)}"


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def as_prometheus(report: Report, *, at: datetime) -> str:
    """Write the figures in the text format of Prometheus; numbers and fixed labels only."""
    at_stamp = at.replace(tzinfo=UTC).timestamp()
    own = [
        Figure("check_status", int(report.status), "0 ok, 1 warning, 2 critical, 3 unknown"),
        Figure("check_timestamp", at_stamp, "when fit check looked", metric="check_timestamp_seconds"),
    ]
    lines: list[str] = []
    told: set[str] = set()
    for figure in [*own, *report.figures]:
        name = f"fit_{figure.metric or figure.name}"
        if name not in told:
            told.add(name)
            lines += [f"# HELP {name} {figure.help}", f"# TYPE {name} gauge"]
        labels = ",".join(f'{key}="{value}"' for key, value in figure.labels)
        lines.append(f"{name}{{{labels}}} {_plain(figure.value)}" if labels else f"{name} {_plain(figure.value)}")
    return "\n".join(lines) + "\n"


def write_textfile(path: Path, text: str) -> None:
    """Put the file there whole, for everybody to read: it holds nothing about anybody."""
    import os
    import tempfile
    from contextlib import suppress

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".fit-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
