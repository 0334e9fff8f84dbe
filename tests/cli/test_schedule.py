"""`fit schedule`: what it prints can be run as printed, by cron's rules and systemd's."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import set_up

ODD = 'a clinic\'s 100 % "pläce" $HOME'
CRON = {"HOME": "/", "LOGNAME": "nobody", "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}  # all that cron sets


@pytest.fixture(scope="module", params=["clinic", ODD])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return set_up(tmp_path_factory.mktemp("scheduled") / request.param)


class Fit:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(["--practice", str(self.folder), "schedule", *arguments])
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def fit(folder: Path, capsys: pytest.CaptureFixture[str]) -> Fit:
    return Fit(folder, capsys)


def crontab(text: str) -> list[tuple[list[str], str]]:
    """Read a crontab as cron does: five fields, then the command up to a bare %, with every other one freed."""
    jobs = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            *when, command = line.split(None, 5)
            bare = re.split(r"(?<!\\)%", command)
            assert len(bare) == 1, "cron would cut the command here"
            jobs.append((when, command.replace(r"\%", "%")))
    return jobs


def test_the_lines_of_cron_run_in_cron_s_bare_surroundings(fit: Fit) -> None:
    code, out, _ = fit("cron")
    assert code == 0
    jobs = crontab(out)
    assert [when for when, _ in jobs] == [
        ["10", "6", "*", "*", "*"],
        ["40", "7-19", "*", "*", "*"],
        ["40", "7", "*", "*", "*"],
    ]
    for _, command in jobs:
        done = subprocess.run(
            ["/bin/sh", "-c", command], env=CRON, cwd="/", capture_output=True, text=True, timeout=120
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command


def test_the_sheets_of_the_day_follow_the_run_where_they_are_wanted(fit: Fit, tmp_path: Path) -> None:
    *_, (when, command) = crontab(fit("cron", "--sheets", "--at", "23:45")[1])
    assert when[:2] == ["15", "0"]
    done = subprocess.run(["/bin/sh", "-c", command], env=CRON, cwd="/", capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    service = units(tmp_path / "units", fit, "--sheets")["fit-sheets.service"]
    assert service["Unit"]["After"].endswith("fit-alerts.service")
    assert service["Service"]["ExecStart"].endswith(" sheets --quiet")
    assert "sheets --quiet" in fit("windows", "--sheets")[1]


def test_what_writes_outside_the_practice_may_do_so_and_nothing_else_may(
    fit: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIT_SHEETS_FOLDER", str(tmp_path / "pages"))
    monkeypatch.setenv("FIT_BACKUP_FOLDER", str(tmp_path / "copies"))
    monkeypatch.setenv("FIT_BACKUP_KEEP", "3")
    assert f"fit-sheets may not start without it: {tmp_path / 'pages'}\n" in fit("systemd", "--sheets")[2]
    found = units(tmp_path / "units", fit, "--sheets")
    may = {name: found[f"fit-{name}.service"]["Service"]["ReadWritePaths"] for name in ("alerts", "sheets", "backup")}
    assert [may[name].endswith(str(tmp_path / end)) for name, end in (("sheets", "pages"), ("backup", "copies"))] == [
        True,
        True,
    ]
    assert str(tmp_path / "pages") not in may["alerts"] + may["backup"]


def test_the_line_that_checks_is_silent_until_something_is_wrong(fit: Fit) -> None:
    _, out, _ = fit("cron")
    *_, (_, command) = crontab(out)
    settings = fit.folder / "fit.toml"
    kept = settings.read_text()
    settings.write_text("[alerts\n")
    done = subprocess.run(["/bin/sh", "-c", command], env=CRON, cwd="/", capture_output=True, text=True, timeout=60)
    settings.write_text(kept)
    assert done.stdout.startswith("FIT UNKNOWN - ")
    assert done.stdout.count("\n") == 1


def test_the_time_can_be_chosen_and_the_other_jobs_follow(fit: Fit) -> None:
    jobs = crontab(fit("cron", "--at", "23:45")[1])
    assert [when[:2] for when, _ in jobs] == [["45", "23"], ["15", "7-19"], ["15", "1"]]
    assert fit("cron", "--at", "24:00")[0] == 2
    assert "summer time" in fit("cron", "--at", "2:30")[2]


def units(folder: Path, fit: Fit, *options: str) -> dict[str, configparser.ConfigParser]:
    assert fit("systemd", "--user", "root", "-o", str(folder), *options)[0] == 0
    found = {}
    for file in sorted(folder.iterdir()):
        parser = configparser.ConfigParser(interpolation=None, strict=True)
        parser.optionxform = str  # type: ignore[method-assign, assignment]
        parser.read(file, encoding="utf-8")
        found[file.name] = parser
    return found


def test_the_units_say_what_to_run_when_and_how_little_it_may(fit: Fit, tmp_path: Path) -> None:
    found = units(tmp_path / "units", fit)
    assert list(found) == [
        "fit-alerts.service", "fit-alerts.timer", "fit-check.service", "fit-check.timer", "fit-deliver.service",
        "fit-deliver.timer",
    ]  # fmt: skip
    timer, service = found["fit-alerts.timer"]["Timer"], found["fit-alerts.service"]["Service"]
    assert (timer["OnCalendar"], timer["Persistent"]) == ("*-*-* 06:10:00", "true")
    assert timer["RandomizedDelaySec"]
    assert service["ExecStart"].endswith("alerts run --max-runtime 2h")
    assert (service["NoNewPrivileges"], service["ProtectSystem"], service["UMask"]) == ("yes", "strict", "0077")
    assert found["fit-deliver.timer"]["Timer"]["OnCalendar"] == "*-*-* 07..19:40:00"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(fit: Fit, tmp_path: Path) -> None:
    units(tmp_path / "units", fit)
    files = [str(file) for file in (tmp_path / "units").iterdir()]
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    when = subprocess.run(["systemd-analyze", "calendar", "*-*-* 07..19:40:00"], capture_output=True, timeout=60)
    assert when.returncode == 0


def test_a_path_comes_through_the_words_of_systemd_as_it_is(fit: Fit, tmp_path: Path) -> None:
    line = units(tmp_path / "units", fit)["fit-alerts.service"]["Service"]["ExecStart"]
    words = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    read = [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in words]
    assert str(fit.folder) in [word.replace("%%", "%").replace("$$", "$") for word in read]


def test_the_tasks_of_windows_are_whole_and_say_that_nobody_tried_them(fit: Fit, tmp_path: Path) -> None:
    _, out, err = fit("windows")
    assert "Not tested on Windows yet" in out
    assert "Not tested on Windows yet" in err
    fit("windows", "-o", str(tmp_path / "tasks"))
    space = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    for file in (tmp_path / "tasks").iterdir():
        task = ET.fromstring(file.read_text(encoding="utf-8"))
        assert str(fit.folder) == task.findtext(".//t:WorkingDirectory", namespaces=space)
        assert task.findtext(".//t:StartWhenAvailable", namespaces=space) == "true"


def test_the_practice_of_systemd_runs_as_who_owns_it(fit: Fit) -> None:
    owner = fit.folder.owner()
    assert f"User={owner}\n" in fit("systemd")[1]


def test_a_path_with_a_line_break_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = set_up(tmp_path / "two\nlines")
    assert Fit(folder, capsys)("cron")[0] == 2
