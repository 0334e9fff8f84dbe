from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.entering import Entered, PaperForm, enter
from fit_toolkit.intake.keyed import read_line
from fit_toolkit.intake.records import Ask
from fit_toolkit.intake.undo import undo
from fit_toolkit.model.records import Change
from fit_toolkit.store import ratings
from tests.intake.making import NOW, TODAY, Clinic


def ask(**more: Any) -> Ask:
    return Ask(
        **{"actor": "anna", "today": TODAY, "now": NOW, "kind": "enter", "mode": "paper", "language": "en", **more}
    )


def type_in(clinic: Clinic, line: str, id: str = "phq-9", client: str = "A", day: date = TODAY, **more: Any) -> Entered:
    instrument = clinic.catalog.get(id)
    form = PaperForm(client=client, session_on=day, raw=read_line(instrument, line), **more.pop("form", {}))
    return enter(clinic.store, clinic.catalog, instrument, form, ask(**more))


def test_a_form_is_stored_with_who_typed_it_and_how(clinic: Clinic) -> None:
    entered = type_in(clinic, "111111110")
    form = entered.administration
    assert (entered.new, entered.flagged, entered.left_out) == (True, (), ())
    assert (form.mode, form.language, form.form_version, form.entered_by) == ("paper", "en", "1.0", "anna")
    assert [(score.value, score.status) for score in form.scores] == [(8, "complete")]


def test_the_same_form_again_is_there_already(clinic: Clinic) -> None:
    first, second = type_in(clinic, "111111110"), type_in(clinic, "111111110")
    assert (second.new, second.administration.id, second.batch) == (False, first.administration.id, None)


def test_another_form_for_the_same_session_is_refused_or_corrects(clinic: Clinic) -> None:
    first = type_in(clinic, "111111110")
    with pytest.raises(DataError) as caught:
        type_in(clinic, "222222220")
    assert "--correct" in caught.value.findings[0].problem  # type: ignore[attr-defined]
    second = type_in(clinic, "222222220", correct=True, reason="misread")
    assert second.administration.root_id == first.administration.id


def test_the_error_text_names_nobody(clinic: Clinic) -> None:
    with pytest.raises(DataError) as caught:
        type_in(clinic, "111111110", day=date(2025, 12, 1))
    assert "A" not in str(caught.value)
    found: Any = caught.value.findings[0]
    # not the episode's code: it may be the client's
    assert found.problem == "this day is before the episode was opened, on 2026-01-01"


def test_a_flagged_answer_and_one_left_out_are_told(clinic: Clinic) -> None:
    assert type_in(clinic, "111111112").flagged == ("q9",)
    assert type_in(clinic, "11111111-", client="B").left_out == ("q9",)
    assert type_in(clinic, "5 5 5 5 5 5 n", "arriving-today").flagged == ("q7",)


def test_a_form_without_a_mark_is_not_entered(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="nothing is marked"):
        type_in(clinic, "---------")


def test_a_form_of_the_future_is_refused(clinic: Clinic) -> None:
    with pytest.raises(DataError) as caught:
        type_in(clinic, "111111110", day=date(2026, 3, 13))
    assert [each.problem for each in caught.value.findings] == ["this day is in the future"]  # type: ignore[attr-defined]


def test_whether_a_therapist_had_seen_the_answers_is_kept(clinic: Clinic) -> None:
    entered = type_in(clinic, "9 9 9 9 9 9 9 9 9 9 0", "today-together-therapist", seen_client_answers=True)
    assert entered.administration.seen_client_answers is True
    assert entered.administration.rater == "therapist"


def test_a_pile_is_one_batch_with_every_form_in_its_own_transaction(clinic: Clinic) -> None:
    first = type_in(clinic, "111111110")
    second = type_in(clinic, "111111110", client="B", batch=first.batch)
    assert first.batch is not None
    assert second.administration.batch_id == first.batch
    with clinic.store.read() as c:
        (batch,) = ratings.list_batches(c)
        assert (batch.kind, batch.rows_in, batch.accepted) == ("enter", 2, 2)
    assert undo(clinic.store, first.batch, Change("anna", "wrong pile", NOW)).voided == 2
    assert clinic.everything() == []


def test_undoing_a_correction_lets_the_old_answers_stand_again(clinic: Clinic) -> None:
    first = type_in(clinic, "111111110")
    second = type_in(clinic, "222222220", correct=True, reason="misread")
    assert second.batch is not None
    done = undo(clinic.store, second.batch, Change("anna", "it was right", NOW))
    assert (done.voided, done.restored) == (1, 1)
    assert [form.id for form in clinic.valid("A")] == [first.administration.id]


def test_a_dry_undo_keeps_everything(clinic: Clinic) -> None:
    first = type_in(clinic, "111111110")
    assert first.batch is not None
    assert undo(clinic.store, first.batch, Change("anna", "look", NOW), dry_run=True).voided == 1
    assert len(clinic.valid("A")) == 1
