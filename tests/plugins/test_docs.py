"""The page about plugins is true: its example works, and it names every hook, setting and command."""

from __future__ import annotations

import re
from pathlib import Path

from fit_toolkit.cli.plugins import command
from fit_toolkit.engine.conformance import check_plugin
from fit_toolkit.engine.load import KNOWN_HOOKS
from fit_toolkit.engine.records import Defaults
from tests.plugins.kit import build, practice

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text()


def test_the_example_passes_every_check(tmp_path: Path) -> None:
    example = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0]
    file = practice(tmp_path) / "plugins" / "slow_slide.py"
    file.write_text(example)
    file.chmod(0o600)
    registry = build(tmp_path, timeout_seconds=10.0)

    assert not [check for check in check_plugin(registry, "slow-slide") if not check.passed]


def test_every_hook_setting_and_command_is_on_the_page() -> None:
    assert set(re.findall(r"`(register_\w+)\(\)`", PAGE)) == set(KNOWN_HOOKS)
    for name in Defaults.__struct_fields__:
        assert f"`{name}`" in PAGE
    for name in command.list_commands(command.make_context("plugins", ["list"])):
        assert f"{name} NAME" in PAGE or f"fit plugins {name}" in PAGE
