from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "numpy", "weasyprint", "sqlalchemy", "alembic", "jinja2", "babel", "ruamel"}

PROBE = """
import json, sys
from fit_toolkit.cli import main
sys.argv = ["fit", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(set(module.partition(".")[0] for module in sys.modules))), file=sys.stderr)
"""


def imported_by(*arguments: str, cwd: Path) -> set[str]:
    command = [sys.executable, "-c", PROBE, json.dumps(arguments)]
    result = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    return set(json.loads(result.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["alerts", "--help"], ["instruments", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    assert imported_by(*arguments, cwd=tmp_path) & HEAVY == set()


def test_the_probe_sees_what_is_imported(tmp_path: Path) -> None:
    assert "numpy" in imported_by("doctor", cwd=tmp_path)
