from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.intake.columns import as_map, propose
from fit_toolkit.intake.importing import rejected_file, run_import, side_file
from fit_toolkit.intake.mapping import Map, Target
from fit_toolkit.intake.records import Ask, Outcome
from fit_toolkit.model.parts import RawTable
from fit_toolkit.store import people
from tests.intake.making import HEAD, NINE, NOW, Clinic, nine, table_of

START = date(2026, 1, 5)


def said(outcome: Outcome) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.problem) for each in outcome.problems]


def adds_up(outcome: Outcome) -> bool:
    return outcome.rows == outcome.accepted + outcome.unchanged + outcome.rejected


def test_client_date_and_items_of_one_instrument_are_enough(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\nB,2026-02-02,{nine(1, 1)}\n")
    assert (outcome.rows, outcome.accepted, outcome.batch, outcome.flagged) == (2, 2, 1, 1)
    (form,) = clinic.valid("A")
    assert (form.raw["q1"], form.numbers["q9"], form.mode, form.entered_by) == ("2", 0.0, "import", "anna")
    assert (form.rater, form.occasion, form.session_on, form.dates_assumed) == (
        "client",
        "start",
        date(2026, 2, 1),
        False,
    )
    score = form.score("total")
    assert score is not None
    assert (score.value, score.status, score.band) == (16, "complete", "moderately severe")
    assert [risk.item for risk in clinic.valid("B")[0].risks] == ["q9"]


def test_the_same_file_twice_changes_nothing(clinic: Clinic) -> None:
    text = f"{HEAD}A,2026-02-01,{nine(2)}\nB,2026-02-02,{nine(1)}\n"
    clinic.add(text)
    before = clinic.everything()
    again = clinic.add(text)
    assert (again.accepted, again.unchanged, again.batch, again.written) == (0, 2, None, False)
    assert clinic.everything() == before
    with clinic.store.read() as c:
        from fit_toolkit.store import ratings

        assert len(ratings.list_batches(c)) == 1


def test_the_same_answers_in_another_spelling_are_the_same(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\n")
    again = clinic.add(f"{HEAD}A,2026-02-01,{'2.0,' * 8} 0 \n")
    assert (again.unchanged, again.rejected) == (1, 0)


def test_other_answers_for_a_known_form_are_refused(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\n")
    again = clinic.add(f"{HEAD}A,2026-02-01,{nine(3)}\n")
    assert again.rejected == 1
    assert "--correct" in again.problems[0].problem
    assert clinic.valid("A")[0].numbers["q1"] == 2


def test_a_correction_supersedes_and_keeps_its_root(clinic: Clinic) -> None:
    clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\n")
    (old,) = clinic.valid("A")
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{nine(3)}\n", correct=True, reason="misread")
    assert (outcome.accepted, outcome.corrected) == (1, 1)
    (new,) = clinic.valid("A")
    assert (new.root_id, new.numbers["q1"]) == (old.id, 3)
    assert new.id != old.id


def test_a_correction_needs_a_reason(clinic: Clinic) -> None:
    with pytest.raises(UsageError, match="reason"):
        clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\n", correct=True)


def test_one_rejected_row_keeps_everything_out(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{nine(2)}\nB,2026-02-01,{nine(9)}\n")
    assert (outcome.accepted, outcome.rejected, outcome.written, outcome.batch) == (1, 1, False, None)
    assert clinic.everything() == []


def test_keep_going_takes_the_good_rows_and_gives_the_others_back(clinic: Clinic) -> None:
    text = f'{HEAD}A,2026-02-01,{nine(2)}\n"B",2026-02-01,{nine(9)}\n'
    outcome = clinic.add(text, keep_going=True)
    assert (outcome.accepted, outcome.rejected, outcome.written) == (1, 1, True)
    side = b"".join(rejected_file(table_of(clinic.folder, text), outcome)).decode("utf-8-sig")
    head, row = side.splitlines()
    assert head == f"{HEAD.strip()},problem"
    assert row.startswith(f"B,2026-02-01,{nine(9)},")
    again = clinic.add(side.replace(",9", ",1"), keep_going=True)
    assert (again.accepted, again.rejected) == (1, 0)
    assert clinic.valid("B")[0].numbers["q1"] == 1


def test_the_side_file_lies_beside_the_file(clinic: Clinic) -> None:
    assert side_file(clinic.folder / "x.y.csv") == clinic.folder / "x.y.rejected.csv"


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (f"A,2026-02-01,{nine(4)}", "q1", "expected one of 0, 1, 2, 3"),
        (f"A,2026-02-01,1.5,{nine(1)[2:]}", "q1", "expected one of 0, 1, 2, 3"),
        (f"A,2026-02-01,nan,{nine(1)[2:]}", "q1", "expected one of 0, 1, 2, 3"),
        (f"A,2026-02-01,١,{nine(1)[2:]}", "q1", "expected one of 0, 1, 2, 3"),
        (f"A,2026-03-13,{nine()}", "date", "this day is in the future"),
        (f"A,03/04/2026,{nine()}", "date", "two ways"),
        (f"A,,{nine()}", "date", "missing"),
        (f"A,2026-02-30,{nine()}", "date", "no such day"),
        (f"A,2025-12-31,{nine()}", "date", "before the episode was opened, on 2026-01-01"),
        (f"D,2026-02-01,{nine()}", "date", "the client has no episode"),
        (f"F,2026-02-01,{nine()}", "client", "several episodes are open on this day"),
        (f"G,2026-02-01,{nine()}", "client", "no client has this code"),
        (f"a,2026-02-01,{nine()}", "client", "other capitals"),
        (f",2026-02-01,{nine()}", "client", "the client is missing"),
        (f"A,2026-02-01,{nine()},7", "", "no name"),
    ],
)
def test_a_row_that_cannot_be_right_is_rejected_at_its_cell(
    clinic: Clinic, row: str, column: str, problem: str
) -> None:
    outcome = clinic.add(f"{HEAD}B,2026-02-01,{nine()}\n{row}\n")
    assert (outcome.accepted, outcome.rejected) == (1, 1)
    assert {(each.line, each.column) for each in outcome.problems} == {(3, column)} or problem.startswith("expected")
    assert problem in outcome.problems[0].problem


def test_all_problems_come_at_once(clinic: Clinic) -> None:
    outcome = clinic.add(
        f"client,date,rater,occasion,therapist,{NINE}\n"
        f"A,2026-02-31,nobody,never,T9,{nine(7)}\n"
        f"Z,2026-02-01,,,,{nine()}\n"
    )
    columns = [each.column for each in outcome.problems]
    assert columns.count("q1") == 1
    assert {"date", "rater", "occasion", "therapist", "client"} <= set(columns)
    assert len([each for each in outcome.problems if each.line == 2]) == 12
    assert outcome.rejected == 2


def test_several_instruments_in_one_file(clinic: Clinic) -> None:
    text = (
        f"client,date,instrument,{NINE}\n"
        f"A,2026-02-01,phq-9,{nine()}\n"
        "A,2026-02-01,gad-7,1,1,1,1,1,1,1,,\n"
        f"A,2026-02-02,gad-7,{nine()}\n"
        f"A,2026-02-03,nonsense,{nine()}\n"
    )
    outcome = clinic.add(text, instrument="", keep_going=True)
    assert (outcome.accepted, outcome.rejected, outcome.forms) == (2, 2, 2)
    assert (4, "q8", "gad-7 has no item of this name") in said(outcome)
    assert "there is no such instrument" in str(said(outcome))
    assert {form.instrument for form in clinic.valid("A")} == {"phq-9", "gad-7"}


def test_one_answer_a_row(clinic: Clinic) -> None:
    rows = "".join(f"A,2026-02-01,q{number},1\n" for number in range(1, 10))
    outcome = clinic.add("client,date,item,value\n" + rows)
    assert (outcome.rows, outcome.accepted, outcome.forms) == (9, 9, 1)
    score = clinic.valid("A")[0].score("total")
    assert score is not None
    assert score.value == 9


def test_a_form_of_which_one_row_is_rejected_stays_out_whole(clinic: Clinic) -> None:
    rows = "".join(f"A,2026-02-01,q{number},{9 if number == 4 else 1}\n" for number in range(1, 10))
    outcome = clinic.add("client,date,item,value\n" + rows + "B,2026-02-01,q1,1\n", keep_going=True)
    assert (outcome.accepted, outcome.rejected) == (1, 9)
    assert (2, "", "another row of the same form was rejected") in said(outcome)
    assert clinic.valid("A") == []


def test_an_item_answered_twice_in_long_data(clinic: Clinic) -> None:
    text = "client,date,item,value\nA,2026-02-01,q1,1\nA,2026-02-01,q1,1\nB,2026-02-01,q1,1\nB,2026-02-01,q1,2\n"
    outcome = clinic.add(text, keep_going=True)
    assert (outcome.accepted, outcome.rejected) == (2, 2)
    assert all("answered twice" in each.problem for each in outcome.problems)


def test_an_unknown_item_in_long_data_is_named_at_its_own_column(clinic: Clinic) -> None:
    outcome = clinic.add("client,date,item,value\nA,2026-02-01,q77,1\n")
    assert said(outcome) == [(2, "item", "phq-9 has no item of this name")]


def test_totals_come_in_as_entered(clinic: Clinic) -> None:
    outcome = clinic.add("client,date,total\nA,2026-02-01,12\n")
    assert outcome.accepted == 1
    (form,) = clinic.valid("A")
    (score,) = form.scores
    assert (score.value, score.status, score.n_items, form.raw) == (12, "entered", 0, {"total": "12"})


@pytest.mark.parametrize("total", ["28", "-1", "x", "1e1", "nan"])
def test_a_total_outside_its_scale_is_rejected(clinic: Clinic, total: str) -> None:
    outcome = clinic.add(f"client,date,total\nA,2026-02-01,{total}\n")
    assert said(outcome) == [(2, "total", "expected 0 to 27")]


def test_totals_beside_their_items_are_rejected(clinic: Clinic) -> None:
    outcome = clinic.add(f"client,date,{NINE},total\nA,2026-02-01,{nine()},9\nB,2026-02-01,{',' * 8},9\n")
    assert [(line, column) for line, column, _ in said(outcome)] == [(2, "total")]


def test_totals_in_long_form(clinic: Clinic) -> None:
    outcome = clinic.add("client,date,scale,value\nA,2026-02-01,total,12\nB,2026-02-01,mood,12\n", keep_going=True)
    assert outcome.accepted == 1
    assert said(outcome) == [(3, "scale", "phq-9 has no scale of this name")]


def test_a_semicolon_file_has_decimal_commas(clinic: Clinic) -> None:
    outcome = clinic.add("client;date;q1;q2;q3;q4\nA;2026-02-01;9,9;5,0;6.3;9,8\n", instrument="ors")
    assert outcome.accepted == 1
    score = clinic.valid("A")[0].score("total")
    assert score is not None
    assert score.value == 31.0
    assert clinic.valid("A")[0].raw["q1"] == "9,9"


def test_a_comma_file_has_none_unless_its_map_says_so(clinic: Clinic) -> None:
    text = 'client,date,q1,q2,q3,q4\nA,2026-02-01,"9,9",5,6,9\n'
    assert clinic.add(text, instrument="ors").rejected == 1
    said_so = Map(
        instrument="ors", decimal=",", columns={name: name for name in ("client", "date", "q1", "q2", "q3", "q4")}
    )
    assert clinic.add(text, said_so).accepted == 1


def test_words_become_numbers_by_the_map_and_the_words_are_kept(clinic: Clinic) -> None:
    columns: dict[str, str | Target] = {"client": "client", "date": "date"}
    columns |= {f"q{number}": f"q{number}" for number in range(1, 9)}
    columns["last"] = Target(item="q9", values={"not at all": 0, "daily": 3})
    mapping = Map(instrument="phq-9", columns=columns, values={"never": 0, "often": 2})
    text = "client,date," + ",".join(columns).removeprefix("client,date,") + "\n"
    outcome = clinic.add(f"{text}A,2026-02-01,{'never,' * 4}{'often,' * 4}daily\n", mapping)
    assert (outcome.accepted, outcome.flagged) == (1, 1)
    (form,) = clinic.valid("A")
    assert (form.raw["q9"], form.numbers["q9"], form.numbers["q8"]) == ("daily", 3, 2)


def test_dates_in_a_named_format(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,03/02/2026,{nine()}\n", date_format="%d/%m/%Y")
    assert outcome.accepted == 1
    assert clinic.valid("A")[0].session_on == date(2026, 2, 3)


def test_rows_that_repeat_another_row_change_nothing_more(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{nine()}\nA,2026-02-01,{nine()}\n")
    assert (outcome.accepted, outcome.unchanged) == (1, 1)


def test_rows_that_contradict_each_other_are_both_rejected(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{nine()}\nA,2026-02-01,{nine(2)}\nB,2026-02-01,{nine()}\n")
    assert (outcome.accepted, outcome.rejected) == (1, 2)
    assert [each.problem for each in outcome.problems] == [
        "the same form with other answers is in line 3",
        "the same form with other answers is in line 2",
    ]


def test_rows_without_answers_change_nothing(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2026-02-01,{',' * 8}\n")
    assert (outcome.unchanged, outcome.written) == (1, False)
    assert outcome.notes == ("1 rows hold no answers",)


def test_a_file_with_a_header_only_changes_nothing(clinic: Clinic) -> None:
    assert clinic.add(HEAD).rows == 0


def test_an_episode_is_named_where_several_are_open(clinic: Clinic) -> None:
    outcome = clinic.add(f"client,date,episode,{NINE}\nF,2026-02-01,EF,{nine()}\nF,2026-02-01,F-1,{nine(2)}\nF,2026-02-01,X,{nine()}\n",
                         keep_going=True)  # fmt: skip
    assert (outcome.accepted, outcome.rejected) == (2, 1)
    assert said(outcome)[0][1] == "episode"
    assert len({form.member_id for form in clinic.valid("F")}) == 2


def test_a_rating_after_the_end_of_the_episode_is_rejected(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        people.close_episode(c, "A-1", on=date(2026, 2, 1), reason="planned end", at=NOW)
    assert clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n").accepted == 1
    outcome = clinic.add(f"{HEAD}A,2026-02-02,{nine()}\n")
    assert said(outcome) == [(2, "date", "this day is after the episode ended, on 2026-02-01")]


def test_an_alliance_form_belongs_to_the_pair_of_that_day(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        people.transfer(c, "A-1", "T2", on=date(2026, 2, 10), at=NOW)
    text = "client,date,q1,q2,q3,q4,q5,q6,q7,q8,q9\n"
    clinic.add(f"{text}A,2026-02-01,{'9,' * 8}9\nA,2026-02-10,{'9,' * 8}9\n", instrument="today-together-client")
    first, second = clinic.valid("A")
    assert first.pair_id is not None
    assert second.pair_id is not None
    assert first.pair_id != second.pair_id


def test_a_therapist_rates_under_their_own_name(clinic: Clinic) -> None:
    outcome = clinic.add(f"client,date,q1,q2\nA,2026-02-01,9,9\n", instrument="today-together-therapist")  # noqa: F541
    assert outcome.accepted == 1
    (form,) = clinic.valid("A")
    assert (form.rater, form.rater_staff_id > 0, form.pair_id is not None) == ("therapist", True, True)


def test_a_therapist_who_was_never_assigned_is_a_problem(clinic: Clinic) -> None:
    outcome = clinic.add(f"client,date,therapist,{NINE}\nA,2026-02-01,T2,{nine()}\nA,2026-02-01,T1,{nine()}\n")
    assert said(outcome) == [(2, "therapist", "this therapist is not assigned to the episode (fit episodes transfer)")]


def test_a_rater_the_instrument_is_not_for(clinic: Clinic) -> None:
    outcome = clinic.add(f"client,date,rater,{NINE}\nA,2026-02-01,therapist,{nine()}\n")
    assert said(outcome) == [(2, "rater", "this instrument is not for this rater")]


def test_ways_out_are_kept_apart_and_are_no_numbers(clinic: Clinic) -> None:
    outcome = clinic.add(
        "client,date,q1,q2,q3\nA,2026-02-01,does-not-fit,rather not say,\n", instrument="arriving-today"
    )
    assert outcome.accepted == 1
    (form,) = clinic.valid("A")
    assert form.raw == {"q1": "does-not-fit", "q2": "rather not say"}
    assert form.numbers["q1"] is None
    other = clinic.add(
        "client,date,q1,q2,q3\nA,2026-02-01,rather-not-say,rather not say,\n", instrument="arriving-today"
    )
    assert other.rejected == 1


def test_free_texts_are_kept_apart_from_the_answers(clinic: Clinic) -> None:
    clinic.add('client,date,q1,keep\nA,2026-02-01,9,"=the plan\nand more"\n', instrument="today-together-client")
    (form,) = clinic.valid("A")
    assert form.texts == {"keep": "=the plan\nand more"}
    assert "keep" not in form.raw


def test_episodes_are_opened_when_asked(clinic: Clinic) -> None:
    text = f"client,date,therapist,{NINE}\nN,2026-02-08,T1,{nine()}\nN,2026-02-01,T1,{nine()}\nD,2026-02-01,,{nine()}\n"
    outcome = clinic.add(text, open_episodes=True)
    assert (outcome.accepted, outcome.episodes_opened) == (3, 2)
    assert any("no therapist" in note for note in outcome.notes)
    with clinic.store.read() as c:
        (episode,) = people.list_episodes(c, client="N")
        assert (episode.opened_on, episode.assignments[0].staff) == (date(2026, 2, 1), "T1")
    assert clinic.add(text, open_episodes=True).unchanged == 3


def test_an_episode_is_opened_under_the_code_that_the_file_gives_it(clinic: Clinic) -> None:
    text = f"client,episode,date,{NINE}\nN,spring,2026-02-08,{nine()}\nN,spring,2026-02-01,{nine()}\nM,m-7,2026-02-01,{nine()}\n"
    outcome = clinic.add(text, open_episodes=True)
    assert (outcome.accepted, outcome.episodes_opened) == (3, 2)
    with clinic.store.read() as c:
        assert [each.code for client in "NM" for each in people.list_episodes(c, client=client)] == ["spring", "m-7"]
    assert clinic.add(text, open_episodes=True).unchanged == 3


def test_the_only_therapist_of_a_practice_is_assigned(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        people.transfer(c, "EF", "T1", on=date(2026, 1, 2), at=NOW)
        c.exec_driver_sql("UPDATE staff SET role = 'administrator' WHERE code = 'T2'")
    clinic.add(f"{HEAD}N,2026-02-08,{nine()}\n", open_episodes=True)
    with clinic.store.read() as c:
        assert people.list_episodes(c, client="N")[0].assignments[0].staff == "T1"


def test_no_episode_is_opened_before_one_that_is_there(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}A,2025-12-01,{nine()}\n", open_episodes=True)
    assert said(outcome)[0][1] == "date"


def test_no_episode_is_opened_for_a_rejected_row(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}N,2026-02-08,{nine(8)}\nM,2026-02-01,{nine()}\nM,2026-01-20,{nine(8)}\n",
                         open_episodes=True, keep_going=True)  # fmt: skip
    assert (outcome.accepted, outcome.episodes_opened) == (1, 1)
    with clinic.store.read() as c:
        assert people.candidates(c, ["N"]) == {}
        assert people.list_episodes(c, client="M")[0].opened_on == date(2026, 2, 1)


@pytest.mark.parametrize("codes", [("x y", "N"), ("N", "n"), ("../x", "N")])
def test_codes_that_cannot_be_codes_are_rejected(clinic: Clinic, codes: tuple[str, str]) -> None:
    text = "".join(f"{code},2026-02-01,{nine()}\n" for code in codes)
    outcome = clinic.add(HEAD + text, open_episodes=True)
    assert outcome.rejected >= 1
    assert all(each.column == "client" for each in outcome.problems)


def test_data_without_dates_are_laid_out_at_steps(clinic: Clinic) -> None:
    outcome = clinic.add("client,session,total\nA,1,10\nA,3,12\nB,2,11\n", start=START, every="2 weeks")
    assert (outcome.accepted, outcome.dates_assumed) == (3, True)
    assert [form.session_on for form in clinic.valid("A")] == [START, date(2026, 2, 2)]
    assert all(form.dates_assumed for form in clinic.valid("A"))
    assert clinic.valid("B")[0].session_given == 2


def test_without_session_numbers_their_order_counts(clinic: Clinic) -> None:
    outcome = clinic.add("client,total\nA,10\nB,11\nA,12\n", start=START, every="1 weeks")
    assert outcome.accepted == 3
    assert [form.session_on for form in clinic.valid("A")] == [START, date(2026, 1, 12)]


@pytest.mark.parametrize(
    ("session", "column"), [("0", "session"), ("x", "session"), ("", "session"), ("900", "session")]
)
def test_a_session_that_gives_no_day_is_rejected(clinic: Clinic, session: str, column: str) -> None:
    outcome = clinic.add(f"client,session,total\nA,1,10\nA,{session},12\n", start=START, every="1 weeks")
    assert [(line, name) for line, name, _ in said(outcome)] == [(3, column)]


def test_dates_and_assumed_dates_do_not_go_together(clinic: Clinic) -> None:
    with pytest.raises(UsageError, match="has dates"):
        clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n", start=START, every="1 weeks")
    with pytest.raises(UsageError, match="--every needs"):
        clinic.add("client,session,total\nA,1,10\n", every="1 weeks", mapping=Map(
            instrument="phq-9", every="1 weeks", columns={"client": "client", "session": "session", "total": "total"}))  # fmt: skip


def wide_by_session(**more: Any) -> Map:
    columns: dict[str, str | Target] = {
        "id": "client",
        "pre": Target(scale="total", session=1),
        "m1": Target(scale="total", session=2, after="1 months"),
        "m2": Target(scale="total", session=3, after="2 months"),
    }
    return Map(instrument="phq-9", start="2026-01-05", columns=columns, ignore=("drug",), **more)


def test_columns_may_be_sessions(clinic: Clinic) -> None:
    outcome = clinic.add("id,drug,pre,m1,m2\nA,x,20,15,\nB,x,,9,8\n", wide_by_session())
    assert (outcome.rows, outcome.accepted, outcome.forms) == (2, 2, 4)
    assert [(form.session_given, form.session_on) for form in clinic.valid("A")] == [(1, START), (2, date(2026, 2, 5))]
    assert all(form.dates_assumed for form in clinic.valid("B"))


def test_a_bad_cell_keeps_its_whole_row_out(clinic: Clinic) -> None:
    outcome = clinic.add("id,drug,pre,m1,m2\nA,x,20,99,\nB,x,,9,8\n", wide_by_session(), keep_going=True)
    assert (outcome.accepted, outcome.rejected, outcome.forms) == (1, 1, 2)
    assert clinic.valid("A") == []


def test_a_dry_run_keeps_nothing_and_says_what_would_be(clinic: Clinic) -> None:
    outcome = clinic.add(f"{HEAD}N,2026-02-01,{nine()}\n", open_episodes=True, dry_run=True)
    assert (outcome.accepted, outcome.written, outcome.batch, outcome.stored) == (1, False, None, ())
    assert clinic.everything() == []


def test_a_missing_or_unknown_column_refuses_the_file(clinic: Clinic) -> None:
    with pytest.raises(DataError, match=r"missing columns: drug2.*unknown columns: drug"):
        clinic.add("id,drug,pre,m1,m2\nA,x,20,15,\n", Map(
            instrument="phq-9", columns={"id": "client", "pre": "total", "drug2": "q1"}))  # fmt: skip
    with pytest.raises(DataError, match="unknown columns: mood"):
        clinic.add(f"client,date,mood,{NINE}\nA,2026-02-01,4,{nine()}\n")


@pytest.mark.parametrize(
    ("head", "said_so"),
    [
        (f"date,{NINE}", "client"),
        (f"client,{NINE}", "date"),
        ("client,date", "answers"),
        ("client,date,value", "item"),
        ("client,date,item,scale,value", "item"),
        (f"client,date,item,value,{NINE}", "columns of their own"),
    ],
)
def test_a_file_that_lacks_something_is_refused(clinic: Clinic, head: str, said_so: str) -> None:
    with pytest.raises(DataError, match=said_so):
        clinic.add(f"{head}\n{',' * head.count(',')}\n")


def test_a_file_without_a_header_line_is_refused_without_repeating_it(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="header line") as caught:
        clinic.add(f"A,2026-02-01,{nine()}\nB,2026-02-01,{nine()}\n")
    assert "2026" not in str(caught.value)


def test_two_columns_of_one_name_are_refused(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="same name: q1"):
        clinic.add("client,date,q1,q1\nA,2026-02-01,1,2\n")


def test_the_instrument_has_to_be_said(clinic: Clinic) -> None:
    with pytest.raises(DataError, match="unknown columns"):
        clinic.add(f"{HEAD}A,2026-02-01,{nine()}\n", instrument="")


def test_every_row_is_counted_once(clinic: Clinic) -> None:
    outcome = clinic.add(
        f"{HEAD}A,2026-02-01,{nine()}\nA,2026-02-01,{nine()}\nB,2026-02-01,{nine(5)}\nC,2026-02-01,{',' * 8}\n",
        keep_going=True,
    )
    assert adds_up(outcome)
    assert (outcome.accepted, outcome.unchanged, outcome.rejected) == (1, 2, 1)


PHQ9 = Map(instrument="phq-9")


def bring(clinic: Clinic, table: RawTable, mapping: Map) -> Outcome:
    ask = Ask(actor="anna", today=date(2026, 3, 12), now=NOW)
    return run_import(clinic.store, clinic.catalog, table, mapping, ask, file="answers.csv")


def with_format(table: RawTable) -> RawTable:
    return replace(table, meant={"Done": "date", "Device": ""}, personal=("Name",), left_out={"test records": 2})


def test_what_a_format_settles_needs_no_map_and_what_names_people_is_dropped_and_said(clinic: Clinic) -> None:
    head = HEAD.replace("date", "Done").strip()
    text = f"{head},Device,Name\nA,2026-02-01,{nine(2)},tablet,Ann Example\n"
    table = with_format(table_of(clinic.folder, text))
    proposals = {each.column: each for each in propose(table, PHQ9, clinic.catalog)}
    assert (proposals["Done"].target, proposals["Done"].how) == ("date", "format")
    assert (proposals["Device"].how, proposals["Name"].how) == ("ignored", "personal")
    outcome = bring(clinic, table, as_map(list(proposals.values()), PHQ9))
    assert outcome.accepted == 1
    assert "dropped because they tell who somebody is: Name" in outcome.notes
    assert "left out on purpose: Device" in outcome.notes
    assert "2 records left out: test records" in outcome.notes
    assert "Ann" not in str(clinic.everything())
