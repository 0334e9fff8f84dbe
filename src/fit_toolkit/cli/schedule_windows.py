"""Tasks for the task scheduler of Windows; nobody has tried them yet, and they say so."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from fit_toolkit.cli.scheduling import FIRST, LAST, Job

UNTESTED = "Not tested on Windows yet: start each task by hand once, and look at its last result (0 is good)."


def tasks(folder: Path, jobs: Iterable[Job]) -> dict[str, str]:
    """Write one task a job, to be read in with: schtasks /Create /TN NAME /XML FILE."""
    return {f"fit-{job.name}.xml": _task(folder, job) for job in jobs}


def _task(folder: Path, job: Job) -> str:
    program, *arguments = job.command
    hour = FIRST if job.hourly else job.hour
    again = (
        f"""
      <Repetition><Interval>PT1H</Interval><Duration>PT{LAST - FIRST}H</Duration></Repetition>"""
        if job.hourly
        else ""
    )
    return f"""\
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <!-- {UNTESTED} -->
  <!-- schtasks /Create /TN fit-{job.name} /XML fit-{job.name}.xml -->
  <RegistrationInfo><Description>FIT: {escape(job.what)}</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>{again}
      <StartBoundary>2026-01-01T{hour:02d}:{job.minute:02d}:00</StartBoundary>
      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Settings>
    <StartWhenAvailable>true</StartWhenAvailable>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT4H</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>{escape(program)}</Command>
      <Arguments>{escape(subprocess.list2cmdline(arguments))}</Arguments>
      <WorkingDirectory>{escape(str(folder))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""
