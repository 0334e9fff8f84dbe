"""Files that say who was in treatment: what they open, and every way in which a row can be wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.intake.episode_files import files_of, listed
from fit_toolkit.intake.episodes import Outcome, import_episodes
from fit_toolkit.intake.records import Ask
from fit_toolkit.model.people import Episode
from fit_toolkit.store import diary, labels, people, tombstones
from tests.intake.making import NOW, TODAY, Clinic, table_of

MEMBERS = "client,episode,kind,therapist,joined,left,opened,closed,close_reason,sex,born,labels\n"
ASSIGNMENTS = "episode,therapist,role,since,until\n"
PAUSES = "episode,since,until,reason\n"
STAFF = "code,role,starts,ends,supervisor\n"
PAIR = "K1,P,couple,T1,,,2026-01-05,,,,,\nK2,P,couple,T1,,,2026-01-05,,,,,\n"


def bring(clinic: Clinic, *texts: str, add_staff: bool = False, dry_run: bool = False) -> Outcome:
    files = []
    for number, text in enumerate(texts):
        name = f"{number}.csv"
        files.append(listed(table_of(clinic.folder, text, name), name, ""))
    ask = Ask(actor="anna", today=TODAY, now=NOW, dry_run=dry_run)
    with clinic.store.begin(dry_run=dry_run) as c:
        return import_episodes(c, files, ask, add_staff=add_staff)


def said(outcome: Outcome) -> list[tuple[str, int, str, str]]:
    assert all(each.rows == each.accepted + each.unchanged + each.rejected for each in outcome.files)
    return [
        (each.file, one.line, one.column, one.problem)
        for each in outcome.files
        for one in each.problems
        if "another row of the same episode" not in one.problem
    ]


def episode(clinic: Clinic, code: str) -> Episode:
    with clinic.store.read() as c:
        (found,) = people.list_episodes(c, ids=[people.episode_id(c, code)])
        return found


def test_client_and_first_day_are_enough(clinic: Clinic) -> None:
    came = bring(clinic, "client,opened\nK1,2026-01-05\nK2,2026-02-01\n")
    assert (came.clients, came.episodes, came.written) == (2, 2, True)
    assert episode(clinic, "K1-1").opened_on == date(2026, 1, 5)
    again = bring(clinic, "client,opened\nK1,2026-01-05\nK2,2026-02-01\n")
    assert [(each.accepted, each.unchanged) for each in again.files] == [(0, 2)]


def test_rows_of_one_code_are_a_couple_with_transfer_pause_labels_and_end(clinic: Clinic) -> None:
    members = PAIR.replace("T1,,,2026-01-05,,,,,", "T2,,,2026-01-05,2026-03-01,as planned,,,evening;site:north")
    came = bring(
        clinic, MEMBERS + members,
        ASSIGNMENTS + "P,T1,,2026-01-05,2026-01-31\nP,T2,therapist,2026-02-01,\nP,T1,supervisor,2026-02-01,\n",
        PAUSES + "P,2026-01-10,2026-01-20,a journey\n",
    )  # fmt: skip
    assert (said(came), came.episodes) == ([], 1)
    found = episode(clinic, "P")
    assert ([each.client for each in found.members], found.kind, found.close_reason) == (
        ["K1", "K2"],
        "couple",
        "as planned",
    )
    assert {str(each.left_on) for each in found.members} == {"2026-03-01"}
    assert [(each.staff, each.role, str(each.ends_on)) for each in found.assignments] == [
        ("T1", "therapist", "2026-01-31"), ("T2", "therapist", "2026-03-01"), ("T1", "supervisor", "2026-03-01"),
    ]  # fmt: skip
    with clinic.store.read() as c:
        assert labels.labels_of(c, [found.id]) == {found.id: ("evening", "site:north")}
        assert [each.reason for each in diary.list_pauses(c, [found.id])] == ["a journey"]
        assert len(people.pairs_of(c, [each.id for each in found.members])) == 4  # both with both who treated


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (",P,,,,,2026-01-05,,,,,", "client", "the client is missing"),
        ("K 1,P,,,,,2026-01-05,,,,,", "client", "a code has 1 to 64"),
        ("a,P,,,,,2026-01-05,,,,,", "client", "there is such a code with other capitals"),
        ("K1,P!,,,,,2026-01-05,,,,,", "episode", "a code has 1 to 64"),
        ("K1,ef,,,,,2026-01-05,,,,,", "episode", "there is such a code with other capitals"),
        ("K1,P,,,,,,,,,,", "opened", "the day is missing"),
        ("K1,P,,,,,5.1.2026,,,,,", "opened", "this date can be read in two ways"),
        ("K1,P,,,,,2027-01-05,,,,,", "opened", "more than three months ahead"),
        ("K1,P,alone,,,,2026-01-05,,,,,", "kind", "one of individual, couple, family, group"),
        ("K1,P,,T9,,,2026-01-05,,,,,", "therapist", "no member of staff has this code"),
        ("K1,P,,t1,,,2026-01-05,,,,,", "therapist", "there is such a code with other capitals"),
        ("K1,P,,,2026-01-01,,2026-01-05,,,,,", "joined", "the episode was opened later, on 2026-01-05"),
        ("K1,P,,,2026-02-01,2026-01-20,2026-01-05,,,,,", "left", "this day is before the first"),
        ("K1,P,,,,2026-03-05,2026-01-05,2026-03-01,,,,", "left", "the episode was closed earlier, on 2026-03-01"),
        ("K1,P,,,,,2026-01-05,2026-01-01,,,,", "closed", "before the episode was opened"),
        ("K1,P,,,,,2026-01-05,,moved,,,", "close_reason", "no day on which it was closed"),
        ("K1,P,,,,,2026-01-05,,,child,,", "sex", "one of female, male, other"),
        ("K1,P,,,,,2026-01-05,,,,84,", "born", "not a year of birth"),
        ("K1,P,,,,,2026-01-05,,,,,Evening Group", "labels", "a label has small letters"),
        ("K1,P,,,,,2026-01-05,,,,,site:a;site:b", "labels", "at one site at most"),
        ("A,P,,,,,2026-02-01,,,,,", "opened", "an individual episode that overlaps"),
        ("A,P,,,,,2025-12-01,,,,,", "opened", "an individual episode that overlaps"),
        ("D,A-1,,,,,2026-01-01,,,,,", "client", "no member of this episode here"),
        ("A,A-1,couple,,,,2026-01-01,,,,,", "kind", "the practice has this episode otherwise"),
        ("A,A-1,,,,,2026-01-02,,,,,", "opened", "the practice has this episode otherwise"),
        ("A,A-1,,T2,,,2026-01-01,,,,,", "therapist", "the practice has this episode otherwise"),
        ("A,A-1,,,,,2026-01-01,2026-02-01,,,,", "closed", "the practice has this episode otherwise"),
        ("A,A-1,,,,,2026-01-01,,,,,evening", "labels", "the practice has this episode otherwise"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named_and_nothing_of_any_row_is_stored(
    clinic: Clinic, row: str, column: str, problem: str
) -> None:
    came = bring(clinic, f"{MEMBERS}{row}\nK8,Q,,T1,,,2026-01-05,,,,,\n")
    found = said(came)
    assert found
    assert all(each[:3] == ("0.csv", 2, column) and problem in each[3] for each in found)
    assert (came.written, came.files[0].rejected, came.files[0].accepted) == (False, 1, 1)
    with clinic.store.read() as c:
        assert "K8" not in {each.code for each in people.list_clients(c)}


@pytest.mark.parametrize(
    ("second", "column", "problem"),
    [
        ("K2,P,couple,T2,,,2026-01-05,,,,,", "therapist", "line 2 says otherwise"),
        ("K2,P,couple,T1,,,2026-01-06,,,,,", "opened", "line 2 says otherwise"),
        ("K1,P,couple,T1,,,2026-01-05,,,,,", "client", "in this episode already, by line 2"),
        ("k1,P,couple,T1,,,2026-01-05,,,,,", "client", "there is such a code with other capitals"),
        ("K1,,,T1,,,2026-02-05,,,female,1984,", "sex", "known with another sex"),
    ],
)
def test_rows_that_do_not_go_together_are_named(clinic: Clinic, second: str, column: str, problem: str) -> None:
    came = bring(clinic, f"{MEMBERS}K1,P,couple,T1,,,2026-01-05,,,male,,\n{second}\n")
    assert [(line, at) for _, line, at, text in said(came) if problem in text] == [(3, column)]
    assert not came.written


def test_an_individual_episode_has_one_client(clinic: Clinic) -> None:
    came = bring(clinic, MEMBERS + PAIR.replace("couple", "individual"))
    assert said(came) == [
        ("0.csv", 3, "client", "an individual episode has one client (kind: couple, family or group)")
    ]


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("P,T1,,2026-01-05,\nP,T2,,2026-02-01,", "since", "another therapist has the episode on this day"),
        ("P,T2,,2026-01-05,", "therapist", "not the last therapist"),
        ("P,T1,boss,2026-01-05,", "role", "one of therapist, cotherapist, supervisor"),
        ("P,,,2026-01-05,", "therapist", "the therapist is missing"),
        ("P,T1,,,", "since", "the day is missing"),
        ("P,T1,,2026-01-01,", "since", "the episode was opened later"),
        ("P,T1,,2026-01-05,2026-01-04", "until", "this day is before the first"),
        ("X,T1,,2026-01-05,", "episode", "no such episode; give both files at once"),
    ],
)
def test_assignments_have_to_fit_the_episode(clinic: Clinic, text: str, column: str, problem: str) -> None:
    came = bring(clinic, MEMBERS + PAIR, f"{ASSIGNMENTS}{text}\n")
    assert column in {at for _, _, at, said_ in said(came) if problem in said_}
    assert not came.written


def test_pauses_have_to_fit_too(clinic: Clinic) -> None:
    came = bring(
        clinic,
        MEMBERS + PAIR,
        PAUSES + "P,2026-02-01,2026-01-01,x\nP,2026-02-10,2026-02-20,x\nP,2026-02-15,2026-03-01,y\n",
    )
    assert [(line, at) for name, line, at, _ in said(came) if name == "1.csv"] == [(2, "until"), (4, "since")]


def test_staff_come_in_from_their_own_file_or_when_asked_from_who_treated(clinic: Clinic) -> None:
    came = bring(
        clinic, MEMBERS + PAIR.replace("T1", "T7"), STAFF + "T7,therapist,2025-05-01,,M\nM,supervisor,2025-01-01,,\n"
    )
    assert (said(came), came.staff) == ([], 2)
    came = bring(clinic, "client,opened,therapist\nK3,2026-02-01,T8\nK4,2026-01-07,T8\n", add_staff=True)
    assert (said(came), came.staff) == ([], 1)
    with clinic.store.read() as c:
        found = {each.code: (each.role, str(each.starts_on), each.supervisor) for each in people.list_staff(c)}
    assert found["T7"] == ("therapist", "2025-05-01", "M")
    assert found["M"][0] == "supervisor"
    assert found["T8"] == ("therapist", "2026-01-07", None)


def test_who_left_before_cannot_be_assigned(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        people.add_staff(c, "T5", starts_on=date(2020, 1, 1))
        people.close_staff(c, "T5", date(2025, 12, 31))
    assert said(bring(clinic, "client,opened,therapist\nK1,2026-01-05,T5\n")) == [
        ("0.csv", 2, "therapist", "this member of staff left on 2025-12-31")
    ]


def test_what_is_said_of_a_client_is_noted_where_nothing_was_and_never_contradicted(clinic: Clinic) -> None:
    rows = "client,sex,born\nA,f,1984\nK9,,1980-1984\n"
    came = bring(clinic, rows)
    assert (said(came), came.clients, came.files[0].accepted) == ([], 1, 2)
    assert "1 years of birth are five years together and were left out" in came.notes
    assert bring(clinic, rows).files[0].unchanged == 2
    assert "another year of birth" in said(bring(clinic, "client,born\nA,1985\n"))[0][3]
    with clinic.store.read() as c:
        assert people.about(c, ["A", "K9"]) == {"A": (1984, "female"), "K9": (None, None)}


def test_who_was_erased_does_not_come_back_with_a_file(clinic: Clinic) -> None:
    with clinic.store.begin() as c:
        stone = tombstones.new_tombstone(c, "Z", added_at=NOW, at=NOW, by="anna", reason="asked", counts={})
        tombstones.add_tombstones(c, [stone])
    assert "was erased" in said(bring(clinic, "client,opened\nZ,2026-01-05\n"))[0][3]


def test_a_dry_run_says_the_same_and_keeps_nothing(clinic: Clinic) -> None:
    came = bring(clinic, MEMBERS + PAIR, dry_run=True)
    assert (came.episodes, came.written) == (1, False)
    with clinic.store.read() as c:
        assert "K1" not in {each.code for each in people.list_clients(c)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("client,opened,phase\nK1,2026-01-05,1\n", "unknown column: phase"),
        ("client,Client,opened\n", "two columns are called client"),
        ("episode,therapist\nP,T1\n", "missing columns: since"),
        ("a,b\n1,2\n", "is the header line missing"),
    ],
)
def test_a_file_with_other_columns_is_refused_before_any_row(clinic: Clinic, text: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        bring(clinic, text)


def test_a_folder_stands_for_the_files_of_an_export_in_it(tmp_path: Path) -> None:
    for name in ("pauses.csv", "members.csv", "answers.csv"):
        (tmp_path / name).write_text("x\n")
    assert [each.name for each in files_of([tmp_path])] == ["members.csv", "pauses.csv"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"no members\.csv"):
        files_of([tmp_path / "empty"])
