"""Every scaffold and every example of the manual works where it matters: built, installed, tested, on, off and gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.engine.scaffold import KINDS
from fit_toolkit.practice import set_up
from tests.plugins.fresh import Fresh, Said

EXAMPLES = Path(__file__).parents[2] / "docs" / "plugins" / "examples"
NAMES = [f"our-{kind}" for kind in KINDS] + sorted(each.name for each in filter(Path.is_dir, EXAMPLES.iterdir()))


class Tried:
    """What became of all packages in one fresh environment; made once, because that takes a while."""

    def __init__(self, home: Path) -> None:
        self.fresh = Fresh.make(home / "env")
        self.practice = set_up(home / "practice")
        self.beside = set_up(home / "beside")  # for the packages, so that no drop-in is loaded each time
        self.folders = {name: home / f"fit-{name}" for name in NAMES}
        for kind in KINDS:
            assert run(["plugins", "new", f"our-{kind}", "--kind", kind, "-o", str(home)]) == 0
        for example in filter(Path.is_dir, EXAMPLES.iterdir()):
            shutil.copytree(example, self.folders[example.name], ignore=shutil.ignore_patterns("__pycache__"))
        for kind in KINDS:
            assert (
                run(["plugins", "new", f"dropped-{kind}", "--kind", kind, "--drop-in", "-o", str(self.practice)]) == 0
            )
        for file in (self.practice / "plugins").glob("*.py"):
            file.chmod(0o600)
        one, *others = self.folders.values()
        self.fresh.install(one)
        self.fresh.install_wheels(others)
        self.ended = self.fresh.test(*self.folders.values())

    def fit(self, *lines: str, beside: bool = False) -> list[Said]:
        """Type command lines in the practice with the drop-ins, or in the other."""
        return self.fresh.fit(*(line.split() for line in lines), cwd=self.beside if beside else self.practice)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    return Tried(tmp_path_factory.mktemp("fresh"))


@pytest.mark.parametrize("name", NAMES)
def test_the_tests_it_comes_with_pass(tried: Tried, name: str) -> None:
    ended = tried.ended[tried.folders[name]]

    assert len(ended) >= 3, "a test of every check"
    assert [each for each in ended if not each.endswith(": passed")] == []


def test_every_drop_in_is_on_at_once_and_passes_its_checks(tried: Tried) -> None:
    kinds = [kind for kind in KINDS if kind != "instrument"]
    listed, *checked = tried.fit("plugins list --format csv", *(f"plugins check dropped-{kind}" for kind in kinds))

    assert {kind: each.code for kind, each in zip(kinds, checked, strict=True)} == dict.fromkeys(kinds, 0)
    for kind in kinds:
        (line,) = [line for line in listed.out.splitlines() if line.startswith(f"dropped-{kind},")]
        assert ",drop-in," in line
        assert ",loaded," in line


def test_an_instrument_dropped_in_is_data_and_gives_the_scores_it_promises(tried: Tried) -> None:
    file = "instruments/dropped-instrument.yaml"
    checked, tested = tried.fit(f"instruments check {file}", "instruments test dropped-instrument")

    assert not (tried.practice / "plugins" / "dropped_instrument.py").exists()
    assert (checked.code, tested.code) == (0, 0)


def test_every_package_is_switched_on_and_taken_away(tried: Tried) -> None:
    ours = [f"our-{kind}" for kind in KINDS]
    lines = [f"plugins enable {name}" for name in ours]  # pytest has asked what `plugins check` asks
    off, *done, on = tried.fit("plugins list --format csv", *lines, "plugins list --format csv", beside=True)
    assert dict(zip(lines, (each.code for each in done), strict=True)) == dict.fromkeys(lines, 0)
    for name in ours:
        assert f"not enabled: fit plugins enable {name}" in off.out
        assert ",loaded," in next(line for line in on.out.splitlines() if line.startswith(f"{name},"))

    tried.fresh.pip("uninstall", "--yes", "--quiet", *(f"fit-{name}" for name in NAMES))
    (gone,) = tried.fit("plugins list --format csv", beside=True)
    assert gone.code == 4
    for name in ours:
        assert f"{name}: is enabled in fit.toml but not installed" in gone.err
        assert f"\n{name}," not in gone.out
