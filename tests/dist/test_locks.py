from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "script" / "locks").glob("*.lock"))

# Built from parts, so that this file passes its own test.
REGISTRIES = re.compile(r"\b(pypi|pythonhosted|npmjs|deb\.debian)[.](org|com)\b")


def pins(lock: Path) -> dict[str, set[str]]:
    """Name -> the requirement lines that pin it (one per Python version where they differ)."""
    found: dict[str, set[str]] = {}
    for line in lock.read_text().splitlines():
        if match := re.match(r"([a-z0-9-]+)==\S+.*", line):
            found.setdefault(match[1], set()).add(match[0].rstrip(" \\"))
    return found


def test_there_is_a_lock_for_running_and_one_for_developing() -> None:
    assert [lock.stem for lock in LOCKS] == ["dev", "runtime"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_holds_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_a_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=[a-z])", lock.read_text())
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_developing_uses_the_versions_that_run() -> None:
    runtime, dev = (pins(ROOT / "script" / "locks" / f"{name}.lock") for name in ("runtime", "dev"))
    assert {name: dev.get(name) for name in runtime} == runtime


def test_every_dependency_is_locked() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    wanted = set(
        re.findall(r'^    "([a-z0-9.-]+)(?:>=[^"]*)?",', text.partition("[project.scripts]")[0], flags=re.MULTILINE)
    )
    assert {name.replace(".", "-") for name in wanted} - set(pins(ROOT / "script" / "locks" / "dev.lock")) == set()


def test_no_registry_is_named(tracked: list[str]) -> None:
    named = [name for name in tracked if REGISTRIES.search((ROOT / name).read_text(errors="ignore"))]
    assert named == []
