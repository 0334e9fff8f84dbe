from __future__ import annotations

import importlib
import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Fit

NINE = ",".join(f"q{number}" for number in range(1, 10))
GOOD = ",".join("111111110")


@pytest.fixture
def clinic(fit: Fit) -> Fit:
    """A practice with a therapist and two clients in treatment since January."""
    assert fit("staff", "add", "T1", "--starts", "2025-01-01").code == 0
    fit("clients", "add", "A", "B")
    for code in "AB":
        assert fit("episodes", "open", code, "--therapist", "T1", "--on", "2026-01-05").code == 0
    return fit


def write(tmp_path: Path, text: str, name: str = "answers.csv") -> str:
    (tmp_path / name).write_text(text)
    return str(tmp_path / name)


def test_a_file_comes_in_and_the_same_file_changes_nothing(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\nB,2026-02-01,{GOOD}\n")
    first = clinic("import", file, "--instrument", "phq-9")
    assert first.code == 0
    assert "batch 1, administrations 1 to 2" in first.err
    second = clinic("import", file, "--instrument", "phq-9", "--format", "json")
    assert second.code == 0
    (row,) = json.loads(second.out)["import"]
    assert (row["rows"], row["accepted"], row["unchanged"], row["rejected"]) == (2, 0, 2, 0)


def test_problems_come_all_at_once_with_line_and_column_and_nothing_is_written(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,7{GOOD[1:]}\nX,03/04/2026,{GOOD}\nB,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9", "--format", "json")
    assert outcome.code == 3
    assert "answers.csv:2: q1: expected one of 0, 1, 2, 3" in outcome.err
    (row,) = json.loads(outcome.out)["import"]
    assert [(each["line"], each["column"]) for each in row["problems"]] == [(2, "q1"), (3, "client"), (3, "date")]
    assert row["written"] is False
    assert "no forms" in clinic("void", "--list", "B").err


def test_keep_going_leaves_a_private_side_file_that_can_be_mended(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,7{GOOD[1:]}\nB,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9", "--keep-going")
    assert outcome.code == 4
    side = tmp_path / "answers.rejected.csv"
    assert stat.S_IMODE(side.stat().st_mode) == 0o600
    assert side.read_text("utf-8-sig").startswith(f"client,date,{NINE},problem\nA,2026-02-01,7")
    side.write_text(side.read_text().replace(",7,", ",1,"))
    assert clinic("import", str(side), "--instrument", "phq-9").code == 0
    assert "2026-02-01" in clinic("void", "--list", "A").out


@pytest.mark.parametrize("kind", ["microsoft-forms", "excel"])
def test_rejected_rows_of_a_workbook_come_in_by_the_map_of_the_workbook(clinic: Fit, tmp_path: Path, kind: str) -> None:
    workbook = importlib.import_module("fit_toolkit.plugins.excel_reader.sample").workbook
    own = ["ID", "Start time", "Completion time", "Email", "Name"] if kind != "excel" else ["Completion time"]
    given = (
        [1, "2026-02-01 10:00:00", "2026-02-01 10:04:09", "anonymous", "Canary"]
        if kind != "excel"
        else ["2026-02-01 10:04:09"]
    )
    (tmp_path / "a.xlsx").write_bytes(workbook([[*own, "Code", "M1", "M2"], [*given, "A", "always", "nie"]]))
    said = "format: fit-map/1\nreader: KIND\ninstrument: gad-2\ntimezone: UTC\ndate_format: '%Y-%m-%d %H:%M:%S'\nsettings: {sheet: Sheet1}\n"
    said += "columns: {Completion time: date, Code: client, M1: q1, M2: q2}\nvalues: {often: 3, nie: 0}\n"
    if kind != "excel":
        said = said.replace("settings: {sheet: Sheet1}\n", "encoding: cp1252\n")
    saved = write(tmp_path, said.replace("KIND", kind), "a.map.yaml")
    side = tmp_path / "a.rejected.csv"

    assert clinic("import", str(tmp_path / "a.xlsx"), "--map", saved, "--keep-going").code == 3
    assert "Canary" not in side.read_text()
    side.write_text(side.read_text().replace("always", "often"))

    outcome = clinic("import", str(side), "--map", saved)
    assert outcome.code == 0, outcome.err
    assert "2026-02-01" in clinic("void", "--list", "A").out


def test_rejected_rows_of_an_older_encoding_keep_their_words(clinic: Fit, tmp_path: Path) -> None:
    said = "format: fit-map/1\ninstrument: gad-2\nencoding: cp1252\ncolumns: {client: client, date: date, q1: q1, q2: q2}\nvalues: {häufig: 3, nie: 0}\n"
    saved = write(tmp_path, said, "a.map.yaml")
    (tmp_path / "a.csv").write_bytes("client,date,q1,q2\nA,2026-02-01,häufig,7\n".encode("cp1252"))
    side = tmp_path / "a.rejected.csv"

    assert clinic("import", str(tmp_path / "a.csv"), "--map", saved, "--keep-going").code == 3
    side.write_text(side.read_text("utf-8").replace(",7,", ",nie,"), "utf-8")

    outcome = clinic("import", str(side), "--map", saved)
    assert outcome.code == 0, outcome.err


def test_a_folder_that_cannot_be_written_is_said_and_the_good_rows_stay(
    clinic: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("fit_toolkit.cli.import_.write_atomic", refuse)
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,7{GOOD[1:]}\nB,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9", "--keep-going")
    assert (outcome.code, "cannot be written" in outcome.err) == (4, True)
    assert "2026-02-01" in clinic("void", "--list", "B").out


def test_a_dry_run_keeps_nothing(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9", "--dry-run", "--keep-going")
    assert (outcome.code, "Dry run" in outcome.err) == (0, True)
    assert "no forms" in clinic("void", "--list", "A").err


def test_unknown_columns_are_named_with_what_to_do(clinic: Fit, tmp_path: Path) -> None:
    outcome = clinic(
        "import", write(tmp_path, f"client,date,mood,{NINE}\nA,2026-02-01,1,{GOOD}\n"), "--instrument", "phq-9"
    )
    assert outcome.code == 3
    assert "unknown columns: mood" in outcome.err
    assert "--save-map" in outcome.err


def test_guessed_columns_are_shown_saved_and_never_taken_unasked(clinic: Fit, tmp_path: Path) -> None:
    head = NINE.replace("q", "PHQ9_")
    file = write(tmp_path, f"Client ID,Date,age,{head}\nA,2026-02-01,44,{GOOD}\n")
    saved = tmp_path / "phq.map.yaml"
    first = clinic("import", file, "--instrument", "phq-9", "--save-map", str(saved))
    assert first.code == 3
    assert "Client ID" in first.err
    assert clinic("import", file, "--map", str(saved)).code == 3  # age is still to be settled
    saved.write_text(saved.read_text().replace("ignore: []", "ignore: [age]"))
    done = clinic("import", file, "--map", str(saved))
    assert done.code == 0
    assert "left out on purpose: age" in done.err


WATCHED = ("fit_toolkit.cli.import_.watched", "fit_toolkit.cli.problems.watched")


def test_what_a_cell_holds_is_shown_at_a_terminal_and_never_in_a_log(
    clinic: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, f"client,date,remark,{NINE}\nA,2026-02-01,Canary Doe,{GOOD}\n")
    bad = write(tmp_path, f"client,date,{NINE}\nCanary Doe,2026-02-01,{GOOD}\n", "bad.csv")
    for name, column in ((file, "remark"), (bad, "client")):
        outcome = clinic("import", name, "--instrument", "phq-9", "--dry-run")
        assert (outcome.code, column in outcome.err, "Canary" in outcome.err) == (3, True, False)
    for place in WATCHED:
        monkeypatch.setattr(place, lambda: True)
    for name in (file, bad):
        assert "Canary" in clinic("import", name, "--instrument", "phq-9", "--dry-run").err


@pytest.mark.parametrize(
    "row", ["Canary Doe,2026-02-01,1", "Canary Doe,1,client,1,2,2", "Canary Doe,k17", "client,canary@x.org"]
)
def test_a_file_without_its_header_line_is_told_by_none_of_its_cells(clinic: Fit, tmp_path: Path, row: str) -> None:
    saved = tmp_path / "a.map.yaml"
    outcome = clinic("import", write(tmp_path, f"{row}\n{row}\n"), "--instrument", "phq-9", "--dry-run")
    assert (outcome.code, "header line missing" in outcome.err, "anary" in outcome.err) == (3, True, False)
    if "client" in row:
        assert clinic("import", write(tmp_path, f"{row}\n"), "--save-map", str(saved)).code == 3
        assert not saved.exists()


def test_of_very_many_columns_and_problems_a_person_reads_some(
    clinic: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = ",".join(f"extra_{number}" for number in range(50))
    outcome = clinic("import", write(tmp_path, f"client,date,{many},{NINE}\n"), "--instrument", "phq-9", "--dry-run")
    assert outcome.err.count("\nextra_") == 40
    assert "and 10 more columns: not understood" in outcome.err

    monkeypatch.setattr("fit_toolkit.cli.problems.MOST", 2)
    bad = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,7,7,7,7,7,7,7,7,7\n", "bad.csv")
    outcome = clinic("import", bad, "--instrument", "phq-9", "--format", "json")
    assert outcome.err.count("expected one of") == 2
    assert "and 7 more problems; --format json lists all" in outcome.err
    assert len(json.loads(outcome.out)["import"][0]["problems"]) == 9


def test_a_saved_map_names_the_reader_so_that_the_next_file_is_read_alike(clinic: Fit, tmp_path: Path) -> None:
    text = f"record_id,visit_date,{NINE},evening_complete\nA,2026-02-01,{GOOD},STATE\n"
    saved = tmp_path / "a.map.yaml"
    clinic(
        "import",
        write(tmp_path, text.replace("STATE", "2")),
        "--instrument",
        "phq-9",
        "--save-map",
        str(saved),
        "--dry-run",
    )
    assert "reader: redcap" in saved.read_text()
    saved.write_text(saved.read_text().replace("columns:", "columns:\n  record_id: client"))
    unlike = write(tmp_path, text.replace("STATE", ""))  # without any status this might be anybody's
    assert clinic("import", unlike, "--map", str(saved)).code == 0


def test_a_map_refuses_a_file_that_has_changed(clinic: Fit, tmp_path: Path) -> None:
    saved = write(
        tmp_path,
        "format: fit-map/1\ninstrument: phq-9\ncolumns: {client: client, date: date, total: total}\n",
        "m.yaml",
    )
    outcome = clinic("import", write(tmp_path, "client,date,sum\nA,2026-02-01,3\n"), "--map", saved)
    assert outcome.code == 3
    assert "missing columns: total" in outcome.err
    assert "unknown columns: sum" in outcome.err


def test_a_correction_and_its_undoing(clinic: Fit, tmp_path: Path) -> None:
    head = f"client,date,{NINE}\nA,2026-02-01,"
    clinic("import", write(tmp_path, head + GOOD), "--instrument", "phq-9")
    changed = write(tmp_path, head + "2" + GOOD[1:])
    assert clinic("import", changed, "--instrument", "phq-9").code == 3
    assert clinic("import", changed, "--instrument", "phq-9", "--correct").code == 2
    assert clinic("import", changed, "--instrument", "phq-9", "--correct", "--reason", "misread").code == 0
    undone = clinic("import", "undo", "2", "--reason", "it was right")
    assert undone.code == 0
    assert "1 forms voided, 1 stand again" in undone.err
    listed = json.loads(clinic("void", "--list", "A", "--format", "json").out)["forms"]
    assert [(each["administration"], each["scores"]["total"]) for each in listed] == [(1, 8)]


def test_undo_explains_itself_and_needs_a_reason(clinic: Fit) -> None:
    assert "Usage: fit import undo" in clinic("import", "undo", "--help").out
    assert clinic("import", "undo", "1").code == 2
    assert clinic("import", "undo", "1", "--reason", "x").code == 3


def test_episodes_are_opened_and_dates_assumed_when_asked(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, "client,session,total\nN,1,10\nN,2,12\n")
    outcome = clinic(
        "import", file, "--instrument", "phq-9", "--open-episodes", "--start", "2026-01-05", "--every", "2 weeks"
    )
    assert outcome.code == 0
    listed = json.loads(clinic("void", "--list", "N", "--format", "json").out)["forms"]
    assert [each["session_date"] for each in listed] == ["2026-01-05", "2026-01-19"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--every", "1 weeks"],
        ["--start", "2026-01-05"],
        ["--date-format", "%d"],
        ["--instrument", "phq9"],
        ["--reader", "nothing"],
        ["--encoding", "rot13"],
    ],
)
def test_options_that_cannot_be_meant_are_refused(clinic: Fit, tmp_path: Path, arguments: list[str]) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9", *arguments)
    assert outcome.code in {2, 3}
    assert "unexpected error" not in outcome.err


def test_a_practice_may_say_how_its_files_are_written(clinic: Fit, practice: Path, tmp_path: Path) -> None:
    with (practice / "fit.toml").open("a") as toml:
        toml.write('\n[readers.csv]\nencoding = "cp1252"\n')
    file = tmp_path / "old.csv"
    file.write_bytes(f"client,date,{NINE},problem\nA,2026-02-01,{GOOD},höher\n".encode("cp1252"))
    assert clinic("import", str(file), "--instrument", "phq-9").code == 0


def test_flagged_answers_are_said_without_a_name(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD[:-1]}3\n")
    outcome = clinic("import", file, "--instrument", "phq-9")
    assert "A flagged question was answered (line 2). The answer is 39 days old." in outcome.err
    assert "left" not in outcome.err


def test_a_flagged_question_that_was_left_out_is_said_too(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD[:-1]}\nA,2026-02-08,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9")
    assert "note: 1 form leaves a flagged question out: ask about it" in outcome.err
    totals = write(tmp_path, "client,date,total\nA,2026-02-15,9\n")
    assert "flagged question" not in clinic("import", totals, "--instrument", "phq-9").err


def test_a_cell_cannot_write_to_the_terminal(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\n\x1b[31mA,2026-02-01,{GOOD}\n")
    outcome = clinic("import", file, "--instrument", "phq-9")
    assert outcome.code == 3
    assert "\x1b" not in outcome.err + outcome.out


def test_a_file_of_an_instrument_nobody_named_asks_for_it(clinic: Fit, tmp_path: Path) -> None:
    outcome = clinic("import", write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\n"))
    assert (outcome.code, "--instrument ID" in outcome.err) == (3, True)


def test_items_without_a_column_are_said_because_nothing_can_be_scored(clinic: Fit, tmp_path: Path) -> None:
    outcome = clinic("import", write(tmp_path, "client,date,q1,q2\nA,2026-02-01,1,1\n"), "--instrument", "phq-9")
    assert outcome.code == 0
    assert "note: no column for q3, q4, q5, q6, q7, q8, q9 of phq-9" in outcome.err


def test_a_cell_of_any_length_is_one_short_line(clinic: Fit, tmp_path: Path) -> None:
    text = f"client,date,{NINE}\nA,2026-02-01,{'9' * 5000}{GOOD[1:]}\n"
    outcome = clinic("import", write(tmp_path, text), "--instrument", "phq-9", "--keep-going")
    assert max(map(len, outcome.err.splitlines())) < 200
    assert "Nothing was written. Mend the file." in outcome.err


FLAGGED = ",".join("111111112")
SILENT = f"{','.join('11111111')},"


def test_flagged_answers_of_a_file_are_said_with_their_lines_their_age_and_whom_to_call(
    clinic: Fit, practice: Path, tmp_path: Path
) -> None:
    toml = practice / "fit.toml"
    text = toml.read_text().replace('protocol = ""', 'protocol = "Tell the lead."', 1)
    toml.write_text(text.replace('contact = ""', 'contact = "extension 55"', 1))
    lines = (f"A,2026-02-01,{GOOD}", f"A,2026-03-11,{FLAGGED}", f"B,2026-03-02,{FLAGGED}", f"B,2026-03-09,{SILENT}")
    file = write(tmp_path, "\n".join([f"client,date,{NINE}", *lines]))
    said = clinic("import", file, "--instrument", "phq-9")
    assert said.code == 0
    assert "2 forms hold a flagged answer (lines 3, 4): the newest 1 day old, the oldest 10 days old." in said.err
    assert "Call now: extension 55" in said.err
    assert "Tell the lead." in said.err
    assert "1 form leaves a flagged question out" in said.err
    assert "WARNING" not in said.err
    assert "flagged" not in clinic("import", file, "--instrument", "phq-9").err, "once is enough"


def test_a_file_is_taken_where_nothing_is_written_about_safety_and_that_is_said(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{FLAGGED}\n")
    said = clinic("import", file, "--instrument", "phq-9", "--format", "json")
    assert said.code == 0
    assert "WARNING: nothing says yet what happens after a worrying answer to phq-9." in said.err
    assert 'protocol = "' in said.err
    assert "nobody is named: write [safety] contact in fit.toml" in said.err
    (stored,) = json.loads(said.out)["import"][0]["administrations"]
    assert (stored["flagged"], stored["left_out"]) == (True, False)


def test_a_file_that_asks_nothing_about_safety_needs_no_warning(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, "client,date,q1,q2,q3,q4,q5,q6,q7\nA,2026-02-01,1,1,1,1,1,1,1\n")
    said = clinic("import", file, "--instrument", "gad-7")
    assert (said.code, "WARNING" in said.err) == (0, False)


def test_the_schema_of_maps_is_printed_for_editors(clinic: Fit) -> None:
    printed = clinic("import", "--map-schema")
    assert printed.code == 0
    schema = json.loads(printed.out)
    assert {"timezone", "missing", "columns"} <= set(schema["$defs"]["Map"]["properties"])
    assert {"words", "missing", "values"} <= set(schema["$defs"]["Target"]["properties"])


def test_a_map_saved_twice_is_the_same_and_used_asks_nothing(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\n")
    saved = [tmp_path / name for name in ("one.yaml", "two.yaml")]
    for each in saved:
        assert clinic("import", file, "--instrument", "phq-9", "--dry-run", "--save-map", str(each)).code == 0
    assert saved[0].read_bytes() == saved[1].read_bytes()
    assert clinic("import", file, "--map", str(saved[0])).code == 0


def test_a_file_named_undo_is_given_with_its_folder(
    clinic: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, f"client,date,{NINE}\nA,2026-02-01,{GOOD}\n", "undo")
    monkeypatch.chdir(tmp_path)
    assert clinic("import", "./undo", "--instrument", "phq-9", "--reader", "csv").code == 0


def test_times_of_day_are_taken_with_a_zone_and_become_days_of_the_practice(clinic: Fit, tmp_path: Path) -> None:
    file = write(tmp_path, f"client,date,{NINE}\nA,2026-02-01T23:30,{GOOD}\n")
    assert clinic("import", file, "--instrument", "phq-9").code == 3
    assert clinic("import", file, "--instrument", "phq-9", "--timezone", "America/New_York").code == 0
    assert "2026-02-02" in clinic("void", "--list", "A").out
    assert clinic("import", file, "--instrument", "phq-9", "--timezone", "New York").code == 2
