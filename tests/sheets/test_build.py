"""From the store to the sheet: what is on it, what is never on it, and what it says when something is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.practice import open_practice
from fit_toolkit.sheets.build import build_sheet
from fit_toolkit.sheets.data import SheetData
from fit_toolkit.sheets.making import find_member, make_sheet
from fit_toolkit.sheets.render import render_sheet
from fit_toolkit.store import alerts, diary, people
from tests.clinic import ARRIVING, POLICIES, START, Clinic

THERAPIST = "today-together-therapist"
MORE = """
[[policies]]
id = "working-together"
kind = "beyond-usual"
instrument = "today-together-client"
severity = "attention"
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "practice", policies=POLICIES + MORE, day=60)


def sheet(clinic: Clinic, client: str = "c1", *, day: int | None = None, episode: str | None = None) -> SheetData:
    on = START + timedelta(days=clinic.day if day is None else day)
    with clinic.practice.store.read() as c:
        member = find_member(c, client, as_of=on, episode=episode)
        return build_sheet(clinic.practice, c, member, as_of=on)


def weeks(clinic: Clinic, values: list[float], client: str = "c1", **how: Any) -> None:
    for week, value in enumerate(values):
        clinic.rate(client, week * 7, value, **how)


def test_the_sheet_is_as_of_the_newest_session_and_says_how_old_the_data_are(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 8, 7])
    made = sheet(clinic, day=20)
    assert made.session_on == START + timedelta(days=14)
    assert made.session_number == 3
    assert made.freshness == ("last rated 6 days ago",)


def test_nothing_later_than_the_day_asked_for_is_on_it(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 8, 2])
    clinic.rate("c1", 14, 1, instrument=ARRIVING, q7=2)
    made = sheet(clinic, day=10)
    assert [p.value for p in made.panels[0].series[0].points] == [8, 8]
    assert made.risk.answers == ()
    assert made.data_up_to == START + timedelta(days=7)


def test_a_form_that_could_not_be_scored_is_not_called_unrated(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 6, instrument=ARRIVING, q1=float("nan"), q2=float("nan"), q7=0)
    assert sheet(clinic).headline == "Rated, but too little was answered for a score."


def test_a_day_long_ago_is_told_with_its_year(clinic: Clinic) -> None:
    clinic.open("c1")
    assert sheet(clinic, day=10).freshness == ("in therapy since 5 January, no rating yet",)
    assert sheet(clinic, day=400).freshness == ("in therapy since 5 January 2026, no rating yet",)


def test_a_member_who_never_rated_has_a_sheet_that_says_so(clinic: Clinic) -> None:
    clinic.open("c1")
    made = sheet(clinic)
    assert made.headline == "Not rated yet."
    assert made.session_on is None
    assert made.panels == ()
    assert b"No session rated yet" in make_sheet(clinic.practice, 1, as_of=clinic.clock().date())


def test_an_appointment_today_without_an_arrival_rating_is_said(clinic: Clinic) -> None:
    code = clinic.open("c1")
    clinic.rate("c1", 0, 8)
    clinic.rate("c1", 0, 6, instrument=ARRIVING, q7=0)
    with clinic.practice.store.begin() as c:
        diary.add_appointment(c, code, on=START + timedelta(days=7))
    assert sheet(clinic, day=7).freshness == ("no arrival rating yet today", "last rated 7 days ago")
    clinic.rate("c1", 7, 5, instrument=ARRIVING, q7=0)
    made = sheet(clinic, day=7)
    assert made.freshness == ("with the arrival rating of today", "last rated today")
    assert made.session_on == START


def test_with_nothing_but_an_arrival_rating_of_today_the_session_is_still_to_come(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 6, instrument=ARRIVING, q7=0)
    made = sheet(clinic, day=0)
    assert not made.session_over
    assert "Before the session of 5 January 2026" in render_sheet(made)
    assert "After the session of 5 January 2026" in render_sheet(sheet(clinic, day=1))


def test_the_facet_that_fell_most_is_named_and_asked_about(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 8])
    clinic.rate("c1", 14, 8, q3=3)
    clinic.run()
    made = sheet(clinic)
    moved = [f.label for f in made.facets.rows if f.moved]
    lowest = [f.label for f in made.facets.rows if f.lowest]
    assert moved == lowest == ["respect"]
    assert made.headline.startswith("Respect fell from 8 to 3 since 12 January.")
    assert made.question == "Which choice should have been more yours?"


def test_both_sides_of_a_facet_stand_beside_each_other(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 6)
    clinic.rate("c1", 0, 9, instrument=THERAPIST, q3=4)
    rows = {f.label: (f.client, f.therapist) for f in sheet(clinic).facets.rows}
    assert [rows[name] for name in ("empathy", "respect")] == [(6, 9), (6, 4)]
    assert sheet(clinic).facets.share == "both rated 1 of 1 sessions"


def test_an_item_that_was_not_asked_this_time_shows_its_last_answer_as_the_one_before(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8, q8=6)
    clinic.rate("c1", 7, 8, q8=float("nan"))
    (row,) = [f for f in sheet(clinic).facets.rows if f.label == "confidentiality"]
    assert (row.client, row.client_before) == (None, 6)


def test_every_positive_answer_is_on_the_sheet_newest_first_in_the_words_of_the_form(clinic: Clinic) -> None:
    clinic.open("c1")
    for week, answer in enumerate((1, 0, 2, 1)):
        clinic.rate("c1", week * 7, 6, instrument=ARRIVING, q7=answer)
    clinic.day = 30
    clinic.run()
    risk = sheet(clinic).risk
    found = {a.answer: [(d - START).days for d in a.dates] for a in risk.answers}
    assert found == {"not sure": [21, 0], "yes": [14]}
    assert risk.answers[0].days_ago == 9
    assert risk.asked == 4
    assert risk.contact == "the duty phone"
    assert risk.answers[0].state.startswith("new")


def test_a_positive_answer_is_there_although_nobody_evaluated_anything(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 6, instrument=ARRIVING, q7=2)
    made = sheet(clinic)
    assert [a.answer for a in made.risk.answers] == ["yes"]
    assert "not checked yet: fit alerts run" in made.notes
    assert "tands out" not in render_sheet(made)


GIVES_UP = """
from fit_toolkit import AlertPolicy, hookimpl

fit_hook_api = "1.0"

class GivesUp(AlertPolicy, frozen=True):
    "Raises."
    kind = "gives-up"

    def find(self, course):
        raise ValueError

@hookimpl
def register_alert_policies():
    return [GivesUp]
"""


def test_a_new_policy_that_fails_is_said_on_the_sheets_of_those_with_nothing_new_too(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 8])
    clinic.run()
    assert sheet(clinic).checked
    (clinic.root / "plugins" / "gives_up.py").write_text(GIVES_UP)
    file = clinic.root / "fit.toml"
    more = '\n[[policies]]\nid = "never-through"\nkind = "gives-up"\ninstrument = "today-together-client"\n'
    file.write_text(file.read_text() + more)
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.run()
    made = sheet(clinic)
    assert "not checked: the policy “never-through” failed in the last run" in made.notes
    assert not made.checked


def test_forms_of_one_kind_are_told_apart_by_name_and_all_fit_without_an_alliance(clinic: Clinic) -> None:
    clinic.open("c1")
    for form in ("phq-9", "gad-7", ARRIVING):
        clinic.rate("c1", 0, 1, instrument=form)
        clinic.rate("c1", 14, 1, instrument=form)
    made = sheet(clinic)
    assert [p.title for p in made.panels] == ["How the client is", "Symptoms (GAD-7)", "Symptoms (PHQ-9)"]
    assert made.facets.why_none == "No alliance rating yet."
    assert made.panels[1].better == "lower"


def test_beside_the_alliance_two_others_are_drawn_and_the_rest_is_named(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8)
    for day, form in enumerate(("phq-9", "gad-7", "core-10", ARRIVING)):
        clinic.rate("c1", day, 1, instrument=form)
    made = sheet(clinic)
    assert [p.key for p in made.panels] == ["alliance", "outcome", "outcome"]
    assert "also on record, not drawn: GAD-7, PHQ-9" in made.notes


def test_a_flagged_answer_is_no_alert_line_and_no_point_stands_out_for_it(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 6, instrument=ARRIVING, q7=2)
    clinic.run()
    made = sheet(clinic)
    assert made.alerts == ()
    assert made.question == ""
    assert not any(p.stands_out for panel in made.panels for s in panel.series for p in s.points)


def test_an_alert_is_told_with_reason_basis_and_state_and_its_point_stands_out(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 6])
    clinic.run()
    (line,) = sheet(clinic).alerts
    assert line.what == "The work together"
    assert "down 2" in line.reason
    assert "7 days" in line.reason
    assert line.basis.startswith("a convention")
    assert line.state == "new"
    assert [p.stands_out for p in sheet(clinic).panels[0].series[0].points] == [False, True]


def test_what_was_done_about_an_alert_is_on_the_sheet(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 6])
    clinic.run()
    with clinic.practice.store.begin() as c:
        (row,) = clinic.alerts()
        values = {"state": "acknowledged", "action": "talked about it"}
        alerts.act(c, row["id"], actor="anna", at=clinic.clock(), cause="by a person", values=values)
    (line,) = sheet(clinic).alerts
    assert (line.state, line.done) == ("seen", "talked about it")


def test_the_eye_lands_on_the_newest_rating_for_which_an_alert_holds(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [4, 4, 4])
    clinic.run()
    assert [p.stands_out for p in sheet(clinic).panels[0].series[0].points] == [False, False, True]


def test_a_resolved_alert_without_a_person_leaves_the_sheet(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 6, 8])
    clinic.run()
    assert sheet(clinic).alerts == ()


def test_the_usual_range_is_drawn_from_the_practices_policy_and_named_in_the_sources(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 7, 8, 9, 8, 7, 8])
    made = sheet(clinic)
    band = made.panels[0].band
    assert band is not None
    assert [(p.on - START).days for p in band.points] == [35, 42]
    assert all(p.low < 8 < p.high for p in band.points)
    assert "Usual range: from this client’s own ratings alone." in made.sources


def test_before_there_are_enough_ratings_the_sheet_says_not_ready(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 7])
    clinic.run()
    made = sheet(clinic)
    assert made.panels[0].band is None
    assert any(note.startswith("not ready: the usual range needs 6 ratings, so far 2") for note in made.notes)


def test_another_therapist_starts_a_course_of_the_alliance_and_is_a_mark(clinic: Clinic) -> None:
    code = clinic.open("c1")
    weeks(clinic, [8, 8])
    with clinic.practice.store.begin() as c:
        people.transfer(c, code, "ben", on=START + timedelta(days=10))
    clinic.rate("c1", 14, 4)
    made = sheet(clinic)
    assert [p.starts for p in made.panels[0].series[0].points] == [False, False, True]
    assert [(m.on - START, m.text) for m in made.marks] == [(timedelta(days=10), "new therapist")]
    assert "the first with this therapist" in made.headline
    assert made.facets.before is None
    assert made.therapist == "ben"


def test_unvalidated_forms_say_so_in_the_panel_and_in_the_sources(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8)
    made = sheet(clinic)
    assert made.panels[0].what == "Today Together, mean of up to 9 answers, unvalidated"
    assert made.sources[0] == "Today Together (client) 1.0 (unvalidated, no norms)."


def test_a_form_that_the_plan_expected_is_missing(clinic: Clinic) -> None:
    code = clinic.open("c1")
    with clinic.practice.store.begin() as c:
        for form, rater in ((ARRIVING, "client"), (THERAPIST, "therapist")):
            from fit_toolkit.model.people import Asked

            diary.add_plan(c, Asked(instrument=form, rater=rater, occasion="end", every_sessions=1), episode=code)
    clinic.rate("c1", 0, 8)
    missing = sheet(clinic).missing
    assert any(m.startswith("Arriving Today, session of 5 January") for m in missing)
    assert any("by the therapist, session of 5 January" in m for m in missing)


def test_a_question_about_safety_that_was_left_empty_is_missing(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8, instrument=ARRIVING)
    assert "the question about safety was left out on 5 January" in sheet(clinic).missing


@pytest.mark.parametrize("page", ["therapist", "client"])
def test_two_members_of_one_episode_never_meet_on_a_page(clinic: Clinic, page: str) -> None:
    clinic.open("canary-left", "canary-right")
    weeks(clinic, [8, 7, 3], client="canary-left")
    for week in range(3):
        clinic.rate("canary-right", week * 7, 2, instrument=ARRIVING, q7=2)
    clinic.run()
    with clinic.practice.store.read() as c:
        left = find_member(c, "canary-left", as_of=clinic.clock().date())
    html = make_sheet(clinic.practice, left, as_of=clinic.clock().date(), page=page).decode()
    for foreign in ("canary-right", ">2<", "Staying safe", ">yes<", "Arriving"):
        assert foreign not in html
    assert "canary-left" in html


def test_a_client_in_two_open_episodes_is_asked_which_and_both_are_named(clinic: Clinic) -> None:
    one, two = clinic.open("c1"), None
    with clinic.practice.store.begin() as c:
        people.add_client(c, "c2", at=clinic.clock())
        made = people.open_episode(c, ["c1", "c2"], therapist="ben", opened_on=START)
        two = people.list_episodes(c, ids=[made])[0].code
    with pytest.raises(UsageError, match=f"--episode {one}.*--episode {two}|--episode {two}.*--episode {one}"):
        sheet(clinic)
    assert sheet(clinic, episode=two).therapist == "ben"


def test_a_client_whose_only_episode_is_over_still_has_a_sheet(clinic: Clinic) -> None:
    code = clinic.open("c1")
    clinic.rate("c1", 0, 8)
    with clinic.practice.store.begin() as c:
        people.close_episode(c, code, on=START + timedelta(days=20), reason="agreed")
    assert "closed on 25 January" in sheet(clinic).freshness


def test_an_unknown_client_and_an_episode_of_somebody_else_are_refused_without_a_code(clinic: Clinic) -> None:
    clinic.open("c1")
    other = clinic.open("secret-code")
    ask: list[Callable[[], SheetData]] = [
        lambda: sheet(clinic, "nobody-here"),
        lambda: sheet(clinic, "c1", episode=other),
    ]
    for case in ask:
        with pytest.raises(DataError) as refused:
            case()
        assert "nobody-here" not in str(refused.value)
        assert "secret-code" not in str(refused.value)


def test_the_same_content_keeps_its_number_and_changed_content_gets_the_next(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8)
    today = clinic.clock().date()
    first = make_sheet(clinic.practice, 1, as_of=today)
    assert first == make_sheet(clinic.practice, 1, as_of=today)
    assert b"Sheet 0001" in first
    clinic.rate("c1", 7, 8)
    assert b"Sheet 0002" in make_sheet(clinic.practice, 1, as_of=today)


def test_broken_policies_do_not_keep_a_sheet_from_being_made(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 8)
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text().replace('kind = "drop"', 'kind = "dropp"'))
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    assert sheet(clinic).notes[0] == "not checked: the policies cannot be used (fit policies check)"


def test_the_sheet_is_plain_data(clinic: Clinic) -> None:
    clinic.open("c1")
    weeks(clinic, [8, 7, 8, 9, 8, 7, 8])
    clinic.run()
    made = sheet(clinic)
    assert msgspec.json.decode(msgspec.json.encode(made), type=SheetData) == made
