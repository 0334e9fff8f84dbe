"""Plugins are found without being imported, in a settled order, and only where nobody else may write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.engine.discover import bundled, discover, drop_ins
from fit_toolkit.engine.records import Defaults
from fit_toolkit.errors import ConfigError, PluginError
from tests.plugins.kit import KINDS, PACKAGES, build, install, of_others, practice


def test_every_folder_of_the_bundled_plugins_is_one_plugin() -> None:
    found = {source.name: source for source in bundled()}
    folders = {path.parent.name for path in (PACKAGES.parents[2] / "plugins").glob("[a-z]*/__init__.py")}

    assert set(found) == {folder.replace("_", "-") for folder in folders}
    assert set(found) >= KINDS
    assert all(source.version for source in found.values())


def test_the_bundled_policies_come_through_the_same_hook_as_all_others() -> None:
    registry = build_registry()

    assert set(registry.policies) == KINDS
    assert registry.plugin("fall_from_best").hooks == ("register_alert_policies",)
    assert {registry.policies[kind].plugin for kind in KINDS} == KINDS


def test_finding_plugins_imports_none_of_them() -> None:
    code = "import sys; from fit_toolkit.engine.discover import discover; from pathlib import Path; \
found = discover(Path('.')); print([m for m in sys.modules if m.startswith('fit_toolkit.plugins.')], len(found.sources) > 6)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[] True"


def test_drop_ins_come_in_sorted_order_under_names_of_their_own(tmp_path: Path) -> None:
    root = practice(tmp_path, "rule_good", "good_neighbour", b_b="good_neighbour", _helper="import_raises")
    found = drop_ins(root / "plugins")

    assert [source.name for source in found.sources] == ["b-b", "good-neighbour", "rule-good"]
    assert len({source.module for source in found.sources}) == 3
    assert not found.refused


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_run(tmp_path: Path, mode: int) -> None:
    root = practice(tmp_path, "good_neighbour", "import_raises")
    (root / "plugins" / "import_raises.py").chmod(mode)
    registry = build(root)
    (failure,) = of_others(registry)

    assert (failure.plugin, failure.thing) == ("import-raises", "file")
    assert "others may write to it" in failure.error
    assert registry.plugin("import-raises").state == "failed"
    assert "good-neighbour" in registry.policies


def test_a_folder_that_others_may_write_is_not_looked_into(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour", "import_raises")
    (root / "plugins").chmod(0o770)
    registry = build(root)

    assert [failure.thing for failure in of_others(registry)] == ["folder"]
    assert "good-neighbour" not in registry.policies


def test_a_practice_folder_that_everybody_may_write_to_runs_no_drop_ins(tmp_path: Path) -> None:
    root = practice(tmp_path / "open", "good_neighbour")
    root.chmod(0o777)
    registry = build(root)

    assert "everybody may write to the practice folder" in registry.plugin("plugins").reason
    assert "good-neighbour" not in registry.policies


def test_a_folder_of_another_account_is_not_looked_into(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    root = practice(tmp_path, "good_neighbour")
    os.chown(root / "plugins", 12345, -1)

    assert "belongs to another account" in build(root).plugin("plugins").reason


def test_a_file_name_that_is_no_name_is_refused(tmp_path: Path) -> None:
    root = practice(tmp_path)
    (root / "plugins" / "sh ift.py").write_text("")
    (root / "plugins" / "sh ift.py").chmod(0o600)

    assert "cannot be a plugin's name" in of_others(build(root))[0].error


def test_a_folder_called_like_a_file_is_refused(tmp_path: Path) -> None:
    root = practice(tmp_path)
    (root / "plugins" / "odd.py").mkdir(mode=0o700)

    assert of_others(build(root))[0].error == "is no ordinary file"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages on the path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_an_installed_package_stays_off_and_unread_until_it_is_enabled(site: Path) -> None:
    install(site, "good_neighbour", "import_raises")
    registry = build(None)
    info = registry.plugin("good-neighbour")

    assert (info.state, info.reason) == ("off", "not enabled: fit plugins enable good-neighbour")
    assert (info.source, info.where, info.version) == ("package", "fit-good-neighbour 3.1", "3.1")
    assert not of_others(registry)


@pytest.mark.parametrize("name", ["good-neighbour", "good_neighbour", "fit-good-neighbour"])
def test_a_package_is_enabled_by_its_own_name_or_its_distributions(site: Path, name: str) -> None:
    install(site, "good_neighbour")
    registry = build(None, enabled=(name,))

    assert registry.plugin("good-neighbour").state == "loaded"
    assert registry.policies["good-neighbour"].isolated
    assert registry.plugin("good-neighbour").digest


def test_an_enabled_package_that_is_not_installed_is_a_failure() -> None:
    (failure,) = of_others(build(None, enabled=("nowhere",)))

    assert str(failure) == "plugin nowhere: is enabled in fit.toml but not installed"


def test_two_plugins_of_one_name_are_both_refused(site: Path, tmp_path: Path) -> None:
    install(site, "good_neighbour")
    registry = build(practice(tmp_path, "good_neighbour"), enabled=("good-neighbour",))
    both = "drop-in plugins/good_neighbour.py and package fit-good-neighbour 3.1"

    assert [failure.error for failure in registry.failures if failure.plugin == "good-neighbour"] == [
        f"two plugins are called 'good-neighbour': {both}; rename one"
    ] * 2
    assert "good-neighbour" not in registry.policies


def test_no_plugins_leaves_what_ships_with_the_toolkit(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "import_exits")
    root = practice(tmp_path, "import_raises")
    settings = Defaults(enabled=("import-exits", "nowhere"), required=("import-raises",))
    by_flag = build_registry(settings, root, third_party=False)
    monkeypatch.setenv("FIT_NO_PLUGINS", "1")
    by_variable = build_registry(settings, root)

    for registry in (by_flag, by_variable):
        assert {info.source for info in registry.plugins} == {"bundled"}
        assert not of_others(registry)
        assert set(registry.policies) == KINDS


def test_a_plugin_can_be_switched_off_by_name(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "import_raises"), disabled=("import_raises", "drop"))

    assert registry.plugin("import-raises").state == "off"
    assert "drop" not in registry.policies
    assert not of_others(registry)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("import_raises", "plugin import-raises file-.*raised RuntimeError"),
        ("hook_raises", "no instruments today"),
        ("nowhere", "the required plugin 'nowhere' is not loaded: there is none of that name"),
    ],
)
def test_a_required_plugin_that_does_not_work_stops_everything(tmp_path: Path, name: str, says: str) -> None:
    root = practice(tmp_path, "import_raises", "hook_raises", "good_neighbour")
    with pytest.raises(PluginError, match=says) as caught:
        build(root, required=("good-neighbour", name))
    assert caught.value.exit_code == 5


def test_a_required_plugin_that_works_is_no_matter(tmp_path: Path) -> None:
    assert build(practice(tmp_path, "good_neighbour"), required=("good-neighbour",)).policies


def test_an_unknown_kind_or_plugin_names_the_nearest() -> None:
    registry = build_registry()
    with pytest.raises(ConfigError, match=r"fit\.toml:7: there is no alert policy 'dropp' \(did you mean 'drop'\?\)"):
        registry.provided("policy", "dropp", where="fit.toml:7")
    with pytest.raises(PluginError, match="did you mean 'overdue'"):
        registry.plugin("overdu")


def test_the_version_of_a_drop_in_changes_with_the_file(tmp_path: Path) -> None:
    root = practice(tmp_path, "import_prints")
    first = discover(root).sources[-1]
    (root / "plugins" / "import_prints.py").write_text("# changed\n")
    second = discover(root).sources[-1]

    assert first.version != second.version
    assert first.digest != second.digest
    assert first.module != second.module


def test_each_hook_call_is_told_on_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build(practice(tmp_path, "good_neighbour"))
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FIT_TRACE_PLUGINS", "1")
    build(practice(tmp_path, "good_neighbour"))

    told = capsys.readouterr().err
    assert "fit trace: plugin good-neighbour hook register_alert_policies gave 1 in" in told
    assert "fit trace: plugin drop hook register_alert_policies gave 1 in" in told


def test_a_plugin_that_does_not_say_its_hook_api_is_taken_as_the_first_and_told(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour")
    file = root / "plugins" / "good_neighbour.py"
    file.write_text(file.read_text().replace('fit_hook_api = "1.0"', ""))
    info = build(root).plugin("good-neighbour")

    assert (info.state, info.api) == ("loaded", "1.0")
    assert info.reason == 'does not say fit_hook_api = "1.0"; taken as written for 1.0'


def test_a_reader_of_others_is_imported_here_once_its_probe_has_succeeded(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "reader_good"))
    reader = registry.readers["pipes"]
    (tmp_path / "x.psv").write_text("client|date\nC1|2026-01-05\n")

    assert not reader.isolated
    assert reader.cls is not None
    assert reader.cls().rows(tmp_path / "x.psv").rows == [["C1", "2026-01-05"]]


def test_a_policy_of_others_is_never_imported_here(tmp_path: Path) -> None:
    before = set(sys.modules)
    registry = build(practice(tmp_path, "good_neighbour", own_policy="good_neighbour"), disabled=("good-neighbour",))
    thing = registry.policies["good-neighbour"].thing

    assert registry.policies["good-neighbour"].cls is None
    assert not [name for name in set(sys.modules) - before if "own_policy" in name]
    assert [(each.name, each.type, each.default) for each in thing.parameters] == [("points", "number > 0", 1.0)]
    assert thing.title == "Falls by `points` or more."
    assert thing.schema["$defs"]["Policy"]["properties"]["points"]["exclusiveMinimum"] == 0


def test_without_isolation_a_drop_in_runs_here(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "good_neighbour"), isolate=False)

    assert not registry.policies["good-neighbour"].isolated
    assert not registry.plugin("good-neighbour").isolated


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("../x = fit_x", "cannot be a plugin's name"),
        ("/etc/passwd = fit_x", "cannot be a plugin's name"),
        ("a\x1bb = fit_x", "cannot be a plugin's name"),
        ("a b = fit_x", "cannot be a plugin's name"),
        (f"{'x' * 65} = fit_x", "cannot be a plugin's name"),
        ("fine = ../../fit_x", "does not name a module"),
        ("fine = fit_x; import os", "does not name a module"),
        ("fine = ", "does not name a module"),
    ],
)
def test_an_entry_point_with_a_name_that_leads_elsewhere_is_listed_and_never_loaded(
    site: Path, entry: str, says: str
) -> None:
    install(site, "good_neighbour")
    (site / "fit_good_neighbour-3.1.dist-info" / "entry_points.txt").write_text(f"[fit_toolkit]\n{entry}\n")
    registry = build(None, enabled=("fine", "fit-good-neighbour"))
    (row,) = [info for info in registry.plugins if info.source == "package"]

    assert row.state == "failed"
    assert says in row.reason
    assert row.name.isprintable()
    assert "good-neighbour" not in registry.policies


BRINGS = """
from pathlib import Path
from fit_toolkit import hookimpl

fit_hook_api = "1.0"

@hookimpl
def register_instruments():
    return [Path(__file__).parent / "PLACE"]
"""


def brings(root: Path, name: str, place: str) -> None:
    file = practice(root) / "plugins" / f"{name}.py"
    file.write_text(BRINGS.replace("PLACE", place))
    file.chmod(0o600)


def test_an_instrument_place_that_is_not_there_is_told_when_the_plugin_is_loaded(tmp_path: Path) -> None:
    brings(tmp_path, "forgetful", "nowhere")

    assert [failure.error for failure in of_others(build(tmp_path))] == ["gave a path that is not there"]


def test_an_instrument_that_ships_or_that_two_plugins_give_leaves_out_those_places_alone(tmp_path: Path) -> None:
    for name, folder, files in (
        ("core", "a", ["phq-9.yaml"]),
        ("words", "b", ["wording/en/today-together-client.yaml"]),
        ("one", "c", ["ours.yaml"]),
        ("two", "d", ["ours.yaml", "other.yaml"]),
        ("fine", "e", ["mine.yaml", "norms/mine.yaml"]),
    ):
        brings(tmp_path, name, folder)
        for each in files:
            file = tmp_path / "plugins" / folder / each
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")
    registry = build(tmp_path)

    assert {failure.plugin: failure.error.partition(";")[0] for failure in of_others(registry)} == {
        "core": "gives the instrument phq-9, which ships with the toolkit",
        "words": "gives the wording en/today-together-client, which ships with the toolkit",
        "one": "gives the instrument ours, which the plugin 'two' gives too",
        "two": "gives the instrument ours, which the plugin 'one' gives too",
    }
    assert registry.instrument_paths == (tmp_path / "plugins" / "e",)
    assert all(registry.plugin(name).state == "loaded" for name in ("core", "one", "fine"))


@pytest.mark.parametrize("name", ["../drop.py", "DROP.py", "dröp.py", "a b.py", "-x.py", "a\nb.py", f"{'x' * 65}.py"])
def test_a_drop_in_with_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    root = practice(tmp_path)
    file = root / "plugins" / name
    file.write_text((PACKAGES / "good_neighbour.py").read_text())
    file.chmod(0o600)
    registry = build(root)

    assert "good-neighbour" not in registry.policies or name == "DROP.py"
    if "/" not in name:
        assert [failure.thing for failure in of_others(registry)] in (["file"], ["name"])
        assert all(info.name.isprintable() for info in registry.plugins)


def test_a_linked_drop_in_is_judged_by_the_file_it_leads_to(tmp_path: Path) -> None:
    root = practice(tmp_path / "practice")
    elsewhere = tmp_path / "shared.py"
    shutil.copy(PACKAGES / "good_neighbour.py", elsewhere)
    elsewhere.chmod(0o666)
    (root / "plugins" / "linked.py").symlink_to(elsewhere)

    assert "others may write to it" in build(root).plugin("linked").reason


@pytest.mark.parametrize(
    ("declared", "loads"),
    [
        ("1.0", True),
        ("1.1", True),
        ("1.2", True),
        ("1.3", False),
        ("2.0", False),
        ("0.9", False),
        ("one", False),
        ("1", False),
        ("1.0.0", False),
    ],
)
def test_a_plugin_for_another_hook_api_is_not_loaded_and_says_why(tmp_path: Path, declared: str, loads: bool) -> None:
    root = practice(tmp_path, "good_neighbour")
    file = root / "plugins" / "good_neighbour.py"
    file.write_text(file.read_text().replace('fit_hook_api = "1.0"', f"fit_hook_api = {declared!r}"))
    info = build(root).plugin("good-neighbour")

    assert (info.state == "loaded") is loads
    assert loads or "is written for hook API" in info.reason or "must look like" in info.reason


def test_a_kind_that_nobody_gives_names_the_plugins_that_failed(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "import_raises"))
    with pytest.raises(
        ConfigError, match="is it of a plugin that failed\\? 'import-raises': fit plugins list says why"
    ):
        registry.provided("section", "pretty-picture")


def test_a_kind_that_nobody_gives_names_the_packages_that_are_not_enabled(site: Path) -> None:
    install(site, "good_neighbour")
    with pytest.raises(ConfigError, match="not enabled, and so not looked into: good-neighbour"):
        build(None).provided("section", "pretty-picture")
