"""What is taken out of the store with a client, what stays of others, and what is kept that it was done: on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from fit_toolkit.errors import DataError, StoreError
from fit_toolkit.model.alerts import Handled
from fit_toolkit.model.records import Change
from fit_toolkit.store import Store, alerts, backups, copying, holds, outbox, people, ratings, sound, tombstones
from fit_toolkit.store import schema as s
from fit_toolkit.store.erase import erase_rows, what_goes, word
from fit_toolkit.store.scrub import scrub
from tests.store.conftest import only_sqlite
from tests.store.making import DAY, NOW, make_episode, rate, touched
from tests.store.test_alerts import add, event, make_alert
from tests.store.test_outbox import message

CHANGE = Change(by="tester", reason="misread canary-1", at=NOW)
TODAY = date(2026, 3, 20)


@pytest.fixture
def filled(store: Store) -> Store:
    """Canary-1 alone and in a couple with other-2; an alert of each, a message about one and one about both."""
    with store.begin() as c:
        mine, other = make_episode(c, "canary-1"), make_episode(c, "other-2")
        people.open_episode(c, ["canary-1", "other-2"], therapist="anna", opened_on=DAY, kind="couple", at=NOW)
        rated, astray = rate(c, mine), rate(c, other, DAY + timedelta(days=1))
        rate(c, other)
        ratings.move(c, astray, mine, CHANGE)
        first, second = (
            add(c, make_alert(mine, root=rated)),
            add(c, make_alert(other, root=0, seen=Handled(day=20524)), episode_id=2),
        )
        alerts.append_events(c, [event(first[0]), event(second[0], evidence={"note": "as with canary-1."})])
        for key, told in (("alone", first), ("both", [*first, *second])):
            payload = {"kind": "review", "alerts": [[id, 1, 0, "attention", "new", 0] for id in told]}
            outbox.add_messages(c, [message(key, payload=payload, body="Clients: canary-1, other-2")])
        c.execute(sa.delete(s.touched))
    return store


def erase(store: Store, code: str = "canary-1") -> list[str]:
    with store.begin() as c:
        going = what_goes(c, code)
        stone = tombstones.new_tombstone(
            c, code, added_at=going.added_at, at=NOW, by="tester", reason="asked", counts=going.counts
        )
        tombstones.add_tombstones(c, [stone])
        return erase_rows(c, going, at=NOW)


def text_of(store: Store) -> str:
    with store.read() as c:
        return "\n".join(str(tuple(row)) for table in s.metadata.sorted_tables for row in c.execute(sa.select(table)))


def test_nothing_of_the_client_is_left_in_any_row(filled: Store) -> None:
    assert text_of(filled).count("canary-1") > 4
    assert erase(filled) == ["alone"]
    assert "canary-1" not in text_of(filled)
    scrub(filled)
    with filled.read() as c:
        assert [fault for _, check in sound.CHECKS for fault in check(c)] == []


def test_others_keep_what_is_theirs_and_are_looked_at_again(filled: Store) -> None:
    erase(filled)
    with filled.read() as c:
        assert [client.code for client in people.list_clients(c)] == ["other-2"]
        couple = next(each for each in people.list_episodes(c, client="other-2") if each.kind == "couple")
        assert (couple.code, [member.client for member in couple.members]) == ("shared-1", ["other-2"])
        assert touched(c) == [couple.id]
        member = next(row for row in people.list_members(c) if row.episode_id != couple.id)
        valid, moved = sorted(ratings.history(c, [member.id], valid_only=False), key=lambda form: form.state)
        assert (valid.raw, valid.state) == ({"q1": "7"}, "valid")
        assert (moved.raw, moved.scores, moved.state) == ({}, (), "voided")
        (left,) = outbox.list_messages(c)
        assert (left["key"], left["body"], len(left["payload"]["alerts"])) == ("both", "Clients: (erased), other-2", 1)
        (alert,) = alerts.read_alerts(c)
        assert alerts.events_of(c, alert.id)[0]["evidence"] == {"note": "as with (erased)."}


def test_events_still_cannot_be_changed_afterwards(filled: Store) -> None:
    erase(filled)
    for change in (sa.update(s.alert_event).values(actor="nobody"), sa.delete(s.alert_event)):
        with pytest.raises(StoreError, match="kept as they happened"), filled.begin() as c:
            c.execute(change)


def test_a_code_that_was_erased_is_refused_and_may_be_given_again_on_purpose(filled: Store) -> None:
    erase(filled)
    with pytest.raises(DataError, match="erased"), filled.begin() as c:
        people.add_client(c, "Canary-1", at=NOW)
    with filled.begin() as c:
        people.add_client(c, "Canary-1", at=NOW + timedelta(days=1), again=True)
        assert tombstones.to_erase_again(c, tombstones.tombstones(c)) == []
        assert tombstones.erased_among(c, ["canary-1", "canary-11", "other-2"]) == {"canary-1"}


def test_one_put_back_from_an_older_copy_is_found(filled: Store) -> None:
    with filled.read() as c:
        going = what_goes(c, "canary-1")
        stone = tombstones.new_tombstone(
            c, "CANARY-1", added_at=going.added_at, at=NOW, by="x", reason="y", counts=going.counts
        )
        assert [code for code, _ in tombstones.to_erase_again(c, [stone])] == ["canary-1"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("c1", True), ("see c1.", True), ("c1-2", True), ("(C1)", True), ("c1, c2", True), ("c11", False), ("xc1", False),
        ("c1-x", False), ("a-c1", False), ("c1.5", False), ("c1_2", False),
    ],
)  # fmt: skip
def test_a_code_is_found_as_a_word_of_its_own(text: str, found: bool) -> None:
    assert (word("c1").search(text) is not None) == found


def test_a_hold_is_in_force_until_it_ends_or_is_released(store: Store) -> None:
    with store.begin() as c:
        client = people.add_client(c, "c1", at=NOW)
        holds.set_hold(c, "c1", reason="complaint", at=NOW, by="me", today=DAY, ends_on=DAY)
        assert len(holds.in_force(c, client, on=DAY)) == 1
        assert holds.in_force(c, client, on=DAY + timedelta(days=1)) == []
        holds.set_hold(c, "c1", reason="another", at=NOW, by="me", today=TODAY)
        assert [row["client"] for row in holds.list_holds(c, on=TODAY)] == ["c1"]
        assert holds.release(c, "c1", reason="settled", at=NOW, by="me", on=TODAY) == 1
        with pytest.raises(DataError, match="no hold"):
            holds.release(c, "c1", reason="settled", at=NOW, by="me", on=TODAY)


def test_the_last_day_of_a_hold_is_one_where_the_practice_is(store: Store) -> None:
    with store.begin() as c:
        people.add_client(c, "c1", at=NOW)
        evening = datetime(2026, 11, 24, 3, tzinfo=UTC)  # in Los Angeles it is the 23rd, in Auckland the 24th
        with pytest.raises(DataError, match="ended already"):
            holds.set_hold(
                c, "c1", reason="x", at=evening, by="me", today=date(2026, 11, 24), ends_on=date(2026, 11, 23)
            )
        assert holds.set_hold(
            c, "c1", reason="x", at=evening, by="me", today=date(2026, 11, 23), ends_on=date(2026, 11, 23)
        )


def test_a_period_counts_from_the_last_end_and_never_with_an_open_episode(store: Store) -> None:
    with store.begin() as c:
        for code in ("c1", "c2", "c3"):
            make_episode(c, code)
            if code != "c3":
                people.close_episode(c, f"{code}-1", on=date(2028, 2, 29), reason="planned", at=NOW)
        people.open_episode(c, ["c2", "c3"], therapist="anna", opened_on=DAY, code="pair", at=NOW)
        people.add_client(c, "c4", at=NOW)
        assert holds.over(c, years=1, today=date(2029, 2, 28)) == []
        (one,) = holds.over(c, years=1, today=date(2029, 3, 1))
        assert (one.client, one.ended_on, one.over_on, one.held) == ("c1", date(2028, 2, 29), date(2029, 3, 1), False)
        people.end_member(c, "pair", "c2", left_on=date(2028, 6, 1), at=NOW)
        holds.set_hold(c, "c2", reason="complaint", at=NOW, by="me", today=TODAY)
        found = holds.over(c, years=1, today=date(2029, 6, 1))
        assert [(each.client, each.held) for each in found] == [("c1", False), ("c2", True)]
        assert [each.client for each in holds.over(c, years=1, today=date(2029, 6, 1), code="c2")] == ["c2"]
        assert holds.over(c, years=9999, today=date.max - timedelta(days=1)) == []  # no calendar goes so far


def test_backups_made_since_somebody_came_hold_them(store: Store) -> None:
    with store.begin() as c:
        for day in range(3):
            backups.add_backup(c, f"/b/{day}", made_at=NOW + timedelta(days=day), made_by="me", sha256="f", size=1)
        assert [row["path"] for row in backups.holding(c, since=NOW + timedelta(days=1))] == ["/b/1", "/b/2"]
        backups.add_backup(c, "/b/1", made_at=NOW + timedelta(days=9), made_by="me", sha256="f", size=1)
        backups.gone(c, [1], at=NOW)
        assert [row["path"] for row in backups.listed(c)] == ["/b/2", "/b/1"]


def test_a_copy_reads_what_is_about_one_client_only(filled: Store) -> None:
    with filled.read() as c:
        client = copying.read_client(c, "canary-1")
        episodes = copying.read_episodes(c, client["id"])
        assert [(row["kind"], row["others"]) for row in episodes] == [("individual", 0), ("couple", 1)]
        forms = copying.read_forms(c, [row["member_id"] for row in episodes])
        assert [form["scores"][0]["value"] for form in forms] == [7.0, 7.0]
        assert len(copying.alerts_about(c, [row["member_id"] for row in episodes])) == 1
        assert copying.other_codes(c, client["id"]) == ["other-2"]


@only_sqlite
def test_without_room_for_the_file_to_be_written_anew_that_is_what_is_said(filled: Store) -> None:
    resource = pytest.importorskip("resource")
    erase(filled)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(StoreError, match="cannot be written anew"):
            scrub(filled)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    scrub(filled)
