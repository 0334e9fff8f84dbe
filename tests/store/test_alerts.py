from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.errors import DataError, StoreError
from fit_toolkit.model.alerts import Alert, Handled, Key
from fit_toolkit.store import Store, alerts, outbox, people, schema
from fit_toolkit.store.outbox import Attempt
from tests.store.making import DAY, NOW, make_episode


def make_alert(member: int, **changes: Any) -> Alert:
    values: dict[str, Any] = {
        "id": 0,
        "key": Key("drop", member, 0, "arriving-today", "total", "client", "start"),
        "state": "open",
        "cause": "new",
        "severity": "notice",
        "basis": "convention",
        "root": 1,
        "opened": 20_000,
        "last": 20_007,
        "seen": Handled(20_007, None, (1, 2)),
        "reason": "down {fall:g}",
        "evidence": {"fall": 2.0},
    }
    return Alert(**(values | changes))


def row_of(alert: Alert, **changes: Any) -> dict[str, Any]:
    extra = {
        "kind": "drop", "episode_id": 1, "session_on": DAY, "first_seen": DAY, "opened_at": NOW, "changed_at": NOW,
        "policy_hash": "h",
    }  # fmt: skip
    return alerts.as_row(alert) | extra | changes


def add(c: sa.Connection, *made: Alert, **changes: Any) -> list[int]:
    return list(alerts.insert_alerts(c, [row_of(alert, **changes) for alert in made]))


handled = st.builds(Handled, day=st.integers(0, 30_000), level=st.none() | st.integers(-(10**9), 10**9),
                    roots=st.lists(st.integers(1, 99)).map(tuple))  # fmt: skip


@given(seen=handled, before=st.none() | handled, until=st.none() | st.integers(0, 30_000), ended=st.none() | st.just(9))
def test_what_the_lifecycle_knows_survives_the_table(
    seen: Handled, before: Handled | None, until: int | None, ended: int | None
) -> None:
    alert = make_alert(1, seen=seen, handled=before, snooze_until=until, ended=ended)
    assert alerts.as_alert(alerts.as_row(alert)) == alert


def test_alerts_are_read_back_as_they_were_written(store: Store) -> None:
    with store.begin() as c:
        alert = make_alert(make_episode(c), handled=Handled(20_000, 3, (1,)), snooze_until=20_100)
        (made,) = add(c, alert)
        (found,) = alerts.read_alerts(c, [1])
        assert alerts.read_alerts(c, [99]) == []
    assert alerts.as_row(found) == alerts.as_row(alert) | {"id": made}


def test_only_one_alert_of_a_key_is_live(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        add(c, make_alert(member), make_alert(member, state="resolved"), make_alert(member, state="voided"))
    with pytest.raises(StoreError, match="rule of the store"), store.begin() as c:
        add(c, make_alert(member, state="snoozed"))
    with store.read() as c:
        assert len(alerts.read_alerts(c)) == 3
        assert len(alerts.read_alerts(c, live_only=True)) == 1


def test_one_alert_may_end_and_another_of_its_key_stand_again_in_one_go(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        first, second = add(c, make_alert(member, state="resolved"), make_alert(member))
        alerts.update_alerts(c, [{"id": first, "state": "open"}, {"id": second, "state": "superseded"}])
        assert [alert.state for alert in alerts.read_alerts(c)] == ["open", "superseded"]


def event(alert: int, **changes: Any) -> dict[str, Any]:
    return {"alert_id": alert, "at": NOW, "actor": "run", "to_state": "open", "cause": "new"} | changes


def test_events_are_numbered_within_their_alert(store: Store) -> None:
    with store.begin() as c:
        one, two = add(c, make_alert(make_episode(c, "c1")), make_alert(make_episode(c, "c2")))
        alerts.append_events(c, [event(one), event(two), event(one, from_state="open", to_state="resolved")])
        alerts.append_events(c, [event(one, evidence={"answer": 2})])
        assert [entry["seq"] for entry in alerts.events_of(c, one)] == [1, 2, 3]
        assert [entry["seq"] for entry in alerts.events_of(c, two)] == [1]
        assert alerts.events_of(c, one)[2]["evidence"] == {"answer": 2}


@pytest.mark.parametrize("change", [sa.delete(schema.alert_event), sa.update(schema.alert_event).values(cause="x")])
def test_an_event_is_never_changed_or_deleted(store: Store, change: Any) -> None:
    with store.begin() as c:
        (made,) = add(c, make_alert(make_episode(c)))
        alerts.append_events(c, [event(made)])
    with pytest.raises(StoreError, match="kept as they happened"), store.begin() as c:
        c.execute(change)


def test_a_list_puts_safety_first_and_names_todays_therapist(store: Store) -> None:
    with store.begin() as c:
        one, two = make_episode(c, "c1"), make_episode(c, "c2")
        people.add_staff(c, "ben", starts_on=date(2026, 1, 1))
        people.transfer(c, "c2-1", "ben", on=DAY)
        add(c, make_alert(one))
        add(c, make_alert(two, severity="safety"), episode_id=2)
        add(c, make_alert(one, state="resolved"))
        listed = alerts.list_alerts(c, on=DAY)
        before = alerts.list_alerts(c, on=DAY - timedelta(days=1), severity="safety")
        assert [(row["client"], row["episode"], row["therapist"], row["severity"]) for row in listed] == [
            ("c2", "c2-1", "ben", "safety"), ("c1", "c1-1", "anna", "notice")
        ]  # fmt: skip
        assert [row["therapist"] for row in before] == ["anna"]
        assert len(alerts.list_alerts(c, on=DAY, states=None)) == 3
        assert [row["client"] for row in alerts.list_alerts(c, on=DAY, client="c1")] == ["c1"]
        assert [row["client"] for row in alerts.list_alerts(c, on=DAY, therapist="ben")] == ["c2"]
        with pytest.raises(DataError, match="no client has this code"):
            alerts.list_alerts(c, on=DAY, client="c9")


def test_what_a_person_did_is_on_the_alert_and_in_its_history(store: Store) -> None:
    with store.begin() as c:
        (made,) = add(c, make_alert(make_episode(c)))
        values = {"state": "snoozed", "note": "holidays", "snooze_until": date(2026, 4, 1)}
        alerts.act(
            c, made, actor="anna", at=datetime.fromisoformat("2026-03-13T00:00"), cause="by a person", values=values
        )
        row, (entry,) = alerts.get_alert(c, made), alerts.events_of(c, made)
        assert (row["state"], row["note"], row["snooze_until"]) == ("snoozed", "holidays", date(2026, 4, 1))
        assert (entry["from_state"], entry["to_state"], entry["actor"]) == ("open", "snoozed", "anna")
        assert entry["evidence"] == {"note": "holidays", "snooze_until": "2026-04-01"}
        with pytest.raises(DataError, match="no alert"):
            alerts.act(c, 99, actor="anna", at=NOW, cause="by a person", values=values)


def test_who_was_told_of_an_alert_is_read_with_how_it_went_and_without_what_was_called_back(store: Store) -> None:
    with store.begin() as c:
        (alert,) = add(c, make_alert(make_episode(c)))
        staff = people.staff_id(c, "anna")
        told = {"alerts": [[alert, 1, 0, "notice", "new"]]}
        message = {
            "channel": "email", "recipient_staff_id": staff, "severity": "notice", "reason": "new", "subject": "",
            "body": "", "payload": told, "created_at": NOW, "not_before": NOW,
        }  # fmt: skip
        sent, waiting, gone = outbox.add_messages(c, [message | {"key": key} for key in "abc"])
        outbox.record_attempt(c, sent, Attempt("failed", "due", NOW))
        outbox.record_attempt(c, sent, Attempt("sent", "sent", NOW + timedelta(hours=1)))
        outbox.cancel(c, [gone], now=NOW)
        found = alerts.messages_about(c, alert)
    assert [(row["to"], row["channel"], row["reason"], row["state"], row["sent_at"]) for row in found] == [
        ("anna", "email", "new", "sent", NOW + timedelta(hours=1)),
        ("anna", "email", "new", "due", None),
    ]
    assert waiting not in {sent, gone}
