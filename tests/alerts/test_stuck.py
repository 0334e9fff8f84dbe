"""What an administrator sees of messages that did not go out, and sending them again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.stuck import COLUMNS, messages, send_again
from fit_toolkit.errors import DataError
from fit_toolkit.store import outbox
from tests.alerts.outgoing import CARE, Post, clinic_with
from tests.alerts.test_deliver import refuse
from tests.clinic import ARRIVING, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """A safety message that nobody will have: to the therapist, then to the supervisor, then to the administrator."""
    clinic = clinic_with(tmp_path, policies=CARE)
    clinic.open("secret-77", therapist="carl")
    clinic.rate("secret-77", 0, 8, instrument=ARRIVING, q7=2)
    with Post(before=refuse(permanent=True, code=550)).installed():
        clinic.run(tell=True)
        deliver(clinic.practice, now=clinic.clock())
    return clinic


@pytest.fixture
def post() -> Iterator[Post]:
    with Post().installed() as installed:
        yield installed


def listed(clinic: Clinic, show: str = "stuck") -> list[dict[str, object]]:
    with clinic.practice.store.read() as c:
        return messages(c, show=show)


def actor(clinic: Clinic, *, dry_run: bool = False) -> Actor:
    return Actor("adam", clinic.clock(), dry_run)


def test_what_was_given_up_is_listed_with_whom_it_was_for_and_what_was_said(clinic: Clinic) -> None:
    rows = listed(clinic)
    assert {tuple(row) for row in rows} == {COLUMNS}
    assert [row["recipient"] for row in rows] == ["carl", "sue", "adam"]
    assert {row["state"] for row in rows} == {"given up"}
    assert {row["last_error"] for row in rows} == {"not today"}
    assert "secret-77" not in str(rows)
    assert listed(clinic, "waiting") == listed(clinic, "sent") == []


def test_a_message_that_was_given_up_goes_out_when_a_person_asks_for_it(clinic: Clinic, post: Post) -> None:
    first = listed(clinic)[0]["id"]
    assert isinstance(first, int)
    assert send_again(clinic.practice.store, [first], actor(clinic), reason="address mended") == [first]
    assert deliver(clinic.practice, now=clinic.clock()).sent == 1
    assert [message.recipient for message in post.box] == ["carl"]
    with clinic.practice.store.read() as c:
        (row,) = outbox.list_messages(c, states=["sent"])
        tried = [attempt["result"] for attempt in outbox.deliveries_of(c, first)]
    assert row["payload"]["again"][0] | {"at": ""} == {"at": "", "by": "adam", "reason": "address mended"}
    assert tried == ["refused", "requeued", "sent"]


def test_what_is_sent_again_has_five_days_again(clinic: Clinic) -> None:
    later = clinic.clock() + timedelta(days=30)
    send_again(clinic.practice.store, [], Actor("adam", later), reason="mended", every=True)
    with Post(before=refuse(code=451)).installed():
        assert deliver(clinic.practice, now=later).failed == 3
        assert deliver(clinic.practice, now=later + timedelta(days=4)).failed == 3
        assert deliver(clinic.practice, now=later + timedelta(days=6)).dead == 3


def test_what_has_gone_out_or_was_never_there_is_refused_and_nothing_is_changed(clinic: Clinic, post: Post) -> None:
    first, second, _ = (int(str(row["id"])) for row in listed(clinic))
    send_again(clinic.practice.store, [first], actor(clinic), reason="mended")
    deliver(clinic.practice, now=clinic.clock())
    with pytest.raises(DataError) as caught:
        send_again(clinic.practice.store, [second, first, 999], actor(clinic), reason="mended")
    assert [str(finding)[:11] for finding in caught.value.findings] == [f"message {first}: ", "message 999"]
    assert {row["state"] for row in listed(clinic)} == {"given up"}


def test_a_message_that_is_being_sent_is_left_alone(clinic: Clinic) -> None:
    send_again(clinic.practice.store, [], actor(clinic), reason="mended", every=True)
    with clinic.practice.store.begin() as c:
        (claimed, *_) = outbox.claim(c, "another", now=clinic.clock())
    with pytest.raises(DataError) as caught:
        send_again(clinic.practice.store, [claimed["id"]], actor(clinic), reason="mended")
    assert "being sent" in str(caught.value.findings)


def test_a_reason_is_asked_for_and_a_dry_run_changes_nothing(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="say why"):
        send_again(clinic.practice.store, [], actor(clinic), reason="  ", every=True)
    assert len(send_again(clinic.practice.store, [], actor(clinic, dry_run=True), reason="mended", every=True)) == 3
    assert {row["state"] for row in listed(clinic)} == {"given up"}
