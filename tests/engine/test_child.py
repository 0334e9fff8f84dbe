"""The child starts bare and limited, and its answers are the answers to what was asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fit_toolkit.engine import Limits, registry
from fit_toolkit.engine.child import Child, ChildGoneError
from fit_toolkit.engine.records import Source
from fit_toolkit.engine.registry import probe

QUICK = Limits(seconds=2.0, memory_mb=512)


def tells(tmp_path: Path, expression: str, *, imports: str = "os") -> str:
    """What a plugin sees in its child process, told through the message it raises while it is loaded."""
    file = tmp_path / "teller.py"
    file.write_text(f"import {imports}\nraise RuntimeError(str({expression}))\n")
    source = Source(name="teller", origin="drop-in", module="teller", file=str(file))
    (failure,) = probe(source, QUICK).failures
    return failure.error.removeprefix("raised RuntimeError: ").removesuffix(" (teller.py:2)")


def test_nothing_of_the_environment_reaches_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIT_SECRET", "CANARY")
    monkeypatch.setenv("PYTHONPATH", "/CANARY")
    allowed = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "LC_CTYPE", "__CF_USER_TEXT_ENCODING"}

    assert tells(tmp_path, f"sorted(set(os.environ) - {allowed})") == "[]"
    assert tells(tmp_path, "[p for p in sys.path if 'CANARY' in p]", imports="sys") == "[]"


def test_it_runs_in_an_empty_folder_of_its_own_that_is_gone_afterwards(tmp_path: Path) -> None:
    folder = tells(tmp_path, "os.getcwd() + '|' + str(os.listdir())")

    assert folder.endswith("|[]")
    assert not Path(folder.partition("|")[0]).exists()
    assert Path(folder.partition("|")[0]) != Path.cwd()


def test_no_open_file_of_ours_reaches_it(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "store.db", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(handle, True)
    seen = tells(
        tmp_path, "[os.readlink(f'/proc/self/fd/{fd}') for fd in range(3, 64) if os.path.exists(f'/proc/self/fd/{fd}')]"
    )
    os.close(handle)

    assert "store.db" not in seen


def test_its_input_is_empty_and_its_output_goes_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert (
        tells(tmp_path, "[print('CANARY'), os.read(0, 10), os.fstat(1).st_ino == os.fstat(2).st_ino][1:]")
        == "[b'', True]"
    )
    assert capfd.readouterr() == ("", "")


def test_its_limits_hold_from_the_start(tmp_path: Path) -> None:
    names = ("AS", "NOFILE", "FSIZE", "CORE")
    expression = "[resource.getrlimit(r)[0] for r in (" + ", ".join(f"resource.RLIMIT_{name}" for name in names) + ")]"

    assert tells(tmp_path, expression, imports="resource") == str([512 << 20, 64, 16 << 20, 0])


def test_it_does_not_write_beside_the_plugin(tmp_path: Path) -> None:
    tells(tmp_path, "1")

    assert [path.name for path in tmp_path.iterdir()] == ["teller.py"]


def test_an_unknown_request_is_an_answer_that_says_failed() -> None:
    with Child(QUICK) as child:
        answer, blobs = child.ask("nonsense", {})

    assert (answer.op, blobs) == ("failed", {})


def test_a_child_that_was_closed_says_so() -> None:
    with Child(QUICK) as child:
        pass
    with pytest.raises(ChildGoneError, match="has been ended"):
        child.ask("load", {})


def test_a_child_leaves_when_its_parent_has_gone() -> None:
    child = Child(QUICK)
    assert child._process.stdin is not None
    child._selector.close()
    child._process.stdin.close()

    assert child._process.wait(timeout=60) == 0
    child.close()


def test_loading_has_a_shorter_time_than_an_answer_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sleeper.py"
    file.write_text("import time\ntime.sleep(300)\n")
    source = Source(name="sleeper", origin="drop-in", module="sleeper", file=str(file))
    assert registry.LOAD_SECONDS <= 10
    monkeypatch.setattr(registry, "LOAD_SECONDS", 1.0)
    (failure,) = probe(source, Limits(seconds=60.0)).failures

    assert failure.error == "did not finish loading within 1 s"
