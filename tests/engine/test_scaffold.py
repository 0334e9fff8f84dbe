"""What `fit plugins new` writes: an example of each kind under the author's name, and no name that is somebody else's."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

import pytest

from fit_toolkit.engine.scaffold import KINDS, Kind, check_name, class_name, how_to_use, kind_of, named, render
from fit_toolkit.errors import UsageError

EVERY = pytest.mark.parametrize("kind", KINDS)


@EVERY
def test_a_package_has_what_an_installer_and_a_reader_need(kind: Kind) -> None:
    texts = render(kind, "slow-slide")

    assert {"pyproject.toml", "README.md", "tests/test_slow_slide.py", "src/fit_slow_slide/__init__.py"} <= {
        str(path.relative_to("fit-slow-slide")) for path in texts
    }
    assert 'slow-slide = "fit_slow_slide"' in texts[PurePosixPath("fit-slow-slide/pyproject.toml")]
    assert how_to_use(kind, "slow-slide") in texts[PurePosixPath("fit-slow-slide/README.md")]


@EVERY
@pytest.mark.parametrize("drop_in", [False, True])
def test_nothing_of_the_example_s_name_is_left(kind: Kind, drop_in: bool) -> None:
    for path, text in render(kind, "slow-slide", drop_in=drop_in).items():
        assert not re.search(r"example.name|ExampleName", f"{path}\n{text}", re.IGNORECASE), path
        assert "TODO" not in text


@EVERY
@pytest.mark.parametrize("name", ["a", "b2b", "a-name-of-forty-signs-that-goes-on-and-on"[:40]])
def test_every_name_gives_code(kind: Kind, name: str) -> None:
    for drop_in in (False, True):
        for path, text in render(kind, name, drop_in=drop_in).items():
            if path.suffix == ".py":
                ast.parse(text)
            assert not path.is_absolute()
            assert ".." not in path.parts


def test_a_drop_in_is_one_file_of_the_practice() -> None:
    assert list(render("policy", "slow-slide", drop_in=True)) == [PurePosixPath("plugins/slow_slide.py")]
    assert list(render("instrument", "mood", drop_in=True)) == [PurePosixPath("instruments/mood.yaml")]


def test_a_name_is_put_in_as_it_is_written_there() -> None:
    assert named("example-name example_name ExampleName: Example name", "a-b") == "a-b a_b AB: A b"
    assert class_name("slow-slide") == "SlowSlide"


@pytest.mark.parametrize(
    "name",
    ["", "A", "9x", "a_b", "a--b", "-a", "a-", "../a", "a/b", "a.b", "a b", "ä", "a" * 41, "slow-slide\n"],
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="small letters"):
        check_name(name, "policy")


@pytest.mark.parametrize(
    ("typed", "meant"), [("SlowSlide", "slow-slide"), ("our_rule", "our-rule"), ("9 Tens", "tens")]
)
def test_a_name_that_would_do_is_told(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"try: {meant}"):
        check_name(typed, "policy")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("drop", "called 'drop' already"),
        ("csv-reader", "called 'csv-reader' already"),
        ("mine", "called 'mine' already"),
        ("json", "'json' is the name of a Python module"),
        ("click", "'click' is the name of a Python module"),
        ("toolkit", "'fit_toolkit' is the name of a Python module"),
        ("alert-policy", "a word the plugin itself needs"),
        ("none", "a word the plugin itself needs"),
        ("class", "a word the plugin itself needs"),
        ("fit-slide", "try: slide"),
    ],
)
def test_a_name_of_something_else_is_refused(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(why)):
        check_name(name, "policy", taken={"mine"})


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    assert kind_of("policy") == "policy"
    with pytest.raises(UsageError, match="one of: instrument, scoring-rule"):
        kind_of("hook")
