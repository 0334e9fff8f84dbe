"""`fit analyze score`: files in, files out, without a practice."""

from __future__ import annotations

import csv
import errno
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import set_up
from tests.cli.conftest import Outside
from tests.keyed import write_keyed

Score = Callable[..., tuple[int, str, str]]
NINE = ",".join(f"q{number}" for number in range(1, 10))
HEAD = "row,scale,value,n_answered,status,band,risk\n"


@pytest.fixture
def score(tmp_path: Path, outside: Outside) -> Score:
    """Score a text as a file in a folder without a practice."""

    def call(content: str | bytes, *options: str, instrument: str = "phq-9") -> tuple[int, str, str]:
        data = content.encode() if isinstance(content, str) else content
        (tmp_path / "answers.csv").write_bytes(data)
        return outside("analyze", "score", "answers.csv", "--instrument", instrument, *options)

    return call


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text())))


def nine(answer: str, last: str = "0") -> str:
    return ",".join([answer] * 8 + [last])


def test_each_row_becomes_one_line_per_scale_numbered_from_one(score: Score) -> None:
    code, out, err = score(f"{NINE}\n{nine('2')}\n{nine('0', '1')}\n")
    assert code == 0
    assert out == f"{HEAD}1,total,16,9,complete,moderately severe,\n2,total,1,9,complete,minimal,q9\n"
    assert err == "PHQ-9: 2 rows, 1 per row: 2 complete\n"


def test_id_columns_are_handed_through_as_they_are(score: Score) -> None:
    _, out, _ = score(
        f'wave,client,{NINE},note\n1,"Ann, B",{nine("1")},x\n2," 007",{nine("1")},y\n', "--id", "client", "--id", "wave"
    )
    assert out.splitlines()[0] == "client,wave,scale,value,n_answered,status,band,risk"
    assert [row[:4] for row in csv.reader(io.StringIO(out))][1:] == [
        ["Ann, B", "1", "total", "8"],
        [" 007", "2", "total", "8"],
    ]


def test_columns_of_other_names_are_given_in_published_order(score: Score) -> None:
    names = [f"item {number}" for number in range(9, 0, -1)]
    answers = ["3"] + ["0"] * 8  # the ninth item is the first column
    _, out, _ = score(f"{','.join(names)}\n{','.join(answers)}\n", "--items", ",".join(reversed(names)))
    assert out == f"{HEAD}1,total,3,9,complete,minimal,q9\n"


def test_numbers_are_written_exactly(score: Score) -> None:
    _, out, _ = score("q1,q2,q3,q4\n7.5,7.5,7.5,7.5\n1.3,1.3,1.3,1.3\n0.1,0.2,0.3,0.1\n", instrument="ors")
    assert [row["value"] for row in csv.DictReader(io.StringIO(out))] == ["30", "5.2", "0.7"]


@pytest.mark.parametrize("cell", ["", " ", "rather-not-say", "NA", "n/a", "#N/A", "NaN", "NULL"])
def test_only_an_empty_cell_a_way_out_or_a_word_of_other_software_is_no_answer(score: Score, cell: str) -> None:
    code, out, _ = score(f"{NINE}\n{nine('1', cell)}\n")
    assert code == 0
    assert [row["n_answered"] for row in csv.DictReader(io.StringIO(out))] == ["8"]


def test_where_na_is_a_code_of_the_item_it_is_an_answer(score: Score, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write_two(practice / "instruments")
    form = practice / "instruments" / "two.yaml"
    coded = "{id: q1, options: [{value: 0, code: never}, {value: 3, code: NA, label: nearly always}]}"
    form.write_text(form.read_text().replace("{id: q1, range: [0, 3]}", coded))
    (tmp_path / "answers.csv").write_text("q1,q2,q3\nNA,1,0\nnever,NA,0\n")
    call = ("--practice", str(practice), "analyze", "score", "answers.csv", "--instrument", "two", "-o", "out.csv")
    assert run(call) == 0
    first = [row for row in read(tmp_path / "out.csv") if row["scale"] == "first"]
    assert [(row["value"], row["n_answered"]) for row in first] == [("4", "2"), ("", "1")]


def test_a_blank_row_is_passed_over_and_the_others_keep_their_numbers(score: Score) -> None:
    code, out, err = score(f"{NINE}\n{nine('1', '1')}\n{nine('', '')}\n{nine('2', '2')}\n")
    assert code == 0
    assert [(row["row"], row["value"]) for row in csv.DictReader(io.StringIO(out))] == [("1", "9"), ("3", "18")]
    assert err.startswith("1 blank row passed over\n")


@pytest.mark.parametrize("cell", ["NA!", "none", ".", "4", "-1", "1.5", "0x1", "1e0", "٣", "secret", "inf", "-"])
def test_a_cell_that_is_no_answer_is_named_by_place_and_spoils_its_scale_only(score: Score, cell: str) -> None:
    code, out, err = score(f"{NINE}\n{nine('1')}\n\n{nine(cell, '0')}\n")
    assert code == 4
    assert [row["status"] for row in csv.DictReader(io.StringIO(out))] == ["complete", "unscorable"]
    named = [f"answers.csv:4: q{number}: expected one of 0, 1, 2, 3" for number in range(1, 9)]
    counts = "PHQ-9: 2 rows, 1 per row: 1 complete, 1 unscorable; 8 cells are no permitted answer"
    assert err.splitlines() == [*named, counts]  # and nothing of what the cells hold


def test_other_scales_of_the_row_are_scored(score: Score, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write_two(practice / "instruments")
    code, out, _ = score("q1,q2,q3\n1,x,2\n", instrument="two")
    assert (code, out) == (3, "")  # a folder without a practice does not know it
    (tmp_path / "answers.csv").write_text("q1,q2,q3\n1,x,2\n")
    assert (
        run(["--practice", str(practice), "analyze", "score", "answers.csv", "--instrument", "two", "-o", "out.csv"])
        == 4
    )
    found = {row["scale"]: row for row in read(tmp_path / "out.csv")}
    assert {scale: (row["value"], row["status"]) for scale, row in found.items()} == {
        "total": ("", "unscorable"), "first": ("", "unscorable"), "second": ("2", "complete"), "both": ("", "unscorable"),
    }  # fmt: skip
    assert {row["risk"] for row in found.values()} == {"q3"}  # on each line of the row
    assert found["second"]["n_answered"] == "1"


def write_two(folder: Path) -> None:
    (folder / "two.yaml").write_text("""\
format: fit-instrument/1
id: two
version: "1"
title: Two
construct: symptoms
raters: [client]
direction: higher_is_worse
licence: {status: open, electronic_use: allowed, text_included: false}
validation: {status: unknown}
items:
  - {id: q1, range: [0, 3]}
  - {id: q2, range: [0, 3]}
  - {id: q3, range: [0, 3]}
scales:
  - {id: total, scales: [first, second], range: [0, 9]}
  - {id: first, items: [q1, q2], range: [0, 6]}
  - {id: second, items: [q3], range: [0, 3]}
  - {id: both, method: all-of, range: [0, 1], conditions: [{scale: first, operator: ">=", value: 2}, {scale: second, operator: ">=", value: 2}]}
risk:
  - {id: danger, item: q3, operator: ">=", value: 2, meaning: danger, source: book}
sources: {book: {text: made up}}
tests:
  - {given: {q1: 1, q2: 1, q3: 2}, expect: {total: 4, first: 2, second: 2, both: 1}}
""")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (f"{NINE}\n1,2\n", "answers.csv:2: 2 cells under 9 columns"),
        (f"{NINE}\n{nine('1')}\n{nine('1')},1\n", "answers.csv:3: 10 cells under 9 columns"),
        (f"{NINE},q1\n{nine('1')},1\n", "columns with the same name: q1"),
        (f"{NINE[3:]}\n{nine('1')[2:]}\n", "there is no column q1"),
        (f"{NINE}\n{nine('1')}\n".encode("utf-16"), "not UTF-8"),
        (f"{NINE},name\n{nine('1')},Zoë\n".encode("latin-1"), "answers.csv:2: not UTF-8"),
        ("", "the file is empty"),
        (f'{NINE}\n"1,2\n', "no separated text"),
    ],
)
def test_a_file_that_cannot_be_read_for_certain_is_refused_whole(
    score: Score, tmp_path: Path, content: str | bytes, says: str
) -> None:
    code, out, err = score(content, "--output", "out.csv")
    assert (code, out) == (3, "")
    assert says in err
    assert not (tmp_path / "out.csv").exists()


def test_an_unknown_instrument_is_refused_with_the_nearest(score: Score) -> None:
    code, out, err = score(f"{NINE}\n", instrument="phq9")
    assert (code, out) == (3, "")
    assert "phq-9" in err


@pytest.mark.parametrize("options", [("--items", "q1,q2"), ("--id", "scale"), ("--rater", "therapist")])
def test_a_request_that_cannot_be_meant_is_refused(score: Score, options: tuple[str, ...]) -> None:
    code, out, _ = score(f"{NINE},scale\n{nine('1')},x\n", *options)
    assert (code, out) == (2, "")


def test_a_column_that_is_asked_for_has_to_be_there(score: Score) -> None:
    assert score(f"{NINE}\n{nine('1')}\n", "--id", "client")[0] == 3
    assert score(f"{NINE}\n{nine('1')}\n", "--age", "age")[0] == 3


def test_a_file_without_rows_gives_the_header_only(score: Score) -> None:
    assert score(f"{NINE}\n")[:2] == (0, HEAD)
    assert score(f"{NINE}\n", "--id", "q1")[:2] == (0, HEAD.replace("row", "q1"))
    assert json.loads(score(f"{NINE}\n", "--format", "json")[1]) == {"schema": "fit/scores/1", "scores": []}


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_separators_and_line_ends_of_spreadsheets_are_read(
    score: Score, mark: bytes, delimiter: str, end: str
) -> None:
    text = f"{NINE}{end}{nine('1')}{end}".replace(",", delimiter)
    assert score(mark + text.encode())[:2] == (0, f"{HEAD}1,total,8,9,complete,mild,\n")


def test_a_decimal_comma_is_read_where_it_is_the_only_sign(score: Score) -> None:
    code, out, _ = score("q1;q2;q3;q4\n7,5;2;3,5;10\n", instrument="ors")
    assert (code, out.splitlines()[1].split(",")[2]) == (0, "23")


def test_points_and_commas_in_one_file_are_refused(score: Score) -> None:
    code, out, err = score("q1;q2;q3;q4\n7,5;2.5;3;10\n", instrument="ors")
    assert (code, out) == (3, "")
    assert "decimal comma" in err


def test_json_has_the_same_cells(score: Score) -> None:
    _, out, _ = score(f"{NINE}\n{nine('1', '2')}\n{nine('1', '')}\n", "--format", "json")
    listed = json.loads(out)
    assert listed["schema"] == "fit/scores/1"
    assert listed["scores"][0] == {
        "row": 1, "scale": "total", "value": 10, "n_answered": 9, "status": "complete", "band": "moderate", "risk": "q9",
    }  # fmt: skip
    assert (listed["scores"][1]["value"], listed["scores"][1]["status"]) == (None, "unscorable")


def test_stdin_is_read_and_a_file_is_written_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{NINE}\n{nine('9')}\n".encode())))
    assert run(["analyze", "score", "-", "--instrument", "phq-9", "--output", "out.csv"]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "stdin:2: q1: expected" in captured.err
    assert (tmp_path / "out.csv").read_text() == f"{HEAD}1,total,,1,unscorable,,\n"


def test_the_file_that_was_read_is_never_written_over(score: Score, tmp_path: Path) -> None:
    answers = f"{NINE}\n{nine('2')}\n"
    code, _, err = score(answers, "-o", "./answers.csv")
    assert code == 2
    assert "would be written over" in err
    assert (tmp_path / "answers.csv").read_text() == answers


@pytest.mark.parametrize(
    ("number", "said"), [(errno.ENOSPC, "No space left on device"), (errno.EACCES, "Permission denied")]
)
def test_a_disk_that_is_full_or_not_ours_is_named_and_leaves_nothing_by_half(
    score: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def full(handle: int) -> None:
        raise OSError(number, "full", "a-private-name")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = score(f"{NINE}\n{nine('2')}\n", "-o", "scores.csv")
    assert code == 5
    assert err == f"fit: the machine refused a file: {said} (see who may write there, and whether there is room)\n"
    assert [file.name for file in tmp_path.iterdir()] == ["answers.csv"]


def test_a_flagged_answer_beyond_the_permitted_ones_is_not_spared(score: Score) -> None:
    code, out, _ = score(f"{NINE}\n{nine('1', '4')}\n")
    assert code == 4
    assert out.splitlines()[1] == "1,total,,8,unscorable,,q9"


def test_who_was_asked_decides_the_figures_for_some_people_only(score: Score, tmp_path: Path) -> None:
    practice = set_up(tmp_path / "practice")
    write_keyed(practice / "instruments")
    (tmp_path / "people.csv").write_text("q1,q2,years,sex\n1,1,12,F\n1,1,12,male\n1,1,,female\n1,1,40,Other\n")
    arguments = [
        "--practice",
        str(practice),
        "analyze",
        "score",
        "people.csv",
        "--instrument",
        "keyed",
        "-o",
        "out.csv",
    ]
    assert run([*arguments, "--age", "years", "--sex", "sex", "--rater", "client"]) == 0
    rows = read(tmp_path / "out.csv")
    assert [row["band"] for row in rows if row["scale"] == "total"] == ["girl high", "boy low", "", ""]
    assert [row["value"] for row in rows if row["scale"] == "t"] == ["50", "51", "50", ""]


def test_what_is_wrong_about_a_person_is_named_and_the_rest_is_scored(score: Score) -> None:
    code, out, err = score(f"{NINE},age,sex\n{nine('1')},old,x\n", "--age", "age", "--sex", "sex")
    assert (code, out) == (4, f"{HEAD}1,total,8,9,complete,mild,\n")
    assert "answers.csv:2: age: expected an age in years" in err
    assert "answers.csv:2: sex: expected female, male or other" in err


def test_many_bad_cells_are_counted_and_not_all_listed(score: Score) -> None:
    _, _, err = score(f"{NINE}\n" + f"{nine('x')}\n" * 20)
    assert err.count("answers.csv:") == 50
    assert "and 110 more cells" in err


def test_columns_that_are_nearly_called_so_are_offered_and_not_taken(score: Score) -> None:
    code, out, err = score("Q 1,Q_2,q3,Q-4,Q5,Q6,Q7\n1,1,1,1,1,1,1\n", instrument="gad-7")
    assert (code, out) == (3, "")
    assert "--items 'Q 1,Q_2,q3,Q-4,Q5,Q6,Q7'" in err
