from __future__ import annotations

from datetime import date

from fit_toolkit.intake.planned import PlannedForm, forms_for, items_asked
from fit_toolkit.model.people import Asked
from fit_toolkit.store import diary
from tests.intake.making import HEAD, NOW, TODAY, Clinic, nine


def test_a_day_has_the_forms_its_appointments_and_the_plan_ask_for(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        diary.add_plan(
            c, Asked(instrument="arriving-today", rater="client", occasion="start", every_sessions=1), at=NOW
        )
        diary.add_plan(
            c, Asked(instrument="today-together-client", rater="client", occasion="end", every_sessions=1), at=NOW
        )
        diary.add_plan(c, Asked(instrument="phq-9", rater="client", occasion="start", every_sessions=2), at=NOW)
        diary.add_plan(c, Asked(instrument="gad-7", rater="client", occasion="start", every_days=30), at=NOW)
        for episode in ("B-1", "EF"):
            diary.add_appointment(c, episode, on=TODAY, at=NOW)
        diary.add_appointment(c, "A-1", on=TODAY, status="cancelled", reason="ill", at=NOW)
    clinic.add(f"{HEAD}B,2026-03-05,{nine()}\n")
    clinic.add("client,date,q1,q2\nB,2026-03-05,1,1\n", instrument="gad-7")
    planned = forms_for(clinic.store, clinic.catalog, TODAY)
    assert [each for each in planned if each.client == "B"] == [
        PlannedForm("B", "arriving-today", "client", "start"),
        PlannedForm("B", "today-together-client", "client", "end"),
    ]
    assert {each.instrument for each in planned if each.client == "E"} == {
        "arriving-today", "today-together-client", "phq-9", "gad-7",
    }  # fmt: skip
    assert {each.client for each in planned} == {"B", "E", "F"}
    assert forms_for(clinic.store, clinic.catalog, date(2026, 3, 13)) == []


def test_an_item_that_is_not_on_every_form_is_asked_at_its_sessions(clinic: Clinic) -> None:
    form = clinic.catalog.get("today-together-client")
    assert "q8" in (items_asked(clinic.store, form, "A", TODAY) or ())
    clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n")
    assert "q8" not in (items_asked(clinic.store, form, "A", TODAY) or ())
    clinic.add(f"{HEAD}A,2026-02-08,{nine()}\n")
    assert "q8" in (items_asked(clinic.store, form, "A", TODAY) or ())
    assert items_asked(clinic.store, clinic.catalog.get("phq-9"), "A", TODAY) is None
