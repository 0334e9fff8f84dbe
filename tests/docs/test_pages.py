"""The manual works: a reader who types what a page says ends where the page says."""

from __future__ import annotations

import os
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from fit_toolkit.cli import command_tree
from fit_toolkit.cli import run as fit
from tests.docs.pages import DOCS, Step, pages, steps, typed

WHEN = datetime(2026, 10, 1, 12, tzinfo=UTC)
FOLLOWED = ["tutorial.md", "running-a-clinic.md", "add-an-instrument.md", "how-to-import.md", "from-redcap-and-limesurvey.md", "instrument-formats.md",
            "expected-response.md", "every-morning.md", "report.md", "sheets.md", "caseload.md",
            "where-data-lies.md", "from-forms-and-spreadsheets.md", "from-and-to-fhir.md", "how-to-export.md"]  # fmt: skip


def follow(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what the page says, in an empty folder."""
    monkeypatch.chdir(folder)
    for step in steps(page):
        if step.language == "console":
            for line in typed(step):
                do(line, monkeypatch)
        elif step.file:
            save(step)


def follow_results(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Type a page in, and compare every result it shows with the file of the last `-o`; give how many it shows."""
    follow(page, folder, monkeypatch)
    written, shown = "", 0
    for step in steps(page):
        if step.language == "console":
            words = shlex.split(typed(step)[-1])
            written = words[words.index("-o") + 1]
            assert (folder / written).is_file()
        elif not step.file and step.language != "toml":  # what a practice writes into its settings is no result
            assert (folder / written).read_text() == step.text, written
            shown += 1
    return shown


def do(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(line)
    if words[0] == "cd":
        monkeypatch.chdir(words[1])
        return
    assert words[0] == "fit", line
    assert fit(words[1:], clock=lambda: WHEN) == 0, line


def save(step: Step) -> None:
    """Write the file, add to fit.toml, or add to one section of it."""
    name, _, section = step.file.partition(":")
    target = Path(name)
    if section:
        before, found, after = target.read_text().partition(f"{section}\n")
        assert found
        for line in step.text.splitlines():
            key = line.partition(" = ")[0]
            meant = line.replace("\\", "\\\\")
            after, changed = re.subn(rf"^#? ?{key} = .*$", meant, after, count=1, flags=re.MULTILINE)
            assert changed, line
        target.write_text(before + found + after)
    elif target.name == "fit.toml":
        target.write_text(target.read_text() + "\n" + step.text)
    else:
        target.parent.mkdir(exist_ok=True)
        target.write_text(step.text)
    target.chmod(0o600)


@pytest.mark.parametrize("page", FOLLOWED)
def test_what_a_page_says_can_be_typed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "FIT_NO_BROWSER": "1"})
    follow(DOCS / page, tmp_path, monkeypatch)
    assert (tmp_path / "clinic" / "store.db").is_file()


def test_every_command_a_page_names_exists() -> None:
    tree = command_tree()
    for page in pages():
        for words in re.findall(r"`fit ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", page.read_text(encoding="utf-8")):
            with click.Context(tree) as context:
                command = tree.get_command(context, words[0])
                assert command is not None, f"{page.name}: fit {words[0]}"
                if isinstance(command, click.Group) and words[1] and words[1] != "undo":
                    assert command.get_command(context, words[1]) is not None, f"{page.name}: fit {' '.join(words)}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in pages():
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_reached_from_the_readme() -> None:
    found, new = set[Path](), {DOCS.parent / "README.md"}
    while new:
        page = new.pop()
        found.add(page)
        linked = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        new |= {file for target in linked if (file := (page.parent / target).resolve()).suffix == ".md"} - found
        new |= {file / "README.md" for target in linked if (file := (page.parent / target).resolve()).is_dir()} - found
    assert {page.resolve() for page in pages()} - found == set()


def test_every_page_for_those_who_run_a_practice_says_what_cron_and_mail_are_not() -> None:
    by_hand = [page for page in pages() if page.parent in {DOCS, DOCS.parent}]
    about_runs = [page for page in by_hand if re.search(r"fit alerts (run|deliver)|\bcron\b", page.read_text("utf-8"))]
    assert {page.name for page in about_runs} >= {"README.md", "tutorial.md", "running-a-clinic.md", "alerts.md"}
    for page in about_runs:
        assert re.search(r"no\s+emergency", page.read_text("utf-8")), page.name


def test_every_setting_a_page_shows_exists() -> None:
    from fit_toolkit.settings import SECTIONS

    for page in pages():
        for section in re.findall(r"`\[([a-z]+)\]", page.read_text(encoding="utf-8")):
            assert section in {*SECTIONS, "policies"}, f"{page.name}: [{section}]"
