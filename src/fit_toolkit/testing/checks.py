"""`plugin_checks`: everything `fit plugins check` tries with a plugin, as named tests of pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest

    from fit_toolkit.engine.conformance import Case, Trial


def plugin_checks(plugin: str | Path, /, **parameters: Any) -> Callable[..., None]:
    """Give one test function with a named test for every check.

    The whole file of a plugin's tests may be `test_my_plugin = plugin_checks("name")` after the import.

    Args:
        plugin: the name of an installed package (enabled or not) or of a bundled plugin; or the path of a drop-in
            file, from the folder of the test.
        parameters: for what the plugin brings, where made-up values will not do.

    Returns: a parametrised test function, to be given a name that begins with `test_` at the top of a module.
    """
    import pytest

    folder = Path(sys._getframe(1).f_globals.get("__file__", "conftest.py")).resolve().parent  # noqa: SLF001
    trial, found = _outline(plugin, folder, parameters)

    @pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in found])
    def check(case: Case, request: pytest.FixtureRequest) -> None:
        module = request.node.getparent(pytest.Module)
        if trial is not None and module is not None:
            module.addfinalizer(trial.close)
        result = case.run()
        if result.hint:
            pytest.skip(result.detail)
        if not result.passed:
            pytest.fail(f"{result.thing} does not hold: {result.check}\n{result.detail}", pytrace=False)

    check.__doc__ = f"Everything that is tried with the plugin {plugin}."
    return check


def _outline(plugin: str | Path, folder: Path, parameters: dict[str, Any]) -> tuple[Trial | None, list[Case]]:
    """Load the plugin and list its cases; one that cannot be loaded is a single test that fails and says why."""
    from fit_toolkit.engine.conformance import Case, find, tried_alone
    from fit_toolkit.errors import FitError
    from fit_toolkit.practice.tryout import all_cases

    try:
        trial = tried_alone(find(plugin, folder), parameters)
        return trial, list(all_cases(trial))
    except FitError as error:
        said = str(error)
        return None, [
            Case("plugin", "loads-alone", "it loads alone, and its hooks give what they should", lambda: said)
        ]
