"""`fit check`: for monitoring; one line, figures, and 0, 1, 2 or 3."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fit_toolkit.cli.context import App, pass_app
from fit_toolkit.cli.output import visible
from fit_toolkit.cli.times import Span

if TYPE_CHECKING:
    from fit_toolkit.doctor.monitor import Report

UNKNOWN = 3


class _Probe(click.Command):
    """A wrong command line is unknown, not critical: 2 has another meaning for a monitor."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Read the command line."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            click.echo(f"FIT UNKNOWN - {error.format_message()}")
            raise click.exceptions.Exit(UNKNOWN) from None


@click.command("check", cls=_Probe)
@click.option("--warn-age", type=Span(), metavar="DURATION",
              help="Warn when the last run is older (default: half as long again as alerts.expected_every_hours).")  # fmt: skip
@click.option("--crit-age", type=Span(), metavar="DURATION", help="Critical when it is older (default: twice that).")
@click.option("--warn-safety", type=Span(), metavar="DURATION", default="24h", show_default=True,
              help="Warn when nobody has seen a safety alert for so long.")  # fmt: skip
@click.option("--crit-safety", type=Span(), metavar="DURATION", default="72h", show_default=True,
              help="Critical when it is longer.")  # fmt: skip
@click.option("--message-age", type=Span(), metavar="DURATION", default="1h", show_default=True,
              help="A message not sent after so long is undelivered: critical about safety, else a warning.")  # fmt: skip
@click.option("--timeout", type=Span(), metavar="DURATION", default="30s", show_default=True,
              help="Unknown when looking takes longer.")  # fmt: skip
@click.option("--no-integrity", is_flag=True, help="Do not read the whole store for damage.")
@click.option("--prometheus", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Also write the figures here, for the textfile collector.")  # fmt: skip
@pass_app
def command(
    app: App,
    *,
    warn_age: timedelta | None,
    crit_age: timedelta | None,
    warn_safety: timedelta,
    crit_safety: timedelta,
    message_age: timedelta,
    timeout: timedelta,
    no_integrity: bool,
    prometheus: Path | None,
) -> int:
    """Say in one line whether alerts are looked at and messages go out; changes nothing, also while a run is on.

    Exit codes: 0 all is well, 1 worth a look (a late run, a policy that failed, a message not sent), 2 critical (no run
    for long, a safety message not sent, a safety alert nobody has seen, a damaged store), 3 it could not be looked at.
    Figures follow after a bar, as monitoring plugins write them. Nothing in it is about a client.
    """
    from fit_toolkit.doctor import monitor

    def look() -> Report:
        usual = monitor.limits_of(app.practice, warn=warn_age, crit=crit_age)
        limits = replace(usual, safety_warn=warn_safety, safety_crit=max(crit_safety, warn_safety),
                         message=message_age, integrity=not no_integrity)  # fmt: skip
        return monitor.look(app.practice, limits)

    sys.dont_write_bytecode = True
    report = _within(timeout, look)
    if prometheus is not None:
        try:
            monitor.write_textfile(prometheus, monitor.as_prometheus(report, at=_now(app)))
        except OSError as error:
            report.findings.append(monitor.Finding(monitor.Status.UNKNOWN, f"the textfile: {error.strerror}"))
    click.echo(visible(report.line()))
    return int(report.status)


def _within(longest: timedelta, look: Callable[[], Report]) -> Report:
    """Look, in a thread of its own: whatever goes wrong or takes too long is unknown."""
    from fit_toolkit.doctor.monitor import Finding, Report, Status
    from fit_toolkit.errors import FitError

    made: list[Report] = []

    def work() -> None:
        try:
            made.append(look())
        except FitError as error:
            made.append(Report([Finding(Status.UNKNOWN, str(error))]))
        except BaseException as error:  # noqa: BLE001 - a monitor is told something whatever happens
            made.append(Report([Finding(Status.UNKNOWN, f"it could not be looked at: {type(error).__name__}")]))

    thread = threading.Thread(target=work, name="fit-check", daemon=True)
    thread.start()
    thread.join(longest.total_seconds())
    late = Report([Finding(Status.UNKNOWN, f"no answer within {longest.total_seconds():g} seconds")])
    return made[0] if made else late


def _now(app: App) -> datetime:
    from fit_toolkit.store.rows import utc

    return utc(app.clock() if app.clock is not None else None)
