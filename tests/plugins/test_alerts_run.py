"""Whatever a plugin does, `fit alerts run` finishes the rest, names the culprit and ends with 4."""

from __future__ import annotations

import json
import locale
import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import deliver
from fit_toolkit.cli import run
from tests.clinic import START, TODAY, Clinic
from tests.plugins.kit import practice

GOOD = f"""
[[policies]]
id = "drop"
kind = "drop"
instrument = "{TODAY}"
points = 2.0

[[policies]]
id = "neighbour"
kind = "good-neighbour"
instrument = "{TODAY}"
"""
NEEDS = "No module named 'no_such_library_at_all'"
CHANGED = "changed the environment and the working directory and the locale of its process, which was put back"
FORKED = "started another process, which a plugin may not do"
FAULTS = {
    "import_raises": "raised RuntimeError: broken from the start",
    "import_exits": "called sys.exit",
    "import_leaves": "ended without an answer (exit code 0)",
    "import_missing": NEEDS,
    "import_disturbs": CHANGED,
    "import_forks": FORKED,
    "hook_misspelt": "there is no hook 'register_alert_polices'",
    "hook_newer": "is written for hook API 2.0",
    "rule_missing": NEEDS,
    "find_raises": "raised ValueError",
    "find_exits": "called sys.exit",
    "find_leaves": "ended without an answer (exit code 0)",
    "find_crashes": "was ended by SIGSEGV",
    "find_hangs": "did not answer within 1 s",
    "find_disturbs": CHANGED,
    "find_forks": FORKED,
    "find_changes": "raised ValueError",
    "find_overwrites": "raised ValueError",
    "find_missing": "raised ModuleNotFoundError for 'no_such_library_at_all'",
    "find_short": "'fires' has the shape",
}


def noon() -> datetime:
    return datetime.combine(START, datetime.min.time()) + timedelta(days=60, hours=12)


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice in which two policies have something to say."""
    clinic = Clinic(tmp_path_factory.mktemp("rated") / "practice", policies=GOOD, day=60)
    practice(clinic.root, "good_neighbour")
    for client, last in (("c1", 3), ("c2", 9)):
        clinic.open(client)
        for week, value in enumerate((8, 9, last)):
            clinic.rate(client, week * 7, value)
    clinic.practice.store.close()
    return clinic.root


@pytest.fixture
def root(rated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(rated, tmp_path / "practice"))


def add(root: Path, toml: str) -> None:
    (root / "fit.toml").write_text((root / "fit.toml").read_text() + toml)


def alerts(root: Path, capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What stands, without what a clock or an id says."""
    assert run(["--practice", str(root), "--no-plugins", "alerts", "list", "--format", "json"], clock=noon) == 0
    listed = json.loads(capfd.readouterr().out)["alerts"]
    return [{key: row[key] for key in ("client", "policy", "state", "reason", "evidence")} for row in listed]


@pytest.fixture(scope="module")
def without(rated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = Path(shutil.copytree(rated, tmp_path_factory.mktemp("without") / "practice"))
    assert run(["--practice", str(root), "alerts", "run"], clock=noon) == 0
    return root


@pytest.mark.parametrize("package", FAULTS)
def test_a_faulty_policy_is_named_and_the_others_raise_their_alerts(
    package: str, root: Path, without: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    practice(root, package)
    kind = package.replace("_", "-")
    add(root, f'\n[[policies]]\nid = "bad"\nkind = "{kind}"\ninstrument = "{TODAY}"\n')
    if package == "find_hangs":
        monkeypatch.setenv("FIT_PLUGINS_TIMEOUT_SECONDS", "1")
    capfd.readouterr()
    before = (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL))
    code = run(["--practice", str(root), "alerts", "run"], clock=noon)
    told = capfd.readouterr()

    assert code == 4
    assert f"plugin {kind} " in told.err
    assert FAULTS[package] in told.err
    assert "CANARY" not in told.err + told.out
    assert (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL)) == before
    found, expected = alerts(root, capfd), alerts(without, capfd)
    assert [row for row in found if row["policy"] != "bad"] == expected
    assert {row["policy"] for row in expected} == {"drop", "neighbour"}


CHANNELS = {
    "raises": "channel raises of the plugin channel-faults 2.5: the channel raised ValueError",
    "exits": "channel exits of the plugin channel-faults 2.5: the channel raised SystemExit",
    "leaves": "channel leaves of the plugin channel-faults 2.5: the channel raised SystemExit",
    "hangs": "channel hangs of the plugin channel-faults 2.5: no answer within 0.3 seconds",
    "disturbs": "channel disturbs of the plugin channel-faults 2.5: changed the environment and the working directory and the locale of its process",
    "forks": "channel forks of the plugin channel-faults 2.5: started another process, which a plugin may not do",
}


@pytest.mark.parametrize("kind", CHANNELS)
def test_a_faulty_channel_is_named_and_the_others_deliver(
    kind: str, root: Path, without: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(deliver.deliver.__kwdefaults__ or {}, "deadline", 0.3)
    practice(root, "channel_faults")
    text = (root / "fit.toml").read_text()
    (root / "fit.toml").write_text(text.replace("[alerts]\n", f'[alerts]\nchannels = ["{kind}", "file"]\n', 1))
    before = (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL))
    code = run(["--practice", str(root), "alerts", "run"], clock=noon)
    told = capfd.readouterr()

    assert code == 4
    assert CHANNELS[kind] in told.err
    assert "CANARY" not in told.err + told.out
    assert (dict(os.environ), Path.cwd(), locale.setlocale(locale.LC_ALL)) == before
    assert (root / "messages" / "messages.jsonl").read_text().count("\n") == 1
    assert alerts(root, capfd) == alerts(without, capfd)
