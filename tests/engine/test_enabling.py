"""Switching a plugin on changes one list in fit.toml and not one other character."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.engine.enabling import listed, with_name, with_pin, without_name, without_pin
from fit_toolkit.errors import ConfigError

COMMENTED = """\
# The settings. Ä
[practice]
name = "A" # keep

[plugins]
# Installed packages that may be loaded, by name.
# enabled = []
# Stop after this time.
timeout_seconds = 5

[[policies]]
id = "a"
"""
NAMES = st.lists(st.sampled_from(["a", "b-c", "x_y", "ü", 'q"t']), unique=True, max_size=4)


def test_a_first_name_stands_where_its_comment_is() -> None:
    assert with_name(COMMENTED, "enabled", "my-policy") == COMMENTED.replace(
        "# enabled = []\n", '# enabled = []\nenabled = ["my-policy"]\n'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '\n[plugins]\nenabled = ["new"]\n'),
        ("[a]\nx = 1", '[a]\nx = 1\n\n[plugins]\nenabled = ["new"]\n'),
        ("[plugins]", '[plugins]\nenabled = ["new"]\n'),
        ("[ plugins ] # ours\n\n[b]\n", '[ plugins ] # ours\nenabled = ["new"]\n\n[b]\n'),
        ("[plugins]\r\nisolate = true\r\n", '[plugins]\r\nenabled = ["new"]\r\nisolate = true\r\n'),
        ("[plugins]\nenabled = [] # none\n", '[plugins]\nenabled = ["new"] # none\n'),
        ("[plugins]\nenabled = ['a']\n", "[plugins]\nenabled = ['a', \"new\"]\n"),
        ('[plugins]\nenabled = ["a",]\n', '[plugins]\nenabled = ["a", "new",]\n'),
        (
            '[plugins]\nenabled = [\n    "a", # ours\n    "b" # theirs\n]\n',
            '[plugins]\nenabled = [\n    "a", # ours\n    "b", # theirs\n    "new",\n]\n',
        ),
        (
            '[plugins]\nenabled = [\n  "a",  # has ] and "quotes"\n]\nrequired = []\n',
            '[plugins]\nenabled = [\n  "a",  # has ] and "quotes"\n  "new",\n]\nrequired = []\n',
        ),
    ],
)
def test_a_name_is_put_in_and_taken_out_again(before: str, after: str) -> None:
    assert with_name(before, "enabled", "new") == after
    assert with_name(after, "enabled", "new") == after
    gone = without_name(after, "enabled", "new")
    assert "new" not in gone
    assert listed(gone, "enabled") == listed(before, "enabled")
    assert gone.count("#") == before.count("#")


@pytest.mark.parametrize("text", ['plugins = {enabled = ["a"]}\n', 'plugins.enabled = ["a"]\n'])
def test_a_list_written_in_another_way_is_left_to_the_person(text: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be changed safely \(write it yourself"):
        with_name(text, "enabled", "new")


@given(NAMES, NAMES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_the_lists_hold_what_was_asked_for(first: list[str], second: list[str], lines: bool, newline: str) -> None:
    inner = ", ".join(f'"{name}"'.replace('q"t', 'q\\"t') for name in first)
    text = f'x = 1\n[plugins]\nenabled = [{inner}] # c\n[a]\ny = "enabled = []"\n'.replace("\n", newline)
    if lines and first:
        text = text.replace("[" + inner, "[\n  " + inner.replace(", ", ",\n  ") + "\n")
    for name in second:
        text = with_name(text, "enabled", name)
    for name in first:
        text = without_name(text, "enabled", name)

    assert listed(text, "enabled") == [name for name in second if name not in first]
    assert {key: value for key, value in tomllib.loads(text).items() if key != "plugins"} == {
        "x": 1,
        "a": {"y": "enabled = []"},
    }


def test_what_a_package_was_when_it_was_enabled_stands_in_a_table_of_its_own() -> None:
    once = with_pin(COMMENTED, "slow-slide", "0.3.0 abc")
    assert once == COMMENTED + '\n[plugins.pinned]\nslow-slide = "0.3.0 abc"\n'
    assert with_pin(once, "slow-slide", "0.3.0 abc") == once
    twice = with_pin(once, "other", "1")
    assert tomllib.loads(twice)["plugins"]["pinned"] == {"slow-slide": "0.3.0 abc", "other": "1"}
    assert with_pin(twice, "slow-slide", "0.4.0 def") == twice.replace("0.3.0 abc", "0.4.0 def")
    assert without_pin(without_pin(twice, "other"), "slow-slide") == COMMENTED + "\n[plugins.pinned]\n"
    assert without_pin(COMMENTED, "other") == COMMENTED


def test_pins_written_in_another_way_are_left_to_the_person() -> None:
    with pytest.raises(ConfigError, match=r'write it yourself: \[plugins\] pinned = \{a = "1", b = "2"\}'):
        with_pin('[plugins]\npinned = { a = "1" }\n', "b", "2")
