"""The first page about plugins names every hook, setting, command and kind there is."""

from __future__ import annotations

import re
from pathlib import Path

from fit_toolkit.cli.plugins import command
from fit_toolkit.engine.load import KNOWN_HOOKS
from fit_toolkit.engine.records import Defaults
from fit_toolkit.engine.scaffold import KINDS

FOLDER = Path(__file__).parents[2] / "docs" / "plugins"
PAGE = (FOLDER / "README.md").read_text()


def test_every_hook_setting_and_command_is_on_the_page() -> None:
    assert set(re.findall(r"`(register_\w+)\(\)`", PAGE)) == set(KNOWN_HOOKS)
    for name in Defaults.__struct_fields__:
        assert f"`{name}`" in PAGE
    for name in command.list_commands(command.make_context("plugins", ["list"])):
        assert f"{name} NAME" in PAGE or f"fit plugins {name}" in PAGE


def test_every_kind_has_its_page_and_its_example() -> None:
    modules = [path.read_text() for path in FOLDER.glob("examples/*/src/*/__init__.py")]

    for kind in KINDS:
        assert f"({kind}.md)" in PAGE
    for hook in KNOWN_HOOKS:
        assert any(f"def {hook}(" in module for module in modules), hook
