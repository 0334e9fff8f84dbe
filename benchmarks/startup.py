"""`fit --help`, with its plugin scan, beside `sqlite-utils --help` in a clean environment of its own. Bar: at most 0.6.

Both run on the same Python, one after the other in turn, and the medians are compared. Ours runs from this
environment, whose many installed packages make the scan for plugins dearer than in a clinic.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BAR = 0.6
PEER = "sqlite-utils"
DROP_IN = '"""A clinic\'s own plugin, found by the scan."""\n\nfrom fit_toolkit import hookimpl\n'


def peer_environment(folder: Path) -> Path:
    """Install the peer into a new environment and return its command."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip: list[str | Path] = [
        folder / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        PEER,
    ]
    subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    return folder / "bin" / PEER


def practice(folder: Path) -> Path:
    """Make a practice with one drop-in, so that there is something to scan."""
    (folder / "plugins").mkdir(parents=True)
    (folder / "plugins" / "ours.py").write_text(DROP_IN)
    (folder / "fit.toml").write_text("")
    return folder


def seconds(command: list[str | Path], cwd: Path) -> float:
    """Time one run from start to end."""
    start = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def compare(commands: dict[str, list[str | Path]], cwd: Path, rounds: int) -> dict[str, float]:
    """Run the commands in turn and return the median of each."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 2):
        for name, command in commands.items():
            taken = seconds(command, cwd)
            if number >= 2:  # the first two rounds fill the caches
                times[name].append(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> int:
    """Print the medians and the ratio; end with 1 when it is above the bar."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=30)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        commands: dict[str, list[str | Path]] = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "fit --help": [Path(sys.executable).with_name("fit"), "--help"],
            f"{PEER} --help": [peer_environment(folder / "peer"), "--help"],
        }
        medians = compare(commands, practice(folder / "practice"), rounds)
    for name, median in medians.items():
        print(f"{name:22} {median * 1000:7.1f} ms")
    ratio = medians["fit --help"] / medians[f"{PEER} --help"]
    print(f"ratio fit / {PEER}: {ratio:.2f} (bar {BAR})")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
