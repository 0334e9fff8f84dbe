from __future__ import annotations

import sqlalchemy as sa

from fit_toolkit.store import Store, schema, sound
from tests.store.making import NOW


def wrong(store: Store) -> list[str]:
    """What all checks find, each in a transaction of its own."""
    found = []
    for name, check in sound.CHECKS:
        with store.read() as c:
            found += [f"{name}: {each}" for each in check(c)]
    return found


def test_a_new_store_is_sound(store: Store) -> None:
    assert wrong(store) == []


def test_a_message_that_counts_as_sent_without_an_attempt_is_found(store: Store) -> None:
    message = {
        "key": "k", "channel": "file", "severity": "notice", "reason": "new", "subject": "", "body": "", "payload": {},
        "created_at": NOW, "not_before": NOW, "state": "sent",
    }  # fmt: skip
    with store.begin() as c:
        c.execute(sa.insert(schema.outbox).values(**message))
    assert wrong(store) == ["messages: 1 messages count as sent, and none of their attempts went well: 1"]
