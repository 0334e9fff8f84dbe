"""`fit fetch` from servers on this machine: into a private file that appears whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Fit
from tests.intake.servers import PASSWORD, RECORDS, RESPONSES, TOKEN, LimesurveyHandler, RedcapHandler, Server, serving


@pytest.fixture
def redcap() -> Iterator[Server]:
    with serving(RedcapHandler) as server:
        yield server


def settle(practice: Path, table: str, name: str, secret: str) -> None:
    settings = practice / "fit.toml"
    settings.write_text(settings.read_text() + table)
    (practice / name).write_text(secret + "\n")
    (practice / name).chmod(0o600)


def of_redcap(practice: Path, server: Server, secret: str = TOKEN) -> None:
    table = f'\n[sources.ward]\nkind = "redcap"\nurl = "{server.url("/api/")}"\ntoken_file = "ward.token"\n'
    settle(practice, table, "ward.token", secret)


def test_an_export_is_fetched_into_a_file_of_ones_own(fit: Fit, practice: Path, redcap: Server, tmp_path: Path) -> None:
    of_redcap(practice, redcap)
    target = tmp_path / "ward.csv"
    done = fit("fetch", "ward", "-o", str(target), "--since", "2026-03-01")

    assert (done.code, done.out) == (0, "")
    assert target.read_bytes() == RECORDS
    assert target.stat().st_mode & 0o777 == 0o600
    assert f"fit import {target}" in done.err
    assert TOKEN not in done.err
    assert redcap.asked[0]["dateRangeBegin"] == "2026-03-01 00:00:00"


def test_limesurvey_is_fetched_in_the_same_way(fit: Fit, practice: Path, tmp_path: Path) -> None:
    with serving(LimesurveyHandler) as server:
        table = (
            f'\n[sources.survey]\nkind = "limesurvey"\nurl = "{server.url("/admin/remotecontrol")}"\nsurvey = 123456\n'
            'username = "reader"\npassword_file = "survey.password"\n'
        )
        settle(practice, table, "survey.password", PASSWORD)
        assert fit("fetch", "survey", "-o", str(tmp_path / "a.csv")).code == 0
    assert (tmp_path / "a.csv").read_bytes() == RESPONSES


def test_what_was_there_stays_when_nothing_came(fit: Fit, practice: Path, redcap: Server, tmp_path: Path) -> None:
    of_redcap(practice, redcap, "ANOTHERTOKEN")
    target = tmp_path / "ward.csv"
    target.write_text("before")
    done = fit("fetch", "ward", "-o", str(target))

    assert done.code == 5
    assert "does not accept the token" in done.err
    assert "ANOTHERTOKEN" not in done.err
    assert target.read_text() == "before"
    assert not [*tmp_path.glob(".fit*")]


def test_without_a_source_nothing_is_asked_and_it_says_what_to_write(fit: Fit, tmp_path: Path) -> None:
    done = fit("fetch", "ward", "-o", str(tmp_path / "a.csv"))
    assert done.code == 2
    assert "[sources.NAME]" in done.err
    assert not (tmp_path / "a.csv").exists()


def test_a_token_in_the_settings_is_refused(fit: Fit, practice: Path, tmp_path: Path) -> None:
    settings = practice / "fit.toml"
    settings.write_text(
        f'{settings.read_text()}\n[sources.ward]\nkind = "redcap"\nurl = "https://r.example.org/"\ntoken = "{TOKEN}"\n'
    )
    done = fit("fetch", "ward", "-o", str(tmp_path / "a.csv"))
    assert done.code == 5
    assert "holds a secret" in done.err
    assert TOKEN not in done.err


def test_the_doctor_looks_at_the_secret_and_asks_nobody(fit: Fit, practice: Path, redcap: Server) -> None:
    of_redcap(practice, redcap)
    (practice / "ward.token").chmod(0o644)
    done = fit("doctor")
    assert "source ward" in done.out
    assert "chmod 600" in done.out
    assert not redcap.asked
