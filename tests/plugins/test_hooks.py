"""Every hook, from a plugin that implements it to the thing in the registry."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fit_toolkit import hookspecs
from fit_toolkit.engine import Workers, build_registry, instantiate
from fit_toolkit.engine.conformance import check_plugin
from fit_toolkit.engine.load import KNOWN_HOOKS
from tests.builders import course_of
from tests.plugins.kit import PACKAGES, build, practice


def test_every_specification_is_known_to_the_engine_and_tested_by_name() -> None:
    specified = {name for name in vars(hookspecs) if name.startswith("register_")}

    assert specified == set(KNOWN_HOOKS)
    assert {f"test_hook_{name}" for name in specified} <= set(globals())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package installed by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("pip")
    shutil.copytree(PACKAGES / "fit_slow_slide", folder / "source")
    command = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--no-compile"]
    target = ["--target", str(folder / "site"), str(folder / "source")]
    subprocess.run([sys.executable, "-m", *command, *target], check=True, capture_output=True)
    return folder / "site"


def test_hook_register_alert_policies(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))
    registry = build(None, enabled=("slow-slide",))
    info = registry.plugin("slow-slide")

    assert (info.version, info.where, info.state, info.api) == ("0.3.0", "fit-slow-slide 0.3.0", "loaded", "1.0")
    assert info.hooks == ("register_alert_policies", "register_instruments")
    with Workers(registry) as workers:
        ready = instantiate(registry.policies["slow-slide"], {"times": 2}, workers=workers)
        found = workers.find(ready, course_of([[9, 8, 7, 8, 6], [5]]))
        assert found.fires.tolist() == [False, False, True, False, False, False]
        assert not [check for check in check_plugin(registry, "slow-slide") if not check.passed]
    assert "fit_slow_slide" not in sys.modules


def test_hook_register_instruments(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))

    assert build(None, enabled=("slow-slide",)).instrument_paths == (installed / "fit_slow_slide",)
    assert build(None).instrument_paths == ()


def test_hook_register_scoring_rules(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "rule_good"))

    assert {"sum", "mean", "weighted", "lookup", "top"} <= set(registry.rules)
    assert registry.rules["top"].isolated
    assert not registry.rules["sum"].isolated


def test_hook_register_readers(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "reader_good"))

    assert {"csv", "pipes"} <= set(registry.readers)


def test_hook_register_channels() -> None:
    assert {"stdout", "file", "email"} <= set(build_registry(third_party=False).channels)
