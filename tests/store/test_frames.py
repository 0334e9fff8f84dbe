from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
import sqlalchemy as sa

from fit_toolkit.model.records import Change
from fit_toolkit.store import Store, diary, frames, people, ratings, rows, schema
from tests.store.making import DAY, NOW, make_episode, new_rating, rate, total

EPOCH = date(1970, 1, 1)
MEND = Change("tester", "mistake", NOW)


def days(*dates: date) -> list[int]:
    return [(day - EPOCH).days for day in dates]


def test_scores_come_as_columns_by_member_then_day(store: Store) -> None:
    with store.begin() as c:
        one, two = make_episode(c, "c1"), make_episode(c, "c2")
        rate(c, two, DAY, 4.0)
        rate(c, one, DAY + timedelta(days=7), 5.5, rated_at=datetime.fromisoformat("2026-03-19T08:00"), language="de")
        rate(c, one, DAY, None)
        found = frames.score_columns(c, None, "arriving-today", "total", "client")
    assert found["member_id"].tolist() == [one, one, two]
    assert found["session_on"].tolist() == days(DAY, DAY + timedelta(days=7), DAY)
    assert found["value_ticks"].tolist() == [frames.UNKNOWN, 5_500_000, 4_000_000]
    assert found["status"].tolist() == ["unscorable", "complete", "complete"]
    assert found["language"].tolist() == ["", "de", ""]
    assert found["rated_at"][0] == frames.UNKNOWN
    assert found["rated_at"][1] == np.datetime64("2026-03-19T08:00", "us").astype(np.int64)


def test_only_what_is_valid_and_asked_for_is_in_the_columns(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        ratings.void(c, rate(c, member, DAY), MEND)
        rate(c, member, DAY + timedelta(days=1), rater="therapist", rater_staff_id=1)
        rate(c, member, DAY + timedelta(days=2), instrument="core-10")
        kept = rate(c, member, DAY + timedelta(days=3))
        found = frames.score_columns(c, [people.episode_id(c, "c1-1")], "arriving-today", "total", "client")
        nothing = frames.score_columns(c, [], "arriving-today", "total", "client")
    assert found["id"].tolist() == [kept]
    assert len(nothing["id"]) == 0
    assert nothing["value_ticks"].dtype == np.int64


def test_an_alliance_rating_carries_the_therapist_of_its_pair(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        ((_, staff), pair) = next(iter(people.pairs_of(c, [member]).items()))
        rate(c, member, pair_id=pair)
        found = frames.score_columns(c, None, "arriving-today", "total", "client")
    assert found["staff_id"].tolist() == [staff]


def test_an_item_is_read_like_a_scale(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        answers: list[float | None] = [2.0, None, 0.1, 7.571429]
        rows = [
            new_rating(member, DAY + timedelta(days=day), numbers={"q7": answer}) for day, answer in enumerate(answers)
        ]
        ratings.add_administrations(c, [*rows, new_rating(member, DAY + timedelta(days=9), numbers={})], [])
        found = frames.item_columns(c, None, "arriving-today", "q7", "client")
    assert found["value_ticks"].tolist() == [2_000_000, frames.UNKNOWN, 100_000, 7_571_429, frames.UNKNOWN]
    assert found["status"].tolist() == ["complete", "unscorable", "complete", "complete", "unscorable"]


def test_what_decides_whether_an_answer_was_left_out_is_there_and_totals_made_elsewhere_are_not(store: Store) -> None:
    forms: list[tuple[dict[str, str], dict[str, float | None]]] = [
        ({"q1": "0", "q7": "2"}, {"q1": 0.0, "q7": 2.0}),
        ({"q1": "", "q7": "not applicable"}, {"q1": None, "q7": None}),
        ({"q1": "1"}, {"q1": 1.0}),
    ]
    with store.begin() as c:
        member = make_episode(c)
        rows = [
            new_rating(member, DAY + timedelta(days=day), raw=raw, numbers=numbers)
            for day, (raw, numbers) in enumerate(forms)
        ]
        elsewhere = new_rating(member, DAY + timedelta(days=9), raw={"total": "7"}, numbers={"total": 7.0})
        ratings.add_administrations(c, [*rows, elsewhere], [total(3, 7.0) | {"status": "entered"}])
        found = frames.silence_columns(c, None, "arriving-today", "q7", "client", deciding=("q1", "q1"))
    assert found["session_on"].tolist() == days(DAY, DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert [None if np.isnan(each) else each for each in found["number"]] == [2.0, None, None]
    assert found["text"].tolist() == ["2", "not applicable", ""]
    assert [None if np.isnan(each) else each for each in found["of q1"]] == [0.0, None, 1.0]


def test_members_are_there_whether_they_rated_or_not(store: Store) -> None:
    with store.begin() as c:
        make_episode(c, "c1", on=date(2026, 1, 5))
        make_episode(c, "c2", "ben", on=date(2026, 2, 2))
        people.close_episode(c, "c1-1", on=DAY, reason="planned end")
        found = frames.member_columns(c, None, on=DAY)
        staff = [people.staff_id(c, code) for code in ("anna", "ben")]
    assert found["client"].tolist() == ["c1", "c2"]
    assert found["started"].tolist() == days(date(2026, 1, 5), date(2026, 2, 2))
    assert found["ended"].tolist() == [*days(DAY), frames.UNKNOWN]
    assert found["born_year"].tolist() == [frames.UNKNOWN, frames.UNKNOWN]
    assert found["staff_id"].tolist() == staff


def test_the_therapist_is_the_one_of_that_day(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        people.add_staff(c, "ben", starts_on=date(2026, 1, 1))
        people.transfer(c, "c1-1", "ben", on=DAY)
        episode = people.episode_id(c, "c1-1")
        held = [frames.therapist_on(c, [episode], on=day)[episode] for day in (DAY - timedelta(days=1), DAY)]
        assert held == [people.staff_id(c, "anna"), people.staff_id(c, "ben")]
        assert frames.therapist_on(c, [episode], on=date(2025, 1, 1)) == {}


def test_a_session_is_a_day_rated_on_or_an_appointment_held(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        rate(c, member, DAY)
        rate(c, member, DAY, instrument="core-10")
        ratings.void(c, rate(c, member, DAY + timedelta(days=1)), MEND)
        diary.add_appointment(c, "c1-1", on=DAY, status="held")
        diary.add_appointment(c, "c1-1", on=DAY + timedelta(days=7), status="held")
        diary.add_appointment(c, "c1-1", on=DAY + timedelta(days=14), status="not-attended")
        found = frames.session_days(c, None)
        assert frames.session_days(c, [])["day"].tolist() == []
    assert found["day"].tolist() == days(DAY, DAY + timedelta(days=7))


def test_thousands_of_episodes_are_read_in_one_call(store: Store) -> None:
    with store.begin() as c:
        make_episode(c)
        n = 2500
        c.execute(sa.insert(schema.client), [{"code": f"n{i}", "added_at": NOW} for i in range(n)])
        c.execute(
            sa.insert(schema.episode), [{"code": f"e{i}", "kind": "individual", "opened_on": DAY} for i in range(n)]
        )
        c.execute(
            sa.insert(schema.member), [{"episode_id": 2 + i, "client_id": 2 + i, "joined_on": DAY} for i in range(n)]
        )
        rows = [new_rating(2 + i) for i in range(n)]
        ratings.add_administrations(c, rows, [total(i, i / 1000) for i in range(n)])
        found = frames.score_columns(c, range(2, n + 2), "arriving-today", "total", "client")
        assert len(frames.member_columns(c, range(2, n + 2), on=DAY)["member_id"]) == n
    assert sorted(found["value_ticks"].tolist()) == [i * 1000 for i in range(n)]


def test_members_come_by_their_ids_whatever_the_order_and_number_of_the_episodes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CHUNK", 2)
    with store.begin() as c:
        people.add_staff(c, "anna", role="therapist", starts_on=DAY)
        for code in ("both", "late", *(f"c{number}" for number in range(3))):
            people.add_client(c, code, at=NOW)
        people.open_episode(c, ["both"], kind="couple", therapist="anna", opened_on=DAY)
        for number in range(3):
            people.open_episode(c, [f"c{number}"], therapist="anna", opened_on=DAY)
        people.add_member(c, "both-1", "late", joined_on=DAY)
    with store.read() as c:
        found = frames.member_columns(c, (4, 3, 2, 1), on=DAY)
    assert found["member_id"].tolist() == [1, 2, 3, 4, 5]
    assert found["episode_id"][-1] == 1
    assert found["client"][-1] == "late"
