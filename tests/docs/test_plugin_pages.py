"""The pages for plugin authors: typed as they stand in an empty folder, they end where they say, with the words they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fit_toolkit.cli import run as fit
from fit_toolkit.hookspecs import DEPRECATED, HOOK_API
from tests.docs.pages import DOCS, Step, steps
from tests.docs.test_pages import WHEN, save

PLUGINS = DOCS / "plugins"
EXAMPLES = PLUGINS / "examples"
PAGES = ("instrument.md", "scoring-rule.md", "policy.md", "channel.md", "section.md", "reader.md", "writer.md")
QUOTED = ("plugins/", "instruments/")
OWN_FILES = {"instruments/our-steps.yaml"}  # the page's own, not an example's


class Typed:
    """A terminal: types what a page says, and holds what is shown against what the page shows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch = monkeypatch
        self.capsys = capsys

    def follow(self, page: Path) -> None:
        for step in steps(page):
            if step.language == "console":
                for command, shown in commands(step):
                    said = self.do(command)
                    assert re.search(pattern(shown), said, re.DOTALL), (
                        f"{page.name}: {command}\n{said}\nis not\n{shown}"
                    )
            elif step.file:
                save(step)

    def do(self, command: str) -> str:
        name, *words = command.split()
        if name == "cd":
            self.monkeypatch.chdir(words[0])
            return ""
        if name == "cat":
            home, _, place = words[0].partition("/")
            (file,) = Path(home).expanduser().glob(place)
            return file.read_text()
        assert name == "fit", command
        self.capsys.readouterr()
        code = fit(words, clock=lambda: WHEN)
        said = self.capsys.readouterr()
        assert code == 0, f"{command}\n{said.out}{said.err}"
        return said.out + said.err


def commands(step: Step) -> Iterator[tuple[str, str]]:
    """Give each command of a console block with what the page shows under it."""
    for part in step.text.split("$ ")[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.rstrip("\n")


def pattern(shown: str) -> str:
    """Read what a page shows: `...` stands for anything, and spaces are as wide as a table makes them."""
    parts = [re.escape(part) for part in re.split(r" *\.\.\. *", shown)]
    return ".*".join(re.sub(r"(\\ )+", r"\\s+", part) for part in parts)


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    return Typed(monkeypatch, capsys)


def listed(typed: Typed, *words: str) -> str:
    return typed.do(" ".join(("fit", *words)))


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", Path(page).read_text()))


def test_policy_ends_with_an_alert_of_the_new_policy(typed: Typed) -> None:
    typed.follow(PLUGINS / "policy.md")

    (alert,) = [
        line for line in listed(typed, "alerts", "list", "--format", "csv").splitlines() if ",too-good," in line
    ]
    assert "the best rating there is, 3 times in a row" in alert


def test_scoring_rule_ends_with_a_score_by_the_new_rule(typed: Typed) -> None:
    typed.follow(PLUGINS / "scoring-rule.md")

    said = typed.do("fit analyze score steps.csv --instrument our-steps")
    assert "\n1,total,1,4,complete,,\n2,total,2,4,complete,,\n" in said


def test_channel_ends_with_a_message_delivered(typed: Typed) -> None:
    typed.follow(PLUGINS / "channel.md")

    assert typed.do("cat ~/gateway/*.txt").startswith("To: +4930123456\n\nFIT: ")


def test_section_ends_with_the_section_on_the_sheet(typed: Typed) -> None:
    typed.follow(PLUGINS / "section.md")

    table = "8 September 2026 9.0 6.0 1 September 2026 9.0 –"
    assert f"Session by session, from both sides client therapist {table}" in text_of("sheet.html")


def test_reader_ends_with_an_import(typed: Typed) -> None:
    typed.follow(PLUGINS / "reader.md")

    assert "k17" in listed(typed, "clients", "list")


def test_writer_ends_with_a_table_of_counts(typed: Typed) -> None:
    typed.follow(PLUGINS / "writer.md")

    assert "headcount" in Path("counts/manifest.json").read_text()


def test_instrument_ends_with_a_scored_form_and_a_package(typed: Typed) -> None:
    typed.follow(PLUGINS / "instrument.md")

    assert "Symptoms (Morning mood): 3, down 5 since 1 September." in text_of("clinic/sheet.html")
    assert "8 3 (2/3)" in text_of("clinic/sheet.html")


def test_the_pages_are_those_of_all_kinds() -> None:
    from fit_toolkit.engine.scaffold import KINDS

    assert {f"{kind}.md" for kind in KINDS} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_code_on_a_page_is_the_code_of_its_tested_example(page: str) -> None:
    code = {path.read_text() for path in EXAMPLES.rglob("src/**/*") if path.suffix in {".py", ".html", ".yaml"}}
    quoted = [step for step in steps(PLUGINS / page) if step.file.startswith(QUOTED) and step.file not in OWN_FILES]

    assert quoted
    for step in quoted:
        assert step.text in code, f"{page}: {step.file} is not what stands in docs/plugins/examples"


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_read_in_ten_minutes(page: str) -> None:
    words = len((PLUGINS / page).read_text().split())

    assert words < 1500, "150 words a minute, code included"
    assert "FIT (feedback-informed treatment)" in (PLUGINS / page).read_text().replace("\n", " ")


def test_the_page_on_upgrades_says_what_the_code_says() -> None:
    page = (PLUGINS / "upgrade.md").read_text()

    assert "\n| {}.{} | 0.1 |".format(*HOOK_API) in page
    assert ("nothing is deprecated now" in page) == (not DEPRECATED)
    for each in DEPRECATED:
        assert f"| `{each.name}` |" in page
        assert each.gone_on.isoformat() in page


def test_what_is_shown_is_held_against_what_is_said() -> None:
    assert re.search(pattern("... new ... 3 times"), "1  new    notice 3\n times", re.DOTALL)
    assert not re.search(pattern("all ... checks passed"), "2 of 9 checks failed", re.DOTALL)
    assert list(commands(Step("console", "", "$ fit a\nb\n\n$ fit c\n"))) == [("fit a", "b"), ("fit c", "")]
