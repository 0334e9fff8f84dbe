"""The page about testing works: a reader who types it ends where it says, and it names every check and fixture."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from fit_toolkit.cli import run as fit
from fit_toolkit.engine.conformance import find, tried_alone
from fit_toolkit.practice.tryout import all_cases
from fit_toolkit.testing import fixtures
from tests.docs.pages import DOCS, steps
from tests.plugins.kit import PACKAGES
from tests.testing.outside import run_pytest

PAGE = DOCS / "plugins" / "testing.md"
TEXT = PAGE.read_text(encoding="utf-8")


def shown(text: str) -> re.Pattern[str]:
    """A line of the page as a pattern; `...` stands for anything."""
    return re.compile(".*".join(re.escape(part.strip()) for part in text.split("...")))


def test_a_reader_who_types_it_ends_where_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = ""
    for step in steps(PAGE):
        if step.file:
            file = Path(step.file)
            file.parent.mkdir(exist_ok=True)
            file.write_text(step.text, encoding="utf-8")
            file.chmod(0o600)
        for line in step.text.splitlines() if step.language == "console" else ():
            if line.startswith("$ cd "):
                monkeypatch.chdir(line.removeprefix("$ cd "))
            elif line.startswith("$ fit "):
                assert fit(shlex.split(line)[2:]) == 0, line
                said = "".join(capfd.readouterr())
            elif line.startswith("$ pytest "):
                outcome = run_pytest(Path.cwd(), *shlex.split(line)[2:])
                said = outcome.text
                assert outcome.code == 0, said
            elif line.strip(". "):
                assert shown(line).search(said), f"{line!r} is not in what came out:\n{said}"


@pytest.mark.parametrize(
    "plugin", ["drop", "scoring-rules", "figures", "csv-reader", "file-channel", PACKAGES / "find_needs_ratings.py"]
)
def test_it_names_every_check(plugin: str | Path) -> None:
    trial = tried_alone(find(plugin))
    named = {case.name for case in all_cases(trial)}
    trial.close()

    assert {name for name in named if f"`{name}`" not in TEXT} == set()


def test_it_names_the_checks_of_instruments_and_no_others() -> None:
    table = re.findall(r"^\| (`[^|]+) \|", TEXT.partition("## 2.")[2].partition("**Examples")[0], re.MULTILINE)
    on_page = {name for row in table for name in re.findall(r"`([a-z-]+)`", row)}
    named = {"checked", "tested"}
    for plugin in ("drop", "scoring-rules", "figures", "csv-reader", "file-channel"):
        trial = tried_alone(find(plugin))
        named |= {case.name for case in all_cases(trial)}
        trial.close()

    assert on_page == named


def test_it_names_every_fixture_and_uses_it() -> None:
    for name in (name for name in vars(fixtures) if name.startswith("fit_")):
        assert f"| `{name}` |" in TEXT
        assert re.search(rf"def test_\w+\(.*{name}.*\)", TEXT), name
