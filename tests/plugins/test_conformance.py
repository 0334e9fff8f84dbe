"""`fit plugins check` passes what is sound and finds what is not, each under its own name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.engine.conformance import Case, Check, check_plugin, find, tried_alone
from fit_toolkit.engine.discover import bundled
from fit_toolkit.errors import ConfigError, PluginError
from fit_toolkit.practice.tryout import all_cases
from tests.plugins.kit import PACKAGES, SETTINGS, build, practice


def checks(root: Path | None, name: str, **changes: Any) -> list[Check]:
    """Everything that is tried without a practice."""
    return list(check_plugin(build(root, **{"timeout_seconds": 10.0, "memory_mb": 2048, **changes}), name))


def failed(root: Path | None, name: str, **changes: Any) -> dict[str, str]:
    """The checks that do not hold, with what is said about them."""
    return {check.name: check.detail for check in checks(root, name, **changes) if not check.passed}


def failed_until(root: Path, name: str, until: str) -> dict[str, str]:
    """The same as far as one check: those behind it start children of their own."""
    found = {}
    for check in check_plugin(build(root, timeout_seconds=10.0, memory_mb=2048), name):
        if not check.passed:
            found[check.name] = check.detail
            if check.name == until:
                break
    return found


def wrong_with(found: list[Check]) -> dict[str, set[str]]:
    """For each thing of a plugin the checks that do not hold."""
    things = {check.thing.partition(" ")[2]: set[str]() for check in found}
    for check in found:
        if not check.passed:
            things[check.thing.partition(" ")[2]].add(check.name)
    return {thing: names for thing, names in things.items() if thing}


@pytest.mark.parametrize("name", [source.name for source in bundled()])
def test_everything_that_ships_with_the_toolkit_passes(name: str) -> None:
    trial = tried_alone(find(name))
    try:
        found = [case.run() for case in all_cases(trial)]
    finally:
        trial.close()

    assert [check for check in found if not check.passed or check.hint] == []
    assert len(found) > 4


@pytest.mark.parametrize("package", ["good_neighbour", "reader_good"])
def test_a_sound_drop_in_passes(tmp_path: Path, package: str) -> None:
    assert failed(practice(tmp_path, package), package) == {}


SHEETS = {"section-latest-sheet-no-rating", "section-lost-sheet-one-rating"}
ONE_FAULT = [
    ("find_looks_ahead", "no-look-ahead", "'fires' differs when only the first rating"),
    ("find_minds_today", "calendar", "on another day: say clock = True"),
    ("find_minds_the_last_month", "calendar", "on another day: say clock = True"),
    ("find_minds_the_latest", "no-look-ahead", "'fires' differs when only the first"),
    ("find_counts_the_last_month", "no-clock", "on another day: take the day from what is handed over"),
    ("find_reads_clock", "no-clock", "on another day: take the day from what is handed over"),
    ("find_reads_clock_of_numpy", "no-clock", "asks NumPy for today's date (find_reads_clock_of_numpy.py:22)"),
    ("find_calls_out", "no-network", "tried to reach the network (socket.getaddrinfo metrics.example.org:443)"),
    ("find_starts_a_program", "no-programs", "tried to start another program (subprocess.Popen true)"),
    ("find_misses_its_example", "fires-on-example", "does not fire at the last rating"),
    ("find_fires_on_its_counter_example", "quiet-on-example", "fires at rating 2"),
    ("find_fires_once_of_two", "fires-on-example", "takes 2 in a row"),
    (
        "find_minds_direction",
        "lower-is-better",
        "raised ValueError: this scale is upside down (find_minds_direction.py",
    ),
]


@pytest.mark.parametrize(("package", "name", "says"), ONE_FAULT)
def test_a_policy_with_one_fault_fails_the_check_of_that_name_alone(
    tmp_path: Path, package: str, name: str, says: str
) -> None:
    found = failed(practice(tmp_path, package), package)

    assert set(found) == {name}
    assert says in found[name]


@pytest.mark.parametrize(
    ("package", "name", "says"),
    [
        ("find_by_chance", "same-answer", "'fires' differs"),
        ("find_across_clients", "slicing", "'fires' differs when fewer clients"),
        ("find_changes", "inputs-unchanged", "raised ValueError: assignment destination is read-only"),
        ("find_minds_order", "shuffled", "differs"),
        ("find_needs_ratings", "empty", "raised IndexError"),
        ("find_needs_ratings", "never-rated", "raised IndexError"),
        ("find_short", "contract", "'fires' has the shape (17,) where 16 values are due"),
        ("find_unknown_reason", "contract", "the reason names evidence that is not there"),
        ("find_writes", "no-files", "tried to write a file (open big)"),
        ("find_forks", "no-programs", "tried to start another program (os.fork)"),
        ("find_raises", "thousand-rows", "raised ValueError"),
    ],
)
def test_a_policy_that_is_not_sound_is_found_out(tmp_path: Path, package: str, name: str, says: str) -> None:
    assert says in failed_until(practice(tmp_path, package), package, name)[name]


def test_a_policy_that_needs_a_rating_is_content_with_one(tmp_path: Path) -> None:
    assert set(failed(practice(tmp_path, "find_needs_ratings"), "find-needs-ratings")) == {"empty", "never-rated"}


@pytest.mark.parametrize("isolate", [True, False])
def test_what_a_policy_changes_is_found_out_in_a_child_and_in_this_process(tmp_path: Path, isolate: bool) -> None:
    found = failed(practice(tmp_path, "find_changes"), "find_changes", isolate=isolate)

    assert "raised ValueError" in found["inputs-unchanged"]


def test_a_plugin_that_does_not_load_says_why(tmp_path: Path) -> None:
    found = failed(practice(tmp_path, "hook_misspelt"), "hook-misspelt")

    assert "there is no hook 'register_alert_polices'" in found["hooks-match"]


@pytest.mark.parametrize(
    ("package", "name"),
    [("import_missing", "loads-alone"), ("import_exits", "loads-alone"), ("hook_arguments", "hooks-match"),
     ("hook_raises", "loads-alone"), ("hook_newer", "hooks-match")],
)  # fmt: skip
def test_what_is_wrong_before_anything_runs_has_a_name_too(tmp_path: Path, package: str, name: str) -> None:
    assert failed(practice(tmp_path, package), package)[name]


def test_parameters_without_help_and_reasons_that_cannot_be_told_are_found_out(tmp_path: Path) -> None:
    root = practice(tmp_path)
    file = root / "plugins" / "terse.py"
    file.write_text(
        """
from fit_toolkit import AlertPolicy, hookimpl

class Terse(AlertPolicy, frozen=True):
    kind = "terse"
    limit: float = 5.0

    def find(self, course):
        return course.where(course.value < self.limit, reason="{value:g} after {gap:g} days")

@hookimpl
def register_alert_policies():
    return [Terse]
"""
    )
    file.chmod(0o600)
    found = failed(root, "terse")

    assert found["parameters"] == "without a description: limit"
    assert found["reason"] == "'gap' is unknown at a point where it fires"
    assert {"hook-api", "one-sentence"} <= set(found)


def test_an_example_that_is_not_declared_is_a_hint_and_no_failure(tmp_path: Path) -> None:
    hints = [check for check in checks(practice(tmp_path, "good_neighbour"), "good-neighbour") if check.hint]

    assert [check.name for check in hints] == ["fires-on-example", "quiet-on-example"]
    assert all(check.passed for check in hints)
    assert "fires_on = (...)" in hints[0].detail


def test_what_could_not_be_tried_is_said_and_not_called_passed(tmp_path: Path) -> None:
    found = {check.name: check for check in checks(practice(tmp_path, "find_raises"), "find-raises")}

    assert found["no-network"].hint
    assert found["no-network"].detail.startswith("could not be tried: raised ValueError")
    assert found["no-clock"].hint


def test_what_hangs_is_told_without_waiting_for_every_check(tmp_path: Path) -> None:
    trial = tried_alone(
        find("find_hangs.py", PACKAGES), settings=msgspec.structs.replace(SETTINGS, timeout_seconds=0.5)
    )
    try:
        found = {case.name: case.run() for case in all_cases(trial)}
    finally:
        trial.close()

    assert found["one-row"].detail.startswith("did not answer within")
    assert found["sheet"].detail == "it does not answer in time"


def test_rules_that_raise_or_lose_rows_are_found_out(tmp_path: Path) -> None:
    wrong = wrong_with(checks(practice(tmp_path, "rule_good"), "rule-good"))

    assert wrong["top"] == {"parameters"}
    assert "contract" in wrong["short-rule"]
    assert {"one-row", "thousand-rows"} <= wrong["broken-rule"]


def test_every_rule_that_is_wrong_fails_under_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    wrong = wrong_with(checks(practice(tmp_path, "rule_bad"), "rule-bad"))

    assert wrong["rule-across"] == {"slicing"}
    assert wrong["rule-order"] == {"shuffled", "slicing"}
    assert wrong["rule-clock"] == {"no-clock"}
    assert wrong["rule-empty"] == {"empty"}
    assert wrong["rule-blind"] == {"range"}
    assert wrong["rule-writes"] == {"no-files"}
    assert "same-answer" in wrong["rule-by-chance"]
    assert wrong["rule-changes"] == {"inputs-unchanged"}


def test_every_reader_that_is_wrong_fails_under_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    wrong = wrong_with(checks(practice(tmp_path, "reader_bad"), "reader-bad"))

    assert {"sniff", "empty-file", "rubbish"} <= wrong["sure"]
    assert {"lines", "sample"} <= wrong["numbers"]
    assert {"sample", "same-answer"} <= wrong["ragged"]
    assert "sample" not in wrong["sure"]


def test_every_channel_that_is_wrong_fails_under_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    wrong = wrong_with(checks(practice(tmp_path, "channel_bad"), "channel-bad"))

    assert {"delivers", "safety"} <= wrong["raises"]
    assert wrong["fussy"] == {"hostile"}
    assert "delivers" in wrong["silent"]
    assert wrong["once"] == {"again"}


def test_every_section_that_is_wrong_fails_under_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    templates = tmp_path / "templates" / "sections"
    templates.mkdir(parents=True)
    (templates / "trusts.html").write_text("<p>{{ said|safe }}</p>")
    (templates / "fine.html").write_text("<p>{{ said }}</p>")
    drop_in = tmp_path / "section_bad.py"
    drop_in.write_text((PACKAGES / "section_bad.py").read_text().replace("TEMPLATES", str(tmp_path / "templates")))
    trial = tried_alone(find(drop_in))
    try:  # a sheet takes its time, so only two of them are asked for
        quick = [case for case in all_cases(trial) if not case.name.startswith("sheet-")]
        sheets = [case for case in all_cases(trial) if case.id in SHEETS]
        wrong = wrong_with([case.run() for case in quick + sheets])
    finally:
        trial.close()

    assert wrong["trusts"] == {"escaped"}
    assert {"never-rated", "sheet-no-rating"} <= wrong["latest"]
    assert {"one-row", "thousand-rows"} <= wrong["frame"]
    assert wrong["keeps"] == {"inputs-unchanged"}
    assert wrong["clock"] == {"no-clock"}
    assert wrong["calls"] == {"no-network"}
    assert {"escaped", "sheet-one-rating"} <= wrong["lost"]


def test_a_package_with_instruments_has_them_checked_and_their_tests_run(tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    folder.mkdir()
    good = (PACKAGES.parents[2] / "instruments" / "gad-2.yaml").read_text(encoding="utf-8")
    (folder / "sound.yaml").write_text(good.replace("id: gad-2", "id: sound"), encoding="utf-8")
    (folder / "broken.yaml").write_text("format: fit-instrument/1\nid: broken\n", encoding="utf-8")
    drop_in = tmp_path / "brings.py"
    drop_in.write_text(
        "from pathlib import Path\n\nfrom fit_toolkit import hookimpl\n\nfit_hook_api = '1.0'\n\n\n"
        f"@hookimpl\ndef register_instruments():\n    return [Path({str(folder)!r})]\n"
    )
    trial = tried_alone(find(drop_in))
    try:
        found = {f"{each.thing} {each.name}": each for each in (case.run() for case in all_cases(trial))}
    finally:
        trial.close()

    assert found["instrument sound checked"].passed
    assert found["instrument sound tested"].passed
    assert not found["instrument broken checked"].passed
    assert "broken.yaml" in found["instrument broken checked"].detail


def test_the_sheet_is_made_with_an_alert_by_the_policy(tmp_path: Path) -> None:
    drop_in = tmp_path / "wavers.py"
    source = (PACKAGES / "good_neighbour.py").read_text().replace("good-neighbour", "wavers")
    example = "    fires_on = (8.0, 8.0, 6.0)\n"
    drop_in.write_text(source.replace('    kind = "wavers"\n', f'    kind = "wavers"\n{example}'))
    trial = tried_alone(find(drop_in))
    try:
        found = {case.name: case.run() for case in all_cases(trial)}
    finally:
        trial.close()

    assert found["sheet"].passed
    assert not found["sheet"].hint


def test_what_a_plugin_reaches_for_while_it_is_loaded_is_named_too(tmp_path: Path) -> None:
    source = (PACKAGES / "good_neighbour.py").read_text(encoding="utf-8")
    call = "import socket\n\ntry:\n    socket.getaddrinfo('localhost', 80)\nexcept OSError:\n    pass\n"
    (tmp_path / "early.py").write_text(f"{call}\n{source}", encoding="utf-8")
    trial = tried_alone(find(tmp_path / "early.py"))
    try:
        wrong = [check for check in (case.run() for case in trial.cases()) if not check.passed]
    finally:
        trial.close()

    assert [check.name for check in wrong] == ["no-network"]
    assert "socket.getaddrinfo localhost:80" in wrong[0].detail


LINE = """
from typing import Annotated

from msgspec import Meta

from fit_toolkit import AlertPolicy, Example, hookimpl

fit_hook_api = "1.1"


class Line(AlertPolicy, frozen=True):
    \"\"\"The rating is beyond a published line.\"\"\"

    kind = "line"
    fires_on = Example((8, 6.5), limits={"clinical": 7.0})
    quiet_on = Example((8, 7.0), limits={"clinical": 7.0})
    name: Annotated[str, Meta(description="the name of the line")] = "clinical"

    def find(self, course):
        line = course.limit(self.name)
        return course.where(course.value < line, line=line, reason="below {line:g}")


@hookimpl
def register_alert_policies():
    return [Line]
"""


def test_a_policy_that_asks_for_a_published_line_gets_one(tmp_path: Path) -> None:
    (tmp_path / "line.py").write_text(LINE)
    trial = tried_alone(find(tmp_path / "line.py"))
    try:
        found = [case.run() for case in all_cases(trial)]
    finally:
        trial.close()

    assert [check for check in found if not check.passed or check.hint] == []


def test_parameters_are_handed_to_what_has_them_and_unknown_ones_are_refused() -> None:
    trial = tried_alone(find(PACKAGES / "good_neighbour.py"), {"points": 3.0})
    assert [trial.parameters(each) for each in trial.things] == [{"points": 3.0}]

    with pytest.raises(ConfigError, match="nothing in the plugin 'good-neighbour' has a parameter 'pionts'"):
        tried_alone(find(PACKAGES / "good_neighbour.py"), {"pionts": 3.0})


def test_whatever_happens_during_a_check_is_told_and_never_raised() -> None:
    def attempt() -> str:
        raise KeyError("nothing\nhere")

    check = Case("plugin", "odd", "it holds", attempt).run()

    assert not check.passed
    assert check.detail == "raised KeyError: 'nothing\\nhere'"


def test_a_plugin_is_found_by_name_by_path_and_in_a_practice(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour")

    assert find("drop").origin == "bundled"
    assert find("good_neighbour.py", PACKAGES).name == "good-neighbour"
    assert find("good_neighbour", root=root).origin == "drop-in"
    with pytest.raises(PluginError, match="did you mean 'drop'"):
        find("dorp")
    with pytest.raises(PluginError, match="there is no file nowhere"):
        find("nowhere.py", PACKAGES)
    with pytest.raises(PluginError, match="cannot be a drop-in"):
        find(PACKAGES.parent / "packages" / "fit_slow_slide" / "pyproject.toml")


def test_only_one_plugin_is_loaded_for_its_trial() -> None:
    trial = tried_alone(find("drop"), settings=SETTINGS)

    assert [info.name for info in trial.registry.plugins] == ["drop"]
    assert build_registry(third_party=False).plugin("drop").version == trial.info.version
