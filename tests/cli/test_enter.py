from __future__ import annotations

import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from fit_toolkit.practice import open_practice
from fit_toolkit.store import runs
from tests.cli.conftest import Fit


@pytest.fixture
def clinic(fit: Fit, practice: Path) -> Fit:
    """A practice with its safety settings written, a therapist and two clients."""
    toml = practice / "fit.toml"
    text = toml.read_text().replace('protocol = ""', 'protocol = "Tell the lead."', 1)
    toml.write_text(text.replace('contact = ""', 'contact = "extension 55"', 1))
    assert fit("staff", "add", "T1", "--starts", "2025-01-01").code == 0
    fit("clients", "add", "A", "B")
    for code in "AB":
        assert fit("episodes", "open", code, "--therapist", "T1", "--on", "2026-01-05").code == 0
    return fit


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is typed; tests write into it before they run a command."""
    typed = io.StringIO()
    monkeypatch.setattr("sys.stdin", typed)
    return typed


def type_in(stdin: io.StringIO, text: str) -> None:
    stdin.seek(0)
    stdin.truncate()
    stdin.write(text)
    stdin.seek(0)


def forms(clinic: Fit, client: str = "A") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(clinic("void", "--list", client, "--format", "json").out)["forms"]
    return found


def test_a_line_of_digits_is_stored(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "111111110\n")
    outcome = clinic("enter", "A", "phq-9", "--by", "anna")
    assert outcome.code == 0
    assert "version 1.0" in outcome.err
    assert "add up to 8" in outcome.err
    assert "administration 1" in outcome.out
    assert "total 8 (mild)" in outcome.out
    assert [(each["entered_by"], each["mode"]) for each in forms(clinic)] == [("anna", "paper")]


def test_who_types_comes_from_the_environment(clinic: Fit, stdin: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIT_USER", "front desk")
    type_in(stdin, "111111110\n")
    clinic("enter", "A", "phq-9")
    assert forms(clinic)[0]["entered_by"] == "front desk"


def test_a_flagged_answer_says_whom_to_call_and_how_old_it_is(clinic: Fit) -> None:
    outcome = clinic("enter", "A", "phq-9", "--answers", "111111113", "--date", "2026-03-02")
    assert "A flagged question was answered. The answer is 10 days old." in outcome.err
    assert "extension 55" in outcome.err
    assert "Tell the lead." in outcome.err
    left_out = clinic("enter", "B", "phq-9", "--answers", "11111111-")
    assert "was left out" in left_out.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["enter", "A", "phq-9", "--answers", "111111113"],
        ["enter", "--batch", "phq-9"],
        ["form", "--blank", "arriving-today"],
        ["form", "A", "arriving-today"],
    ],
)
def test_a_form_with_a_flagged_question_needs_the_protocol_first_and_says_the_line_to_write(
    fit: Fit, arguments: list[str]
) -> None:
    outcome = fit(*arguments)
    assert (outcome.code, outcome.out) == (5, "")
    assert "fit.toml: " in outcome.err
    assert 'write under [safety]: protocol = "' in outcome.err
    assert 'contact = "' in outcome.err


def test_the_line_to_write_is_one_that_helps(fit: Fit, practice: Path) -> None:
    asked = fit("form", "--blank", "arriving-today").err
    toml = practice / "fit.toml"
    text = toml.read_text()
    for line in asked[asked.index("protocol =") :].strip().removesuffix(")").split("; "):
        text = text.replace(f'{line.partition(" ")[0]} = ""', line, 1)
    toml.write_text(text)
    assert fit("form", "--blank", "arriving-today").code == 0


def test_a_form_without_such_a_question_needs_none(fit: Fit) -> None:
    assert fit("form", "--blank", "today-together-client").code == 0


def test_a_day_of_forms_of_which_none_may_be_printed_ends_with_the_line_to_write(fit: Fit, tmp_path: Path) -> None:
    fit("staff", "add", "T1", "--starts", "2025-01-01")
    fit("clients", "add", "A")
    fit("episodes", "open", "A", "--therapist", "T1", "--on", "2026-01-05")
    fit("plan", "add", "arriving-today", "--occasion", "start", "--every-sessions", "1")
    fit("appointments", "add", "A-1", "--on", "2026-03-12")
    outcome = fit("form", "--date", "2026-03-12", "-o", str(tmp_path / "forms"), "--as", "html")
    assert (outcome.code, "write under [safety]" in outcome.err) == (5, True)
    fit("plan", "add", "today-together-client", "--occasion", "end", "--every-sessions", "1")
    assert fit("form", "--date", "2026-03-12", "-o", str(tmp_path / "forms"), "--as", "html").code == 4


def test_in_a_pile_a_flagged_answer_is_said_with_its_line(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "A 2026-03-11 111111110\nB 2026-03-11 111111112\n\n")
    said = clinic("enter", "--batch", "phq-9").err
    assert said.count("A flagged question was answered") == 1
    assert "A flagged question was answered (line 2). The answer is 1 day old." in said


def test_a_policy_of_the_practices_own_is_heard_at_once(clinic: Fit, practice: Path) -> None:
    own = '\n[[policies]]\nid = "own"\nkind = "risk"\ninstrument = "phq-9"\nscale = "q1"\ntrigger = 3\n'
    toml = practice / "fit.toml"
    toml.write_text(toml.read_text() + own)
    assert "A flagged question was answered" in clinic("enter", "A", "phq-9", "--answers", "311111110").err
    assert "A flagged question" not in clinic("enter", "B", "phq-9", "--answers", "211111110").err


def test_other_answers_are_refused_and_the_same_are_not(clinic: Fit) -> None:
    assert clinic("enter", "A", "phq-9", "--answers", "111111110").code == 0
    same = clinic("enter", "A", "phq-9", "--answers", "111111110")
    assert (same.code, "was there already" in same.out) == (0, True)
    other = clinic("enter", "A", "phq-9", "--answers", "222222220")
    assert (other.code, "administration 1" in other.err) == (3, True)
    right = clinic("enter", "A", "phq-9", "--answers", "222222220", "--correct", "--reason", "misread")
    assert right.code == 0


def test_wrong_digits_are_refused_without_repeating_them(clinic: Fit) -> None:
    outcome = clinic("enter", "A", "phq-9", "--answers", "111911111")
    assert outcome.code == 3
    assert "answer 4 (energy): expected one of 0, 1, 2, 3" in outcome.err


def test_off_a_terminal_nothing_is_asked(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "")
    assert clinic("enter", "A", "phq-9").code == 2
    assert clinic("enter", "A").code == 2


def test_a_pile_is_typed_line_by_line(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "A 2026-03-02 111111110\nB . 111111111\nA yesterday 2 2 2 2 2 2 2 2 0\nundo\n\nB today 1\n")
    outcome = clinic("enter", "--batch", "phq-9")
    assert outcome.code == 0
    assert "Took back administration 3." in outcome.err
    assert "2 forms stored, 0 were there already, 0 lines not taken. Batch 1." in outcome.err
    assert [each["session_date"] for each in forms(clinic)] == ["2026-03-02"]
    assert clinic("import", "undo", "1", "--reason", "wrong pile").code == 0
    assert forms(clinic, "B") == []


def test_a_line_that_cannot_be_taken_does_not_stop_the_pile(clinic: Fit, stdin: io.StringIO) -> None:
    lines = ["A 2026-03-02 1111", "X 2026-03-02 111111110", "A 02.03.2026 111111110", "A", "use nothing",
             "use gad-7", "A 2026-03-02 1111111", "A 2026-03-02 1111111", "undo", "undo"]  # fmt: skip
    type_in(stdin, "\n".join(lines))
    outcome = clinic("enter", "--batch", "phq-9")
    assert outcome.code == 4
    assert "0 forms stored, 1 was there already, 6 lines not taken" in outcome.err
    type_in(stdin, "A 2026-03-02 1111\n")
    assert clinic("enter", "--batch", "phq-9").code == 3


def test_a_form_moves_to_the_client_it_belongs_to(clinic: Fit) -> None:
    clinic("enter", "A", "phq-9", "--answers", "111111110")
    assert clinic("move", "1", "B").code == 2
    assert "Dry run" in clinic("move", "1", "B", "--reason", "wrong code", "--dry-run").err
    outcome = clinic("move", "1", "B", "--reason", "wrong code")
    assert "administration 2 now" in outcome.err
    assert forms(clinic) == []
    assert len(forms(clinic, "B")) == 1


def test_a_form_is_voided_with_a_reason(clinic: Fit) -> None:
    clinic("enter", "A", "phq-9", "--answers", "111111110")
    assert clinic("void", "1").code == 2
    assert clinic("void", "1", "--reason", "not hers").code == 0
    assert clinic("void", "1", "--reason", "not hers").code == 3
    assert forms(clinic) == []


def test_the_renewed_sheet_is_written_for_the_one_who_typed(
    clinic: Fit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("FIT_NO_BROWSER", "1")
    outcome = clinic("enter", "A", "arriving-today", "--answers", "5 5 5 5 5 5 no", "--open")
    assert outcome.code == 0
    (sheet,) = tmp_path.glob("fit-sheet-*/sheet.html")
    assert sheet.stat().st_mode & 0o077 == 0
    assert "Arriving Today" in sheet.read_text() or "ease" in sheet.read_text()


def test_a_clock_that_went_back_keeps_no_sheet_back_and_never_says_that_nothing_was_changed(
    clinic: Fit, practice: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("FIT_NO_BROWSER", "1")
    with open_practice(practice).store.begin() as c:
        moment = datetime.fromisoformat("2031-01-01T06:10")
        made = runs.start_run(c, runs.RUN, at=moment, as_of=moment.date())
        runs.finish_run(c, made, at=moment, exit_code=0)
    outcome = clinic("enter", "A", "arriving-today", "--answers", "5 5 5 5 5 5 no", "--open")
    assert (outcome.code, "is the clock right?" in outcome.err) == (0, True)
    assert len(list(tmp_path.glob("fit-sheet-*/sheet.html"))) == 1
    assert len(forms(clinic)) == 1


def test_a_blank_form_is_printed_for_one_client_or_for_nobody(clinic: Fit, tmp_path: Path) -> None:
    page = clinic("form", "A", "today-together-client", "--date", "2026-03-12")
    assert page.code == 0
    assert "<html" in page.out
    blank = clinic("form", "--blank", "arriving-today", "-o", str(tmp_path / "x.pdf"))
    assert blank.code == 0
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")


def test_a_form_whose_words_are_not_ours_is_refused_with_the_reason(clinic: Fit) -> None:
    outcome = clinic("form", "A", "ors")
    assert outcome.code == 3
    assert "licence" in outcome.err
    assert "wording" in outcome.err


def test_the_forms_of_a_day_have_running_numbers_for_names(clinic: Fit, tmp_path: Path) -> None:
    clinic("plan", "add", "arriving-today", "--occasion", "start", "--every-sessions", "1")
    clinic("plan", "add", "ors", "--occasion", "start", "--every-sessions", "1")
    assert clinic("appointments", "add", "A-1", "--on", "2026-03-12").code == 0
    assert clinic("form", "--date", "today").code == 2
    outcome = clinic("form", "--date", "today", "-o", str(tmp_path / "out"), "--as", "html")
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["001.html"]
    assert "001.html" in outcome.out
    assert outcome.code == 4  # ors cannot be printed


class Terminal(io.StringIO):
    """Typed text that passes for a terminal."""

    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("\n".join(lines) + "\n"))


def test_at_a_terminal_items_can_be_typed_one_at_a_time(clinic: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, "", "5", "99", "", "<", "4", "5", "5", "5", "5", "-", "0", "y")
    outcome = clinic("enter", "A", "arriving-today")
    assert outcome.code == 0
    assert "expected 0 to 10" in outcome.err
    assert "They add up to 24." in outcome.err
    assert forms(clinic)[0]["scores"] == {"total": 4.8}


def test_a_form_is_not_stored_when_its_sum_is_wrong(clinic: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, "11111111", "111111110", "n")
    outcome = clinic("enter", "A", "phq-9")
    assert outcome.code == 130
    assert "8 answers typed" in outcome.err
    assert forms(clinic) == []


def test_free_lines_are_asked_for_at_the_end(clinic: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, "9 9 9 9 9 9 9 9 9 9", "the walk", "", "y")
    assert clinic("enter", "A", "today-together-client").code == 0


def test_at_a_terminal_a_pile_goes_on_after_a_slip(clinic: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminal(monkeypatch, "use phq-9", "A today 1", "A today 111111110", "")
    outcome = clinic("enter", "--batch")
    assert outcome.code == 0
    assert "1 form stored" in outcome.err


def test_guessed_columns_are_taken_when_a_person_agrees(
    clinic: Fit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("Client,Date,PHQ9\nA,2026-03-02,12\n")
    at_terminal(monkeypatch, "n")
    assert clinic("import", str(file), "--instrument", "phq-9").code == 3
    at_terminal(monkeypatch, "y")
    assert clinic("import", str(file), "--instrument", "phq-9").code == 0


def test_undo_in_a_pile_lets_what_was_corrected_stand_again(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "A 2026-03-02 111111110\n")
    clinic("enter", "--batch", "phq-9")
    type_in(stdin, "A 2026-03-02 222222220\nundo\n")
    assert clinic("enter", "--batch", "phq-9", "--correct", "--reason", "misread").code == 0
    assert [(each["administration"], each["scores"]) for each in forms(clinic)] == [(1, {"total": 8.0})]


def test_a_line_of_a_pile_that_is_not_taken_is_named(clinic: Fit, stdin: io.StringIO) -> None:
    type_in(stdin, "A 2026-03-02 111111110\nB 2026-03-02 1111\n")
    assert "line 2 not stored: 4 answers typed" in clinic("enter", "--batch", "phq-9").err
