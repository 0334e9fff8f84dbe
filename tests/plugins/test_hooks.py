"""Every hook, from a plugin that implements it to the thing in the registry."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fit_toolkit import hookspecs
from fit_toolkit.engine import Workers, build_registry, instantiate
from fit_toolkit.engine.conformance import check_plugin
from fit_toolkit.engine.load import KNOWN_HOOKS
from tests.builders import course_of
from tests.plugins.kit import PACKAGES, build, practice

EXAMPLES = Path(__file__).parents[2] / "docs" / "plugins" / "examples"


def test_every_specification_is_known_to_the_engine_and_tested_by_name() -> None:
    specified = {name for name in vars(hookspecs) if name.startswith("register_")}

    assert specified == set(KNOWN_HOOKS)
    assert {f"test_hook_{name}" for name in specified} <= set(globals())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package installed by pip into a folder of its own."""
    folder = tmp_path_factory.mktemp("pip")
    shutil.copytree(PACKAGES / "fit_slow_slide", folder / "source")
    command = ["pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--no-compile"]
    target = ["--target", str(folder / "site"), str(folder / "source")]
    subprocess.run([sys.executable, "-m", *command, *target], check=True, capture_output=True)
    return folder / "site"


def test_hook_register_alert_policies(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))
    registry = build(None, enabled=("slow-slide",))
    info = registry.plugin("slow-slide")

    assert (info.version, info.where, info.state, info.api) == ("0.3.0", "fit-slow-slide 0.3.0", "loaded", "1.0")
    assert info.hooks == ("register_alert_policies", "register_instruments")
    with Workers(registry) as workers:
        ready = instantiate(registry.policies["slow-slide"], {"times": 2}, workers=workers)
        found = workers.find(ready, course_of([[9, 8, 7, 8, 6], [5]]))
        assert found.fires.tolist() == [False, False, True, False, False, False]
        assert not [check for check in check_plugin(registry, "slow-slide") if not check.passed]
    assert "fit_slow_slide" not in sys.modules


def test_hook_register_instruments(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(installed))

    assert build(None, enabled=("slow-slide",)).instrument_paths == (installed / "fit_slow_slide",)
    assert build(None).instrument_paths == ()


def test_hook_register_scoring_rules(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "rule_good"))

    assert {"sum", "mean", "weighted", "lookup", "top"} <= set(registry.rules)
    assert registry.rules["top"].isolated
    assert not registry.rules["sum"].isolated


def test_hook_register_readers(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "reader_good"))

    assert {"csv", "pipes"} <= set(registry.readers)


def test_hook_register_channels() -> None:
    assert {"stdout", "file", "email"} <= set(build_registry(third_party=False).channels)


def test_hook_register_writers(tmp_path: Path) -> None:
    file = practice(tmp_path) / "plugins" / "headcount.py"
    file.write_text((EXAMPLES / "headcount" / "src" / "fit_headcount" / "__init__.py").read_text())
    file.chmod(0o600)
    registry = build(tmp_path)

    assert registry.writers["headcount"].cls is not None, "it runs in process, after its probe"
    assert not [check for check in check_plugin(registry, "headcount") if not check.passed]


SECTION = """
from pathlib import Path
from fit_toolkit import Section, hookimpl

class Mine(Section, frozen=True):
    "A block."
    kind = "mine"
    page = "client"

    def data(self, view):
        return {}

@hookimpl
def register_sheet_sections():
    return [Mine]

@hookimpl
def register_template_dirs():
    return [Path(__file__).parent / "looks"]
"""


def with_section(root: Path, name: str = "mine", text: str = SECTION) -> Path:
    file = practice(root) / "plugins" / f"{name}.py"
    file.write_text(text)
    file.chmod(0o600)
    return file


def test_hook_register_sheet_sections(tmp_path: Path) -> None:
    with_section(tmp_path)
    (tmp_path / "plugins" / "looks").mkdir()
    registry = build(tmp_path)
    provided = registry.sections["mine"]

    assert {"figures", "mine"} <= set(registry.sections)
    assert (provided.thing.page, provided.thing.template) == ("client", "sections/mine.html")
    assert provided.cls is not None, "it runs in process, after its probe"


def test_hook_register_template_dirs(tmp_path: Path) -> None:
    with_section(tmp_path)
    looks = tmp_path / "plugins" / "looks" / "sections"
    looks.mkdir(parents=True)
    (looks / "mine.html").write_text("<p>x</p>")
    (looks / "../NOT A NAME.html").write_text("<p>x</p>")
    folders = build(tmp_path).template_folders

    plugins = [folder.plugin for folder in folders]
    assert plugins[0] == "mine", "those of others come before ours"
    assert "figures" in plugins[1:]
    assert folders[0].names == {"sections/mine.html"}
    assert folders[0].read("sections/mine.html") == "<p>x</p>"
    assert folders[0].read("NOT A NAME.html") is None


def test_a_template_folder_that_is_not_there_or_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with_section(tmp_path)
    errors = [failure.error for failure in build(tmp_path).failures]
    assert errors == ["gave a template folder that is not there"]
    looks = tmp_path / "plugins" / "looks"
    looks.mkdir()
    (looks / "away.html").symlink_to("/etc/hostname")
    errors = [failure.error for failure in build(tmp_path).failures]
    assert errors == ["gave a template folder with a link that leads out of it"]


def test_a_template_that_two_plugins_give_is_used_from_neither_until_the_practice_chooses(tmp_path: Path) -> None:
    both = SECTION.replace('"looks"', '"looks" / Path(__file__).stem')
    for name in ("one", "two"):
        with_section(tmp_path, name, both.replace('"mine"', f'"{name}"'))
        sheets = tmp_path / "plugins" / "looks" / name / "sheets"
        sheets.mkdir(parents=True)
        (sheets / "client.html").write_text(name)
    registry = build(tmp_path)
    said = "the template sheets/client.html is given by the plugins 'one' and 'two', so none is used"
    assert [failure.plugin for failure in registry.failures if said in failure.error] == ["one", "two"]
    assert [folder.read("sheets/client.html") for folder in registry.template_folders[:2]] == [None, None]
    chosen = build(tmp_path, choose={"sheets/client.html": "two"})
    assert not chosen.failures
    assert [folder.read("sheets/client.html") for folder in chosen.template_folders[:2]] == [None, "two"]


def test_a_section_with_a_page_or_template_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with_section(tmp_path, text=SECTION.replace('"client"', '"nobody"').partition("@hookimpl\ndef register_templ")[0])
    assert "Mine.page must be one of therapist, client" in build(tmp_path).failures[0].error
    for name in ("../x.html", "/etc/x.html", "a/../../x.html", "sections/x.py", "sections/X\n.html"):
        text = SECTION.replace('page = "client"', f"template = {name!r}").partition("@hookimpl\ndef register_templ")[0]
        with_section(tmp_path, text=text)
        assert "Mine.template must be a name such as" in build(tmp_path).failures[0].error
