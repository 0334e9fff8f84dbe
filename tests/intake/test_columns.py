from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fit_toolkit.catalog import build, check_file, checks_people
from fit_toolkit.intake.columns import as_map, propose, remarks
from fit_toolkit.intake.mapping import ROLES, Map, Target
from tests.catalog.making import write
from tests.intake.making import CATALOG, Clinic, table_of


def proposals(clinic: Clinic, tmp_path: Path, head: str, base: Map | None = None) -> dict[str, tuple[str, str]]:
    table = table_of(tmp_path, f"{head}\n" + ",".join("1" for _ in head.split(",")))
    found = propose(table, base or Map(instrument="phq-9"), clinic.catalog)
    return {each.column: (each.target, each.how) for each in found}


def test_default_names_are_exact(clinic: Clinic, tmp_path: Path) -> None:
    found = proposals(clinic, tmp_path, "client,date,q1,total")
    assert {how for _, how in found.values()} == {"exact"}


def test_other_spellings_and_usual_names_are_proposed(clinic: Clinic, tmp_path: Path) -> None:
    found = proposals(clinic, tmp_path, "Client ID,DATE,Q 1,PHQ-9 Q2,phq9_3,\u200bq4\u00a0,PHQ9")
    assert found == {
        "Client ID": ("client", "alias"),
        "DATE": ("date", "spelling"),
        "Q 1": ("q1", "spelling"),
        "PHQ-9 Q2": ("q2", "alias"),
        "phq9_3": ("q3", "alias"),
        "\u200bq4\u00a0": ("q4", "spelling"),
        "PHQ9": ("total", "alias"),
    }


def test_a_near_name_is_mentioned_and_never_taken(clinic: Clinic, tmp_path: Path) -> None:
    table = table_of(tmp_path, "cliemt,date,mood,q1\nA,2026-02-01,x,1\n")
    found = propose(table, Map(instrument="phq-9"), clinic.catalog)
    assert (found[0].target, found[0].how, found[0].hint) == ("", "unknown", "did you mean 'client'?")
    made = as_map(found, Map(instrument="phq-9"))
    assert set(made.columns) == {"date", "q1"}
    assert any("cliemt" in remark for remark in remarks(found))


def test_the_exact_name_wins_over_a_likely_one(clinic: Clinic, tmp_path: Path) -> None:
    found = proposals(clinic, tmp_path, "id,client,code,date,q1")
    assert found["client"] == ("client", "exact")
    assert found["id"] == ("", "unknown")
    assert found["code"] == ("", "unknown")


def test_columns_named_after_instruments_are_their_totals_or_items(clinic: Clinic, tmp_path: Path) -> None:
    table = table_of(tmp_path, "client,date,phq9_total,gad7_1\nA,2026-02-01,3,1\n")
    made = as_map(propose(table, Map(), clinic.catalog), Map())
    assert made.columns["phq9_total"] == Target(scale="total", instrument="phq-9")
    assert made.columns["gad7_1"] == Target(item="q1", instrument="gad-7")


def test_the_last_of_a_row_of_items_is_no_total_although_it_is_called_like_one(clinic: Clinic, tmp_path: Path) -> None:
    for head in ("phq[1],phq[2],phq[9]", "phq_1,phq_9", "phq01,phq09"):
        last = head.split(",")[-1]
        assert proposals(clinic, tmp_path, f"client,{head}")[last] == ("", "unknown")
        assert proposals(clinic, tmp_path, f"client,{head}", Map())[last] == ("", "unknown")
    assert proposals(clinic, tmp_path, "client,phq2,phq9,gad2,gad7", Map())["gad7"] == ("gad-7 total", "alias")


def test_the_instruments_named_in_the_file_settle_its_items(clinic: Clinic, tmp_path: Path) -> None:
    table = table_of(tmp_path, "Client,Date,Measure,Q1\nA,2026-02-01,gad-7,1\n")
    found = {each.column: each.target for each in propose(table, Map(), clinic.catalog)}
    assert found == {"Client": "client", "Date": "date", "Measure": "instrument", "Q1": "q1"}


def test_the_column_of_a_side_file_is_left_out(clinic: Clinic, tmp_path: Path) -> None:
    assert proposals(clinic, tmp_path, "client,date,q1,problem")["problem"] == ("", "ignored")


def with_aliases(clinic: Clinic, tmp_path: Path) -> Clinic:
    own = tmp_path / "own"
    own.mkdir()
    for id, alias in (("one", "SCREEN_1"), ("two", "follow 1")):
        file = write(
            own, ("id: demo", f"id: {id}"), ("id: q1,", f'id: q1, aliases: ["{alias}", both],'), name=f"{id}.yaml"
        )
        assert check_file(file) == []
    return replace(clinic, catalog=build([own]))


def test_a_name_that_the_definition_declares_is_exact(clinic: Clinic, tmp_path: Path) -> None:
    own = with_aliases(clinic, tmp_path)
    found = proposals(own, tmp_path, "client,date,SCREEN_1,q2,screen 1", Map(instrument="one"))
    assert found["SCREEN_1"] == ("q1", "exact")
    assert found["screen 1"] == ("", "unknown")  # somebody has it already


def test_a_file_with_declared_names_is_imported_without_a_map(clinic: Clinic, tmp_path: Path) -> None:
    own = with_aliases(clinic, tmp_path)
    outcome = own.add("client,date,SCREEN_1,q2,q3\nA,2026-02-01,3,0,0\n", instrument="one")
    (form,) = own.valid("A")
    assert (outcome.accepted, form.numbers["q1"]) == (1, 3)


def test_the_id_of_an_item_wins_over_its_other_name_wherever_it_stands(clinic: Clinic, tmp_path: Path) -> None:
    own = with_aliases(clinic, tmp_path)
    for head in ("client,date,SCREEN_1,q1", "client,date,q1,SCREEN_1"):
        found = proposals(own, tmp_path, head, Map(instrument="one"))
        assert (found["q1"], found["SCREEN_1"]) == (("q1", "exact"), ("", "unknown"))


def test_of_two_forms_in_one_file_each_has_its_own_other_names(clinic: Clinic, tmp_path: Path) -> None:
    own = with_aliases(clinic, tmp_path)
    table = table_of(
        tmp_path, "client,date,instrument,SCREEN_1,follow 1,both\nA,2026-02-01,one,1,,\nA,2026-02-01,two,,1,\n"
    )
    made = as_map(propose(table, Map(), own.catalog), Map())
    assert made.columns["SCREEN_1"] == Target(item="q1", instrument="one")
    assert made.columns["follow 1"] == Target(item="q1", instrument="two")
    assert made.columns["both"] == "q1"  # of the form that the row names


def test_no_other_name_can_be_one_that_a_column_has_in_every_file() -> None:
    assert set(checks_people.COLUMNS) == set(ROLES)


@pytest.mark.parametrize(
    ("names", "hinted"),
    [
        ([f"Mood_{number}" for number in range(1, 10)], True),
        ([f"week[{number}]" for number in range(1, 10)], True),
        ([f"Mood_{number}" for number in range(9)], False),
        ([f"Mood_{number}" for number in range(1, 9)], False),
    ],
)
def test_columns_numbered_like_the_items_are_said_to_be_them_and_never_taken(
    tmp_path: Path, names: list[str], hinted: bool
) -> None:
    table = table_of(tmp_path, f"client,date,{','.join(names)}\n")
    found = propose(table, Map(instrument="phq-9"), CATALOG)[2:]
    assert all(each.target == "" for each in found)
    assert [each.hint for each in found] == [f"did you mean 'q{at}'?" for at in range(1, 10)] or not hinted
    assert hinted or not any("q9" in each.hint for each in found)
