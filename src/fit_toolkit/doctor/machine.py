"""What this machine must bring: Python, the libraries with their floors, SQLite, and what PDFs need from the system."""

from __future__ import annotations

import ctypes
import importlib
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from fit_toolkit.doctor.verdict import Check, Verdict, fail, ok, warn

DISTRIBUTION = "fit-toolkit"
PYTHON_FLOOR = (3, 11)
SQLITE_FLOOR = (3, 35, 0)  # RETURNING, and partial indexes that upserts can name
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:>=(?P<floor>[\d.]+))?[^;]*(?:;(?P<marker>.*))?")

# Debian's package -> the names of the library on Linux, macOS and Windows; any one of them will do.
NEEDED_FOR_PDF = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.0.dylib", "libpango-1.0.dylib", "libpango-1.0-0.dll"),
    "libpangoft2-1.0-0": (
        "libpangoft2-1.0.so.0",
        "libpangoft2-1.0.0.dylib",
        "libpangoft2-1.0.dylib",
        "libpangoft2-1.0-0.dll",
    ),
}
QUICKER_PDF = {
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")
}
FONT_FILES = ("LiberationSans-Regular.ttf", "arial.ttf", "Arial.ttf")  # alike in width, so that a sheet stays one page
SPARE_FONT_FILES = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "OpenSans-Regular.ttf")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
                "/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts")  # fmt: skip


def numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, to compare: 3.1.6rc1 -> (3, 1, 6)."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def install_command(*packages: str) -> str:
    """The command that brings these Debian packages, or their like on another system."""
    if shutil.which("apt-get"):
        return f"{'' if _is_root() else 'sudo '}apt-get install -y {' '.join(packages)}"
    if shutil.which("dnf"):
        return "sudo dnf install pango harfbuzz liberation-sans-fonts"
    if shutil.which("brew"):
        return "brew install pango harfbuzz"
    return f"install what Debian calls {', '.join(packages)}"


def python() -> Iterator[Verdict]:
    """The interpreter is new enough."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] >= PYTHON_FLOOR:
        yield ok("python", found)
    else:
        yield fail("python", f"{found}, but 3.11 is needed", install_command("python3"))


def libraries() -> Iterator[Verdict]:
    """Every library we declare is there, is new enough, and can be imported."""
    for text in metadata.requires(DISTRIBUTION) or ():
        match = REQUIREMENT.match(text)
        if match is None or (match["marker"] and not _applies(match["marker"])):
            continue
        yield _library(match["name"], match["floor"] or "0")


def _library(name: str, floor: str) -> Verdict:
    mend = f"{sys.executable} -m pip install '{name}>={floor}'"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return fail(name, "not installed", mend)
    if numbers(version) < numbers(floor):
        return fail(name, f"{version}, but {floor} is needed", mend)
    if name != "weasyprint":  # it needs Pango, which has a check of its own
        try:
            importlib.import_module(name.lower())
        except Exception as error:  # noqa: BLE001 - a broken library may raise anything
            return fail(name, f"{version} cannot be imported: {type(error).__name__}", f"{mend} --force-reinstall")
    return ok(name, version)


def _applies(marker: str) -> bool:
    """Say whether an environment marker of ours holds here: ours speak of an extra or of the system only."""
    if "extra" in marker:
        return False
    platform = re.search(r"sys_platform\s*==\s*['\"]([^'\"]+)['\"]", marker)
    return platform is None or platform[1] == sys.platform


def sqlite() -> Iterator[Verdict]:
    """The SQLite inside Python is new enough."""
    if sqlite3.sqlite_version_info >= SQLITE_FLOOR:
        yield ok("sqlite", sqlite3.sqlite_version)
    else:
        floor = ".".join(map(str, SQLITE_FLOOR))
        yield fail("sqlite", f"{sqlite3.sqlite_version}, but {floor} is needed", "use the Python of a newer system")


def pango() -> Iterator[Verdict]:
    """The libraries that lay out a PDF can be loaded; HTML sheets need none of them."""
    missing = [package for package, names in NEEDED_FOR_PDF.items() if not _loads(names)]
    if missing:
        yield fail("pango", "missing, so there are HTML sheets but no PDF", install_command(*missing))
    else:
        yield ok("pango", "loads")
    missing = [package for package, names in QUICKER_PDF.items() if not _loads(names)]
    if missing:
        yield warn("harfbuzz-subset", "missing, so a PDF takes three times as long", install_command(*missing))
    else:
        yield ok("harfbuzz-subset", "loads")


def fonts(folders: Iterable[str] = FONT_FOLDERS) -> Iterator[Verdict]:
    """The typeface of the sheets is installed, or one that can stand in for it."""
    there = [Path(folder).expanduser() for folder in folders]
    there = [folder for folder in there if folder.is_dir()]
    if _any_file(there, FONT_FILES):
        yield ok("fonts", "Liberation Sans or Arial")
    elif _any_file(there, SPARE_FONT_FILES):
        yield warn(
            "fonts",
            "Liberation Sans is missing; with another a sheet may not fit its page",
            install_command("fonts-liberation"),
        )
    else:
        yield fail(
            "fonts",
            "no usable typeface, so sheets have no text",
            install_command("fonts-liberation", "fonts-dejavu-core"),
        )


def _any_file(folders: Iterable[Path], patterns: Iterable[str]) -> bool:
    return any(True for folder in folders for pattern in patterns for _ in folder.rglob(pattern))


def _loads(names: Iterable[str]) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", python),
    ("libraries", libraries),
    ("sqlite", sqlite),
    ("pango", pango),
    ("fonts", fonts),
)
