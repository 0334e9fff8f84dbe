"""The weekly digest: counts of what stands open, on its day or the first run after it, also when there is nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts import digest
from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.ticks import Tick
from tests.alerts.outgoing import CARE, DROP, LOW, clinic_with, copy_of, day_of, leave, messages, sent, use
from tests.clinic import ARRIVING, Clinic

MONDAY = {"alerts__digest": "monday", "alerts__escalate_days": 0}
LOOKED = "Last looked at"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A practice that had its first run on Friday, day 18; days 21, 28 and 35 are Mondays."""
    clinic = clinic_with(tmp_path_factory.mktemp("digest"), policies=LOW + DROP + CARE, day=18)
    for client in ("c1", "c2", "c3"):
        clinic.open(client, therapist="ben" if client == "c3" else "anna")
    clinic.run(tell=True)
    return clinic


@pytest.fixture
def clinic(built: Clinic, tmp_path: Path) -> Clinic:
    twin = copy_of(built, tmp_path)
    use(twin, **MONDAY)
    return twin


def digests(clinic: Clinic, day: int) -> dict[str, dict[str, Any]]:
    """The digests that a run on a day writes, by who gets it; all that is written has gone out."""
    clinic.day = day
    clinic.run(tell=True)
    found = {row["to"]: row for row in messages(clinic) if row["payload"].get("kind") == digest.DIGEST}
    sent(clinic)
    return found


def test_every_therapist_hears_once_a_week_that_there_is_nothing_and_when_it_was_looked_at(clinic: Clinic) -> None:
    found = digests(clinic, 21)
    assert set(found) == {"anna", "ben", "carl"}
    assert {row["subject"] for row in found.values()} == {"FIT: weekly digest, nothing to report"}
    assert all(LOOKED.lower() in row["body"].lower() and "2026-01-23" in row["body"] for row in found.values())
    assert [digests(clinic, day) for day in (21, 22, 27)] == [{}, {}, {}]
    assert set(digests(clinic, 28)) == {"anna", "ben", "carl"}


def test_when_there_is_no_run_on_its_day_the_next_one_makes_up_for_it_once(clinic: Clinic) -> None:
    assert set(digests(clinic, 37)) == {"anna", "ben", "carl"}
    assert digests(clinic, 38) == {}


def test_a_killed_run_writes_it_again_under_the_same_key(clinic: Clinic) -> None:
    from fit_toolkit.store import schema as s

    first = digests(clinic, 21)
    with clinic.practice.store.begin() as c:
        newest = max(row.id for row in c.execute(s.run.select()))
        c.execute(s.run.update().where(s.run.c.id == newest).values(finished_at=None, exit_code=None))
    assert digests(clinic, 22) == {}
    assert len({row["key"] for row in first.values()}) == 3


def test_it_counts_what_nobody_has_seen_to_with_whoever_has_it_now(clinic: Clinic) -> None:
    clinic.rate("c1", 19, 3)
    clinic.rate("c2", 19, 8, instrument=ARRIVING, q7=2)
    clinic.rate("c3", 19, 9)
    clinic.rate("c3", 20, 6)
    found = digests(clinic, 21)
    anna, ben = found["anna"], found["ben"]
    assert anna["subject"] == "FIT: weekly digest, 2 open"
    assert "  1  safety" in anna["body"]
    assert "  1  attention" in anna["body"]
    assert "  1  notice" in ben["body"]
    ack(
        clinic.practice.store,
        [Tick(a["id"], "talked about it") for a in clinic.alerts(("open",))],
        Actor("anna", clinic.clock()),
    )
    assert {row["subject"] for row in digests(clinic, 28).values()} == {"FIT: weekly digest, nothing to report"}


def test_what_a_leaver_left_is_counted_with_the_supervisor_and_the_leaver_gets_none(clinic: Clinic) -> None:
    clinic.rate("c3", 19, 3)
    digests(clinic, 20)
    leave(clinic, "ben", 20)
    found = digests(clinic, 21)
    assert "ben" not in found
    assert found["adam"]["subject"] == "FIT: weekly digest, 1 open"  # ben has no supervisor


def test_notices_are_told_in_the_digest_only_where_the_practice_wants_that(clinic: Clinic) -> None:
    use(clinic, **MONDAY, alerts__notices="digest")
    clinic.rate("c3", 18, 9)
    clinic.rate("c3", 19, 6)
    clinic.day = 20
    clinic.run(tell=True)
    assert messages(clinic) == []
    found = digests(clinic, 21)
    assert [row[0] for row in found["ben"]["payload"]["alerts"]] == [1]
    assert found["ben"]["reason"] == "new"
    assert digests(clinic, 28)["ben"]["reason"] == "repeat"


def test_without_a_digest_notices_are_told_as_ever(clinic: Clinic) -> None:
    use(clinic, alerts__notices="digest")
    clinic.rate("c3", 18, 9)
    clinic.rate("c3", 19, 6)
    clinic.day = 20
    clinic.run(tell=True)
    assert [row["subject"] for row in messages(clinic)] == ["FIT: 1 item to review"]


def test_what_comes_and_goes_is_one_line_of_the_digest_and_no_message(clinic: Clinic) -> None:
    clinic.day = 20
    for day, value in enumerate((3, 9, 3, 9, 3), start=8):
        clinic.rate("c1", day, value)
    clinic.run(tell=True)
    assert [row for row in messages(clinic) if row["to"] == "anna" and row["severity"] == "attention"] == []
    body = digests(clinic, 21)["anna"]["body"]
    assert "1 comes and goes" in body.replace("Of these ", "")


def test_a_notice_that_stands_is_in_the_digest_and_not_repeated_beside_it(clinic: Clinic) -> None:
    clinic.rate("c3", 18, 9)
    clinic.rate("c3", 19, 6)
    clinic.day = 20
    clinic.run(tell=True)
    sent(clinic)
    for clinic.day in (27, 34):
        clinic.run(tell=True)
    assert {row["payload"].get("kind") for row in messages(clinic)} == {digest.DIGEST}


def test_the_first_run_of_a_practice_has_no_week_behind_it(tmp_path: Path) -> None:
    clinic = clinic_with(tmp_path, policies=LOW, day=21, **MONDAY)
    assert digests(clinic, 21) == {}


@pytest.mark.parametrize(("day", "chosen", "newest"), [(21, "monday", 21), (27, "monday", 21), (22, "wednesday", 16)])
def test_its_day_is_the_newest_of_that_name(day: int, chosen: str, newest: int) -> None:
    assert day_of(21) == date(2026, 1, 26)
    assert digest.day_of(day_of(day), chosen) == day_of(newest)


def test_a_repeat_that_falls_on_its_day_is_told_by_it_alone(clinic: Clinic) -> None:
    clinic.rate("c1", 20, 3)
    clinic.rate("c2", 20, 8, instrument=ARRIVING, q7=2)
    found = digests(clinic, 21)  # told of for the first time, beside the digest
    assert found["anna"]["payload"]["alerts"] == []
    clinic.day = 28
    clinic.run(tell=True)
    rows = {(row["payload"]["kind"], row["reason"]): row for row in messages(clinic) if row["to"] == "anna"}
    assert set(rows) == {("safety", "repeat"), ("digest", "repeat")}
    assert [told[3:5] for told in rows["digest", "repeat"]["payload"]["alerts"]] == [["attention", "repeat"]]
    sent(clinic)
    clinic.day = 29
    clinic.run(tell=True)
    assert [row for row in messages(clinic) if row["severity"] == "attention"] == []


def test_a_form_keyed_on_its_day_before_the_run_brings_the_digest_and_the_run_loses_no_repeat(clinic: Clinic) -> None:
    clinic.rate("c1", 20, 3)
    clinic.day = 22
    clinic.run(tell=True)  # the digest of day 21, and c1 for the first time
    sent(clinic)
    clinic.day = 28
    clinic.run(tell=True, episodes=[2])
    assert {row["to"] for row in messages(clinic) if row["payload"]["kind"] == digest.DIGEST} == {"anna", "ben", "carl"}
    sent(clinic)
    clinic.day = 29
    clinic.run(tell=True)
    assert [(row["to"], row["reason"], row["payload"]["kind"]) for row in messages(clinic)] == [
        ("anna", "repeat", "review")
    ]
