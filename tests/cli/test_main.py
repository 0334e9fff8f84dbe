from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest

from fit_toolkit.cli import COMMANDS, lazy, main, run
from fit_toolkit.errors import DataError, ExitCode, LockedError
from tests.cli.conftest import Fit

HEAVY = ("pandas", "numpy", "weasyprint", "sqlalchemy", "alembic", "jinja2", "msgspec")


@pytest.mark.parametrize("arguments", [["--help"], ["staff", "--help"], ["episodes", "--help"], ["plan"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; from fit_toolkit.cli import run; run({arguments!r}); print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


def test_a_misspelt_command_names_the_nearest(fit: Fit) -> None:
    for typed, nearest in ((["clints"], "clients"), (["clients", "lsit"], "list")):
        outcome = fit(*typed)
        assert (outcome.code, outcome.out) == (ExitCode.USAGE, "")
        assert f"Did you mean '{nearest}'?" in outcome.err


def test_a_missing_practice_is_one_line_and_exit_code_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["staff", "list"]) == ExitCode.CONFIG
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "fit: there is no fit.toml here or above (fit init makes a practice; --practice names one)"
    ]


def raising(error: BaseException) -> dict[str, tuple[str, str]]:
    @click.command()
    def boom() -> None:
        raise error

    module = type(sys)("fit_test_boom")
    module.command = boom  # type: ignore[attr-defined]
    sys.modules["fit_test_boom"] = module
    return {"boom": ("fit_test_boom:command", "Fail.")}


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (DataError("3 rows refused", where="file.csv:7", hint="mend them"), 3, "fit: file.csv:7: 3 rows refused (mend them)\n"),
        (LockedError("another run holds the lock"), 75, "fit: another run holds the lock\n"),
        (click.Abort(), 130, "fit: stopped\n"),
        (KeyboardInterrupt(), 130, "fit: stopped\n"),
        (SystemExit(7), 7, ""),
    ],
)  # fmt: skip
def test_every_failure_is_one_line_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    monkeypatch.setattr("fit_toolkit.cli.COMMANDS", raising(error))
    if isinstance(error, SystemExit):
        with pytest.raises(SystemExit):
            run(["boom"])
        return
    assert run(["boom"]) == code
    assert capsys.readouterr().err.replace("\n\n", "\n").lstrip("\n") == said


def test_an_unforeseen_error_shows_where_it_happened_and_none_of_its_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fit_toolkit.cli.COMMANDS", raising(ValueError("client Jane said 3")))
    assert run(["boom"]) == ExitCode.ERROR
    told = capsys.readouterr().err
    assert told.startswith("fit: unexpected error: ValueError at test_main.py:")
    assert "Jane" not in told
    assert len(told.splitlines()) == 1
    assert run(["--debug", "boom"]) == ExitCode.ERROR
    assert "Traceback" in capsys.readouterr().err


def test_a_command_may_end_with_a_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def partial() -> int:
        return ExitCode.PARTIAL

    module = type(sys)("fit_test_partial")
    module.command = partial  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "fit_test_partial", module)
    monkeypatch.setattr("fit_toolkit.cli.COMMANDS", {"partial": ("fit_test_partial:command", "")})
    assert run(["partial"]) == ExitCode.PARTIAL


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, lazy.ENTRY_POINT_GROUP)


def test_a_packages_command_is_listed_unimported_and_its_failure_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = [entry("extra", "no_such_package.cli:command"), entry("staff", "no_such_package.cli:command")]
    monkeypatch.setattr(lazy, "entry_points", lambda group: there)
    assert run(["--help"]) == 0
    assert "extra         (from no_such_package.cli:command)" in capsys.readouterr().out
    assert run(["extra"]) == ExitCode.CONFIG
    assert "the command 'extra' of no_such_package.cli:command cannot be loaded" in capsys.readouterr().err
    assert run(["--no-plugins", "extra"]) == ExitCode.USAGE
    assert run(["staff", "--help"]) == 0, "a built-in command is never taken over"


def test_two_packages_with_one_command_are_both_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = [entry("extra", "one.cli:command"), entry("extra", "two.cli:command")]
    monkeypatch.setattr(lazy, "entry_points", lambda group: there)
    assert run(["extra"]) == ExitCode.CONFIG
    assert "one.cli:command and two.cli:command" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="no umask")
def test_the_program_makes_private_files_and_no_core_dumps(tmp_path: Path) -> None:
    code = (
        "import os, resource; from fit_toolkit.cli import main; main(['--help']); "
        "print(oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0o77 0"
    assert callable(main)
