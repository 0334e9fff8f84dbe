"""What plugins rely on changes only together with the version of the hook API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fit_toolkit import hookspecs
from tests.contract.surface import SNAPSHOTS, breaking, different, snapshot_of, surface

WHAT_TO_DO = """
What plugins rely on is no longer what the snapshot of hook API {api} says:

  {lines}

If that was not meant, put it back. If it was:
- only additions: raise the minor number of HOOK_API in src/fit_toolkit/hookspecs.py;
- something is gone or changed: deprecate it first (hookspecs.DEPRECATED), and raise the major number when its time is up;
then: python -m tests.contract.surface --write, and a line in the table of docs/plugins/upgrade.md.
(A version that was never given out: python -m tests.contract.surface --write --unreleased.)
"""


def read(api: tuple[int, int]) -> dict[str, Any]:
    return dict(json.loads(snapshot_of(api).read_text()))


def all_snapshots() -> list[tuple[int, int]]:
    names = (file.stem.removeprefix("hook_api_").split(".") for file in SNAPSHOTS.glob("hook_api_*.json"))
    return sorted((int(major), int(minor)) for major, minor in names)


def test_what_plugins_rely_on_is_as_it_was_when_the_hook_api_got_its_number() -> None:
    api = "{}.{}".format(*hookspecs.HOOK_API)
    assert snapshot_of(hookspecs.HOOK_API).is_file(), f"no snapshot of {api}: python -m tests.contract.surface --write"
    lines = different(read(hookspecs.HOOK_API), surface())
    assert not lines, WHAT_TO_DO.format(api=api, lines="\n  ".join(lines))


def test_the_newest_snapshot_is_that_of_the_present_hook_api() -> None:
    assert all_snapshots()[-1] == hookspecs.HOOK_API


@pytest.mark.parametrize("api", all_snapshots()[:-1])
def test_a_later_minor_version_takes_nothing_away(api: tuple[int, int]) -> None:
    later = [each for each in all_snapshots() if each[0] == api[0] and each > api]
    assert later, "a major version ends with its last minor"
    assert breaking(read(api), read(later[0])) == []


@pytest.mark.parametrize(
    ("old", "new", "gone", "told"),
    [
        ({"a": "x"}, {"a": "x", "b": "y"}, [], ["b was added"]),
        ({"a": "x"}, {}, ["a is gone"], ["a is gone"]),
        ({"f": "float64"}, {"f": "int64"}, ["f: float64 became int64"], ["f: float64 became int64"]),
        ({"m": "(self) -> X"}, {"m": "(self, k: int = 1) -> X"}, [], ["m: (self) -> X became (self, k: int = 1) -> X"]),
        ({"m": "(self) -> X"}, {"m": "(self, k: int) -> X"}, ["m: (self) -> X became (self, k: int) -> X"], None),
        ({"m": "(a: int, b: int) -> X"}, {"m": "(b: int, a: int) -> X"},
         ["m: (a: int, b: int) -> X became (b: int, a: int) -> X"], None),
        ({"m": "(a: dict[str, int]) -> X"}, {"m": "(a: dict[str, int]) -> Y"},
         ["m: (a: dict[str, int]) -> X became (a: dict[str, int]) -> Y"], None),
    ],
)  # fmt: skip
def test_a_difference_is_told_and_known_for_what_it_is(
    old: dict[str, str], new: dict[str, str], gone: list[str], told: list[str] | None
) -> None:
    assert breaking(old, new) == gone
    assert different(old, new) == (gone if told is None else told)
    assert different(new, new) == []


def test_what_is_deprecated_is_still_there_and_stands_on_the_page() -> None:
    page = (SNAPSHOTS.parents[2] / "docs" / "plugins" / "upgrade.md").read_text()
    present = surface()
    for each in hookspecs.DEPRECATED:
        cls, _, attribute = each.name.partition(".")
        assert each.name in present["hooks"] or attribute in present["classes"][cls]["members"]
        assert each.gone_from > hookspecs.HOOK_API, f"{each.name} should have been taken away"
        assert (each.gone_on - each.since_day).days >= 182, "half a year at least: clinics upgrade slowly"
        assert f"`{each.name}`" in page
        assert each.gone_on.isoformat() in page
