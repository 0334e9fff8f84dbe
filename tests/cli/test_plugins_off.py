"""A plugin that ships may be off until somebody switches it on, and says what it is for before that."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Fit

POLICY = """
[[policies]]
id = "worse"
kind = "reliable-deterioration"
instrument = "gad-7"
"""


def configure(practice: Path, text: str) -> None:
    file = practice / "fit.toml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def state(fit: Fit) -> str:
    told = json.loads(fit("plugins", "show", "expected-response", "--format", "json").out)
    return str(told["plugin"][0]["state"])


def test_it_is_off_and_a_policy_of_its_kinds_says_how_to_switch_it_on(fit: Fit, practice: Path) -> None:
    configure(practice, POLICY)
    outcome = fit("policies", "check")

    assert state(fit) == "off"
    assert outcome.code == 5
    assert "the plugin 'expected-response', which is switched off" in outcome.err
    assert "fit plugins enable expected-response" in outcome.err


def test_switching_it_on_says_what_it_is_for_and_off_leaves_the_file_as_it_was(fit: Fit, practice: Path) -> None:
    configure(practice, POLICY)
    before = (practice / "fit.toml").read_bytes()
    on = fit("plugins", "enable", "expected-response")

    assert on.code == 0
    assert "Not for: deciding whether a treatment begins, goes on or ends" in on.err
    assert state(fit) == "loaded"
    assert fit("policies", "check").code == 0

    fit("plugins", "disable", "expected-response")
    assert state(fit) == "off"
    assert b"[plugins.pinned]" not in (practice / "fit.toml").read_bytes()
    assert (practice / "fit.toml").read_bytes().replace(b"enabled = []\n", b"") == before.replace(
        b"enabled = []\n", b""
    )


def test_what_it_is_for_is_shown_while_it_is_off(fit: Fit) -> None:
    outcome = fit("plugins", "show", "expected-response")

    assert "Intended use of expected-response" in outcome.out
    assert "not enabled: fit plugins enable expected-response" in outcome.out


def test_the_form_has_to_have_a_verified_figure(fit: Fit, practice: Path) -> None:
    configure(practice, POLICY.replace("gad-7", "core-om"))
    fit("plugins", "enable", "expected-response")
    outcome = fit("policies", "check")

    assert outcome.code == 5
    assert "has no verified reliable change: give points = ... or norms = ..." in outcome.err


def test_disable_names_what_in_fit_toml_uses_what_it_brings(fit: Fit, practice: Path) -> None:
    file = practice / "fit.toml"
    before = file.read_text()
    tables = """
[[policies]]
id = "fell"
kind = "drop"
instrument = "phq-9"
scale = "total"

[[sections]]
kind = "figures"
instrument = "phq-9"
"""
    file.write_text(before + tables)
    place = before.count("\n") + 2

    tried = fit("plugins", "disable", "drop", "--dry-run")
    assert f"fit.toml:{place}: the policy 'fell' uses what it brings" in tried.err
    assert (
        f"fit.toml:{place + 6}: the section 'figures' uses what it brings" in fit("plugins", "disable", "figures").err
    )
    (channel,) = [row for row in fit("plugins", "list").out.splitlines() if "channel stdout" in row]
    assert "the channel 'stdout' uses what it brings" in fit("plugins", "disable", channel.split()[0]).err
    assert "uses what it brings" not in fit("plugins", "disable", "slow-erosion").err
    off = fit("plugins", "disable", "drop")
    assert (off.code, "the policy 'fell' uses" in off.err) == (0, True)
    assert "the policy 'fell'" not in fit("plugins", "disable", "drop").err, "it is off already"
