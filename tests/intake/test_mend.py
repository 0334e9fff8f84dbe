from __future__ import annotations

from datetime import date

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.mend import forms_of, move, void
from fit_toolkit.model.records import Change
from fit_toolkit.store import people
from tests.intake.making import HEAD, NOW, Clinic, nine

WHY = Change("anna", "wrong client", NOW)


def touched(clinic: Clinic) -> list[tuple[str, str]]:
    with clinic.store.read() as c:
        rows = c.exec_driver_sql(
            "SELECT e.code, t.why FROM touched t JOIN episode e ON e.id = t.episode_id ORDER BY t.id"
        )
        return [(row[0], row[1]) for row in rows]


def test_a_voided_form_is_out_of_use_and_in_the_record(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    (form,) = clinic.valid("A")
    assert void(clinic.store, form.id, WHY).id == form.id
    assert clinic.valid("A") == []
    (kept,) = forms_of(clinic.store, "A", all_states=True)
    assert (kept.state, kept.change_reason) == ("voided", "wrong client")
    assert touched(clinic)[-1] == ("A-1", "voided")


def test_a_form_moves_with_its_scores_and_both_episodes_are_touched(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine(2, 1)}\n")
    (form,) = clinic.valid("A")
    made = move(clinic.store, clinic.catalog, form.id, "B", WHY)
    assert clinic.valid("A") == []
    (moved,) = clinic.valid("B")
    assert (moved.id, moved.raw, [score.value for score in moved.scores]) == (made, form.raw, [17])
    assert [risk.item for risk in moved.risks] == ["q9"]
    assert {code for code, why in touched(clinic) if why == "moved"} == {"A-1", "B-1"}


def test_an_alliance_form_moves_to_the_pair_of_the_right_client(clinic: Clinic) -> None:
    clinic.add("client,date,q1,q2\nA,2026-02-01,9,9\n", instrument="today-together-client")
    (form,) = clinic.valid("A")
    move(clinic.store, clinic.catalog, form.id, "B", WHY)
    (moved,) = clinic.valid("B")
    with clinic.store.read() as c:
        (pair,) = [id for (member, _), id in people.pairs_of(c, [moved.member_id]).items() if member == moved.member_id]
    assert moved.pair_id == pair


def test_a_form_cannot_move_where_no_episode_was_open(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    (form,) = clinic.valid("A")
    for client, said in (("D", "no such episode"), ("F", "2 episodes"), ("nobody", "no client"), ("A", "already")):
        with pytest.raises(DataError, match=said):
            move(clinic.store, clinic.catalog, form.id, client, WHY)
    assert len(clinic.valid("A")) == 1


def test_an_episode_is_chosen_where_several_were_open(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    (form,) = clinic.valid("A")
    move(clinic.store, clinic.catalog, form.id, "F", WHY, episode="EF")
    assert clinic.valid("F")[0].session_on == date(2026, 2, 1)


def test_a_dry_move_keeps_everything(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    move(clinic.store, clinic.catalog, clinic.valid("A")[0].id, "B", WHY, dry_run=True)
    assert len(clinic.valid("A")) == 1
    assert clinic.valid("B") == []


def test_a_form_that_is_gone_cannot_be_voided_again(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    (form,) = clinic.valid("A")
    void(clinic.store, form.id, WHY)
    with pytest.raises(DataError, match="voided already"):
        void(clinic.store, form.id, WHY)
    with pytest.raises(DataError, match="no administration"):
        void(clinic.store, 999, WHY)
