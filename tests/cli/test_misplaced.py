"""Files that lie in the wrong folder of a practice are named."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Fit


def test_a_file_that_nothing_reads_where_it_lies_is_named_with_where_it_belongs(fit: Fit, practice: Path) -> None:
    for name in ("instruments/wording", "plugins/templates"):
        (practice / name).mkdir(parents=True, exist_ok=True)
    (practice / "plugins" / "ours.py").write_text("")
    (practice / "plugins" / "ours.py").chmod(0o600)
    for name in ("README", "readme.txt", "_x.txt", ".x", "papers.pdf", "templates/x.html", "ours.csv"):
        (practice / "plugins" / name).write_text("x")
    assert "is not read" not in fit("plugins", "list").err
    for name in ("plugins/x.yaml", "plugins/x.txt", "plugins/X.PY", "instruments/x.py", "instruments/wording/x.yaml"):
        (practice / name).write_text("x")

    listed = fit("plugins", "list", "--format", "json")

    assert [line for line in listed.err.splitlines() if "is not read" in line] == [
        "plugins/X.PY is not read: a plugin is a file whose name ends in .py",
        "plugins/x.txt is not read: a plugin is a file whose name ends in .py",
        "plugins/x.yaml is not read: a definition belongs in instruments/",
        "instruments/x.py is not read: a plugin belongs in plugins/",
        "instruments/wording/x.yaml is not read: words belong in the folder of their language, instruments/wording/LANGUAGE/",
    ]
