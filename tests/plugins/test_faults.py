"""Whatever a plugin does, it is named, and everybody else's findings are equal to the bit to a run without it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fit_toolkit.course import Findings
from fit_toolkit.engine import Registry, Workers
from fit_toolkit.engine.installing import install_command
from fit_toolkit.engine.load import KNOWN_HOOKS
from fit_toolkit.errors import PluginError
from fit_toolkit.intake.read import read_table
from tests.plugins.kit import KINDS, OURS, PACKAGES, ask, build, courses, failure_of, install, of_others, practice, same

OTHERS = (*OURS, "good-neighbour")
ON_LOADING = {
    "import_raises": "raised RuntimeError: broken from the start (HERE)",
    "import_missing": "raised ModuleNotFoundError: No module named 'no_such_library_at_all' (HERE); install the package"
    f" that brings it: {install_command('no_such_library_at_all')}",
    "import_disturbs": "changed the environment and the working directory and the locale of its process, which was put back",
    "import_forks": "started another process, which a plugin may not do",
    "import_syntax": "raised SyntaxError: invalid syntax (HERE)",
    "import_exits": "called sys.exit (HERE)",
    "import_leaves": "ended without an answer (exit code 0)",
    "import_hangs": "did not finish loading within 2 s",
    "import_eats": "raised MemoryError (HERE)",
    "import_prints": "implements no hook; is @hookimpl missing?",
    "hook_misspelt": "there is no hook 'register_alert_polices'; did you mean 'register_alert_policies'?",
    "hook_wraps": "register_alert_policies is a hook wrapper; a plugin may not change another's results",
    "hook_newer": "is written for hook API 2.0; this toolkit has 1.2",
    "hook_endless": "gave more than 256 things",
}
ON_ASKING = {
    "find_raises": "raised ValueError (HERE)",
    "find_exits": "called sys.exit (HERE)",
    "find_interrupts": "raised KeyboardInterrupt (HERE)",
    "find_leaves": "ended without an answer (exit code 0)",
    "find_crashes": "was ended by SIGSEGV",
    "find_hangs": "did not answer within 2 s",
    "find_spins": "did not answer within 2 s",
    "find_eats": "raised MemoryError (HERE)",
    "find_changes": "raised ValueError (HERE)",
    "find_overwrites": "raised ValueError (HERE)",
    "find_writes": "raised OSError (HERE)",
    "find_forks": "started another process, which a plugin may not do",
    "find_disturbs": "changed the environment and the working directory and the locale of its process, which was put back",
    "find_missing": "raised ModuleNotFoundError for 'no_such_library_at_all' (HERE); install the package"
    f" that brings it: {install_command('no_such_library_at_all')}",
    "find_short": "'fires' has the shape (36,) where 35 values are due",
    "find_numbers": "'fires' holds float64 where true and false are due",
    "find_masked": "'fires' is MaskedArray where a column is due",
    "find_filled": "the findings are not in the agreed form",
    "find_texts": "'value' holds <U6 where numbers (float64) are due",
    "find_list": "find gave list where Findings are due",
    "find_nothing": "find gave NoneType where Findings are due",
    "find_infinite": "'ratio' is infinite where it fires",
    "find_unknown_reason": "the reason names evidence that is not there (there is: gap, value)",
    "find_reaches_in": "the reason names evidence that is not there (there is: gap, value)",
    "find_other_course": "the findings are about another course than the one asked about",
}
NEEDS_A_CHILD = {
    "find_interrupts",
    "find_leaves",
    "find_crashes",
    "find_hangs",
    "find_spins",
    "find_eats",
    "find_writes",
}
HARMLESS = ("find_prints", "find_closes")


def findings(registry: Registry, workers: Workers) -> dict[str, Findings]:
    return {kind: ask(registry, kind, courses(), workers) for kind in OTHERS}


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Findings]:
    """What everybody says when no plugin misbehaves."""
    registry = build(practice(tmp_path_factory.mktemp("without"), "good_neighbour"))
    with Workers(registry) as workers:
        return findings(registry, workers)


def expected(text: str, package: str) -> str:
    """The expected error with the place of the line marked `# here`."""
    lines = (PACKAGES / f"{package}.py").read_text().splitlines()
    line = next((number for number, line in enumerate(lines, 1) if "# here" in line), 0)
    return text.replace("HERE", f"{package}.py:{line}")


def kind_of(package: str) -> str:
    return package.replace("_", "-")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A practice with every faulty plugin at once."""
    return build(practice(tmp_path_factory.mktemp("crowd"), "good_neighbour", *ON_LOADING, *ON_ASKING, *HARMLESS))


@pytest.fixture(scope="module")
def workers(crowd: Registry) -> Iterator[Workers]:
    with Workers(crowd) as running:
        yield running


@pytest.mark.parametrize("package", ON_LOADING)
def test_a_plugin_that_fails_while_it_is_loaded_is_named(package: str, crowd: Registry) -> None:
    mine = [failure for failure in crowd.failures if failure.plugin == kind_of(package)]

    assert [failure.error for failure in mine] == [expected(ON_LOADING[package], package)]
    assert mine[0].version
    assert crowd.plugin(package).state == ("loaded" if package == "import_disturbs" else "failed")


def test_plugins_that_fail_while_they_are_loaded_harm_nobody(
    crowd: Registry, workers: Workers, without: dict[str, Findings]
) -> None:
    assert {failure.plugin for failure in of_others(crowd)} == {kind_of(package) for package in ON_LOADING}
    assert all(same(found, without[kind]) for kind, found in findings(crowd, workers).items())


@pytest.mark.parametrize("package", ON_ASKING)
def test_a_policy_that_fails_is_named_with_its_version_and_harms_nobody(
    package: str, crowd: Registry, workers: Workers, without: dict[str, Findings]
) -> None:
    began = time.monotonic()
    failure = failure_of(crowd, kind_of(package), courses(), workers)
    took = time.monotonic() - began

    assert failure.error == expected(ON_ASKING[package], package)
    assert (failure.plugin, failure.version) == (kind_of(package), "2.5")
    assert failure.thing == f"policy {kind_of(package)}"
    assert "CANARY" not in str(failure)
    assert took < crowd.limits.seconds + 3, "it is ended soon after its time is up"
    assert workers.failures[-1] == failure
    assert all(same(found, without[kind]) for kind, found in findings(crowd, workers).items())


@pytest.mark.parametrize("package", [name for name in ON_ASKING if name not in NEEDS_A_CHILD])
def test_what_can_be_contained_in_this_process_is_named_in_the_same_words(
    package: str, tmp_path: Path, without: dict[str, Findings]
) -> None:
    registry = build(practice(tmp_path, "good_neighbour", package), isolate=False)
    course = courses()
    with Workers(registry) as workers:
        failure = failure_of(registry, kind_of(package), course, workers)

        assert failure.error == expected(ON_ASKING[package], package)
        assert all(same(ask(registry, kind, course, workers), without[kind]) for kind in OTHERS)


def test_what_a_plugin_prints_in_this_process_does_not_mix_with_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = practice(tmp_path, "reader_good") / "plugins" / "reader_good.py"
    file.write_text(file.read_text() + "print('noise')\n")
    registry = build(tmp_path)

    assert "pipes" in registry.readers
    assert capsys.readouterr() == ("", "noise\n")


FAULTS = {
    "raises": "raise RuntimeError('no')",
    "exits": "raise SystemExit(0)",
    "breaks": "yield from ()\n    raise RuntimeError('no')",
    "coroutine": "async def f(): ...\n    c = f(); c.close(); return c",
}


def test_every_fault_in_every_hook_is_named_and_the_rest_stands(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour")
    for hook in KNOWN_HOOKS:
        for fault, body in FAULTS.items():
            file = root / "plugins" / f"{hook.removeprefix('register_')}_{fault}.py"
            file.write_text(f"from fit_toolkit import hookimpl\n\n@hookimpl\ndef {hook}():\n    {body}\n")
            file.chmod(0o600)
    registry = build(root)
    named = {(failure.plugin, failure.hook) for failure in of_others(registry)}

    assert named == {
        (f"{hook.removeprefix('register_')}_{fault}".replace("_", "-"), hook)
        for hook in KNOWN_HOOKS
        for fault in FAULTS
    }
    assert set(registry.policies) == {*KINDS, "good-neighbour"}


@pytest.mark.parametrize("package", HARMLESS)
def test_bad_manners_that_a_child_contains_change_no_answer(
    package: str,
    crowd: Registry,
    workers: Workers,
    without: dict[str, Findings],
    capfd: pytest.CaptureFixture[str],
) -> None:
    once, twice = (ask(crowd, kind_of(package), courses(), workers) for _ in range(2))

    assert same(once, without["good-neighbour"])
    assert same(twice, without["good-neighbour"])
    assert all(same(found, without[kind]) for kind, found in findings(crowd, workers).items())
    assert capfd.readouterr() == ("", "")


def test_a_hook_that_raises_loses_only_what_it_would_have_given(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "hook_raises"))

    assert "hook-raises" in registry.policies
    (failure,) = of_others(registry)
    assert (failure.hook, failure.error) == (
        "register_instruments",
        expected("raised RuntimeError: no instruments today (HERE)", "hook_raises"),
    )


def test_classes_that_break_the_contract_are_left_out_one_by_one(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "class_wrong"))

    assert "class-wrong" in registry.policies
    assert [failure.error for failure in of_others(registry)] == [
        "BadKind.kind must be a name of letters a-z, digits and '-'",
        "Untyped.anything has no type that can be checked",
        "Lenient must stay frozen and refuse unknown parameters",
        "Loud.severity must be one of safety, attention, notice",
        "Reserved: the parameter name 'scale' is taken by fit.toml itself",
        "Empty does not define find",
        "gave something that is not a class derived from fit_toolkit.AlertPolicy",
        "gave something that is not a class derived from fit_toolkit.AlertPolicy",
    ]


def test_wrong_hook_arguments_are_told(tmp_path: Path) -> None:
    (failure,) = of_others(build(practice(tmp_path, "hook_arguments")))

    assert "{'course'} are declared in the hookimpl but can not be found in the hookspec" in failure.error


def test_a_lost_child_is_started_once_more_and_then_left_alone(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "find_leaves"))
    with Workers(registry) as workers:
        errors = [failure_of(registry, "find-leaves", courses(), workers).error for _ in range(4)]

    assert errors[:2] == ["ended without an answer (exit code 0)"] * 2
    assert errors[2:] == ["ended without an answer (exit code 0); it is not asked again in this run"] * 2


def test_no_process_outlives_the_run(tmp_path: Path) -> None:
    registry = build(practice(tmp_path, "find_forks", "find_hangs"))
    with Workers(registry) as workers:
        failure_of(registry, "find-forks", courses(), workers)
        failure_of(registry, "find-hangs", courses(), workers)
        groups = [child._process.pid for child in workers._children.values()]

    alive = [status.read_text().split(") ")[1].split() for status in Path("/proc").glob("[0-9]*/stat")]
    assert not [fields for fields in alive if int(fields[2]) in groups and fields[0] != "Z"]  # dead: init collects it


def test_a_failing_package_is_contained_as_a_failing_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, without: dict[str, Findings]
) -> None:
    for package in ("find_leaves", "import_exits", "good_neighbour"):
        install(tmp_path / "site", package)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    registry = build(None, enabled=("find-leaves", "import-exits", "fit-good-neighbour"))

    assert [(each.plugin, each.version, each.error) for each in of_others(registry)] == [
        ("import-exits", "3.1", "called sys.exit (fit_import_exits.py:5)")
    ]
    with Workers(registry) as workers:
        assert failure_of(registry, "find-leaves", courses(), workers).version == "2.5"
        assert all(same(found, without[kind]) for kind, found in findings(registry, workers).items())
    assert not [name for name in sys.modules if name.startswith(("fit_find", "fit_good"))]


def test_a_kind_of_ours_that_another_gives_too_stays_ours_until_the_practice_chooses(
    tmp_path: Path, without: dict[str, Findings]
) -> None:
    root = practice(tmp_path, "good_neighbour", "taken_kind")
    registry = build(root)
    (failure,) = of_others(registry)

    assert failure.plugin == "taken-kind"
    assert "'drop' and 'taken-kind'; 'drop' ships with the toolkit and is used" in failure.error
    assert 'choose = { "drop" = "taken-kind" }' in failure.error
    assert registry.provided("policy", "drop").plugin == "drop"
    with Workers(registry) as workers:
        assert all(same(ask(registry, kind, courses(), workers), without[kind]) for kind in OTHERS)
    ours = build(root, choose={"drop": "drop"})
    assert (ours.policies["drop"].plugin, of_others(ours)) == ("drop", [])
    assert build(root, choose={"drop": "taken-kind"}).policies["drop"].plugin == "taken-kind"
    assert build(root, disabled=("drop",)).policies["drop"].plugin == "taken-kind"


def test_an_installed_package_does_not_take_a_kind_of_ours_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", "taken_kind")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    registry = build(None, enabled=("taken-kind",))

    assert registry.policies["drop"].plugin == "drop"
    assert [each.plugin for each in of_others(registry)] == ["taken-kind"]


def test_a_kind_that_two_others_give_is_used_from_neither_until_the_practice_chooses(tmp_path: Path) -> None:
    root = practice(tmp_path, one="good_neighbour", two="good_neighbour")
    registry = build(root)

    assert "good-neighbour" not in registry.policies
    assert [each.plugin for each in of_others(registry)] == ["one", "two"]
    with pytest.raises(Exception, match=r"given by the plugins 'one' and 'two', so none is used; choose in fit.toml"):
        registry.provided("policy", "good-neighbour")
    assert build(root, choose={"good-neighbour": "two"}).policies["good-neighbour"].plugin == "two"


def test_a_taken_name_is_refused_and_the_bundled_plugin_keeps_it(tmp_path: Path, without: dict[str, Findings]) -> None:
    registry = build(practice(tmp_path, "good_neighbour", drop="find_leaves"))
    (failure,) = of_others(registry)

    assert failure.plugin == "drop"
    assert failure.error == "two plugins are called 'drop': bundled fit-toolkit and drop-in plugins/drop.py; rename one"
    with Workers(registry) as workers:
        assert all(same(found, without[kind]) for kind, found in findings(registry, workers).items())


READER = """
import os
from fit_toolkit import RawTable, Reader, hookimpl

fit_hook_api = "1.0"

class Disturbing(Reader, frozen=True):
    "Changes the working directory and the environment."
    kind = "disturbing"
    suffixes = (".odd",)

    def rows(self, path):
        os.chdir("/")
        os.environ["LC_ALL"] = "C"
        return RawTable(("client",), [["x"]], [2])

class Nosy(Reader, frozen=True):
    "Changes the working directory while it only looks."
    kind = "nosy"

    def sniff(self, head, filename_suffix):
        os.chdir("/")
        return 1.0

    def rows(self, path):
        return RawTable((), [], [])

@hookimpl
def register_readers():
    return [Disturbing, Nosy]
"""


def test_a_reader_that_disturbs_this_process_is_named_and_nothing_is_taken(tmp_path: Path) -> None:
    file = practice(tmp_path) / "plugins" / "odd_reader.py"
    file.write_text(READER)
    file.chmod(0o600)
    (tmp_path / "x.odd").write_text("client\nx\n")
    readers = {kind: each.cls for kind, each in build(tmp_path).readers.items() if each.cls is not None}
    before = (dict(os.environ), Path.cwd())

    with pytest.raises(PluginError, match="the reader disturbing changed the environment and the working directory"):
        read_table(tmp_path / "x.odd", readers)
    assert (dict(os.environ), Path.cwd()) == before
