from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.errors import ExitCode
from tests.cli.conftest import Fit


def listed(fit: Fit, *arguments: str) -> list[dict[str, Any]]:
    outcome = fit(*arguments, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    document = json.loads(outcome.out)
    (name,) = set(document) - {"schema"}
    assert document["schema"] == f"fit/{name}/1"
    rows: list[dict[str, Any]] = document[name]
    return rows


def done(fit: Fit, *arguments: str) -> str:
    outcome = fit(*arguments)
    assert (outcome.code, outcome.out) == (0, ""), outcome.err
    return outcome.err


@pytest.fixture
def staffed(fit: Fit) -> Fit:
    for arguments in (
        ("staff", "add", "anna", "--starts", "2025-01-01", "--email", "anna@example.org"),
        ("staff", "add", "ben", "--starts", "2025-01-01"),
        ("clients", "add", "c1", "c2", "c3"),
    ):
        done(fit, *arguments)
    return fit


def test_an_episode_from_opening_to_closing(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "--therapist", "anna", "--on", "2026-01-05")
    done(staffed, "episodes", "transfer", "c1-1", "--to", "ben", "--on", "2026-02-02")
    done(staffed, "episodes", "pause", "c1-1", "--until", "2026-03-20", "--reason", "holidays")
    (row,) = listed(staffed, "episodes", "list")
    assert row == {
        "episode": "c1-1", "kind": "individual", "clients": ["c1"], "therapist": "ben", "opened_on": "2026-01-05",
        "closed_on": None, "close_reason": None, "paused_until": "2026-03-20", "labels": [],
    }  # fmt: skip
    assert staffed("episodes", "close", "c1-1").code == ExitCode.USAGE, "the reason is compulsory"
    done(staffed, "episodes", "close", "c1-1", "--reason", "planned end", "--on", "yesterday")
    assert listed(staffed, "episodes", "list") == []
    assert listed(staffed, "episodes", "list", "--all")[0]["close_reason"] == "planned end"
    done(staffed, "episodes", "reopen", "c1-1")
    assert len(listed(staffed, "episodes", "list", "--therapist", "ben")) == 1


def test_an_episode_that_begins_later_is_listed_and_a_slip_in_the_year_is_refused(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "--therapist", "anna", "--on", "2026-03-20")
    (row,) = listed(staffed, "episodes", "list", "--therapist", "anna")
    assert (row["episode"], row["opened_on"]) == ("c1-1", "2026-03-20")
    for typed in (
        ("episodes", "open", "c2", "--therapist", "anna", "--on", "2027-03-20"),
        ("episodes", "transfer", "c1-1", "--to", "ben", "--on", "2027-03-20"),
    ):
        refused = staffed(*typed)
        assert (refused.code, "is the year right?" in refused.err) == (ExitCode.USAGE, True)
    assert len(listed(staffed, "episodes", "list", "--all")) == 1


def test_a_couple_and_a_group(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "c2", "--therapist", "anna")
    done(staffed, "episodes", "add-member", "c1-1", "c3")
    done(staffed, "episodes", "end-member", "c1-1", "c2")
    done(staffed, "episodes", "assign", "c1-1", "ben", "--role", "cotherapist")
    (row,) = listed(staffed, "episodes", "list", "--client", "c3")
    assert (row["kind"], row["clients"]) == ("couple", ["c1", "c2", "c3"])


def test_the_diary_repeats_weekly_and_one_contact_can_be_cancelled(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "--therapist", "anna")
    done(staffed, "appointments", "add", "c1-1", "--on", "today", "--time", "14:30", "--repeat", "3")
    done(staffed, "appointments", "set", "c1-1", "cancelled", "--on", "2026-03-19", "--reason", "ill")
    rows = listed(staffed, "appointments", "list")
    assert [(row["on"], row["time"], row["status"]) for row in rows] == [
        ("2026-03-12", "14:30", "planned"), ("2026-03-19", "14:30", "cancelled"), ("2026-03-26", "14:30", "planned")
    ]  # fmt: skip
    assert len(listed(staffed, "appointments", "list", "--until", "2026-03-19", "--episode", "c1-1")) == 2


def test_a_contact_still_to_come_was_neither_held_nor_missed(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "--therapist", "anna")
    done(staffed, "appointments", "add", "c1-1", "--on", "tomorrow")
    for status in ("held", "not-attended"):
        outcome = staffed("appointments", "set", "c1-1", status, "--on", "tomorrow")
        assert (outcome.code, "still to come" in outcome.err) == (ExitCode.USAGE, True)
    outcome = staffed("appointments", "add", "c1-1", "--on", "today", "--status", "held", "--repeat", "2")
    assert outcome.code == ExitCode.USAGE
    assert [row["status"] for row in listed(staffed, "appointments", "list")] == ["planned"]
    done(staffed, "appointments", "set", "c1-1", "cancelled", "--on", "tomorrow", "--reason", "ill")


def test_the_plan_of_an_episode_overrides_that_of_the_practice_until_it_is_removed(staffed: Fit) -> None:
    done(staffed, "episodes", "open", "c1", "--therapist", "anna")
    done(staffed, "plan", "add", "arriving-today", "--every-sessions", "1")
    done(staffed, "plan", "add", "arriving-today", "--every-sessions", "0", "--episode", "c1-1")
    assert [(row["instrument"], row["rater"], row["occasion"]) for row in listed(staffed, "plan", "list")] == [
        ("arriving-today", "client", "start")
    ] * 2
    assert listed(staffed, "plan", "list", "--episode", "c1-1") == []
    done(staffed, "plan", "remove", "2")
    assert len(listed(staffed, "plan", "list", "--episode", "c1-1")) == 1
    assert staffed("plan", "add", "ariving-today", "--every-days", "7").code == ExitCode.REJECTED
    assert staffed("plan", "add", "arriving-today", "--rater", "therapist", "--every-days", "7").code == ExitCode.USAGE


def test_staff_come_and_go(staffed: Fit) -> None:
    done(staffed, "staff", "close", "ben", "--on", "yesterday")
    assert [row["code"] for row in listed(staffed, "staff", "list")] == ["anna"]
    assert [row["code"] for row in listed(staffed, "staff", "list", "--all")] == ["anna", "ben"]
    assert "taken by another member of staff" in staffed("staff", "add", "ANNA").err
    assert staffed("staff", "list").out.splitlines()[0].split() == [
        "code", "role", "name", "email", "supervisor", "starts", "on", "ends", "on"
    ]  # fmt: skip


def test_a_dry_run_of_everything_keeps_nothing(staffed: Fit, practice: Path) -> None:
    done(staffed, "episodes", "open", "c1", "c2", "--therapist", "anna", "--on", "2026-01-05")
    done(staffed, "appointments", "add", "c1-1", "--on", "2026-03-12")
    done(staffed, "plan", "add", "arriving-today", "--every-sessions", "1")
    before = (practice / "store.db").read_bytes()
    for line in (
        "staff add cora", "staff close ben", "clients add c9", "episodes open c3 --therapist anna",
        "episodes close c1-1 --reason x", "episodes add-member c1-1 c3", "episodes end-member c1-1 c2",
        "episodes transfer c1-1 --to ben", "episodes assign c1-1 ben --role supervisor",
        "episodes pause c1-1 --until tomorrow --reason x", "appointments add c1-1 --on 2026-03-13",
        "appointments set c1-1 held --on 2026-03-12", "plan add today-together-client --every-sessions 1",
        "plan remove 1",
    ):  # fmt: skip
        assert done(staffed, *line.split(), "--dry-run").startswith("Dry run, nothing kept: "), line
    assert (practice / "store.db").read_bytes() == before


def test_all_clients_are_added_or_none(fit: Fit) -> None:
    assert fit("clients", "add", "c1", "c2", "c1").code == ExitCode.REJECTED
    assert listed(fit, "clients", "list") == []
    assert fit("clients", "add", "c1", "c2", "--born", "1980").code == ExitCode.USAGE
    done(fit, "clients", "add", "c1", "--born", "1980", "--sex", "female")
    assert listed(fit, "clients", "list") == [{"code": "c1", "born_year": 1980, "sex": "female", "episodes": 0}]


@pytest.mark.parametrize("day", ["12.03.2026", "2026-02-30", "20260312", "2026-W11-4", "soon"])
def test_a_day_that_could_be_misread_is_refused(staffed: Fit, day: str) -> None:
    outcome = staffed("episodes", "open", "c1", "--therapist", "anna", "--on", day)
    assert outcome.code == ExitCode.USAGE


def test_a_mistake_names_no_client(staffed: Fit) -> None:
    for line in ("episodes open secret --therapist anna", "episodes close secret-1 --reason x", "clients add c1"):
        outcome = staffed(*line.split())
        assert outcome.code == ExitCode.REJECTED
        assert "secret" not in outcome.err
        assert "c1" not in outcome.err
