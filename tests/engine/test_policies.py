"""Parameters are checked with their place, norm sets are found by name, and the hash tells what is computed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.course import Norms, Rating
from fit_toolkit.engine import Registry, Workers, build_part, build_registry, instantiate, policy_hash
from fit_toolkit.errors import ConfigError
from tests.plugins.kit import build, courses, practice, same

NORMS = Norms(name="demo", mean=7.0, sd_between=1.5, sd_within=1.0)


def where(name: str) -> str:
    return {"": "fit.toml:3"}.get(name, f"fit.toml:{len(name)}")


@pytest.fixture(scope="module")
def ours() -> Registry:
    return build_registry()


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    [
        ("drop", {"pionts": 1}, r"fit\.toml:6: policy 'drop' has no parameter 'pionts' \(did you mean 'points'\?\)"),
        ("overdue", {"zzz": 1}, r"fit\.toml:3: policy 'overdue' has no parameter 'zzz' \(it has: days\)"),
        ("drop", {"points": "much"}, r"fit\.toml:6: policy 'drop': parameter 'points': Expected a number, got text"),
        ("drop", {"points": 0}, r"fit\.toml:6: policy 'drop': parameter 'points': Expected a number > 0"),
        ("cutoff", {}, r"fit\.toml:3: policy 'cutoff' needs the parameter 'line'"),
        ("cutoff", {"line": 5}, r"fit\.toml:3: policy 'cutoff': operator is missing"),
        ("divergence", {"other": {"ratr": "carer"}}, r"fit\.toml:5: policy 'divergence': .*unknown field 'ratr'"),
        ("beyond-usual", {"norms": "demo"}, r"fit\.toml:5: the norm set 'demo' cannot be looked up here"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_place(
    ours: Registry, kind: str, parameters: dict[str, Any], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        instantiate(ours.policies[kind], parameters, where=where)


def test_a_policy_of_others_refuses_its_parameters_in_the_same_words(tmp_path: Path, ours: Registry) -> None:
    theirs = build(practice(tmp_path, "good_neighbour"))
    for parameters in ({"points": -1}, {"points": "much"}, {"pionts": 1}):
        said = []
        for provided in (ours.policies["drop"], theirs.policies["good-neighbour"]):
            with pytest.raises(ConfigError) as caught:
                instantiate(provided, parameters, where=where)
            said.append(str(caught.value).replace(provided.kind, "X"))
        assert said[0] == said[1]


def test_defaults_and_facts_are_part_of_a_ready_policy(ours: Registry) -> None:
    ready = instantiate(ours.policies["divergence"], {"gap": 2})

    assert ready.parameters["gap"] == 2.0
    assert ready.ratings == (Rating(rater="therapist"),)
    assert (ready.after, ready.severity, ready.basis, ready.clock, ready.item) == (
        2,
        "notice",
        "convention",
        False,
        False,
    )
    assert instantiate(ours.policies["beyond-usual"], {}).min_ratings == 6
    assert instantiate(ours.policies["beyond-usual"], {}).chance == pytest.approx(0.025)


def test_a_policy_of_others_runs_as_the_same_policy_here_would(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour")
    apart, here = build(root), build(root, isolate=False)
    course = courses()
    with Workers(apart) as workers:
        one = instantiate(apart.policies["good-neighbour"], {"points": 2}, workers=workers)
        other = instantiate(here.policies["good-neighbour"], {"points": 2}, workers=workers)

        assert (one.instance is None, other.instance is None) == (True, False)
        assert one.parameters == other.parameters
        assert one.hash == other.hash
        found = workers.find(one, course)
        assert same(found, workers.find(other, course))
        assert found.course is course


def test_a_norm_set_is_found_by_its_name_and_is_part_of_the_hash(ours: Registry) -> None:
    asked: list[str] = []

    def norms(name: str) -> Norms:
        asked.append(name)
        return NORMS

    usual = ours.policies["beyond-usual"]
    ready = instantiate(usual, {"norms": "demo"}, norms=norms)
    other = instantiate(
        usual, {"norms": "demo"}, norms=lambda _: Norms("demo", mean=7.1, sd_between=1.5, sd_within=1.0)
    )

    assert asked == ["demo"]
    assert ready.norms == (NORMS,)
    assert ready.min_ratings == 2
    assert ready.hash != other.hash


def test_the_hash_changes_with_what_is_computed_and_with_nothing_else(ours: Registry) -> None:
    drop = ours.policies["drop"]
    usual = policy_hash(drop, instantiate(drop, {}).parameters)

    assert usual == instantiate(drop, {"points": 1}).hash == instantiate(drop, {"points": 1.0}).hash
    assert usual != instantiate(drop, {"points": 1.5}).hash
    assert len(usual) == 64


def test_the_hash_changes_with_the_file_of_a_drop_in(tmp_path: Path) -> None:
    root = practice(tmp_path, "good_neighbour")
    before = instantiate(build(root).policies["good-neighbour"], {}).hash
    file = root / "plugins" / "good_neighbour.py"
    file.write_text(file.read_text() + "# changed\n")

    assert instantiate(build(root).policies["good-neighbour"], {}).hash != before


def test_readers_and_channels_are_made_from_their_settings(tmp_path: Path, ours: Registry) -> None:
    reader = build_part(build(practice(tmp_path, "reader_good")).readers["pipes"], {})

    assert reader.sniff(b"", ".psv") == 1.0
    with pytest.raises(ConfigError, match="channel 'stdout' has no parameter 'volume'"):
        build_part(ours.channels["stdout"], {"volume": 11})
