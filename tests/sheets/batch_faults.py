"""What a worker may be asked to do in a test: run by name in a process of its own."""

from __future__ import annotations

import os
import signal
import time

from fit_toolkit.sheets.batch_work import Done, Job, Shared


def work(shared: Shared, job: Job) -> Done:
    """Do what the page says."""
    if job.page == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.page == "hang":
        time.sleep(600)
    if job.page == "late":
        time.sleep(20)
        (shared.root / "late").touch()
    if job.page == "raise":
        raise ValueError("C-0042 rated 3")
    return Done(html=f"{job.ticket} of process {os.getpid()}".encode())
