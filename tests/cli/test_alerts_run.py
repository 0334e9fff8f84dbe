"""`fit alerts run` as cron starts it: in bare surroundings, asked to stop, turned away, looking back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fit_toolkit.store import hold_lock, runs
from tests.alerts.outgoing import LOW, clinic_with, messages, use
from tests.cli.shell import Outcome, Shell
from tests.clinic import Clinic

CODE = "Canary-77"
FIT = [sys.executable, "-m", "fit_toolkit"]
BARE = {
    "HOME": "/nowhere",
    "PATH": "/usr/bin:/bin",
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
}
SLOW = """
import os
import time
from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"

class Slow(AlertPolicy, frozen=True):
    "Takes its time."
    kind = "slow"

    def find(self, course):
        open({mark!r}, "w").close()
        time.sleep(30)
        return course.nothing()

@hookimpl
def register_alert_policies():
    return [Slow]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = clinic_with(tmp_path_factory.mktemp("cron"), policies=LOW, day=30)
    clinic.open(CODE, therapist="carl")
    clinic.rate(CODE, 0, 3)
    return clinic


@pytest.fixture
def fit(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(clinic, capsys, ("alerts", "run"))


def test_it_works_from_a_folder_that_is_gone_without_surroundings_and_with_every_stream_closed(clinic: Clinic) -> None:
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text().replace("[alerts]", '[alerts]\nchannels = ["file"]', 1))
    gone = clinic.root.parent / "gone"
    gone.mkdir()
    command = f'rmdir "{gone}"; exec "$0" "$@" 0<&- 1>&- 2>&-'
    done = subprocess.run(
        ["/bin/sh", "-c", command, *FIT, "--practice", str(clinic.root), "alerts", "run"],
        env=BARE,
        cwd=gone,
        timeout=60,
    )
    assert done.returncode == 0
    assert [row["state"] for row in messages(clinic, "due", "sent")] == ["sent"]
    assert {
        path.stat().st_mode & 0o077 for path in clinic.root.rglob("*") if path.name in {".fit.lock", "messages.jsonl"}
    } == {0}
    assert clinic.practice.store.path is not None
    assert clinic.practice.store.path.read_bytes()[:15] == b"SQLite format 3"


def test_a_message_nobody_can_read_because_stdout_is_closed_is_kept(clinic: Clinic) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$0" "$@" 1>&-', *FIT, "--practice", str(clinic.root), "alerts", "run"],
        env=BARE, stderr=subprocess.PIPE, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 4
    assert [row["state"] for row in messages(clinic, "due", "sent")] == ["due"]
    assert done.stderr.count("\n") == 1


def test_without_a_practice_and_without_a_folder_it_says_so(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", f'rmdir "{gone}"; exec "$0" "$@"', *FIT, "alerts", "run"],
        env=BARE, cwd=gone, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == "fit: the current folder is not there any more (--practice names a practice)\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_stop_ends_soon_with_nothing_half_done(clinic: Clinic, number: int, code: int) -> None:
    mark = clinic.root / "asking"
    (clinic.root / "plugins").mkdir(exist_ok=True)
    (clinic.root / "plugins" / "slow.py").write_text(SLOW.format(mark=str(mark)))
    file = clinic.root / "fit.toml"
    watch = '\n[[policies]]\nid = "slow"\nkind = "slow"\ninstrument = "today-together-client"\n'
    file.write_text(file.read_text() + watch)
    with subprocess.Popen(
        [*FIT, "--practice", str(clinic.root), "alerts", "run"],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # what is started in the background ignores SIGINT, and so would this child
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 - no other thread
    ) as process:
        while not mark.exists() and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, process.communicate()
        os.killpg(process.pid, number)  # as a terminal and systemd do: everybody hears it
        _, said = process.communicate(timeout=25)
    assert (process.returncode, said) == (
        code,
        "fit: stopped by a signal after what was begun, 1 episode left; the next run goes on from there\n",
    )
    with clinic.practice.store.read() as c:
        last = runs.newest_run(c, runs.RUN)
        assert runs.pending(c, as_of=clinic.practice.today()).episodes == [1]
    assert last is not None
    assert (last["exit_code"], last["failures"]) == (code, [])
    file.write_text(file.read_text().replace(watch, ""))
    use(clinic)
    clinic.run(back=True)  # the test's own clock is behind that of the process
    assert [alert["policy"] for alert in clinic.alerts()] == ["low"]


def test_another_run_ends_it_with_75_and_a_line_or_with_nothing(fit: Shell) -> None:
    with hold_lock(fit.clinic.practice.lock_file, now=fit.clinic.clock()):
        told = fit()
        skipped = fit("--skip-if-locked")
    assert told == Outcome(
        75,
        "",
        "fit: another run (started 12:00, 0 s ago) holds the lock on this practice (try again when it has ended)\n",
    )
    assert skipped == Outcome(0, "", "")


def test_a_clock_that_went_back_is_refused_until_it_is_accepted(fit: Shell) -> None:
    fit()
    fit.clinic.day -= 3
    refused = fit()
    assert (refused.code, "--accept-clock" in refused.err, refused.err.count("\n")) == (3, True, 1)
    assert fit("--accept-clock").code == 0


def test_what_would_have_been_known_is_listed_with_the_alert_of_today(fit: Shell) -> None:
    fit("--no-deliver")
    told = fit("--dry-run", "--known-at", "2026-02-04T12:00")
    assert told.code == 0
    assert [line.split()[:3] for line in told.out.splitlines()[2:]] == [[CODE, "low", "attention"]]
    assert told.out.splitlines()[2].split()[-2:] == ["1", "new"]
    assert fit("--dry-run", "--known-at", "2026-02-04T11:59").err.startswith("Nothing would have stood.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--known-at", "2026-02-04T12:00"], ["--dry-run", "--known-at", "2026-02-04"], ["--dry-run", "--known-at", "2036-02-04T12:00"],
        ["--max-runtime", "5"], ["--max-runtime", "0s"], ["--max-runtime", "soon"],
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_a_wrong_command_line(fit: Shell, arguments: list[str]) -> None:
    assert fit(*arguments).code == 2


@pytest.mark.parametrize("span", ["90s", "45m", "2h", "1h30m", "3d"])
def test_time_spans_have_units(fit: Shell, span: str) -> None:
    assert fit("--no-deliver", "--max-runtime", span).code == 0
