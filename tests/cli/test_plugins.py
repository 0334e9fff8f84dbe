"""`fit plugins` tells what is there, tries it, and switches it on and off in fit.toml."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.engine.installing import PACKAGE
from fit_toolkit.errors import ExitCode
from tests.cli.conftest import Fit
from tests.plugins.kit import PACKAGES, install


def drop_in(practice: Path, package: str) -> None:
    target = practice / "plugins" / f"{package}.py"
    shutil.copy(PACKAGES / f"{package}.py", target)
    target.chmod(0o600)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def test_list_tells_what_each_plugin_brings(fit: Fit, practice: Path) -> None:
    drop_in(practice, "good_neighbour")
    outcome = fit("plugins", "list", "--format", "json")
    told = json.loads(outcome.out)

    assert outcome.code == 0
    assert told["schema"] == "fit/plugins/1"
    rows = {row["name"]: row for row in told["plugins"]}
    assert rows["drop"]["kinds"] == ["policy drop"]
    assert (rows["good-neighbour"]["source"], rows["good-neighbour"]["isolated"]) == ("drop-in", True)


def test_list_ends_with_partial_and_names_what_failed(fit: Fit, practice: Path) -> None:
    drop_in(practice, "import_exits")
    outcome = fit("plugins", "list")

    assert outcome.code == ExitCode.PARTIAL
    assert "called sys.exit (import_exits.py:5)" in " ".join(outcome.out.split())
    assert "plugin import-exits file-" in outcome.err


def test_no_plugins_lists_what_ships_with_the_toolkit(fit: Fit, practice: Path) -> None:
    drop_in(practice, "import_exits")
    outcome = fit("--no-plugins", "plugins", "list", "--format", "csv")

    assert outcome.code == 0
    assert "import-exits" not in outcome.out


def test_list_works_outside_a_practice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["plugins", "list"]) == 0
    assert "fall-from-best" in capsys.readouterr().out


def test_list_shows_a_required_plugin_that_is_broken(fit: Fit, practice: Path) -> None:
    drop_in(practice, "import_raises")
    file = practice / "fit.toml"
    file.write_text(file.read_text().replace("# required = []", 'required = ["import-raises"]'))

    assert fit("plugins", "list").code == ExitCode.PARTIAL


def test_show_gives_every_parameter_with_its_help(fit: Fit) -> None:
    outcome = fit("plugins", "show", "cutoff")
    told = json.loads(fit("plugins", "show", "cutoff", "--format", "json").out)["plugin"][0]

    assert "how far back over the line ends it" in outcome.out
    assert told["things"][0]["schema"]["$defs"]["Cutoff"]["properties"]["margin"]["minimum"] == 0


def test_an_unknown_name_gets_the_nearest(fit: Fit) -> None:
    outcome = fit("plugins", "show", "cutof")

    assert outcome.code == ExitCode.CONFIG
    assert "did you mean 'cutoff'?" in outcome.err


def test_check_tries_a_plugin_alone(fit: Fit, practice: Path) -> None:
    drop_in(practice, "good_neighbour")
    drop_in(practice, "find_looks_ahead")

    assert fit("plugins", "check", "good-neighbour").code == 0
    outcome = fit("plugins", "check", "find-looks-ahead", "--format", "json")
    assert outcome.code == ExitCode.CONFIG
    failed = [row["check"] for row in json.loads(outcome.out)["checks"] if not row["passed"]]
    assert failed == ["later ratings change nothing before them"]


def test_check_needs_no_enabling(fit: Fit, site: Path) -> None:
    install(site, "good_neighbour")

    assert fit("plugins", "check", "good-neighbour").code == 0


def test_enable_shows_what_it_is_and_changes_one_line(fit: Fit, practice: Path, site: Path) -> None:
    install(site, "good_neighbour")
    before = (practice / "fit.toml").read_text()
    outcome = fit("plugins", "enable", "fit-good-neighbour")
    after = (practice / "fit.toml").read_text()

    assert outcome.code == 0
    assert "good-neighbour: package fit-good-neighbour 3.1, version 2.5" in outcome.err
    assert "register_alert_policies" in outcome.err
    pin = next(line for line in after.splitlines() if line.startswith("good-neighbour = "))
    assert re.fullmatch(r'good-neighbour = "3\.1 [0-9a-f]{16}"', pin)
    assert set(after.splitlines()) - set(before.splitlines()) == {
        'enabled = ["good-neighbour"]',
        "[plugins.pinned]",
        pin,
    }
    assert set(before.splitlines()) <= set(after.splitlines())
    rows = json.loads(fit("plugins", "list", "--format", "json").out)["plugins"]
    assert [row["state"] for row in rows if row["name"] == "good-neighbour"] == ["loaded"]
    assert fit("plugins", "disable", "good-neighbour").code == 0
    assert "enabled = []" in (practice / "fit.toml").read_text()
    assert pin not in (practice / "fit.toml").read_text()


def test_a_package_that_changed_since_it_was_enabled_is_told_until_that_is_accepted(
    fit: Fit, practice: Path, site: Path
) -> None:
    install(site, "good_neighbour")
    assert fit("plugins", "enable", "good-neighbour").code == 0
    shutil.rmtree(site / "fit_good_neighbour-3.1.dist-info")
    install(site, "good_neighbour", version="3.2")
    told = "changed since it was enabled (was 3.1, is 3.2): fit plugins enable good-neighbour accepts it"

    listed = fit("plugins", "list")
    assert listed.code == 0
    assert told in " ".join(listed.out.split())
    ran = fit("alerts", "run", "-v")
    assert f"fit: plugin good-neighbour: {told}" in ran.err
    assert "1 plugin good-neighbour changed since it was enabled" in ran.err, "and so it is in the record of the run"
    assert "good-neighbour: changed since it was enabled (was 3.1, is 3.2)" in fit("doctor").out
    assert fit("plugins", "enable", "good-neighbour").code == 0
    assert "changed since" not in fit("plugins", "list").out
    (site / "fit_good_neighbour-3.2.dist-info" / "RECORD").write_text("fit_good_neighbour.py,crc=0,\n")
    assert "still 3.2, but with other files" in " ".join(fit("plugins", "list").out.split())


def test_the_table_fits_a_terminal_of_100_columns(fit: Fit, practice: Path, site: Path) -> None:
    install(site, "good_neighbour")
    drop_in(practice, "import_missing")
    outcome = fit("plugins", "list")

    assert max(map(len, outcome.out.splitlines())) <= 100
    words = " ".join(outcome.out.split())
    assert "off not enabled: fit plugins enable" in words
    assert "No module named" in words
    assert "ms policy drop" in words


def test_where_there_is_none_it_says_how_one_is_installed_here(fit: Fit) -> None:
    assert f"-m pip install {PACKAGE}" in fit("plugins", "list").err
    for command in ("show", "enable"):
        outcome = fit("plugins", command, "qwertz")
        assert outcome.code == ExitCode.CONFIG
        assert "there is no plugin 'qwertz'" in outcome.err
        assert f"-m pip install {PACKAGE}; then: fit plugins enable NAME" in outcome.err


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a\nb", "x" * 300, "a b", ""])
def test_a_name_that_cannot_be_one_is_refused_in_one_line(fit: Fit, name: str) -> None:
    for command in ("show", "enable", "disable"):
        outcome = fit("plugins", command, name)
        assert outcome.code == ExitCode.CONFIG
        assert "there is no plugin" in outcome.err
        assert len(outcome.err.splitlines()) == 1
        assert len(outcome.err) < 600


def test_a_policy_whose_plugin_is_switched_off_names_the_plugin(fit: Fit, practice: Path, site: Path) -> None:
    install(site, "good_neighbour")
    file = practice / "fit.toml"
    file.write_text(
        file.read_text().replace("# disabled = []", 'disabled = ["cutoff"]')
        + '\n[[policies]]\nid = "a"\nkind = "cutoff"\ninstrument = "today-together-client"\nline = 3.0\n'
    )
    outcome = fit("policies", "check")
    assert outcome.code == ExitCode.CONFIG
    assert "the alert policy 'cutoff' is given by the plugin 'cutoff', which is switched off" in outcome.err
    assert "(fit plugins enable cutoff)" in outcome.err
    file.write_text(file.read_text().replace('kind = "cutoff"', 'kind = "good-neighbour"'))
    assert (
        "the plugin 'good-neighbour', which is switched off (fit plugins enable good-neighbour)"
        in fit("policies", "check").err
    )


def test_enable_refuses_what_does_not_load(fit: Fit, practice: Path, site: Path) -> None:
    install(site, "import_raises")
    before = (practice / "fit.toml").read_bytes()
    outcome = fit("plugins", "enable", "import-raises")

    assert outcome.code == ExitCode.CONFIG
    assert "nothing was changed" in outcome.err
    assert (practice / "fit.toml").read_bytes() == before


def test_a_dry_run_changes_nothing(fit: Fit, practice: Path, site: Path) -> None:
    install(site, "good_neighbour")
    before = (practice / "fit.toml").read_bytes()

    assert "would be switched on" in fit("plugins", "enable", "good-neighbour", "--dry-run").err
    assert "would be switched off" in fit("plugins", "disable", "drop", "--dry-run").err
    assert (practice / "fit.toml").read_bytes() == before


def test_disable_and_enable_work_for_drop_ins_and_bundled_plugins(fit: Fit, practice: Path) -> None:
    drop_in(practice, "import_raises")
    for name in ("import_raises", "drop"):
        assert fit("plugins", "disable", name).code == 0
    assert 'disabled = ["import-raises", "drop"]' in (practice / "fit.toml").read_text()
    outcome = fit("plugins", "list", "--format", "json")
    assert outcome.code == 0
    states = {row["name"]: row["state"] for row in json.loads(outcome.out)["plugins"]}
    assert (states["drop"], states["import-raises"], states["overdue"]) == ("off", "off", "loaded")
    assert "off already" in fit("plugins", "disable", "drop").err
    assert fit("plugins", "enable", "drop").code == 0
    assert 'disabled = ["import-raises"]' in (practice / "fit.toml").read_text()
