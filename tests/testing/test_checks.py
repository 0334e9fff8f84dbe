"""`plugin_checks` in a file of three lines: a named test for each check, for every place a plugin may lie in."""

from __future__ import annotations

import shutil

import pytest

from tests.plugins.kit import PACKAGES, install
from tests.testing.outside import Outcome, run_pytest

FILE = """\
from fit_toolkit.testing import plugin_checks

test_good = plugin_checks("../plugins/good_neighbour.py")
test_ahead = plugin_checks("../plugins/find_looks_ahead.py", points=2.0)
test_bundled = plugin_checks("drop")
test_package = plugin_checks("packaged")
test_none = plugin_checks("nosuch")
test_misspelt = plugin_checks("../plugins/hook_misspelt.py")
test_parameter = plugin_checks("drop", pionts=2)
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A practice's folder with drop-ins, an installed package that nobody enabled, and one file of tests."""
    folder = tmp_path_factory.mktemp("author")
    (folder / "plugins").mkdir()
    (folder / "tests").mkdir()
    for name in ("good_neighbour", "find_looks_ahead", "hook_misspelt"):
        shutil.copy(PACKAGES / f"{name}.py", folder / "plugins")
    install(folder / "site", "packaged", "good_neighbour")
    (folder / "tests" / "test_mine.py").write_text(FILE)
    return run_pytest(folder, "tests", path=str(folder / "site"))


def names(outcome: Outcome, function: str, result: str) -> set[str]:
    """What of one function came to this result."""
    found = (name for name, came_to in outcome.tests.items() if came_to == result)
    return {name.partition("[")[2].rstrip("]") for name in found if name.startswith(f"{function}[")}


def test_every_check_is_a_test_with_a_name(outcome: Outcome) -> None:
    passed = names(outcome, "test_good", "PASSED")

    assert {"plugin-loads-alone", "plugin-hooks-match", "policy-good-neighbour-no-look-ahead"} <= passed
    assert {"policy-good-neighbour-no-clock", "policy-good-neighbour-child", "policy-good-neighbour-sheet"} <= passed
    assert names(outcome, "test_good", "FAILED") == set()


def test_what_was_not_declared_is_skipped_and_says_why(outcome: Outcome) -> None:
    skipped = names(outcome, "test_good", "SKIPPED")

    assert skipped == {"policy-good-neighbour-fires-on-example", "policy-good-neighbour-quiet-on-example"}
    assert "add `fires_on = (...)`" in outcome.text


def test_only_the_check_that_does_not_hold_fails_in_words_and_without_a_traceback(outcome: Outcome) -> None:
    assert names(outcome, "test_ahead", "FAILED") == {"policy-find-looks-ahead-no-look-ahead"}
    assert "later ratings change nothing before them" in outcome.text
    assert "Traceback" not in outcome.text


def test_a_bundled_plugin_declares_everything(outcome: Outcome) -> None:
    assert names(outcome, "test_bundled", "SKIPPED") == set()
    assert "policy-drop-fires-on-example" in names(outcome, "test_bundled", "PASSED")


def test_an_installed_package_need_not_be_enabled(outcome: Outcome) -> None:
    assert "policy-good-neighbour-child" in names(outcome, "test_package", "PASSED")
    assert names(outcome, "test_package", "FAILED") == set()


@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("test_none", "there is no plugin 'nosuch'"),
        ("test_misspelt", "there is no hook 'register_alert_polices'"),
        ("test_parameter", "nothing in the plugin 'drop' has a parameter 'pionts'"),
    ],
)
def test_what_cannot_be_tried_is_one_test_that_fails_and_says_why(outcome: Outcome, function: str, says: str) -> None:
    assert len(names(outcome, function, "FAILED")) == 1
    assert says in outcome.text


def test_the_run_leaves_no_warning_and_no_process_behind(outcome: Outcome) -> None:
    assert outcome.code == 1
    assert "Warning" not in outcome.text
