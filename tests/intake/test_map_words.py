"""What a map says about words, about texts that are no answer, and about times of day reaches the store."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from fit_toolkit.errors import DataError
from fit_toolkit.intake.mapping import Map, Target, as_yaml, load_map
from fit_toolkit.intake.records import Outcome
from tests.intake.making import HEAD, Clinic, nine

ITEMS: dict[str, str | Target] = {f"q{number}": f"q{number}" for number in range(1, 10)}
WHO: dict[str, str | Target] = {"client": "client", "date": "date"}


def said(outcome: Outcome) -> list[str]:
    return [each.at("f") for each in outcome.problems]


def test_texts_that_are_no_answer_are_left_out_of_form_and_store(clinic: Clinic) -> None:
    made = Map(
        instrument="phq-9", columns={**WHO, **ITEMS, "q9": Target(item="q9", missing=("none",))}, missing=("-99",)
    )
    text = HEAD + "A,2026-02-01,1,1,1,1,1,1,1,-99,none\nB,2026-02-01" + ",-99" * 9 + "\n"
    outcome = clinic.add(text, made)
    assert (said(outcome), outcome.accepted, outcome.unchanged) == ([], 1, 1)
    (form,) = clinic.valid("A")
    assert (form.raw.get("q8"), form.numbers["q8"], form.numbers["q9"]) == (None, None, None)
    assert clinic.add(text, made).accepted == 0, "the same file again changes nothing"


def test_a_text_that_is_missing_in_one_column_is_wrong_in_another(clinic: Clinic) -> None:
    made = Map(instrument="phq-9", columns={**WHO, **ITEMS, "q9": Target(item="q9", missing=("none",))})
    outcome = clinic.add(HEAD + "A,2026-02-01,none,1,1,1,1,1,1,1,none\n", made)
    assert [each.column for each in outcome.problems] == ["q1"]


def test_words_of_the_file_stand_for_raters_occasions_and_instruments(clinic: Clinic) -> None:
    made = Map(
        columns={
            **WHO,
            "who": Target(role="rater", words={"Patient": "client"}, missing=("N/A",)),
            "what": Target(role="instrument", words={"PHQ": "phq-9"}),
            "when": Target(role="occasion", words={"T0": "start"}),
            **ITEMS,
        }
    )
    text = f"client,date,who,what,when,{','.join(ITEMS)}\nA,2026-02-01,Patient,PHQ,T0,{nine()}\nB,2026-02-01,N/A,PHQ,,{nine()}\n"
    assert said(clinic.add(text, made)) == []
    (form,) = clinic.valid("A")
    assert (form.rater, form.instrument, form.occasion) == ("client", "phq-9", "start")
    assert len(clinic.valid("B")) == 1


def test_a_long_file_may_name_items_and_answers_in_its_own_words(clinic: Clinic) -> None:
    made = Map(
        instrument="phq-9",
        columns={
            **WHO,
            "question": Target(role="item", words={"Interest": "q1", "Mood": "q2"}),
            "answer": Target(role="value", values={"never": 0}, missing=("-99",)),
        },
        values={"daily": 3},
    )
    text = (
        "client,date,question,answer\nA,2026-02-01T10:00:00Z,Interest,daily\n"
        "A,2026-02-01T10:00:09Z,Mood,never\nA,2026-02-01T10:01:00Z,q3,-99\n"
    )
    outcome = clinic.add(text, made)
    assert said(outcome) == []
    (form,) = clinic.valid("A")
    assert {id: value for id, value in form.numbers.items() if value is not None} == {"q1": 3, "q2": 0}


def test_a_time_of_day_is_kept_beside_the_local_day(clinic: Clinic) -> None:
    made = Map(instrument="phq-9", columns={**WHO, **ITEMS}, timezone="UTC")
    outcome = clinic.add(HEAD + f"A,2026-03-01T23:30:00,{nine()}\n", made, zone="Europe/Berlin")
    assert said(outcome) == []
    (form,) = clinic.valid("A")
    assert form.session_on == date(2026, 3, 2)
    assert (form.rated_at, form.rated_offset) == (datetime.fromisoformat("2026-03-01T23:30"), 0)


def test_a_time_without_a_zone_is_refused_with_what_to_do(clinic: Clinic) -> None:
    outcome = clinic.add(HEAD + f"A,2026-03-01 23:30,{nine()}\n", Map(instrument="phq-9", columns={**WHO, **ITEMS}))
    assert "timezone" in outcome.problems[0].problem


def test_an_hour_that_came_twice_is_taken_and_said(clinic: Clinic) -> None:
    made = Map(instrument="phq-9", columns={**WHO, **ITEMS}, timezone="America/Sao_Paulo", date_format="%d.%m.%Y %H:%M")
    with_twice = Map(**{**{name: getattr(made, name) for name in made.__struct_fields__}, "timezone": "Europe/Berlin"})
    text = HEAD + f"A,25.10.2026 02:30,{nine()}\n"
    outcome = clinic.add(text, with_twice, zone="Europe/Berlin", today=date(2026, 11, 1))
    assert [note for note in outcome.notes if "twice" in note] == [
        "1 times lie in an hour that the clocks went through twice; the first was taken"
    ]


@pytest.mark.parametrize("long", [False, True])
def test_answers_in_another_unit_are_brought_into_that_of_the_instrument(clinic: Clinic, long: bool) -> None:
    ids = ("q1", "q2", "q3", "q4")
    columns: dict[str, str | Target] = {id: Target(item=id, factor=0.1) for id in ids}
    if long:
        columns = {"item": "item", "value": Target(role="value", factor=0.1, values={"top": 10})}
    made = Map(instrument="ors", columns={**WHO, **columns}, missing=("-9",))
    answers = dict(zip(ids, ("73", "100", "top" if long else "100.0", "-9"), strict=True))
    text = f"client,date,{','.join(ids)}\nA,2026-02-01,{','.join(answers.values())}\n"
    if long:
        text = "client,date,item,value\n" + "".join(f"A,2026-02-01,{id},{word}\n" for id, word in answers.items())

    assert said(clinic.add(text, made)) == []

    (form,) = clinic.valid("A")
    assert [form.numbers[id] for id in ids] == [7.3, 10, 10, None]
    assert form.raw["q1"] == "73"
    over = clinic.add(text.replace("73", "101").replace("02-01", "02-02"), made)
    assert [each.value for each in over.problems if "another row" not in each.problem] == ["101"]


def test_a_role_of_the_diary_is_refused_in_a_file_of_ratings(clinic: Clinic) -> None:
    made = Map(instrument="phq-9", columns={**WHO, "state": Target(role="status"), **ITEMS})
    with pytest.raises(DataError, match="only a diary has"):
        clinic.add(f"client,date,state,{','.join(ITEMS)}\nA,2026-02-01,held,{nine()}\n", made)


def test_the_new_keys_come_back_as_they_were_written(tmp_path: Path) -> None:
    made = Map(
        timezone="Europe/Berlin",
        date_format="%d.%m.%Y %H:%M",
        columns={
            "a": Target(role="rater", words={"Patient": "client", "": "x"}, missing=("N/A", "-")),
            "b": Target(item="q1", factor=0.1),
        },
        missing=("-99", "999", "N/A", ""),
    )
    file = tmp_path / "map.yaml"
    file.write_text(as_yaml(made), encoding="utf-8")
    assert load_map(file) == made


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("timezone: Berlin", "no such time zone"),
        ("date_format: '%d.%m'", "once each"),
        ("columns: {a: {role: client, words: {x: y}}}", "only these roles have words"),
        ("columns: {a: {item: q1, words: {x: y}}}", "only these roles have words"),
        ("columns: {a: {role: session, factor: 2}}", "only answers and totals have a factor"),
        ("columns: {a: {item: q1, factor: 0}}", ">"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, line: str, problem: str) -> None:
    file = tmp_path / "map.yaml"
    file.write_text(f"format: fit-map/1\n{line}\n")
    with pytest.raises(DataError, match=problem):
        load_map(file)
