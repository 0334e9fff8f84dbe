from __future__ import annotations

import ctypes
import shutil
import sqlite3
import sys
from importlib import metadata
from pathlib import Path

import pytest

from fit_toolkit.doctor import machine
from fit_toolkit.doctor.verdict import State, Verdict


def by_name(verdicts: object) -> dict[str, Verdict]:
    return {verdict.check: verdict for verdict in verdicts}  # type: ignore[attr-defined]


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Debian machine on which we are not root."""
    monkeypatch.setattr(shutil, "which", {"apt-get": "/usr/bin/apt-get"}.get)
    monkeypatch.setattr(machine, "_is_root", lambda: False)


def without_libraries(monkeypatch: pytest.MonkeyPatch, *stems: str) -> None:
    real = ctypes.CDLL

    def load(name: str) -> object:
        if any(stem in name for stem in stems):
            raise OSError(name)
        return real(name)

    monkeypatch.setattr(ctypes, "CDLL", load)


def test_every_declared_library_is_looked_at() -> None:
    found = by_name(machine.libraries())
    assert {"weasyprint", "jinja2", "ruamel.yaml", "pandas", "sqlalchemy"} <= set(found)
    assert {verdict.state for verdict in found.values()} == {State.OK}
    assert "pytest" not in found


def test_a_library_below_its_floor_fails_with_the_command_that_mends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["jinja2>=99.1", 'pytest>=99; extra == "dev"'])
    (verdict,) = machine.libraries()
    assert verdict.state is State.FAIL
    assert "99.1 is needed" in verdict.found
    assert verdict.mend == f"{sys.executable} -m pip install 'jinja2>=99.1'"


def test_a_library_that_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["no-such-library>=1"])
    (verdict,) = machine.libraries()
    assert (verdict.state, verdict.found) == (State.FAIL, "not installed")


def test_a_library_that_cannot_be_imported_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "brokenlib.py").write_text("raise RuntimeError('no')\n")
    (tmp_path / "brokenlib-2.0.dist-info").mkdir()
    (tmp_path / "brokenlib-2.0.dist-info" / "METADATA").write_text("Name: brokenlib\nVersion: 2.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(metadata, "requires", lambda _: ["brokenlib>=1"])
    (verdict,) = machine.libraries()
    assert (verdict.state, verdict.found) == (State.FAIL, "2.0 cannot be imported: RuntimeError")


def test_a_library_for_another_system_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["tzdata; sys_platform == 'no-such-system'"])
    assert list(machine.libraries()) == []


@pytest.mark.parametrize(
    ("version", "expected"), [("3.1.6", (3, 1, 6)), ("70.0rc1", (70, 0)), ("2026.1.post1", (2026, 1)), ("unknown", ())]
)
def test_versions_compare_as_numbers(version: str, expected: tuple[int, ...]) -> None:
    assert machine.numbers(version) == expected


def test_an_old_sqlite_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 31, 0))
    (verdict,) = machine.sqlite()
    assert verdict.state is State.FAIL


@pytest.mark.usefixtures("debian")
def test_missing_pango_fails_and_names_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    without_libraries(monkeypatch, "pango")
    verdict = by_name(machine.pango())["pango"]
    assert verdict.state is State.FAIL
    assert verdict.mend == "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0"


@pytest.mark.usefixtures("debian")
def test_missing_harfbuzz_subset_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    without_libraries(monkeypatch, "harfbuzz-subset")
    verdict = by_name(machine.pango())["harfbuzz-subset"]
    assert (verdict.state, verdict.mend) == (State.WARN, "sudo apt-get install -y libharfbuzz-subset0")


@pytest.mark.parametrize(
    ("files", "state"), [(["LiberationSans-Regular.ttf"], State.OK), (["DejaVuSans.ttf"], State.WARN), ([], State.FAIL)]
)
def test_fonts_are_looked_for_in_the_folders_of_the_system(files: list[str], state: State, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / "truetype").mkdir(exist_ok=True)
        (tmp_path / "truetype" / name).touch()
    (verdict,) = machine.fonts([str(tmp_path), str(tmp_path / "none")])
    assert verdict.state is state


def test_a_machine_without_apt_gets_words_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert machine.install_command("libpango-1.0-0") == "install what Debian calls libpango-1.0-0"
