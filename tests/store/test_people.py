from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from fit_toolkit.errors import DataError, StoreError
from fit_toolkit.model.people import is_code
from fit_toolkit.store import Store, frames, people, schema
from tests.clinic import START, Clinic
from tests.store.making import DAY, NOW, forget_touched, make_episode, rate, touched

JANUARY = date(2026, 1, 5)


@given(st.text(max_size=70))
def test_a_code_is_short_plain_and_safe_in_a_file_name(text: str) -> None:
    if is_code(text):
        assert text.isascii()
        assert 1 <= len(text) <= 64
        assert text[0].isalnum()
        assert not set(text) & set("/\\ :*?\"<>|\n\t'=+@")


@pytest.mark.parametrize("code", ["", "-x", ".hidden", "a b", "a/b", "ä", "a\n", "x" * 65])
def test_what_is_no_code_is_refused_without_being_repeated(store: Store, code: str) -> None:
    with store.begin() as c, pytest.raises(DataError, match="no code for a client") as caught:
        people.add_client(c, code, at=NOW)
    assert not code.strip() or code not in str(caught.value)


def test_two_codes_that_differ_in_capitals_alone_are_one_code(store: Store) -> None:
    with store.begin() as c:
        people.add_client(c, "Anna", at=NOW)
        with pytest.raises(DataError, match="taken"):
            people.add_client(c, "anna", at=NOW)
    with pytest.raises(StoreError), store.begin() as c:
        c.execute(sa.insert(schema.client).values(code="ANNA", added_at=NOW))


def test_staff_are_listed_with_their_supervisor_while_they_are_there(store: Store) -> None:
    with store.begin() as c:
        people.add_staff(c, "boss", role="supervisor", starts_on=JANUARY)
        people.add_staff(c, "anna", starts_on=JANUARY, supervisor="boss", email="anna@example.org")
        people.close_staff(c, "anna", DAY)
        assert [entry.code for entry in people.list_staff(c, on=DAY)] == ["anna", "boss"]
        assert [entry.code for entry in people.list_staff(c, on=DAY + timedelta(days=1))] == ["boss"]
        assert people.list_staff(c)[0].supervisor == "boss"


@pytest.mark.parametrize("email", ["anna", "a@b, c@d", "a@b\nBcc: x@y"])
def test_an_address_that_is_not_one_address_is_refused(store: Store, email: str) -> None:
    with store.begin() as c, pytest.raises(DataError, match="not one e-mail address"):
        people.add_staff(c, "anna", starts_on=JANUARY, email=email)


def test_a_therapist_with_episodes_cannot_leave_them_behind(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        with pytest.raises(DataError, match="1 assignments last longer"):
            people.close_staff(c, "anna", DAY)
        people.add_staff(c, "ben", starts_on=JANUARY)
        people.transfer(c, "c1-1", "ben", on=DAY)
        people.close_staff(c, "anna", DAY)


def test_opening_an_episode_makes_members_assignment_and_pairs(store: Store) -> None:
    with store.begin() as c:
        for client in ("c1", "c2"):
            people.add_client(c, client, at=NOW)
        people.add_staff(c, "anna", starts_on=JANUARY)
        episode = people.open_episode(c, ["c1", "c2"], therapist="anna", opened_on=JANUARY)
        (listed,) = people.list_episodes(c)
        assert (listed.id, listed.code, listed.kind) == (episode, "c1-1", "couple")
        assert [member.client for member in listed.members] == ["c1", "c2"]
        assert [(entry.staff, entry.role) for entry in listed.assignments] == [("anna", "therapist")]
        assert len(people.pairs_of(c, [member.id for member in listed.members])) == 2
        assert touched(c) == [episode]


def test_a_client_has_one_individual_episode_at_a_time_beside_a_couples(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1")
        people.add_client(c, "c2", at=NOW)
        people.open_episode(c, ["c1", "c2"], therapist="anna", opened_on=DAY)
        with pytest.raises(DataError, match="overlaps"):
            people.open_episode(c, ["c1"], therapist="anna", opened_on=DAY)
        assert {entry.kind for entry in people.find_open_episodes(c, "c1", DAY)} == {"individual", "couple"}
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        people.open_episode(c, ["c1"], therapist="anna", opened_on=DAY + timedelta(days=1))


def test_an_episode_is_open_from_its_first_to_its_last_day(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, on=JANUARY)
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        days = [JANUARY - timedelta(days=1), JANUARY, DAY, DAY + timedelta(days=1)]
        assert [len(people.find_open_episodes(c, "c1", day)) for day in days] == [0, 1, 1, 0]


def test_an_unknown_client_is_told_apart_from_one_without_an_episode(store: Store) -> None:
    with store.begin() as c:
        people.add_client(c, "c1", at=NOW)
        assert people.find_open_episodes(c, "c1", DAY) == []
        with pytest.raises(DataError, match="no client has this code"):
            people.find_open_episodes(c, "c2", DAY)


def test_an_episode_is_not_closed_without_a_reason_twice_or_before_its_ratings(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        rate(c, member, DAY)
        with pytest.raises(DataError, match="reason"):
            people.close_episode(c, "c1-1", on=DAY, reason=" ")
        with pytest.raises(DataError, match="1 ratings are later"):
            people.close_episode(c, "c1-1", on=DAY - timedelta(days=1), reason="planned end")
        with pytest.raises(DataError, match="opened later"):
            people.close_episode(c, "c1-1", on=date(2025, 1, 1), reason="planned end")
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        with pytest.raises(DataError, match="closed on 2026-03-12 already"):
            people.close_episode(c, "c1-1", on=DAY, reason="planned end")


def test_a_closing_can_be_taken_back_whole(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        before = people.list_episodes(c)
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        (closed,) = people.list_episodes(c)
        assert closed.members[0].left_on == closed.assignments[0].ends_on == DAY
        people.reopen_episode(c, "c1-1")
        assert people.list_episodes(c) == before


def test_a_transfer_ends_one_assignment_and_starts_another_the_day_after(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        people.add_staff(c, "ben", starts_on=JANUARY)
        forget_touched(c)
        people.transfer(c, "c1-1", "ben", on=DAY)
        (episode,) = people.list_episodes(c)
        held = [(entry.staff, entry.starts_on, entry.ends_on) for entry in episode.assignments]
        assert held == [("anna", JANUARY, DAY - timedelta(days=1)), ("ben", DAY, None)]
        therapists = [episode.therapist_on(day) for day in (DAY - timedelta(days=1), DAY)]
        assert [entry.staff for entry in therapists if entry is not None] == ["anna", "ben"]
        assert len(people.pairs_of(c, [member])) == 2
        assert touched(c) == [episode.id]


def test_a_transfer_to_the_same_therapist_or_before_the_last_is_refused(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        people.add_staff(c, "ben", starts_on=JANUARY)
        with pytest.raises(DataError, match="theirs already"):
            people.transfer(c, "c1-1", "anna", on=DAY)
        with pytest.raises(DataError, match="later than the last"):
            people.transfer(c, "c1-1", "ben", on=JANUARY)


def test_nobody_is_assigned_after_they_have_left(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        people.add_staff(c, "ben", starts_on=JANUARY)
        people.close_staff(c, "ben", JANUARY)
        with pytest.raises(DataError, match="left on 2026-01-05"):
            people.transfer(c, "c1-1", "ben", on=DAY)


def test_a_cotherapist_gets_pairs_and_a_supervisor_none(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        for code in ("ben", "cora"):
            people.add_staff(c, code, starts_on=JANUARY)
        people.assign(c, "c1-1", "ben", role="cotherapist", on=DAY)
        people.assign(c, "c1-1", "cora", role="supervisor", on=DAY)
        paired = {staff for _, staff in people.pairs_of(c, [member])}
        assert paired == {people.staff_id(c, "anna"), people.staff_id(c, "ben")}


def test_a_group_gains_and_loses_members_and_an_individual_episode_does_not(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1")
        for client in ("g1", "g2", "g3", "g4"):
            people.add_client(c, client, at=NOW)
        people.open_episode(c, ["g1", "g2", "g3"], therapist="anna", opened_on=JANUARY, code="tuesday")
        people.add_member(c, "tuesday", "g4", joined_on=DAY)
        with pytest.raises(DataError, match="already"):
            people.add_member(c, "tuesday", "g4", joined_on=DAY)
        with pytest.raises(DataError, match="one client"):
            people.add_member(c, "c1-1", "g4", joined_on=DAY)
        people.end_member(c, "tuesday", "g1", left_on=DAY)
        assert people.find_open_episodes(c, "g1", DAY + timedelta(days=1)) == []
        with pytest.raises(DataError, match="no member of this episode now"):
            people.end_member(c, "tuesday", "g1", left_on=DAY)


def test_a_member_does_not_leave_before_the_last_rating(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1")
        for client in ("g1", "g2"):
            people.add_client(c, client, at=NOW)
        people.open_episode(c, ["g1", "g2"], therapist="anna", opened_on=JANUARY, code="pair")
        (member,) = (each.member_id for each in people.find_open_episodes(c, "g1", DAY))
        rate(c, member, DAY)
        with pytest.raises(DataError, match="1 ratings are later"):
            people.end_member(c, "pair", "g1", left_on=DAY - timedelta(days=1))
        people.end_member(c, "pair", "g1", left_on=DAY)
        people.end_member(c, "pair", "g2", left_on=DAY - timedelta(days=1))


def test_candidates_of_many_clients_come_in_one_look(store: Store) -> None:
    with store.begin() as c:
        rows = [{"code": f"c{number}", "added_at": NOW} for number in range(2000)]
        c.execute(sa.insert(schema.client), rows)
        make_episode(c, "x1")
        found = people.candidates(c, [*(f"c{number}" for number in range(2000)), "x1", "unknown"])
    assert len(found) == 2001
    assert [entry.episode for entry in found["x1"]] == ["x1-1"]
    assert found["c7"] == []


def test_a_transfer_that_is_noted_late_takes_the_forms_since_then_along(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "practice")
    episode = clinic.open("c1")
    for day in (0, 7, 14):
        clinic.rate("c1", day)
    with clinic.practice.store.begin() as c:
        assert people.transfer(c, episode, "ben", on=START + timedelta(days=7)) == 2
        staff = frames.score_columns(c, None, "today-together-client", "total", "client")["staff_id"]
        assert staff.tolist() == [people.staff_id(c, code) for code in ("anna", "ben", "ben")]
    clinic.practice.store.close()


def test_an_earlier_episode_that_is_over_can_be_added_beside_a_later_one(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path / "practice")
    clinic.open("c1", day=100)
    with clinic.practice.store.begin() as c:
        with pytest.raises(DataError, match="overlaps"):
            people.open_episode(c, ["c1"], therapist="anna", opened_on=START)
        people.open_episode(c, ["c1"], therapist="anna", opened_on=START, closed_on=START + timedelta(days=50))
    clinic.practice.store.close()
