from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILE_LINES = 600
FUNCTION_LINES = 60


def code() -> list[Path]:
    return sorted(path for top in ("src", "plugins") for path in (ROOT / top).rglob("*.py"))


def functions(source: str) -> Iterator[tuple[str, int, int]]:
    """Name, first line and number of lines of every function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_600_lines() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in code()}
    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{line} {name}: {lines} lines"
        for path in code()
        for name, line, lines in functions(path.read_text())
        if lines > FUNCTION_LINES
    ]
    assert long == []


def test_the_limits_look_at_the_code() -> None:
    assert ROOT / "src" / "fit_toolkit" / "errors.py" in code()
    assert list(functions("def f():\n    a = 1\n    return a\n")) == [("f", 1, 3)]


def test_most_files_and_functions_are_short() -> None:
    files = [len(path.read_text().splitlines()) for path in code()]
    lengths = [lines for path in code() for _, _, lines in functions(path.read_text())]
    assert statistics.median(files) <= 150
    assert statistics.quantiles(files, n=10)[-1] <= 350
    assert statistics.mean(lengths) <= 13
    assert sum(lines > 50 for lines in lengths) < 0.03 * len(lengths)
