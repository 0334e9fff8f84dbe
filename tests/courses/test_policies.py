"""Policies bound from fit.toml: what is left out, what is refused and where, and what a broken plugin takes along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.evaluate import one_in
from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import Practice, open_practice, set_up

NORMS = """
format: fit-norms/1
id: ours
version: "1"
title: invented
kind: assumed
source: typed by hand
norms:
  - {instrument: today-together-client, scale: total, mean: 8, sd_between: 1, sd_within: 0.5}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "practice"


def practice(root: Path, policies: str) -> Practice:
    set_up(root, policies=policies)
    norms = root / "instruments" / "norms"
    norms.mkdir(parents=True)
    (norms / "ours.yaml").write_text(NORMS)
    return open_practice(root)


def table(**values: object) -> str:
    written = {"id": "p", "kind": "drop", "instrument": "today-together-client"} | values
    return "[[policies]]\n" + "\n".join(
        f"{key} = {_toml(value)}" for key, value in written.items() if value is not None
    )


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) and not value.startswith("{") else str(value)


def test_what_is_left_out_comes_from_the_policy_and_the_instrument(root: Path) -> None:
    with Asking(practice(root, table())) as asking:
        (use,) = asking.uses
    assert (use.stream.scale, use.stream.rater, use.severity, use.after, use.lapse) == (
        "total",
        "client",
        "notice",
        1,
        3,
    )


def test_risk_without_a_scale_watches_every_flagged_item(root: Path) -> None:
    with Asking(practice(root, table(kind="risk", instrument="arriving-today"))) as asking:
        assert [(use.stream.scale, use.severity) for use in asking.uses] == [("q7", "safety")]


def test_divergence_finds_the_other_sides_form_by_itself(root: Path) -> None:
    with Asking(practice(root, table(kind="divergence"))) as asking:
        ((stream, _),) = asking.uses[0].partners.values()
    assert (stream.instrument, stream.scale, stream.rater) == ("today-together-therapist", "total", "therapist")


def test_norms_are_named_and_arrive_as_figures(root: Path) -> None:
    with Asking(practice(root, table(kind="beyond-usual", norms="ours"))) as asking:
        (norms,) = asking.uses[0].norms
        assert (norms.mean, norms.sd_within, norms.status) == (8, 0.5, "assumed")
        assert one_in(asking.uses) == {asking.uses[0].hash: pytest.approx(40)}


def test_chance_counts_how_many_policies_look_at_a_client(root: Path) -> None:
    two = table(kind="beyond-usual", norms="ours") + "\n" + table(kind="beyond-usual", id="q")
    with Asking(practice(root, two)) as asking:
        chances = list(one_in(asking.uses).values())
    assert chances == pytest.approx([1 / (1 - 0.975**2)] * 2)


@pytest.mark.parametrize(
    ("changed", "said", "key"),
    [
        ({"kind": "dorp"}, "did you mean 'drop'", "kind"),
        ({"instrument": "today-together"}, "there is no instrument", "instrument"),
        ({"scale": "totl"}, "has no scale", "scale"),
        ({"rater": "therapist"}, "is not answered by the therapist", "rater"),
        ({"pionts": 2}, "did you mean 'points'", "pionts"),
        ({"points": -1}, "points", "points"),
        ({"severity": "urgent"}, "severity must be", "severity"),
        ({"after": 0}, "after must be", "after"),
        ({"kind": "cutoff", "line": "clinical"}, "no verified cut-off", "line"),
        ({"kind": "cutoff", "line": 5.0}, "operator is missing", None),
        ({"kind": "beyond-usual", "norms": "theirs"}, "there is no norm set", "norms"),
        ({"kind": "beyond-usual", "scale": "empathy", "norms": "ours"}, "says nothing about", "norms"),
        ({"instrument": None}, "a policy needs 'instrument'", None),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(
    root: Path, changed: dict[str, object], said: str, key: str | None
) -> None:
    made = practice(root, table(**changed))
    with pytest.raises(ConfigError, match=said) as refused, Asking(made):
        pass
    assert refused.value.where.startswith("fit.toml:")
    if key is not None:
        line = int(refused.value.where.split(":")[1])
        assert (root / "fit.toml").read_text().splitlines()[line - 1].startswith(key)


def test_the_morning_run_leaves_out_a_table_that_cannot_be_meant_and_names_it(root: Path) -> None:
    made = practice(root, table() + "\n" + table(id="q", kind="cutoff") + "\n" + table(id="r", scale="gone"))
    with Asking(made, forgiving=True) as asking:
        assert [use.id for use in asking.uses] == ["p"]
        assert asking.unready == {"q", "r"}
        first, second = map(str, asking.failures)
    assert re.match(r"plugin \(settings\): policy q: fit.toml:\d+: .*'line'", first)
    assert re.match(r"plugin \(settings\): policy r: fit.toml:\d+: .*no scale or item 'gone'", second)


def test_two_policies_of_one_id_are_refused(root: Path) -> None:
    made = practice(root, table() + "\n" + table())
    with pytest.raises(ConfigError, match="two policies have the id 'p'"), Asking(made):
        pass


def test_a_policy_whose_plugin_did_not_load_is_left_out_and_the_others_stay(root: Path) -> None:
    made = practice(root, table() + "\n" + table(id="q", kind="flat-tens"))
    (root / "plugins" / "flat_tens.py").write_text("raise RuntimeError('broken')\n")
    with Asking(made) as asking:
        assert [use.id for use in asking.uses] == ["p"]
        assert asking.unready == {"q"}
        assert [failure.plugin for failure in asking.failures] == ["flat-tens"]


def test_a_definition_that_cannot_be_read_costs_its_own_policies_and_no_other(root: Path) -> None:
    own = root / "instruments" / "ours.yaml"
    opened = practice(root, table(id="ours", kind="drop", instrument="ours") + "\n" + table(id="theirs", kind="drop"))
    own.write_text("format: fit-instrument/1\nid: ours\n\ttitle: Ours\n")
    with Asking(open_practice(opened.root)) as asked:
        assert [use.id for use in asked.uses] == ["theirs"]
        assert asked.unready == {"ours"}
        (failure,) = asked.failures
    assert "ours.yaml:3:1: FI003" in str(failure)


def test_an_instrument_whose_plugin_did_not_load_is_no_mistake_in_the_settings(root: Path) -> None:
    opened = practice(root, table(id="gone", kind="drop", instrument="gone") + "\n" + table(id="theirs", kind="drop"))
    (root / "plugins" / "bringer.py").write_text("import a_module_that_is_not_there\n")
    with Asking(open_practice(opened.root)) as asked:
        assert [use.id for use in asked.uses] == ["theirs"]
        assert asked.unready == {"gone"}


def test_without_the_plugins_of_others_their_policies_are_left_out_and_said(root: Path) -> None:
    practice(root, table() + "\n" + table(id="q", kind="flat-tens"))
    with Asking(open_practice(root, plugins=False)) as asking:
        assert [use.id for use in asking.uses] == ["p"]
        assert asking.unready == {"q"}
        assert [failure.thing for failure in asking.failures] == ["policy q"]


def test_the_hash_changes_with_the_parameters_and_not_with_the_id_of_another(root: Path) -> None:
    def hashes(name: str, policies: str) -> list[str]:
        with Asking(practice(root / name, policies)) as asking:
            return [use.hash for use in asking.uses]

    (alone,) = hashes("a", table())
    assert hashes("b", table() + "\n" + table(id="q", points=3.0)) != [alone, alone]
    assert hashes("c", table(points=2.0)) != [alone]
    assert hashes("d", table()) == [alone]
