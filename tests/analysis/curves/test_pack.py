"""Curve packs: written and read back, no row about anybody, refused when changed; and whether new episodes still fit."""

from __future__ import annotations

import hashlib
import re
from functools import cache

import msgspec
import numpy as np
import pytest

from fit_toolkit.analysis.curves.drift import drift_check
from fit_toolkit.analysis.curves.expected import expected_response
from fit_toolkit.analysis.curves.pack import AboutPack, make_pack, pack_hash, pack_problems, read_pack, write_pack
from fit_toolkit.errors import ConfigError, DataError, UsageError
from fit_toolkit.model.curves import CurvePack
from tests.analysis.curves.shared import made_up

ABOUT = AboutPack(id="clinic-2026", version="1", title="Made up", instrument="phq-9", scale="total",
              direction="higher_is_worse", source="a test", period="2024-2026", kind="synthetic")  # fmt: skip


@cache
def pack() -> CurvePack:
    ratings = made_up(240, 12, sessions=6)
    kept = (ratings.session < 6) | (ratings.client.astype(int) < 9)
    return make_pack(*(each[kept] for each in ratings), about=ABOUT)


def changed(**what: object) -> CurvePack:
    """Change a pack and give it the hash of what it then is."""
    made = msgspec.structs.replace(pack(), **what)
    return msgspec.structs.replace(made, hash=pack_hash(made))


def test_a_pack_reads_back_as_it_was_and_is_the_same_text_each_time() -> None:
    data = write_pack(pack())
    assert read_pack(data, "pack.json") == pack()
    assert write_pack(read_pack(data, "pack.json")) == data
    assert b'"format": "fit-curve/1"' in data


def test_a_pack_says_what_it_rests_on_and_leaves_out_what_rests_on_few() -> None:
    made = pack()
    assert made.curve.n_clients == 240
    assert made.sessions == (2.0, 5.0)  # session 6 has the ratings of nine clients
    assert made.period == "2024-2026"
    assert {cell.session for cell in made.calibration} == {None, 2, 3, 4, 5}
    assert min(cell.n_clients for cell in made.calibration) >= made.minimum_cell
    everything = next(
        each for each in made.calibration if each.percent == 80 and each.quintile is None and each.session is None
    )
    assert everything.n_clients == 120  # the half that the calibrated fit had not seen
    assert everything.inside == pytest.approx(0.8, abs=0.08)


def test_a_changed_figure_is_seen() -> None:
    data = write_pack(pack())
    with pytest.raises(ConfigError, match=r"pack.json: its figures are not those it was made with"):
        read_pack(data.replace(b'"period": "2024-2026"', b'"period": "2023-2026"'), "pack.json")


def test_a_pack_made_before_packs_told_their_range_still_reads() -> None:
    fields = msgspec.to_builtins(msgspec.structs.replace(pack(), hash=""))
    assert "range" not in fields
    fields["hash"] = hashlib.sha256(msgspec.json.encode(fields)).hexdigest()
    assert read_pack(msgspec.json.encode(fields), "pack.json").range is None


def test_the_range_of_the_scale_is_part_of_the_pack_and_of_its_hash() -> None:
    ratings = made_up(240, 12, sessions=6)
    made = make_pack(*ratings, about=ABOUT, limits=(0, 27))
    assert made.range == (0.0, 27.0)
    data = write_pack(made)
    assert read_pack(data, "pack.json") == made
    for other in (b"[0.0, 100.0]", b"null"):
        changed_file = re.sub(rb'"range": \[[^]]*\]', b'"range": ' + other, data)
        assert changed_file != data
        with pytest.raises(ConfigError, match="the hash differs"):
            read_pack(changed_file, "pack.json")


def test_a_row_about_a_client_has_no_place_in_a_pack() -> None:
    data = write_pack(pack()).replace(b'"format"', b'"ratings": [{"client": "c1"}], "format"')
    with pytest.raises(ConfigError, match="unknown field `ratings`"):
        read_pack(data, "pack.json")


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ({"minimum_cell": 50}, "cells of the calibration rest on fewer than 50 clients"),
        ({"sessions": (5.0, 2.0)}, "its sessions have no order"),
        ({"intakes": None}, "a curve by intake has to say of which intakes"),
        ({"successful": "curve"}, "one of the twin curves is missing"),
        ({"covariance": 100.0}, "curve: the covariance is larger than the variances allow"),
        ({"n_clients": 99}, "rests on 99 clients; 100 are needed"),
        ({"n_clients": 9}, "curve: rests on 9 clients; 10 are needed"),
        ({"singular": True}, "curve: the fit is singular"),
        ({"range": (27.0, 0.0)}, "the ends of its scale have no order"),
        ({"intake": None}, "curve: intake and slope_by_intake belong together"),
    ],
)
def test_a_pack_that_cannot_be_is_refused(what: dict[str, object], problem: str) -> None:
    curve = pack().curve
    of_curve = {name: each for name, each in what.items() if name in curve.__struct_fields__}
    if of_curve:
        what = {"curve": msgspec.structs.replace(curve, **of_curve)}
    if what.get("successful"):
        what = {"successful": curve}
    made = changed(**what)
    assert any(problem in each for each in pack_problems(made))
    with pytest.raises(DataError, match="the pack is not written"):
        write_pack(made)


def test_twins_go_into_the_pack() -> None:
    ratings = made_up(150, 13, sessions=6)
    well = (ratings.client.astype(int) % 2).astype(float)
    made = make_pack(*ratings, about=ABOUT, by_intake=False, success=well)
    assert made.successful is not None
    assert made.unsuccessful is not None
    assert (made.successful.n_clients, made.unsuccessful.n_clients) == (75, 75)
    assert made.sessions == (1.0, 6.0)
    assert read_pack(write_pack(made), "pack.json") == made


def test_observed_edges_go_into_the_pack_and_out_of_it_into_a_policy() -> None:
    made = make_pack(*made_up(400, 14, sessions=5), about=ABOUT, edges="observed")
    assert made.edges is not None
    assert read_pack(write_pack(made), "pack.json") == made
    numbers = made.coefficients()
    assert {"power", "cut_4", "low_68_1", "high_90_5"} < set(numbers)
    one, other = (expected_response(each, [2, 5], [9.0, 25.0]) for each in (made, numbers))
    assert one.low.tolist() == other.low.tolist()
    assert one.low[1, 0] == pytest.approx(one.mean[1] + numbers["low_80_5"] * one.sd[1])
    crossed = msgspec.structs.replace(made.edges, low=made.edges.high)
    assert "a lower edge lies above an upper one" in list(pack_problems(msgspec.structs.replace(made, edges=crossed)))


def test_too_few_clients_make_no_pack() -> None:
    ratings = made_up(99, 12)
    with pytest.raises(DataError, match="99 clients have ratings; a curve pack needs 100"):
        make_pack(*ratings, about=ABOUT)
    more = made_up(120, 12)
    late = (more.session > 1) | (more.client.astype(int) < 90)
    with pytest.raises(DataError, match="90 clients have an intake rating and one after it; 100 are needed"):
        make_pack(*(each[late] for each in more), about=ABOUT)


def test_a_pack_needs_a_name_that_can_be_one() -> None:
    with pytest.raises(UsageError, match="no curve pack"):
        make_pack(*made_up(120, 12), about=msgspec.structs.replace(ABOUT, id="No Slug"))


def test_new_episodes_like_the_old_ones_hold() -> None:
    found = drift_check(pack(), *made_up(1200, 31, sessions=6))
    assert found.verdict == "holds"
    assert found.n_clients == 1200
    assert found.n_ratings == 1200 * 4
    assert found.outside_sessions == 2 * 1200  # the first, and the sixth, of which the pack says nothing
    assert found.inside_interval[0] < 0.8 < found.inside_interval[1] + 0.03
    assert 0.06 * 1200 < found.outside_intakes < 0.16 * 1200


def test_new_episodes_that_change_less_have_drifted() -> None:
    new = made_up(300, 32, sessions=5)
    found = drift_check(pack(), new.client, new.session, new.value + 3 * np.log(new.session))
    assert found.verdict == "drifted"
    assert found.shift_interval[0] > 0.2
    wider = drift_check(pack(), *made_up(300, 33, sessions=5, noise=8))
    assert wider.verdict == "drifted"
    assert wider.inside_interval[1] < 0.75


def test_few_new_episodes_are_unclear_or_refused() -> None:
    assert drift_check(pack(), *made_up(35, 34, sessions=5)).verdict == "unclear"
    with pytest.raises(DataError, match="29 new clients can be compared with the pack; 30 are needed"):
        drift_check(pack(), *made_up(29, 34, sessions=5))
