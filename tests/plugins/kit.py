"""What the tests of plugins share: practices with drop-ins, installed packages, and courses to look at."""

from __future__ import annotations

import shutil
import zlib
from pathlib import Path

import msgspec
import numpy as np

from fit_toolkit.course import Course, Findings
from fit_toolkit.engine import PluginFailure, PluginFailureError, Registry, Workers, build_registry, instantiate
from fit_toolkit.engine.records import Defaults
from tests.builders import course_of

PACKAGES = Path(__file__).parent / "packages"
SETTINGS = Defaults(timeout_seconds=2.0, memory_mb=512)
KINDS = {  # of the policies that ship
    "beyond-usual",
    "control-chart",
    "cutoff",
    "divergence",
    "drop",
    "fall-from-best",
    "fall-from-ceiling",
    "left-out",
    "overdue",
    "risk",
    "slow-erosion",
}
OURS = ("drop", "fall-from-best", "beyond-usual", "overdue")


def practice(folder: Path, *names: str, **renamed: str) -> Path:
    """A practice folder with these packages as drop-ins; `new_name="package"` copies one under another name."""
    plugins = folder / "plugins"
    plugins.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, package in {**{name: name for name in names}, **renamed}.items():
        shutil.copy(PACKAGES / f"{package}.py", plugins / f"{name}.py")
        (plugins / f"{name}.py").chmod(0o600)
    return folder


def install(site: Path, name: str, package: str | None = None, *, version: str = "3.1") -> None:
    """Lay a package and its metadata out in `site` as an installer does."""
    site.mkdir(parents=True, exist_ok=True)
    module = f"fit_{name}"
    shutil.copy(PACKAGES / f"{package or name}.py", site / f"{module}.py")
    info = site / f"{module}-{version}.dist-info"
    info.mkdir()
    dist = module.replace("_", "-")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[fit_toolkit]\n{name.replace('_', '-')} = {module}\n")
    (info / "RECORD").write_text(f"{module}.py,crc={zlib.crc32((site / f'{module}.py').read_bytes())},\n")


def build(root: Path | None, *, enabled: tuple[str, ...] = (), **changes: object) -> Registry:
    """A registry with quick limits."""
    return build_registry(msgspec.structs.replace(SETTINGS, enabled=enabled, **changes), root)


def of_others(registry: Registry) -> list[PluginFailure]:
    """The failures of what does not ship with the toolkit."""
    ours = {info.name for info in registry.plugins if info.source == "bundled"}
    return [each for each in registry.failures if each.plugin not in ours or each.thing == "name"]


def courses(seed: int = 7) -> Course:
    """Some courses of all lengths from none to twelve."""
    rng = np.random.default_rng(seed)
    ratings = [list(np.round(rng.uniform(0, 10, count), 1)) for count in (0, 1, 2, 3, 5, 8, 12, 0, 4)]
    return course_of(ratings, due=np.array([np.nan, 900.0, 990.0] * 3), last_rated=np.full(9, 950.0))


def ask(registry: Registry, kind: str, course: Course, workers: Workers) -> Findings:
    """Ask a policy with its defaults."""
    return workers.find(instantiate(registry.policies[kind], {}, workers=workers), course)


def failure_of(registry: Registry, kind: str, course: Course, workers: Workers) -> PluginFailure:
    """Ask a policy that is to fail, and give the failure."""
    try:
        ask(registry, kind, course, workers)
    except PluginFailureError as error:
        return error.failure
    raise AssertionError(f"{kind} did not fail")


def same(one: Findings, other: Findings) -> bool:
    """Whether two findings are equal to the bit."""
    columns = ("fires", "known", "back_to", "until", "renew", "since", "again")
    pairs = [(getattr(one, name), getattr(other, name)) for name in columns]
    pairs += [(one.evidence[name], other.evidence.get(name)) for name in one.evidence]
    same_reason = one.reason == other.reason and one.evidence.keys() == other.evidence.keys()
    return same_reason and all(_bytes(a) == _bytes(b) for a, b in pairs)


def _bytes(column: object) -> bytes | None:
    return np.ascontiguousarray(column).tobytes() if isinstance(column, np.ndarray) else None
