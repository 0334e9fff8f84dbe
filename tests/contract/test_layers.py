from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC = {"fit_toolkit", "fit_toolkit.analysis", "fit_toolkit.testing"}


def contracts() -> dict[str, dict[str, list[str]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return {contract["id"]: contract for contract in settings["contracts"]}


def imports(path: Path) -> set[str]:
    """Every absolute module that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def files(*tops: str) -> list[Path]:
    return sorted(path for top in tops for path in (ROOT / top).rglob("*.py") if "packages" not in path.parts)


def importing(tops: tuple[str, ...], *modules: str) -> list[str]:
    """The files below these folders that import one of these modules; `x.` stands for every part of x."""
    return [
        str(path.relative_to(ROOT))
        for path in files(*tops)
        if any(
            name == module or (module.endswith(".") and name.startswith(module))
            for name in imports(path)
            for module in modules
        )
    ]


def test_imports_go_down_only() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_plugins_are_kept_from_every_package_that_is_not_public() -> None:
    inner = {
        f"fit_toolkit.{path.stem}"
        for path in (ROOT / "src" / "fit_toolkit").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.stem.startswith("__")
    }
    assert inner - PUBLIC - set(contracts()["plugins"]["forbidden_modules"]) == set()


def test_nothing_imports_a_first_party_plugin_by_name() -> None:
    assert importing(("src", "tests", "benchmarks"), "fit_toolkit.plugins.") == []


def test_nothing_imports_the_testing_kit() -> None:
    assert [
        name for name in importing(("src",), "fit_toolkit.testing", "fit_toolkit.testing.") if "/testing/" not in name
    ] == []


@pytest.mark.parametrize("library", ["numpy", "msgspec"])
def test_the_course_needs_two_libraries_only(library: str) -> None:
    roots = {name.partition(".")[0] for path in files("src/fit_toolkit/course") for name in imports(path)}
    foreign = roots - set(sys.stdlib_module_names) - {"fit_toolkit"}
    assert foreign <= {"numpy", "msgspec"}
    assert library in foreign


def test_code_is_found_where_these_tests_look() -> None:
    assert importing(("src",), "click") != []
