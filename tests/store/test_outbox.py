from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from fit_toolkit.store import Store, outbox
from tests.store.making import NOW


def message(key: str, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "key": key, "channel": "file", "recipient": "anna", "severity": "notice", "reason": "new", "subject": "FIT",
        "body": "1 to look at", "payload": {}, "created_at": NOW, "not_before": NOW,
    }  # fmt: skip
    return values | changes


def keys(rows: list[dict[str, Any]]) -> list[str]:
    return [row["key"] for row in rows]


def test_the_same_message_is_kept_once(store: Store) -> None:
    with store.begin() as c:
        assert len(outbox.add_messages(c, [message("a"), message("b"), message("a")])) == 2
        assert outbox.add_messages(c, [message("b")]) == []
        assert keys(outbox.list_messages(c)) == ["a", "b"]


def test_a_claimed_message_is_nobody_elses_until_its_lease_is_over(store: Store) -> None:
    with store.begin() as c:
        outbox.add_messages(c, [message("a")])
        assert keys(outbox.claim(c, "one", now=NOW)) == ["a"]
        assert outbox.claim(c, "two", now=NOW) == []
        later = NOW + outbox.LEASE
        (again,) = outbox.claim(c, "two", now=later)
        assert (again["lease_by"], again["attempts"]) == ("two", 2)


def test_safety_goes_first_and_nothing_goes_before_its_time(store: Store) -> None:
    with store.begin() as c:
        rows = [message("a"), message("b", severity="safety"), message("c", not_before=NOW + timedelta(hours=1))]
        outbox.add_messages(c, [*rows, message("d", channel="email")])
        assert keys(outbox.claim(c, "one", now=NOW, channels=["file"])) == ["b", "a"]


def test_two_workers_at_once_never_get_the_same_message(store: Store) -> None:
    with store.begin() as c:
        outbox.add_messages(c, [message(str(number)) for number in range(40)])
    taken: list[str] = []

    def work(name: str) -> None:
        for _ in range(5):
            with store.begin() as c:
                taken.extend(keys(outbox.claim(c, name, now=NOW, limit=4)))

    workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(taken, key=int) == [str(number) for number in range(40)]


def test_every_attempt_is_kept(store: Store) -> None:
    with store.begin() as c:
        (made,) = outbox.add_messages(c, [message("a")])
        outbox.claim(c, "one", now=NOW)
        again = NOW + timedelta(minutes=5)
        outbox.record_attempt(c, made, outbox.Attempt("refused", "due", NOW, 451, "greylisted", again))
        assert outbox.claim(c, "one", now=NOW) == []
        assert keys(outbox.claim(c, "one", now=again)) == ["a"]
        outbox.record_attempt(c, made, outbox.Attempt("accepted", "sent", again, 250))
        assert [(row["attempt"], row["result"], row["code"]) for row in outbox.deliveries_of(c, made)] == [
            (1, "refused", 451), (2, "accepted", 250)
        ]  # fmt: skip
        assert outbox.claim(c, "one", now=NOW + timedelta(days=9)) == []


def test_a_message_is_called_back_only_while_it_is_due(store: Store) -> None:
    with store.begin() as c:
        first, second = outbox.add_messages(c, [message("a"), message("b")])
        outbox.record_attempt(c, first, outbox.Attempt("accepted", "sent", NOW))
        outbox.cancel(c, [first, second])
        assert [row["state"] for row in outbox.list_messages(c)] == ["sent", "cancelled"]
        assert keys(outbox.list_messages(c, states=["cancelled"])) == ["b"]
