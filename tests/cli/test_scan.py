from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fit_toolkit.cli.scan import declares, entry_points


def package(folder: Path, text: str, name: str = "other-1.0.dist-info") -> str:
    (folder / name).mkdir(parents=True)
    (folder / name / "entry_points.txt").write_text(text)
    return str(folder)


def test_a_package_with_entry_points_of_the_group_is_seen(tmp_path: Path) -> None:
    assert declares("fit_toolkit.commands", [package(tmp_path, "[fit_toolkit.commands]\nours = ours:command\n")])


def test_an_editable_install_is_seen(tmp_path: Path) -> None:
    folder = package(tmp_path, "[fit_toolkit.commands]\nours = ours:command\n", "other.egg-info")
    assert declares("fit_toolkit.commands", [folder])


def test_packages_with_other_entry_points_are_passed_over(tmp_path: Path) -> None:
    assert not declares("fit_toolkit.commands", [package(tmp_path, "[console_scripts]\nfit = other:main\n")])


def test_folders_that_are_not_there_are_passed_over(tmp_path: Path) -> None:
    assert not declares("fit_toolkit.commands", [str(tmp_path / "none")])


def test_an_archive_on_the_path_is_left_to_the_real_reader(tmp_path: Path) -> None:
    (tmp_path / "modules.zip").touch()
    assert declares("fit_toolkit.commands", [str(tmp_path / "modules.zip")])


def test_the_path_of_this_process_is_what_is_searched() -> None:
    assert declares("console_scripts")


def test_entry_points_are_those_that_the_standard_library_finds() -> None:
    assert set(entry_points("console_scripts")) == set(metadata.entry_points(group="console_scripts"))
    assert list(entry_points("fit_toolkit.nobody_has_this")) == []
