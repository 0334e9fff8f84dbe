"""A bundled policy with one small mistake fails its own checks: the examples are sharp."""

from __future__ import annotations

from pathlib import Path

import pytest

from fit_toolkit.engine.conformance import find, tried_alone

PLUGINS = Path(__file__).parents[2] / "plugins"
API = '\nfit_hook_api = "1.0"\n'
MUTANTS = [
    ("drop", "fall >= self.points", "fall > self.points"),
    ("drop", "since=course.previous", "since=course.first"),
    ("drop", "course.worsening(", "course.change("),
    ("drop", "fall >= self.points", "course.value < course.value.mean() - self.points"),
    ("fall_from_best", "fall >= self.points", "fall > self.points"),
    ("fall_from_best", "course.best()", "course.previous"),
    ("fall_from_best", "course.best()", "course.earlier_mean()"),
    ("fall_from_best", "course.best()", "course.each(course.value.max() if len(course) else course.count)"),
    ("beyond_usual", "course.value < edge", "course.value < band.centre"),
    ("beyond_usual", "band.low if course", "band.high if course"),
    ("cutoff", '"<": operators.lt', '"<": operators.le'),
    ("cutoff", '"<": operators.lt', '"<": operators.gt'),
    ("divergence", "apart >= self.gap", "apart > self.gap"),
    ("divergence", "np.abs(apart, out=apart)", "np.abs(0)"),
    ("divergence", "since=theirs", "since=course.previous"),
    ("overdue", "quiet >= self.days", "quiet > self.days"),
    ("overdue", "clock: ClassVar[bool] = True", "clock: ClassVar[bool] = False"),
    ("overdue", "members.today - members.due", "members.today - members.started"),
    ("risk", '">=": operators.ge', '">=": operators.gt'),
    ("risk", "if self.trigger is not None", "if self.trigger is None"),
]


def first_failure(file: Path) -> str:
    """The first check that does not hold, or nothing; the examples come first, as they start no child of their own."""
    trial = tried_alone(find(file))
    try:
        cases = sorted(trial.cases(), key=lambda case: not case.name.endswith("-on-example"))
        return next((case.name for case in cases if not case.run().passed), "")
    finally:
        trial.close()


@pytest.mark.parametrize(("plugin", "right", "wrong"), MUTANTS)
def test_a_small_mistake_is_noticed(tmp_path: Path, plugin: str, right: str, wrong: str) -> None:
    source = (PLUGINS / plugin / "__init__.py").read_text(encoding="utf-8")
    assert right in source
    mutant = source.replace(right, wrong) + API
    (tmp_path / "mutant.py").write_text(mutant, encoding="utf-8")

    assert first_failure(tmp_path / "mutant.py") not in {"", "hook-api", "loads-alone", "hooks-match"}


@pytest.mark.parametrize("plugin", sorted({plugin for plugin, _, _ in MUTANTS}))
def test_without_a_mistake_nothing_is_noticed(tmp_path: Path, plugin: str) -> None:
    source = (PLUGINS / plugin / "__init__.py").read_text(encoding="utf-8")
    (tmp_path / "mutant.py").write_text(source + API, encoding="utf-8")

    assert first_failure(tmp_path / "mutant.py") == ""
