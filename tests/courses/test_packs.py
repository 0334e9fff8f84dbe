"""Curve packs in a practice: found by name, checked whole, part of what an alert rests on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
import pytest

from fit_toolkit.analysis import AboutPack, CurvePack, make_pack, write_pack
from fit_toolkit.analysis.curves.pack import pack_hash
from fit_toolkit.courses.asking import Asking
from fit_toolkit.courses.readiness import readiness
from fit_toolkit.engine.enabling import with_name
from fit_toolkit.errors import ConfigError
from fit_toolkit.practice import open_practice
from tests.analysis.curves.shared import made_up
from tests.clinic import Clinic

POLICY = """
[[policies]]
id = "off-course"
kind = "not-on-track"
instrument = "phq-9"
curve = "ours"
"""


@cache
def made() -> CurvePack:
    about = AboutPack(id="ours", version="1", title="Made up", instrument="phq-9", scale="total",
                      direction="higher_is_worse", source="a test", period="2024 to 2026", kind="synthetic")  # fmt: skip
    return make_pack(*made_up(240, 12, sessions=6), about=about)


def pack(**changes: object) -> bytes:
    other = msgspec.structs.replace(made(), **changes)
    return write_pack(msgspec.structs.replace(other, hash=pack_hash(other)))


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path / "clinic", policies=POLICY)
    file = clinic.root / "fit.toml"
    file.write_text(with_name(file.read_text(encoding="utf-8"), "enabled", "expected-response"), encoding="utf-8")
    put(clinic, pack())
    reopen(clinic)
    return clinic


def reopen(clinic: Clinic) -> None:
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)


def put(clinic: Clinic, data: bytes, name: str = "ours.json") -> None:
    file = clinic.root / "instruments" / "curves" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def test_two_ratings_outside_raise_an_alert_that_names_the_pack(clinic: Clinic) -> None:
    clinic.open("k1", "unlike")
    for week, (value, low) in enumerate(((2, 1), (3, 3), (3, 3))):
        clinic.rate("k1", week * 7, value, instrument="phq-9")
        clinic.rate("unlike", week * 7, low, instrument="phq-9")
    clinic.run()
    (alert,) = [row for row in clinic.alerts() if row["policy"] == "off-course"]

    assert alert["client"] == "k1"
    assert "ratings in a row on the worse side of the expected range" in alert["reason"]
    assert (
        "a late responder is possible. Curve pack ours 1 (made up for the demo), 240 clients, 2024 to 2026, "
        in alert["reason"]
    )


def test_members_unlike_those_of_the_pack_are_counted_apart_and_not_as_ready(clinic: Clinic) -> None:
    low, high = made().intakes or (0, 0)
    assert 9 < low <= 18 <= high, "what the test rests on"
    for client, values in (("like", (2, 2, 2)), ("short", (2, 2)), ("unlike", (1, 2, 2))):
        clinic.open(client)
        for week, value in enumerate(values):
            clinic.rate(client, week * 7, value, instrument="phq-9")
    with Asking(clinic.practice) as asking, clinic.practice.store.read() as c:
        (found,) = readiness(c, asking.uses, as_of=clinic.practice.today())
    assert (found.ready, found.waiting, found.not_judged) == (1, 1, 1)


def test_the_content_of_the_pack_is_part_of_what_the_policy_is(clinic: Clinic) -> None:
    with Asking(clinic.practice) as asking:
        (before,) = asking.uses
    assert before.curves[0].n_clients == 240
    put(clinic, pack(period="2023 to 2026"))
    with Asking(clinic.practice) as asking:
        (after,) = asking.uses
    assert before.hash != after.hash


def refusal(clinic: Clinic) -> str:
    with pytest.raises(ConfigError) as error, Asking(clinic.practice):
        pass
    return str(error.value)


def test_a_pack_about_something_else_is_refused_with_the_line_of_the_policy(clinic: Clinic) -> None:
    put(clinic, pack(instrument="gad-7"))
    said = refusal(clinic)
    assert "the curve pack 'ours' is about gad-7 total rated by the client, not phq-9 total" in said
    assert "fit.toml:" in said


def test_a_pack_for_another_range_is_refused_and_one_that_does_not_say_is_not(clinic: Clinic) -> None:
    put(clinic, pack(range=(0.0, 27.0)))
    with Asking(clinic.practice) as asking:
        assert len(asking.uses) == 1
    put(clinic, pack(range=(0.0, 100.0)))
    said = refusal(clinic)
    assert "the curve pack 'ours' is about phq-9 total from 0 to 100, here it goes from 0 to 27" in said
    assert "fit.toml:" in said
    put(clinic, pack())
    with Asking(clinic.practice) as asking:
        assert len(asking.uses) == 1


def test_a_pack_that_was_changed_or_is_not_there_is_refused(clinic: Clinic) -> None:
    put(clinic, pack().replace(b'"n_clients": 240', b'"n_clients": 999', 1))
    assert "the hash differs" in refusal(clinic)
    (clinic.root / "instruments" / "curves" / "ours.json").rename(clinic.root / "instruments" / "curves" / "mine.json")
    reopen(clinic)
    assert "there is no curve pack 'ours'" in refusal(clinic)
