"""A fresh environment with plugins in it, as an author or a clinic makes one; nothing is downloaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import xml.etree.ElementTree as ET
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

OFFLINE = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--quiet")

# Several command lines in one process: [code, stdout, stderr] of each.
SEVERAL = """
import contextlib, io, json, sys
from fit_toolkit.cli import run
told = []
for words in json.load(sys.stdin):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(words)
    told.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(told))
"""


# The wheels of several packages, built in one process: pip would start two for each.
WHEELS = """
import os, sys
from setuptools import build_meta
wheels, *folders = sys.argv[1:]
for folder in folders:
    os.chdir(folder)
    build_meta.build_wheel(wheels)
"""


@dataclass(frozen=True)
class Said:
    """What a command line came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Fresh:
    """An environment of its own, in which the toolkit and its dependencies are those of this one."""

    home: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / ("Scripts" if os.name == "nt" else "bin") / "python"

    @classmethod
    def make(cls, home: Path) -> Fresh:
        """Make one; what is installed here is seen there, but not the other way round."""
        made = cls(home)
        made.call(sys.executable, "-m", "venv", "--without-pip", home)
        site = made.call(made.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        ours = sysconfig.get_path("purelib")
        Path(site, "toolkit.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        return made

    def call(self, *command: str | Path, cwd: Path | None = None, typed: str = "", codes: Sequence[int] = (0,)) -> str:
        """Run a command without our settings; show what it said when it fails."""
        kept = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        done = subprocess.run(
            command, cwd=cwd or self.home.parent, env=environment, input=typed, capture_output=True, text=True
        )
        assert done.returncode in codes, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def pip(self, *words: str | Path) -> None:
        """Run pip on it."""
        self.call(sys.executable, "-m", "pip", "--python", self.python, *words)

    def install(self, folder: Path) -> None:
        """Install a package from its folder, as an author does."""
        self.pip("install", *OFFLINE, folder)

    def install_wheels(self, folders: Collection[Path]) -> None:
        """Install packages by name from a folder of wheels, as a server without internet does."""
        wheels = self.home.parent / "wheels"
        wheels.mkdir()
        self.call(sys.executable, "-c", WHEELS, wheels, *folders)
        names = [folder.name for folder in folders]
        self.pip("install", *OFFLINE, "--find-links", wheels, *names)

    def fit(self, *lines: Sequence[str], cwd: Path) -> list[Said]:
        """Type command lines one after the other."""
        told = self.call(self.python, "-c", SEVERAL, cwd=cwd, typed=json.dumps(lines))
        return [Said(*each) for each in json.loads(told)]

    def test(self, *places: Path) -> dict[Path, list[str]]:
        """Run the tests in these folders beside it: for each how every test ended, `name: passed`."""
        report = self.home.parent / "tests.xml"
        options = (
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--import-mode=importlib",
            "-o",
            "junit_family=xunit1",
        )
        self.call(
            self.python,
            "-m",
            "pytest",
            *options,
            f"--rootdir={self.home.parent}",
            f"--junitxml={report}",
            *places,
            codes=(0, 1),
        )
        ended: dict[Path, list[str]] = {place: [] for place in places}
        for case in ET.parse(report).iter("testcase"):
            (place,) = [each for each in places if str(case.get("classname")).split(".")[0] == each.name]
            failed = [
                f"failed: {child.text or child.get('message')}" for child in case if child.tag in {"failure", "error"}
            ]
            ended[place].append(f"{case.get('name')}: {failed[0] if failed else 'passed'}")
        return ended
