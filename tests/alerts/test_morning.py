"""What cron starts: who holds the lock too long is told of once, and what cannot be said keeps nothing back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.morning import Order, Outcome, morning
from fit_toolkit.store import hold_lock
from tests.alerts.outgoing import LOW, Post, clinic_with, messages, use
from tests.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = clinic_with(tmp_path, policies=LOW, day=30)
    use(clinic, alerts__channels=["file"])
    return clinic


class Lines(list[str]):
    def run(self, clinic: Clinic, order: Order | None = None) -> Outcome:
        self.clear()
        return morning(clinic.practice, order or Order(), self.append)


@contextmanager
def held(clinic: Clinic, *, hours: float) -> Iterator[None]:
    with hold_lock(clinic.practice.lock_file, now=clinic.clock() - timedelta(hours=hours)):
        yield


def test_a_run_that_did_all_says_nothing(clinic: Clinic) -> None:
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, 3)
    said = Lines()
    assert (said.run(clinic).code, said) == (0, [])
    assert [row["state"] for row in messages(clinic, "sent", "due")] == ["sent"]


def test_a_holder_of_usual_age_is_named_and_nobody_is_bothered(clinic: Clinic) -> None:
    said = Lines()
    with held(clinic, hours=3):
        assert said.run(clinic).code == 75
    assert said == [
        "fit: another run (started 09:00, 3 h ago) holds the lock on this practice (try again when it has ended)"
    ]
    assert messages(clinic, "due", "sent") == []


def test_who_skips_says_nothing_and_ends_well(clinic: Clinic) -> None:
    said = Lines()
    with held(clinic, hours=3):
        assert (said.run(clinic, Order(skip_if_locked=True)).code, said) == (0, [])


@pytest.mark.parametrize(("hours", "longest"), [(37, None), (3, 2 * 3600.0)])
def test_a_holder_that_is_too_old_is_told_to_the_administrator_once_and_keeps_the_lock(
    clinic: Clinic, hours: float, longest: float | None
) -> None:
    said = Lines()
    with held(clinic, hours=hours):
        for _ in range(3):
            assert said.run(clinic, Order(longest=longest)).code == 75
    (told,) = messages(clinic, "sent", "due")
    assert (told["to"], told["state"]) == ("adam", "sent")
    assert f"another run holds the lock for {hours} h" in told["body"]


def test_a_holder_that_is_too_old_is_said_also_by_who_skips(clinic: Clinic) -> None:
    said = Lines()
    with held(clinic, hours=40):
        assert said.run(clinic, Order(skip_if_locked=True)).code == 0
    assert len(said) == 1


def test_another_holder_is_another_message(clinic: Clinic) -> None:
    for hours in (37, 50):
        with held(clinic, hours=hours):
            Lines().run(clinic)
    assert len(messages(clinic, "sent")) == 2


def test_a_look_needs_no_lock(clinic: Clinic) -> None:
    with held(clinic, hours=1):
        assert Lines().run(clinic, Order(dry_run=True)).code == 0


def test_a_line_that_cannot_be_written_keeps_no_message_back(clinic: Clinic) -> None:
    clinic.open("c1", therapist="carl")
    clinic.rate("c1", 0, 3)

    def full(_: str) -> None:
        raise OSError(28, "No space left on device")

    (clinic.root / "plugins").mkdir(exist_ok=True)
    (clinic.root / "plugins" / "broken.py").write_text("raise ValueError\n")
    use(clinic, alerts__channels=["file"])
    assert morning(clinic.practice, Order(), full).code == 4
    assert {row["state"] for row in messages(clinic, "sent", "due")} == {"sent"}


def test_who_asks_to_stop_while_messages_go_out_waits_for_one_and_the_rest_is_kept(clinic: Clinic) -> None:
    for number, therapist in enumerate(("carl", "anna", "ben")):
        clinic.open(f"c{number}", therapist=therapist)
        clinic.rate(f"c{number}", 0, 3)
    order = Order()
    with Post(before=lambda _: order.stopping.ask(15), kinds=("file",)).installed():
        assert morning(clinic.practice, order, list[str]().append).code == 143
    assert sorted(row["state"] for row in messages(clinic, "sent", "due")) == ["due", "due", "sent"]
    assert {row["last_error"] for row in messages(clinic, "due")} == {None}
    assert morning(clinic.practice, Order(), list[str]().append).code == 0
    assert {row["state"] for row in messages(clinic, "sent", "due")} == {"sent"}
