"""`fit plugins check` passes what is sound and finds what is not, each under its own sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.engine.conformance import check_plugin
from fit_toolkit.engine.discover import bundled
from tests.plugins.kit import build, practice


def failed(root: Path | None, name: str, **changes: Any) -> dict[str, str]:
    """The sentences that do not hold, with what is said about them."""
    registry = build(root, timeout_seconds=10.0, **changes)
    return {check.check: check.detail for check in check_plugin(registry, name) if not check.passed}


@pytest.mark.parametrize("name", [source.name for source in bundled()])
def test_everything_that_ships_with_the_toolkit_passes(name: str) -> None:
    checks = list(check_plugin(build_registry(third_party=False), name))

    assert not [check for check in checks if not check.passed]
    assert len(checks) > 2


@pytest.mark.parametrize("package", ["good_neighbour", "reader_good"])
def test_a_sound_drop_in_passes(tmp_path: Path, package: str) -> None:
    assert failed(practice(tmp_path, package), package) == {}


@pytest.mark.parametrize(
    ("package", "sentence", "says"),
    [
        ("find_looks_ahead", "later ratings change nothing before them", "'fires' differs"),
        ("find_by_chance", "the same ratings give the same answer", "'fires' differs"),
        ("find_across_clients", "other clients change nothing", "'fires' differs"),
        ("find_changes", "it changes nothing that it is given", "raised ValueError"),
        ("find_short", "it answers about one rating", "'fires' has the shape (2,) where 1 values are due"),
        ("find_raises", "it answers about many ratings", "raised ValueError"),
    ],
)
def test_a_policy_that_is_not_sound_is_found_out(tmp_path: Path, package: str, sentence: str, says: str) -> None:
    assert says in failed(practice(tmp_path, package), package)[sentence]


def test_what_a_policy_changes_is_found_out_in_this_process_too(tmp_path: Path) -> None:
    found = failed(practice(tmp_path, "find_changes"), "find_changes", isolate=False)

    assert "raised ValueError" in found["it changes nothing that it is given"]


def test_a_plugin_that_does_not_load_says_why(tmp_path: Path) -> None:
    found = failed(practice(tmp_path, "hook_misspelt"), "hook-misspelt")

    assert "there is no hook 'register_alert_polices'" in found["its hooks are known and have the right arguments"]


def test_parameters_without_help_and_reasons_that_cannot_be_told_are_found_out(tmp_path: Path) -> None:
    root = practice(tmp_path)
    file = root / "plugins" / "terse.py"
    file.write_text(
        """
from fit_toolkit import AlertPolicy, hookimpl

class Terse(AlertPolicy, frozen=True):
    kind = "terse"
    limit: float = 5.0

    def find(self, course):
        return course.where(course.value < self.limit, reason="{value:g} after {gap:g} days")

@hookimpl
def register_alert_policies():
    return [Terse]
"""
    )
    file.chmod(0o600)
    found = failed(root, "terse")

    assert found["every parameter has a type and a help text"] == "without a description: limit"
    assert found["its reason can be told wherever it fires"] == "'gap' is unknown at a point where it fires"
    assert "it says for which hook API it is written" in found
    assert "it says in one sentence what it does" in found


def test_rules_that_raise_or_lose_rows_are_found_out(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "rule_good"), timeout_seconds=20.0, memory_mb=2048)
    wrong = {check.thing for check in check_plugin(registry, "rule-good") if not check.passed and "form" in check.check}

    assert wrong == {"rule broken-rule", "rule short-rule"}
