"""Lines for a crontab."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from fit_toolkit.cli.scheduling import FIRST, LAST, Job


def crontab(folder: Path, jobs: Iterable[Job]) -> str:
    """Write the lines; what they print is mailed by cron, and they print nothing when all is well."""
    lines = [
        f"# The practice in {folder}. To install: crontab -e, as the account that owns it.",
        "# cron mails what a job prints to MAILTO. Without a mail program on this computer nobody is told: see fit check.",
        "#MAILTO=you@example.org",
    ]
    for job in jobs:
        lines += [f"# {job.what}", f"{_when(job)}  {_command(job)}"]
    return "\n".join(lines) + "\n"


def _when(job: Job) -> str:
    return f"{job.minute} {f'{FIRST}-{LAST}' if job.hourly else job.hour} * * *"


def _command(job: Job) -> str:
    command = f"PYTHONUTF8=1 {shlex.join(job.command)}"
    if job.quiet:
        command = f'said=$({command}) || echo "$said"'
    return command.replace("%", r"\%")  # a bare one ends the command for cron
