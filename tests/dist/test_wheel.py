from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.dist.conftest import run

PLACES = {
    "src/fit_toolkit/": "fit_toolkit/",
    "plugins/": "fit_toolkit/plugins/",
    "instruments/": "fit_toolkit/instruments/",
    "templates/": "fit_toolkit/templates/",
}


def in_the_wheel(tracked: list[str]) -> set[str]:
    return {PLACES[top] + name.removeprefix(top) for name in tracked for top in PLACES if name.startswith(top)}


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_every_tracked_file_is_in_the_wheel(wheel: Path, tracked: list[str]) -> None:
    lost = sorted(in_the_wheel(tracked) - contents(wheel))
    endings = {f'"**/*{Path(name).suffix or Path(name).name}"' for name in lost}
    assert not lost, f"not in the wheel: {lost}; add to [tool.setuptools.package-data]: {', '.join(sorted(endings))}"


def test_the_wheel_holds_nothing_else(wheel: Path, tracked: list[str]) -> None:
    assert contents(wheel) - in_the_wheel(tracked) == set()


def test_the_wheel_carries_its_licence_and_types(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert "fit_toolkit/py.typed" in archive.namelist()
        assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_every_folder_with_code_is_a_package(tracked: list[str]) -> None:
    folders = {
        str(Path(name).parent) for name in tracked if name.startswith(("src/", "plugins/")) and name.endswith(".py")
    }
    bare = sorted(
        folder for folder in folders if f"{folder}/__init__.py" not in tracked and "/migrations" not in folder
    )
    assert bare == []


def test_a_wheel_alone_shows_its_help(clean_fit: Path, tmp_path: Path) -> None:
    assert "Usage: fit" in run(clean_fit, "--help", cwd=tmp_path)


def test_a_wheel_alone_is_what_runs(clean_fit: Path, tmp_path: Path) -> None:
    program = (
        "import fit_toolkit.errors, fit_toolkit.plugins as p; print(fit_toolkit.errors.__file__); print(p.__file__)"
    )
    for file in run(clean_fit.with_name("python"), "-c", program, cwd=tmp_path).split():
        assert Path(file).is_relative_to(clean_fit.parents[1])


def test_a_wheel_alone_finds_its_instruments(clean_fit: Path, tmp_path: Path) -> None:
    listing = json.loads(run(clean_fit, "instruments", "list", "--format", "json", cwd=tmp_path))
    assert {"today-together-client", "phq-9"} <= {row["id"] for row in listing["instruments"]}


def test_a_wheel_alone_finds_its_plugins(clean_fit: Path, tmp_path: Path) -> None:
    listing = json.loads(run(clean_fit, "plugins", "list", "--format", "json", cwd=tmp_path))
    assert listing["plugins"]


def test_a_wheel_alone_writes_a_plugin_that_is_on_at_once(clean_fit: Path, tmp_path: Path) -> None:
    run(clean_fit, "init", "clinic", cwd=tmp_path)
    run(clean_fit, "plugins", "new", "our-section", "--kind", "section", "--drop-in", cwd=tmp_path / "clinic")
    listing = json.loads(run(clean_fit, "plugins", "list", "--format", "json", cwd=tmp_path / "clinic"))
    assert [row["state"] for row in listing["plugins"] if row["name"] == "our-section"] == ["loaded"]


def test_a_wheel_brings_the_kit_for_plugin_authors_to_pytest(clean_fit: Path, tmp_path: Path) -> None:
    (tmp_path / "test_kit.py").write_text("def test_it(fit_practice): assert fit_practice.client('k01')\n")
    assert "1 passed" in run(clean_fit.with_name("python"), "-m", "pytest", "-q", "test_kit.py", cwd=tmp_path)
