"""What `fit verify` finds: each change made behind the store's back, and nothing in a store that was left alone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fit_toolkit.cli import run
from fit_toolkit.errors import StoreError
from fit_toolkit.practice import open_practice, verify
from tests.alerts.outgoing import clinic_with
from tests.clinic import ARRIVING


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with corrected ratings, alerts in several states, and a message that was sent."""
    clinic = clinic_with(tmp_path_factory.mktemp("verify"), alerts__channels=["file"])
    told = clinic.root / "fit.toml"
    told.write_text(told.read_text().replace("[alerts]\n", '[alerts]\nchannels = ["file"]\n', 1))
    clinic.open("c1", "c2")
    clinic.open("c3", therapist="ben")
    for client in ("c1", "c2", "c3"):
        for day in range(0, 21, 7):
            clinic.rate(client, day, 8 - day / 7)
    clinic.rate("c2", 14, 3)
    clinic.run(tell=True)
    clinic.rate("c1", 7, 3)
    clinic.rate("c3", 14, 6, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    clinic.rate("c1", 7, 8)
    clinic.practice.store.close()
    assert run(["--practice", str(clinic.root), "alerts", "run"], clock=clinic.clock) == 0
    assert run(["--practice", str(clinic.root), "alerts", "ack", "1", "--action", "2"], clock=clinic.clock) == 0
    return clinic.root


def copied(practice: Path, folder: Path, *statements: str) -> Path:
    """A copy of the practice with its store changed by somebody else's hand."""
    copy = Path(shutil.copytree(practice, folder / "copy"))
    with closing(sqlite3.connect(copy / "store.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
    return copy


def wrong(practice: Path) -> list[str]:
    return [f"{each.check}: {each.found}" for each in verify(open_practice(practice)) if not each.sound]


def test_a_store_that_was_left_alone_is_sound_and_stays_as_it_is(lived_in: Path, tmp_path: Path) -> None:
    copy = copied(lived_in, tmp_path)
    before = (copy / "store.db").read_bytes()
    assert wrong(copy) == []
    assert (copy / "store.db").read_bytes() == before


VOIDED = """
UPDATE administration SET state = 'voided', change_reason = 'x', changed_by = 'x', changed_at = entered_at
WHERE root_id = (SELECT root_id FROM alert WHERE id = 1)
"""
SENT = "(SELECT min(id) FROM outbox WHERE state = 'sent')"
UNLOCKED = ("DROP TRIGGER alert_event_no_update", "DROP TRIGGER alert_event_no_delete")


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["DROP TABLE sheet"], "the table sheet is missing"),
        (["DROP INDEX uq_alert_live"], "uq_alert_live is missing"),
        ([*UNLOCKED], "alert_event_no_delete is missing"),
        (["UPDATE member SET client_id = 99 WHERE id = 1"], "name a client that is not there"),
        (["DROP INDEX uq_administration_valid", "UPDATE administration SET state = 'valid'"], "forms are valid for the same session"),
        (["UPDATE administration SET root_id = (SELECT max(id) FROM administration WHERE member_id = 3) WHERE id = 1"], "belong to a chain of another form"),
        (["UPDATE administration SET root_id = (SELECT max(id) FROM administration WHERE root_id != id) WHERE id = 1"],
         "a root that is itself a correction"),
        (["UPDATE administration SET replaced_by_id = NULL"], "an end that does not fit their state"),
        (["UPDATE administration SET change_reason = NULL WHERE state = 'superseded'"], "without a reason"),
        (["UPDATE alert SET state = 'resolved' WHERE id = 1"], "not what their events come to: 1"),
        ([*UNLOCKED, "DELETE FROM alert_event WHERE alert_id = 1 AND seq = 1"], "not numbered one after the other: 1"),
        ([*UNLOCKED, "DELETE FROM alert_event WHERE alert_id = 2"], "alerts have no event: 2"),
        ([*UNLOCKED, "UPDATE alert_event SET from_state = 'snoozed' WHERE alert_id = 1 AND seq = 2"],
         "does not begin where the last one ended: 1"),
        (["UPDATE alert SET root_id = 9999 WHERE id = 1"], "rest on ratings that are not there: 1"),
        ([VOIDED, "DELETE FROM touched"],
         "live although their rating was taken out of use"),
        ([f"DELETE FROM delivery WHERE outbox_id = {SENT}"], "none of their attempts went well: "),
        ([f"UPDATE outbox SET state = 'due' WHERE id = {SENT}"], "went out and do not count as sent: "),
        (["UPDATE outbox SET payload = '{\"alerts\": [[1, 99, 0, \"safety\", \"new\"]]}' WHERE id = 1"],
         "tell of something that did not happen: 1"),
        ([f"DELETE FROM told WHERE outbox_id = {SENT}"], "another thing than is kept of who was told: "),
        (["UPDATE run SET exit_code = NULL"], "how they ended"),
        (["UPDATE score SET value_ticks = value_ticks + 1 WHERE administration_id = 3"], "score otherwise than stored: 3"),
        (["DELETE FROM score WHERE administration_id = 3"], "score otherwise than stored: 3"),
        (["DELETE FROM risk_answer"], "score otherwise than stored"),
        (["UPDATE administration SET numbers = 'none' WHERE id = 2"], "rows of administration cannot be read"),
    ],
)  # fmt: skip
def test_what_does_not_agree_is_named(lived_in: Path, tmp_path: Path, statements: list[str], found: str) -> None:
    said = "\n".join(wrong(copied(lived_in, tmp_path, *statements)))
    assert found in said


def test_a_damaged_page_is_named_and_nothing_is_written(lived_in: Path, tmp_path: Path) -> None:
    copy = copied(lived_in, tmp_path)
    path = copy / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'uq_alert_live'").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    path.write_bytes(content)
    assert "file: " in "\n".join(wrong(copy))
    assert path.read_bytes() == bytes(content)


def test_a_form_of_another_definition_is_counted_and_left_out(lived_in: Path, tmp_path: Path) -> None:
    copy = copied(
        lived_in, tmp_path, "UPDATE administration SET definition_hash = 'x' WHERE id = 3", "DELETE FROM score"
    )
    found = "\n".join(each.found for each in verify(open_practice(copy)) if each.check == "scores")
    assert "1 left out: their instrument's definition has changed since" in found


def test_an_older_store_is_not_brought_up_to_date_by_looking_at_it(lived_in: Path, tmp_path: Path) -> None:
    copy = copied(lived_in, tmp_path, "DROP TABLE alembic_version")
    before = (copy / "store.db").read_bytes()
    with pytest.raises(StoreError, match="tables of an older version"):
        list(verify(open_practice(copy)))
    assert (copy / "store.db").read_bytes() == before


def test_the_command_says_it_in_lines_and_in_its_exit_code(
    lived_in: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--practice", str(lived_in), "verify"]) == 0
    assert "the store is sound" in capsys.readouterr().err
    copy = copied(lived_in, tmp_path, "UPDATE alert SET state = 'resolved' WHERE id = 1")
    assert run(["--practice", str(copy), "verify", "--format", "json", "--quick"]) == 5
    captured = capsys.readouterr()
    listed = json.loads(captured.out)["verify"]
    assert [each["check"] for each in listed if not each["sound"]] == ["alert events"]
    assert "1 thing is wrong" in captured.err
