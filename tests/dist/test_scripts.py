from __future__ import annotations

import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [*sorted(path for path in (ROOT / "script").iterdir() if path.is_file()), ROOT / ".ci" / "run"]
TOOLS = ("bash", "cat", "cksum", "dirname", "env", "id", "mktemp", "rm", "tail", "uname", "true", "grep")

# A Python as Debian ships it: no venv until its package is installed, which leaves the file `venv-installed`.
PYTHON = """#!{bash}
case "$*" in
    *"import venv,ensurepip"*) [ -e {home}/venv-installed ] ;;
    *"-m venv .venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"-m pip install"*) echo "$*" >>{home}/calls ;;
    *"-m pip --version"*) [ -d .venv ] ;;
    *assert*) true ;;
    *CDLL*) [ -e {home}/pango-installed ] ;;
    *sys.version_info*) echo 3.11 ;;
    --version) echo Python 3.11.2 ;;
esac
"""
APT = """#!{bash}
echo "apt-get $*" >>{home}/calls
case "$*" in
    *-venv*) touch {home}/venv-installed ;;
    *pango*) touch {home}/pango-installed ;;
esac
"""
FORBIDDEN = """#!{bash}
exit 1
"""


@dataclass(frozen=True)
class Machine:
    """A make-believe machine: its own PATH with stand-ins for Python and apt-get, and a bare copy of the scripts."""

    home: Path

    def bootstrap(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        command: list[str | Path] = [self.home / "tree" / "script" / "bootstrap", *arguments]
        environment = {"PATH": str(self.home / "bin"), "HOME": str(self.home), **settings}
        return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True, check=False)

    def calls(self) -> list[str]:
        file = self.home / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def install(self, name: str, text: str) -> None:
        path = self.home / "bin" / name
        path.unlink(missing_ok=True)
        path.write_text(text.format(bash=shutil.which("bash"), home=self.home))
        path.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "bin").mkdir()
    for tool in (*TOOLS, "mkdir", "cp", "touch"):
        found = shutil.which(tool)
        assert found, tool
        (tmp_path / "bin" / tool).symlink_to(found)
    shutil.copytree(ROOT / "script", tmp_path / "tree" / "script")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "tree")
    made = Machine(tmp_path)
    made.install("python3", PYTHON)
    made.install("apt-get", APT)
    made.install("id", "#!{bash}\necho 0\n")
    made.install("uname", "#!{bash}\necho Linux\n")
    return made


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_can_be_run_and_stops_at_the_first_failure(script: Path) -> None:
    assert script.stat().st_mode & stat.S_IXUSR
    assert "\nset -euo pipefail\n" in script.read_text()
    subprocess.run(["bash", "-n", script], check=True)


def test_ci_runs_what_a_developer_runs() -> None:
    commands = [
        line
        for line in (ROOT / ".ci" / "run").read_text().splitlines()
        if line and not line.startswith(("#", "set ", "cd "))
    ]
    assert commands == ["exec script/test"]


def test_root_on_a_bare_machine_gets_everything(machine: Machine) -> None:
    result = machine.bootstrap("--runtime")
    assert result.returncode == 0, result.stderr
    apt = [call for call in machine.calls() if call.startswith("apt-get")]
    assert "python3.11-venv" in apt[0]
    assert {"libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"} <= set(apt[1].split())
    pip = [call for call in machine.calls() if "pip install" in call]
    assert "--require-hashes -r script/locks/runtime.lock" in pip[0]
    assert "--no-deps --no-build-isolation -e ." in pip[1]


def test_a_second_run_does_nothing(machine: Machine) -> None:
    machine.bootstrap()
    before = [call for call in machine.calls() if "pip install" in call]
    assert machine.bootstrap().returncode == 0
    assert machine.bootstrap("--runtime").returncode == 0  # what developing needs holds what running needs
    assert [call for call in machine.calls() if "pip install" in call] == before


def test_a_changed_lock_is_installed(machine: Machine) -> None:
    machine.bootstrap()
    before = len(machine.calls())
    with (machine.home / "tree" / "script" / "locks" / "dev.lock").open("a") as lock:
        lock.write("# changed\n")
    machine.bootstrap()
    assert any("dev.lock" in call for call in machine.calls()[before:])


def test_without_the_right_to_install_the_command_is_named(machine: Machine) -> None:
    result = machine.bootstrap(FIT_NO_SYSTEM="1")
    assert result.returncode == 1
    assert "sudo apt-get install -y --no-install-recommends python3.11-venv" in result.stderr
    assert machine.calls() == []


@pytest.mark.parametrize("sudo", [None, FORBIDDEN], ids=["no sudo", "sudo asks for a password"])
def test_an_ordinary_account_is_told_and_goes_on_without_pdf(machine: Machine, sudo: str | None) -> None:
    machine.install("id", "#!{bash}\necho 1000\n")
    if sudo:
        machine.install("sudo", sudo)
    (machine.home / "venv-installed").touch()
    result = machine.bootstrap("--runtime")
    assert result.returncode == 0
    assert "please run: sudo apt-get install -y --no-install-recommends libpango-1.0-0" in result.stderr
    assert not any(call.startswith("apt-get") for call in machine.calls())
    assert any("runtime.lock" in call for call in machine.calls())


def test_what_only_tests_need_is_left_out_for_running(machine: Machine) -> None:
    machine.bootstrap("--runtime")
    assert not any("poppler-utils" in call for call in machine.calls())
    machine.bootstrap()
    assert any("poppler-utils" in call for call in machine.calls())


def test_sudo_that_does_not_ask_is_used(machine: Machine) -> None:
    machine.install("id", "#!{bash}\necho 1000\n")
    machine.install("sudo", '#!{bash}\nshift\nexec "$@"\n')
    assert machine.bootstrap().returncode == 0
    assert any(call.startswith("apt-get install") for call in machine.calls())


def test_a_failing_install_of_libraries_shows_why(machine: Machine) -> None:
    machine.install("apt-get", '#!{bash}\necho "$*" >>{home}/calls\necho "no such package"\nexit 100\n')
    (machine.home / "venv-installed").touch()
    result = machine.bootstrap()
    assert result.returncode == 0
    assert "no such package" in result.stderr
    assert "update" in machine.calls()


def test_an_unknown_argument_is_refused(machine: Machine) -> None:
    result = machine.bootstrap("--wrong")
    assert (result.returncode, machine.calls()) == (2, [])
