"""Beside the shared worked cases: indices to 1e-6, categories exactly, where the case is right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fit_toolkit.analysis import (
    Cutoff,
    clinical_cutoff,
    cutoff_interval,
    hageman_arrindell,
    percent_change,
    points_change,
    reliable_change,
    slope_change,
    smallest_detectable_change,
)
from tests.analysis.change.shared import (
    CHANGE,
    DATA,
    LEVELS,
    METHODS,
    SETS,
    case,
    expected,
    figures,
    numbers,
    rows_of,
)  # fmt: skip


def line(name: str, kind: str) -> Cutoff:
    known, told = figures(name), case(name).told
    return clinical_cutoff(
        kind,
        better=told["better"],
        m_clinical=known["m_pre"],
        sd_clinical=known["sd_pre"],
        m_functional=told["m_functional"],
        sd_functional=told["sd_functional"],
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("level", LEVELS)
def test_index_direction_and_categories_are_those_of_the_worked_case(name: str, method: str, level: int) -> None:
    given, wanted = case(name), expected(name, method)
    places = [given.ids.index(id) for id in wanted]
    for kind in "abc":
        made = reliable_change(
            given.pre,
            given.post,
            method=method,
            reliability=given.told["reliability"],
            reliability_post=given.told["reliability_post"],
            better=given.told["better"],
            confidence=level / 100,
            cutoff=line(name, kind),
        )
        assert made.n == len(wanted) == figures(name)["n_complete"]
        assert made.index[places] == pytest.approx([float(row["index"]) for row in wanted.values()], abs=1e-6)
        assert made.change[places] == pytest.approx([float(row["change"]) for row in wanted.values()], abs=1e-9)
        assert made.reliable[places].tolist() == [row[f"reliable_{level}"] for row in wanted.values()]
        column = f"category_{kind}_{level}" + ("_hand" if kind == "b" or method == "ha" else "")
        assert made.category is not None
        assert made.category[places].tolist() == [row[column] for row in wanted.values()]
        check = figures(name)["checks"][f"{method.upper()}_{level}"]
        assert made.critical == pytest.approx(check["critical"], abs=1e-9)
        rest = np.delete(np.arange(len(given.ids)), places)
        assert set(made.reliable[rest]) <= {""}
        assert np.isnan(made.index[rest]).all()


@pytest.mark.parametrize("name", SETS)
def test_the_figures_of_the_file_are_those_of_its_complete_pairs(name: str) -> None:
    given, known = case(name), figures(name)
    made = reliable_change(given.pre, given.post, reliability=0.8, better="lower")
    for ours, theirs in {
        "m_pre": "m_pre", "sd_pre": "sd_pre", "m_post": "m_post", "sd_post": "sd_post", "r_pre_post": "r_pre_post",
    }.items():  # fmt: skip
        assert made.basis[ours] == pytest.approx(known[theirs], abs=1e-9)
    for kind, value in known["cutoffs"].items():
        assert line(name, kind).value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("up", "down"), [(50, 50), (30, 20)])
def test_percentages_and_their_categories(name: str, up: int, down: int) -> None:
    given, wanted = case(name), expected(name, "percent")
    places = [given.ids.index(id) for id in wanted]
    made = percent_change(given.pre, given.post, improvement=up, deterioration=down, better=given.told["better"])
    assert made.index[places] == pytest.approx(
        numbers([row["percent"] for row in wanted.values()]), abs=1e-6, nan_ok=True
    )
    assert made.reliable[places].tolist() == [row[f"category_{up}_{down}"] for row in wanted.values()]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("share", [1, 0.8])
def test_minimal_important_differences(name: str, share: float) -> None:
    given, wanted = case(name), expected(name, "anchor")
    places = [given.ids.index(id) for id in wanted]
    mid = given.told["mid"]
    made = points_change(given.pre, given.post, improvement=mid, deterioration=mid * share, better=given.told["better"])
    column = f"category_{mid:g}_{mid * share:g}"
    assert made.reliable[places].tolist() == [row[column] for row in wanted.values()]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("kind", ["a", "c"])
@pytest.mark.parametrize("level", LEVELS)
def test_hageman_and_arrindells_own_cut_off_and_test(name: str, kind: str, level: int) -> None:
    given, wanted = case(name), expected(name, "ha")
    places = [given.ids.index(id) for id in wanted]
    made = hageman_arrindell(
        given.pre,
        given.post,
        reliability=given.told["reliability"],
        better=given.told["better"],
        kind=kind,
        m_functional=given.told["m_functional"],
        sd_functional=given.told["sd_functional"],
        confidence=level / 100,
    )
    assert made.line is not None
    assert made.line.value == pytest.approx(figures(name)["cutoffs_ha"][kind], abs=1e-9)
    assert made.category is not None
    assert made.category[places].tolist() == [row[f"category_{kind}_{level}_ha"] for row in wanted.values()]


def test_slopes_of_a_mixed_model() -> None:
    rows = rows_of(CHANGE / "data" / "long_low_example.csv")
    wanted = {row["id"]: row for row in rows_of(CHANGE / "expected" / "long_low_example.hlm.csv")}
    client, time, value = ([row[name] for row in rows] for name in ("client", "session", "score"))
    for relative, index in ((False, "index_total"), (True, "index")):
        made = slope_change(client, numbers(time), numbers(value), better="lower", relative=relative)
        places = [made.clients.tolist().index(id) for id in wanted]

        def close(name: str, values: object, rows: dict[str, dict[str, str]] = wanted) -> None:
            assert values == pytest.approx([float(row[name]) for row in rows.values()], abs=1e-4)

        close(index, made.change.index[places])
        close("eb_slope", made.deviation[places])
        close("eb_sd", made.sd[places])
        close("slope_total", made.slope[places])
        close("n", made.ratings[places])
        if relative:
            assert made.change.reliable[places].tolist() == [row["reliable_95"] for row in wanted.values()]
        others = np.delete(np.arange(len(made.clients)), places)
        assert set(made.change.reliable[others]) == {""}
    known = figures("long_low_example")
    assert (made.model.n_clients, len(made.clients)) == (known["n_used"], known["n_all"])
    assert made.model.slope == pytest.approx(known["fixef"]["time"], abs=1e-5)
    assert made.model.intercept == pytest.approx(known["fixef"]["(Intercept)"], abs=1e-5)
    assert made.model.residual_sd == pytest.approx(known["sigma"], abs=1e-5)


def test_points_of_reliable_change_over_a_grid() -> None:
    rows = rows_of(DATA / "rci_grid" / "rci_grid.csv")
    sd, r, level, wanted = (numbers([row[name] for row in rows]) for name in ("sd", "reliability", "confidence", "rci"))
    assert smallest_detectable_change(sd, r, confidence=level) == pytest.approx(wanted, abs=1e-8)
    assert len(rows) == 18


def test_a_change_of_exactly_that_many_points_is_not_reliable() -> None:
    for row in rows_of(DATA / "rci_grid" / "rci_grid.csv"):
        points = float(
            smallest_detectable_change(float(row["sd"]), float(row["reliability"]), confidence=float(row["confidence"]))
        )
        for change, word in ((points, "unchanged"), (points + 0.01, "deteriorated"), (-points - 0.01, "improved")):
            made = reliable_change(
                [0.0],
                [change],
                reliability=float(row["reliability"]),
                sd=float(row["sd"]),
                better="lower",
                confidence=float(row["confidence"]),
            )
            assert made.reliable.tolist() == [word]


def test_criterion_c_from_two_samples() -> None:
    rows = rows_of(DATA / "rci_grid" / "data" / "csc_example.csv")
    groups = {
        name: numbers([row["score"] for row in rows if row["group"] == name]) for name in {row["group"] for row in rows}
    }
    (wanted,) = rows_of(DATA / "rci_grid" / "csc.csv")
    made = cutoff_interval(groups["clinical"], groups["functional"])
    assert made.value == pytest.approx(float(wanted["csc"]), abs=1e-9)
    assert made.low < made.value < made.high
    told: dict[str, Any] = {
        name: float(wanted[name]) for name in ("m_clinical", "sd_clinical", "m_functional", "sd_functional")
    }
    line = clinical_cutoff("c", better="lower", **told)
    assert line.value == pytest.approx(float(wanted["csc"]), abs=1e-9)
