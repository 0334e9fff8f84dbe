from __future__ import annotations

from pathlib import Path

from fit_toolkit.intake.columns import as_map, propose, remarks
from fit_toolkit.intake.mapping import Map, Target
from tests.intake.making import Clinic, table_of


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


def test_the_instruments_named_in_the_file_settle_its_items(clinic: Clinic, tmp_path: Path) -> None:
    table = table_of(tmp_path, "Client,Date,Measure,Q1\nA,2026-02-01,gad-7,1\n")
    found = {each.column: each.target for each in propose(table, Map(), clinic.catalog)}
    assert found == {"Client": "client", "Date": "date", "Measure": "instrument", "Q1": "q1"}


def test_the_column_of_a_side_file_is_left_out(clinic: Clinic, tmp_path: Path) -> None:
    assert proposals(clinic, tmp_path, "client,date,q1,problem")["problem"] == ("", "ignored")
