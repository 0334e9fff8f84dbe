"""The reference is what the code says: every command, setting, hook and kind of policy, to the letter."""

from __future__ import annotations

import importlib.util
import inspect
from types import ModuleType

import pytest

from fit_toolkit import hookspecs
from fit_toolkit.settings import SETTINGS
from tests.docs.pages import DOCS


@pytest.fixture(scope="module")
def make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "reference" / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_up_to_date(make: ModuleType) -> None:
    assert make.stale() == [], "run script/docs"


def test_every_setting_is_documented_with_its_help() -> None:
    text = (DOCS / "reference" / "settings.md").read_text()
    for setting in SETTINGS:
        assert f"`{setting.key}`" in text
        assert setting.help in text


def test_every_hook_is_documented_with_its_exact_signature_and_says_what_it_returns() -> None:
    text = (DOCS / "reference" / "hooks.md").read_text()
    names = [name for name in vars(hookspecs) if name.startswith("register_")]
    assert len(names) >= 5
    for name in names:
        function = getattr(hookspecs, name)
        signature = f"{name}{inspect.signature(function)}".replace("'", "")
        assert f"`{signature}`" in text
        assert "Returns:" in (inspect.getdoc(function) or "")
