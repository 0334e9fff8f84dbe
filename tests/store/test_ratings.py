from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pandas as pd
import pytest
import sqlalchemy as sa

from fit_toolkit.errors import DataError, StoreError
from fit_toolkit.model.records import Change
from fit_toolkit.store import Store, people, ratings, schema
from tests.store.making import DAY, NOW, forget_touched, make_episode, new_rating, rate, total, touched

MEND = Change("tester", "keyed to the wrong client", NOW)


def test_many_administrations_keep_their_order_scores_and_answers(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        rows = [new_rating(member, DAY + timedelta(days=day), raw={"q1": str(day)}) for day in range(50)]
        scores = [total(day, day / 10) for day in range(50)]
        ids = ratings.add_administrations(c, rows, scores, [{"row": 3, "item": "q7", "value": 2.0}], at=NOW)
        found = ratings.history(c, [member])
    assert [entry.id for entry in found] == ids
    assert [entry.root_id for entry in found] == ids
    assert [entry.raw["q1"] for entry in found] == [str(day) for day in range(50)]
    assert [score.value for entry in found for score in entry.scores] == [day / 10 for day in range(50)]
    assert [(entry.risks[0].item, entry.risks[0].value) for entry in found if entry.risks] == [("q7", 2.0)]


def test_scores_are_taken_as_the_scoring_layer_gives_them(store: Store) -> None:
    frame = pd.DataFrame([total(0, 7.5), total(1, None)])
    frame["value_ticks"] = frame["value_ticks"].astype("Int64")
    frame["band"] = float("nan")
    with store.begin() as c:
        member = make_episode(c)
        rows = [new_rating(member, DAY, numbers={"q1": float("nan")}), new_rating(member, DAY + timedelta(days=7))]
        ratings.add_administrations(c, rows, frame.to_dict("records"))
        first, second = ratings.history(c, [member])
    assert (first.scores[0].value_ticks, first.scores[0].band) == (7_500_000, None)
    assert second.scores[0].value is None
    assert first.numbers == {"q1": None}


def test_adding_ratings_touches_each_episode_once(store: Store) -> None:
    with store.begin() as c:
        members = [make_episode(c, client) for client in ("c1", "c2")]
        forget_touched(c)
        rows = [new_rating(member, DAY + timedelta(days=day)) for day in range(3) for member in members]
        ratings.add_administrations(c, rows, [total(i, 5.0) for i in range(6)])
        assert len(touched(c)) == 2


def test_a_second_valid_rating_of_the_same_key_is_refused_by_the_store(store: Store) -> None:
    with store.begin() as c:
        rate(c, make_episode(c))
    with pytest.raises(StoreError, match="rule of the store"), store.begin() as c:
        rate(c, 1)


def test_two_therapists_may_rate_the_same_session(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        rate(c, member, rater="therapist", rater_staff_id=1)
        rate(c, member, rater="therapist", rater_staff_id=2)
        assert len(ratings.history(c, [member])) == 2


def test_valid_administrations_are_found_by_key(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        one, other = new_rating(member), new_rating(member, DAY + timedelta(days=1))
        ratings.add_administrations(c, [one], [total(0, 5.0)])
        found = ratings.find_valid(c, [one.key, other.key])
    assert set(found) == {one.key}
    assert found[one.key].numbers == {"q1": 7.0}


def test_a_correction_supersedes_and_keeps_the_root(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        first = rate(c, member, value=7.0)
        second = rate(c, member, value=6.0, replaces=first, change_reason="misread")
        third = rate(c, member, value=5.0, replaces=second, change_reason="misread again")
        everything = ratings.history(c, [member], valid_only=False)
        (valid,) = ratings.history(c, [member])
    assert [(entry.state, entry.root_id, entry.replaced_by_id) for entry in everything] == [
        ("superseded", first, second), ("superseded", first, third), ("valid", first, None)
    ]  # fmt: skip
    assert everything[0].change_reason == "misread"
    assert valid.scores[0].value == 5.0


def test_a_correction_needs_a_reason_and_something_valid_to_correct(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        first = rate(c, member)
        with pytest.raises(DataError, match="needs a reason"):
            rate(c, member, replaces=first)
        ratings.void(c, first, MEND)
        with pytest.raises(DataError, match="not valid any more"):
            rate(c, member, replaces=first, change_reason="misread")


def test_a_voided_form_can_be_entered_anew(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        first = rate(c, member)
        forget_touched(c)
        ratings.void(c, first, MEND)
        assert len(touched(c)) == 1
        with pytest.raises(DataError, match="voided already"):
            ratings.void(c, first, MEND)
        second = rate(c, member)
        assert ratings.get(c, second).root_id == second


def test_a_form_keyed_to_the_wrong_client_is_moved_with_its_scores(store: Store) -> None:
    with store.begin() as c:
        wrong, right = make_episode(c, "c1"), make_episode(c, "c2")
        first = rate(c, wrong, value=3.0)
        forget_touched(c)
        moved = ratings.move(c, first, right, MEND)
        old, new = ratings.get(c, first), ratings.get(c, moved)
        assert (old.state, old.replaced_by_id, old.change_reason) == (
            "voided", moved, "moved: keyed to the wrong client"
        )  # fmt: skip
        assert (new.member_id, new.root_id, new.scores[0].value, new.raw) == (right, moved, 3.0, old.raw)
        assert new.entered_by == old.entered_by
        assert set(touched(c)) == {people.episode_id(c, "c1-1"), people.episode_id(c, "c2-1")}


def test_a_form_is_not_moved_onto_another(store: Store) -> None:
    with store.begin() as c:
        wrong, right = make_episode(c, "c1"), make_episode(c, "c2")
        first = rate(c, wrong)
        rate(c, right)
        with pytest.raises(DataError, match="has this form"):
            ratings.move(c, first, right, MEND)
        with pytest.raises(DataError, match="belongs to this client"):
            ratings.move(c, first, wrong, MEND)
        assert ratings.get(c, first).state == "valid"


def new_batch(c: sa.Connection) -> int:
    return ratings.start_batch(c, "import", actor="tester", at=NOW, source_sha256="f" * 64)


def test_a_batch_counts_its_rows(store: Store) -> None:
    with store.begin() as c:
        batch = new_batch(c)
        ratings.finish_batch(c, batch, accepted=3, unchanged=2, rejected=1)
        (listed,) = ratings.list_batches(c, source_sha256="f" * 64)
        assert (listed.id, listed.rows_in) == (batch, 6)


def test_undoing_a_batch_voids_what_it_added_and_restores_what_it_corrected(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        first = rate(c, member, value=7.0)
        batch = new_batch(c)
        rate(c, member, value=5.0, replaces=first, change_reason="misread", batch_id=batch)
        rate(c, member, DAY + timedelta(days=7), batch_id=batch)
        forget_touched(c)
        assert ratings.undo_batch(c, batch, Change("tester", "wrong file", NOW)) == (2, 1, 0)
        (valid,) = ratings.history(c, [member])
        assert (valid.id, valid.replaced_by_id) == (first, None)
        assert len(touched(c)) == 1
        with pytest.raises(DataError, match="undone already"):
            ratings.undo_batch(c, batch, MEND)


def test_undoing_a_batch_keeps_a_later_correction_by_hand(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        batch = new_batch(c)
        first = rate(c, member, batch_id=batch)
        by_hand = rate(c, member, value=2.0, replaces=first, change_reason="misread")
        assert ratings.undo_batch(c, batch, MEND).kept == 1
        assert [entry.id for entry in ratings.history(c, [member])] == [by_hand]


def test_undoing_two_batches_brings_back_nothing_of_either(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        one = new_batch(c)
        first = rate(c, member, batch_id=one)
        two = new_batch(c)
        rate(c, member, replaces=first, change_reason="second file", batch_id=two)
        ratings.undo_batch(c, one, MEND)
        ratings.undo_batch(c, two, MEND)
        assert ratings.history(c, [member]) == []


def test_corrections_undone_in_any_order_leave_what_was_there_before_them(store: Store) -> None:
    with store.begin() as c:
        member = make_episode(c)
        original = rate(c, member, value=7.0)
        batches, latest = [], original
        for value in (6.0, 5.0, 4.0):
            batches.append(new_batch(c))
            latest = rate(c, member, value=value, replaces=latest, change_reason="misread", batch_id=batches[-1])
        first, second, third = batches
        assert ratings.undo_batch(c, second, MEND) == (0, 0, 1)
        assert ratings.undo_batch(c, third, MEND) == (1, 1, 0)
        assert [entry.batch_id for entry in ratings.history(c, [member])] == [first]
        assert ratings.undo_batch(c, first, MEND) == (1, 1, 0)
        assert [entry.id for entry in ratings.history(c, [member])] == [original]


def test_nothing_that_was_keyed_in_is_ever_changed(store: Store) -> None:
    def said(c: sa.Connection) -> list[tuple[Any, ...]]:
        a = schema.administration.c
        return [tuple(row) for row in c.execute(sa.select(a.id, a.raw, a.numbers, a.entered_by).order_by(a.id))]

    with store.begin() as c:
        wrong, right = make_episode(c, "c1"), make_episode(c, "c2")
        first = rate(c, wrong)
        before = said(c)
        second = rate(c, wrong, replaces=first, change_reason="misread", raw={"q1": "6"})
        ratings.void(c, ratings.move(c, second, right, MEND), MEND)
        assert said(c)[:1] == before


def test_records_travel_as_plain_data(store: Store) -> None:
    with store.begin() as c:
        rate(c, make_episode(c))
        (found,) = ratings.history(c, [1])
    assert msgspec.json.decode(msgspec.json.encode(found))["session_on"] == "2026-03-12"
