"""`fit plugins new` writes what it says, where it says, over nothing that is there."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.cli.plugins_new import KINDS
from fit_toolkit.engine import scaffold
from fit_toolkit.engine.installing import install_command
from tests.cli.conftest import Fit


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_command_knows_every_kind() -> None:
    assert KINDS == scaffold.KINDS


def test_a_package_is_written_here(fit: Fit, here: Path) -> None:
    done = fit("plugins", "new", "slow-slide", "--kind", "policy")

    assert done.code == 0
    assert {Path(line) for line in done.out.splitlines()} == {
        each.relative_to(here) for each in here.rglob("*") if each.is_file()
    }
    assert "fit plugins enable slow-slide" in done.err


def test_a_drop_in_goes_to_the_practice_and_is_on(fit: Fit, practice: Path) -> None:
    assert fit("plugins", "new", "slow-slide", "--kind", "policy", "--drop-in").code == 0
    listed = fit("plugins", "list", "--format", "csv")

    assert any(line.startswith("slow-slide,") and ",loaded," in line for line in listed.out.splitlines())


def test_a_drop_in_is_told_how_to_use_it(fit: Fit) -> None:
    told = fit("plugins", "new", "slow-slide", "--kind", "policy", "--drop-in").err

    assert '  kind = "slow-slide"\n' in told
    assert "```" not in told


def test_an_instrument_dropped_in_is_data(fit: Fit, practice: Path) -> None:
    assert fit("plugins", "new", "mood", "--kind", "instrument", "--drop-in").code == 0

    assert not list((practice / "plugins").iterdir())
    assert fit("instruments", "test", "mood").code == 0


def test_a_drop_in_without_a_practice_asks_where(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plugins", "new", "slow-slide", "--kind", "policy", "--drop-in"]) == 5
    assert "--output DIR" in capsys.readouterr().err
    assert run(["plugins", "new", "slow-slide", "--kind", "policy", "--drop-in", "-o", "there"]) == 0
    assert (here / "there" / "plugins" / "slow_slide.py").is_file()


def test_a_dry_run_names_the_files_and_writes_none(fit: Fit, here: Path) -> None:
    dry = fit("plugins", "new", "slow-slide", "--kind", "reader", "--dry-run")

    assert not list(here.iterdir())
    assert dry.out == fit("plugins", "new", "slow-slide", "--kind", "reader").out


def test_what_is_there_is_not_overwritten(fit: Fit, here: Path, practice: Path) -> None:
    (here / "fit-slow-slide").mkdir()
    file = practice / "plugins" / "slow_slide.py"
    file.symlink_to(here / "elsewhere")
    package = fit("plugins", "new", "slow-slide", "--kind", "policy")
    drop_in = fit("plugins", "new", "slow-slide", "--kind", "policy", "--drop-in")

    assert (package.code, drop_in.code) == (3, 3)
    assert not list((here / "fit-slow-slide").iterdir())
    assert not (here / "elsewhere").exists()


def test_a_place_that_cannot_be_written_is_named(fit: Fit, here: Path) -> None:
    (here / "file").write_text("in the way")
    done = fit("plugins", "new", "slow-slide", "--kind", "policy", "-o", "file/there")

    assert done.code == 3
    assert "cannot be written: Not a directory" in done.err


def test_a_practice_with_a_mistake_in_its_settings_is_no_hindrance(fit: Fit, practice: Path) -> None:
    (practice / "fit.toml").write_text("nothing = [")

    assert fit("plugins", "new", "slow-slide", "--kind", "policy", "--drop-in").code == 0


def test_names_in_use_are_refused(fit: Fit, practice: Path) -> None:
    new = ("plugins", "new")
    assert fit(*new, "slow-slide", "--kind", "policy", "--drop-in").code == 0

    for name, kind in (
        ("slow-slide", "policy"),
        ("email", "channel"),
        ("weighted", "scoring-rule"),
        ("../up", "policy"),
    ):
        assert fit(*new, name, "--kind", kind).code == 2, name
    assert fit(*new, "phq-9", "--kind", "instrument").code == 2


def test_the_commands_to_type_next_are_those_of_this_machine(fit: Fit, here: Path) -> None:
    beside = fit("plugins", "new", "slow-slide", "--kind", "policy")
    away = fit("plugins", "new", "slow-slide", "--kind", "policy", "-o", str(here / "a folder"))

    assert f"  {install_command('./fit-slow-slide')}\n" in beside.err
    assert f"  {install_command(shlex.quote(str(here / 'a folder' / 'fit-slow-slide')))}\n" in away.err


@pytest.mark.parametrize("name", ["con", "nul", "com1"])
def test_a_name_that_no_file_can_have_on_windows_is_refused(fit: Fit, here: Path, name: str) -> None:
    refused = fit("plugins", "new", name, "--kind", "policy")

    assert refused.code == 2
    assert "no possible file name on Windows" in refused.err
    assert f"our-{name}" in refused.err
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("name", "better"), [("größe", "groesse"), ("gro\u0308ße", "groesse"), ("élan vital", "elan-vital")]
)
def test_letters_with_marks_are_spelt_out_in_the_name_suggested(fit: Fit, name: str, better: str) -> None:
    assert f"(try: {better})" in fit("plugins", "new", name, "--kind", "policy").err
