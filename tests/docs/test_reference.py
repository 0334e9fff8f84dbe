"""The reference is what the code says: every command, setting, hook and kind of policy, to the letter."""

from __future__ import annotations

import importlib.util
import inspect
from types import ModuleType

import msgspec
import pytest
from ruamel.yaml import YAML

from fit_toolkit import hookspecs
from fit_toolkit.model import instrument
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


EXAMPLES = YAML(typ="safe").load(DOCS / "reference" / "definition_examples.yaml")
RECORDS = [
    name for name in instrument.__all__
    if isinstance(getattr(instrument, name), type) and issubclass(getattr(instrument, name), instrument.Record)
    and name != "Record"
]  # fmt: skip


def test_every_record_of_a_definition_file_has_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_the_example_of_a_record_shows_every_field_and_is_one(name: str) -> None:
    record = getattr(instrument, name)
    example = YAML(typ="safe").load(EXAMPLES[name])
    fields = {field.name for field in msgspec.structs.fields(record)}
    assert set(example) == fields
    assert isinstance(msgspec.convert(example, record), record)


def test_every_field_says_what_it_is_for(make: ModuleType) -> None:
    for line in make.definition().splitlines():
        if line.startswith("| `"):
            assert line.split("|")[-2].strip(), f"no description: {line}"


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
