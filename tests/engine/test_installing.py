"""How a package is added is told for the way in which this `fit` was installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.engine.installing import Home, how_to_install, install_command, way_of


def home(tmp_path: Path, files: dict[str, str], **facts: object) -> Home:
    """A Python that was installed in some way, laid out by hand."""
    prefix = tmp_path / "venvs" / "fit-toolkit"
    prefix.mkdir(parents=True)
    for name, text in files.items():
        (prefix / name).write_text(text)
    given = {"prefix": prefix, "base_prefix": Path("/usr"), **facts}
    return Home(**given)  # type: ignore[arg-type]


VENV = {"pyvenv.cfg": "home = /usr/bin\nversion = 3.11.9\n"}
BY_UV = {"pyvenv.cfg": "home = /usr/bin\nuv = 0.9.1\nversion_info = 3.11.9\n"}


@pytest.mark.parametrize(
    ("files", "facts", "way", "command"),
    [
        (VENV, {}, "pip", "PREFIX/bin/python -m pip install fit-x"),
        (VENV | {"pipx_metadata.json": "{}"}, {}, "pipx", "pipx inject fit-toolkit fit-x"),
        (BY_UV | {"pipx_metadata.json": "{}"}, {}, "pipx", "pipx inject fit-toolkit fit-x"),
        (BY_UV, {}, "uv", "uv pip install --python PREFIX/bin/python fit-x"),
        (VENV, {"installer": "uv"}, "uv", "uv pip install --python PREFIX/bin/python fit-x"),
        (BY_UV | {"uv-receipt.toml": "[tool]\n"}, {}, "uv tool", "uv tool install --with fit-x fit-toolkit"),
        (
            BY_UV | {"uv-receipt.toml": '[tool]\nrequirements = [{ name = "fit-toolkit" }, { name = "fit-y" }]\n'},
            {},
            "uv tool",
            "uv tool install --with fit-y --with fit-x fit-toolkit",
        ),
        (BY_UV | {"uv-receipt.toml": "not [ toml"}, {}, "uv tool", "uv tool install --with fit-x fit-toolkit"),
    ],
)
def test_the_command_is_the_one_of_this_installation(
    tmp_path: Path, files: dict[str, str], facts: dict[str, object], way: str, command: str
) -> None:
    found = home(tmp_path, files, **facts)
    assert way_of(found) == way
    assert install_command("fit-x", found) == command.replace("PREFIX", str(found.prefix))
    assert how_to_install("fit-x", found).endswith("; then: fit plugins enable NAME")


def test_a_python_of_the_system_is_not_added_to(tmp_path: Path) -> None:
    free = Home(tmp_path, tmp_path)
    managed = Home(tmp_path, tmp_path, managed=True)
    assert way_of(free) == "pip"
    assert way_of(managed) == "system"
    assert install_command("fit-x", managed).startswith("python3 -m venv DIR")


def test_a_folder_with_a_space_is_quoted(tmp_path: Path) -> None:
    found = Home(tmp_path / "my venv", Path("/usr"))
    assert install_command("fit-x", found).startswith("'")
