"""What a run would have known at a moment: entries, corrections, voids, moves and undos that came later are not in it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.known import rows_of
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.errors import UsageError
from fit_toolkit.model.records import Change
from fit_toolkit.store import frames, ratings
from tests.alerts.outgoing import LOW, clinic_with
from tests.clinic import START, TODAY, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = clinic_with(tmp_path, policies=LOW, day=10)
    clinic.open("c1", therapist="carl")
    clinic.open("c2", therapist="carl")
    return clinic


def on(day: int) -> datetime:
    """The evening of a day: what was entered at noon is known."""
    return datetime.combine(START, datetime.min.time()) + timedelta(days=day, hours=20)


def change(clinic: Clinic) -> Change:
    return Change("anna", "misread", clinic.clock())


def values(clinic: Clinic, known_at: datetime | None) -> dict[int, list[float]]:
    with clinic.practice.store.read() as c:
        found = frames.score_columns(c, None, TODAY, "total", "client", known_at=known_at)
        days = frames.session_days(c, None, known_at=known_at)["day"]
    assert len(set(days.tolist())) == len(set(found["session_on"].tolist()))
    out: dict[int, list[float]] = {}
    for member, ticks in zip(found["member_id"].tolist(), found["value_ticks"].tolist(), strict=True):
        out.setdefault(member, []).append(ticks / 1_000_000)
    return out


def stands(clinic: Clinic, known_at: datetime) -> list[str]:
    result = run_alerts(clinic.practice, dry_run=True, known_at=known_at)
    with clinic.practice.store.read() as c:
        return [row["client"] for row in rows_of(c, result.stands)]


def test_what_was_entered_later_is_not_known(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 8)
    clinic.day = 12
    clinic.rate("c1", 7, 3)
    assert (stands(clinic, on(11)), stands(clinic, on(12))) == ([], ["c1"])


def test_before_a_correction_the_first_answers_count(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 3)
    clinic.day = 12
    clinic.rate("c1", 0, 8)
    assert [values(clinic, on(day))[1] for day in (10, 11, 12)] == [[3], [3], [8]]
    assert values(clinic, None)[1] == [8]


def test_before_it_was_voided_a_rating_counts(clinic: Clinic) -> None:
    made = clinic.rate("c1", 0, 3)
    clinic.day = 12
    with clinic.practice.store.begin() as c:
        ratings.void(c, made, change(clinic))
    assert (values(clinic, on(11)), values(clinic, on(12))) == ({1: [3]}, {})


def test_a_correction_that_was_taken_back_and_made_again_counts_while_it_stood(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 3)
    clinic.day = 12
    second = clinic.rate("c1", 0, 5)
    clinic.day = 14
    with clinic.practice.store.begin() as c:
        ratings.take_back(c, second, change(clinic))
    clinic.day = 16
    clinic.rate("c1", 0, 7)
    assert [values(clinic, on(day))[1] for day in (10, 12, 14, 16)] == [[3], [5], [3], [7]]


def test_a_form_is_with_its_new_client_from_the_move_on(clinic: Clinic) -> None:
    made = clinic.rate("c1", 0, 3)
    clinic.day = 12
    with clinic.practice.store.begin() as c:
        moved = ratings.move(c, made, 2, change(clinic))
    clinic.day = 14
    with clinic.practice.store.begin() as c:
        ratings.move(c, moved, 1, change(clinic))
    assert [values(clinic, on(day)) for day in (11, 12, 14)] == [{1: [3]}, {2: [3]}, {1: [3]}]
    assert values(clinic, None) == {1: [3]}


def test_it_says_which_alert_it_is_today(clinic: Clinic) -> None:
    clinic.rate("c1", 0, 3)
    clinic.run()
    result = run_alerts(clinic.practice, dry_run=True, known_at=on(10))
    with clinic.practice.store.read() as c:
        (row,) = rows_of(c, result.stands)
    assert (row["client"], row["policy"], row["alert"], row["state"]) == ("c1", "low", 1, "new")


def test_nothing_is_written_by_what_was_known_once(clinic: Clinic) -> None:
    with pytest.raises(UsageError, match="--dry-run"):
        run_alerts(clinic.practice, known_at=on(10))
