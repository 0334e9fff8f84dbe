"""A word of its own is planted in every free field of the store; no message of any kind holds one of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from fit_toolkit.alerts.acts import Actor, ack, snooze
from fit_toolkit.alerts.deliver import deliver
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.errors import DeliveryError
from fit_toolkit.model.parts import Message
from fit_toolkit.store import diary, people
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, DROP, LOW, Post, clinic_with, day_of, leave, messages, plain, use
from tests.clinic import ARRIVING, Clinic

WORD = "quokka"
# Not free: what the program itself chooses or looks up by; and what belongs to messages and to the record of runs.
NOT_FREE = {
    "alert": {"policy", "kind", "instrument", "scale", "rater", "occasion", "severity", "basis", "state", "cause", "policy_hash"},
    "administration": {"instrument", "version", "definition_hash", "rater", "occasion", "mode", "state"},
    "appointment": {"status"},
    "assignment": {"role"},
    "batch": {"kind"},
    "episode": {"kind"},
    "plan": {"instrument", "rater", "occasion"},
    "risk_answer": {"item"},
    "score": {"scale", "status"},
    "staff": {"role", "email"},
    "touched": {"why"},
}  # fmt: skip
OURS = {"meta", "alert_event", "outbox", "delivery", "told", "run", "policy_seen", "sheet"}


def plant(clinic: Clinic) -> int:
    """Write the word into every free text of every row that is there; returns into how many columns."""
    columns = 0
    with clinic.practice.store.begin() as c:
        for table in s.metadata.sorted_tables:
            if table.name in OURS:
                continue
            for column in table.columns:
                if not isinstance(column.type, sa.String) or column.name in NOT_FREE.get(table.name, set()):
                    continue
                own = sa.literal(f"{WORD}-{table.name}-{column.name}-")
                value = own + sa.cast(table.c.id, sa.String) if "id" in table.c else own
                columns += bool(c.execute(table.update().values({column.name: value})).rowcount)
        c.execute(s.administration.update().values(raw={WORD: WORD}, texts={WORD: WORD}))
        c.execute(s.staff.update().values(email=sa.literal(f"{WORD}-") + s.staff.c.code + "@clinic.example"))
    return columns


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """Alerts of every severity, seen, put off, old, over; appointments, pauses, an ended episode, a leaver, a transfer."""
    clinic = clinic_with(
        tmp_path, policies=LOW + DROP + CARE, day=120, alerts__digest="monday", alerts__escalate_days=2,
        alerts__channels=["stdout"],
    )  # fmt: skip
    for client, therapist in (("c1", "anna"), ("c2", "carl"), ("c3", "ben"), ("c4", "anna"), ("c5", "anna")):
        clinic.open(client, therapist=therapist)
    for client in ("c1", "c2", "c3"):
        clinic.rate(client, 100, 9)
        clinic.rate(client, 107, 3)
    clinic.rate("c4", 5, 8, instrument=ARRIVING, q7=3)
    clinic.rate("c4", 12, 8, instrument=ARRIVING, q7=0)
    clinic.rate("c5", 119, 8, instrument=ARRIVING, q7=3)
    with clinic.practice.store.begin() as c:
        codes = {one.members[0].client: one.code for one in people.list_episodes(c)}
        diary.add_appointment(c, codes["c1"], on=day_of(130), status="cancelled", reason="x", at=clinic.clock())
        diary.add_pause(c, codes["c2"], starts_on=day_of(131), ends_on=day_of(132), reason="x", at=clinic.clock())
    clinic.run(tell=True)
    live = [alert["id"] for alert in clinic.alerts(("open",)) if alert["severity"] != "safety"]
    ack(clinic.practice.store, [Tick(live[0], "other", WORD)], Actor(WORD, clinic.clock()))
    snooze(
        clinic.practice.store, live[1:2], Actor(WORD, clinic.clock()), reason=WORD, today=day_of(120), until=day_of(125)
    )
    return clinic


def test_no_message_of_any_kind_holds_anything_of_any_field(clinic: Clinic) -> None:
    assert plant(clinic) >= 20
    box: list[Message] = []

    def refuse(message: Message) -> None:
        box.append(message)
        if len(box) % 7 == 0:  # so that some go on to whoever stands in
            raise DeliveryError(f"{WORD} refused", permanent=True)

    with Post(before=refuse, kinds=("stdout", "fax")).installed():
        for day in (121, 122, 125, 126, 133, 134):
            clinic.day = day
            if day == 122:
                leave(clinic, f"{WORD}-staff-code-5", 121)
            if day == 126:
                use(clinic, alerts__digest="monday", alerts__escalate_days=2, alerts__channels=["fax"])
                clinic.run(tell=True)
                use(clinic, alerts__digest="monday", alerts__escalate_days=2, alerts__channels=["stdout"])
            clinic.run(tell=True)
            deliver(clinic.practice, now=clinic.clock())
    rows = messages(clinic, "due", "sent", "dead", "cancelled")
    kinds = {(row["payload"].get("kind"), row["reason"]) for row in rows}
    assert {kind for kind, _ in kinds} >= {"review", "safety", "old", "digest", None}
    assert {reason for _, reason in kinds} >= {"new", "repeat", "escalated"}
    told = [str([row["subject"], row["body"], row["payload"], row["key"]]) for row in rows]
    told += [str({name: value for name, value in plain(message).items() if name != "recipient"}) for message in box]
    assert len(box) > 15
    assert all(WORD in message.recipient for message in box)  # it was planted where it is looked for
    assert [row for row in rows if "matters" in row["payload"]]
    assert not [text for text in told if WORD in text]
