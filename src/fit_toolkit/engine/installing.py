"""How a package is added to the Python that this `fit` runs in: pip, pipx or uv, told from where it lies."""

from __future__ import annotations

import shlex
import sys
import sysconfig
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Literal

Way = Literal["pip", "pipx", "uv tool", "uv", "system"]
APP = "fit-toolkit"
PACKAGE = "PACKAGE"


@dataclass(frozen=True)
class Home:
    """What there is to see of the Python that runs `fit`; made by hand in tests."""

    prefix: Path
    base_prefix: Path
    installer: str = ""  # what the package's metadata say it was installed with
    managed: bool = False  # the system's own Python, which its packages alone may change


def here() -> Home:
    """Look at this Python."""
    try:
        installer = (distribution(APP).read_text("INSTALLER") or "").strip()
    except PackageNotFoundError:
        installer = ""
    marker = Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED"
    return Home(Path(sys.prefix), Path(sys.base_prefix), installer, marker.is_file())


def way_of(home: Home) -> Way:
    """Tell how this Python is added to."""
    if (home.prefix / "pipx_metadata.json").is_file():
        return "pipx"
    if (home.prefix / "uv-receipt.toml").is_file():
        return "uv tool"
    if home.prefix == home.base_prefix:
        return "system" if home.managed else "pip"
    written = home.prefix / "pyvenv.cfg"
    by_uv = written.is_file() and any(
        line.partition("=")[0].strip() == "uv" for line in written.read_text(encoding="utf-8").splitlines()
    )
    return "uv" if by_uv or home.installer == "uv" else "pip"


def how_to_install(package: str = PACKAGE, home: Home | None = None) -> str:
    """Give the command that adds a package where this `fit` finds it, and the one that switches it on."""
    return f"install a package here with: {install_command(package, home)}; then: fit plugins enable NAME"


def install_command(package: str = PACKAGE, home: Home | None = None) -> str:
    """Give the command that adds a package where this `fit` finds it."""
    home = home or here()
    python = home.prefix / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    commands: dict[Way, str] = {
        "pipx": f"pipx inject {home.prefix.name} {package}",
        "uv tool": f"uv tool install {' '.join(f'--with {each}' for each in (*_added(home), package))} {APP}",
        "uv": f"uv pip install --python {shlex.quote(str(python))} {package}",
        "pip": f"{shlex.quote(str(python))} -m pip install {package}",
        "system": f"python3 -m venv DIR && DIR/bin/python -m pip install {APP} {package}",
    }
    return commands[way_of(home)]


def _added(home: Home) -> list[str]:
    """What was added to a tool of uv before: its command names the whole set, and drops what it does not name."""
    try:
        receipt = tomllib.loads((home.prefix / "uv-receipt.toml").read_text(encoding="utf-8"))
        names = [str(each["name"]) for each in receipt["tool"]["requirements"]]
    except (OSError, ValueError, KeyError, TypeError):  # another form than the one known: name what is asked for alone
        return []
    return [name for name in names if name != APP]
