"""Unit files for systemd: a service and a timer for each job."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from fit_toolkit.cli.scheduling import FIRST, LAST, Job

_PLAIN = re.compile(r"[A-Za-z0-9_@+=:,./-]+")
HARDENING = """\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
CapabilityBoundingSet=
"""


def units(folder: Path, jobs: Iterable[Job], *, user: str) -> dict[str, str]:
    """Write the files by name; each job may write to the practice, and to the one folder outside that it is about."""
    files: dict[str, str] = {}
    for job in jobs:
        files[f"fit-{job.name}.service"] = _service(
            folder, job, user, (folder, job.outside) if job.outside else (folder,)
        )
        files[f"fit-{job.name}.timer"] = _timer(job)
    return files


def _service(folder: Path, job: Job, user: str, writable: tuple[Path, ...]) -> str:
    # KillMode=mixed: only the run itself is asked to stop, so that the policies it is asking can answer
    return f"""\
[Unit]
Description=FIT: {_text(job.what)}
RequiresMountsFor={_word(str(folder))}
Wants=network-online.target
After=network-online.target{_after(job)}

[Service]
Type=oneshot
User={user}
UMask=0077
Environment=PYTHONUTF8=1
WorkingDirectory={_text(str(folder))}
ExecStart={" ".join(_word(part, command=True) for part in job.command)}
KillMode=mixed
TimeoutStopSec=3min
{HARDENING}ReadWritePaths={" ".join(_word(str(path)) for path in writable)}
"""


def _after(job: Job) -> str:
    return f" fit-{job.after}.service" if job.after else ""


def _timer(job: Job) -> str:
    when = f"{FIRST:02d}..{LAST:02d}:{job.minute:02d}:00" if job.hourly else f"{job.hour:02d}:{job.minute:02d}:00"
    return f"""\
[Unit]
Description=FIT: {_text(job.what)}

[Timer]
OnCalendar=*-*-* {when}
Persistent=true
RandomizedDelaySec=5min
AccuracySec=1min

[Install]
WantedBy=timers.target
"""


def _word(text: str, *, command: bool = False) -> str:
    """Write one word as systemd reads it: its specifiers, and in commands its variables, are doubled."""
    text = _text(text)
    if command:
        text = text.replace("$", "$$")
    if _PLAIN.fullmatch(text.replace("%%", "").replace("$$", "") or "x"):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(text: str) -> str:
    return text.replace("%", "%%")
