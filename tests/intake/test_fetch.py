"""Exports fetched from servers that speak the documented protocols, and from servers that do not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.errors import ConfigError, DataError, FitError, UsageError
from fit_toolkit.intake.fetch import fetch, secret_of, source_of
from fit_toolkit.settings import PolicyTable
from tests.intake.servers import (
    PASSWORD,
    RECORDS,
    RESPONSES,
    TOKEN,
    LimesurveyHandler,
    RedcapHandler,
    Server,
    serving,
)  # fmt: skip


@pytest.fixture
def redcap() -> Iterator[Server]:
    with serving(RedcapHandler) as server:
        yield server


@pytest.fixture
def limesurvey() -> Iterator[Server]:
    with serving(LimesurveyHandler) as server:
        yield server


def source(**values: Any) -> Any:
    return source_of({"ward": PolicyTable(7, values)}, "ward", Path("/nowhere"))


def from_redcap(server: Server, token: str = TOKEN, *, since: date | None = None, **values: Any) -> bytes:
    return b"".join(fetch(source(kind="redcap", url=server.url("/api/"), **values), token, since=since))


def from_limesurvey(server: Server, password: str = PASSWORD, **values: Any) -> bytes:
    given = {"kind": "limesurvey", "url": server.url("/admin/remotecontrol"), "survey": 123456, "username": "reader"}
    return b"".join(fetch(source(**{**given, **values}), password))


def test_redcap_is_asked_once_for_raw_flat_records_and_they_come_as_they_are(redcap: Server) -> None:
    assert from_redcap(redcap) == RECORDS
    (said,) = redcap.asked
    assert {said["content"], said["format"], said["type"], said["rawOrLabel"], said["rawOrLabelHeaders"]} == {
        "record", "csv", "flat", "raw",
    }  # fmt: skip
    assert "dateRangeBegin" not in said


def test_with_forms_named_the_record_is_asked_for_too(redcap: Server) -> None:
    from_redcap(redcap, forms=["evening"], events=["weekly_arm_1"], record="study_id", since=date(2026, 3, 1))
    (said,) = redcap.asked
    assert (said["fields[0]"], said["forms[0]"], said["events[0]"]) == ("study_id", "evening", "weekly_arm_1")
    assert said["dateRangeBegin"] == "2026-03-01 00:00:00"


def test_limesurvey_gives_submitted_responses_in_codes_and_the_session_is_given_back(limesurvey: Server) -> None:
    assert from_limesurvey(limesurvey) == RESPONSES
    assert [said["method"] for said in limesurvey.asked] == [
        "get_session_key",
        "export_responses",
        "release_session_key",
    ]
    assert limesurvey.asked[1]["params"] == ["key-1", 123456, "csv", None, "complete", "code", "short"]


def test_the_session_is_given_back_after_a_refusal_as_well(limesurvey: Server) -> None:
    with pytest.raises(ConfigError, match="no survey of this number"):
        from_limesurvey(limesurvey, survey=9)
    assert limesurvey.asked[-1]["method"] == "release_session_key"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("No permission", "may not export"),
        ("No Data, survey table does not exist.", "no responses"),
        ("Language code not found for this survey.", "no such language"),
        ("Something k17 else", "refused the request"),
    ],
)
def test_a_status_of_limesurvey_is_said_in_plain_words(limesurvey: Server, status: str, said: str) -> None:
    limesurvey.results["export_responses"] = {"status": status}
    with pytest.raises(FitError, match=said) as refused:
        from_limesurvey(limesurvey)
    assert "k17" not in str(refused.value)


@pytest.mark.parametrize("result", [None, "", 7, ["x"], "no base64 !"])
def test_a_result_that_is_no_export_is_refused(limesurvey: Server, result: Any) -> None:
    limesurvey.results["export_responses"] = result
    with pytest.raises(FitError):
        from_limesurvey(limesurvey)


def test_a_wrong_password_is_said_and_stays_secret(limesurvey: Server) -> None:
    with pytest.raises(ConfigError, match="does not accept") as refused:
        from_limesurvey(limesurvey, "wrong and secret")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (400, b'{"error":"k17"}', "does not accept the request"),
        (403, b'{"error":"k17"}', "does not accept the token"),
        (404, b"k17", "nothing at this url"),
        (429, b"k17", "come back later"),
        (500, b"k17", "does not work"),
        (200, b"<html>k17</html>", "a web page"),
        (200, b'{"error":"k17"}', "refused the export"),
        (200, b"ERROR: k17", "refused the export"),
        (200, b"\n", "no records"),
    ],
)
def test_whatever_else_a_server_says_is_refused_in_plain_words_without_its_own(
    redcap: Server, status: int, body: bytes, said: str
) -> None:
    redcap.answer = (status, {}, body)
    with pytest.raises(FitError, match=said) as refused:
        from_redcap(redcap)
    assert not {"k17", TOKEN} & {*str(refused.value).split()}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_to_another_address(redcap: Server, status: int) -> None:
    with serving(RedcapHandler) as other:
        redcap.answer = (status, {"Location": other.url("/api/")}, b"")
        with pytest.raises(ConfigError, match="not followed"):
            from_redcap(redcap)
        assert not other.asked
    assert len(redcap.asked) == 1


def test_more_than_was_allowed_is_refused_whether_it_was_announced_or_not(redcap: Server) -> None:
    redcap.answer = (200, {}, b"a,b\n" * 300_000)
    with pytest.raises(DataError, match="larger than 1 MB"):
        from_redcap(redcap, megabytes=1)


def test_an_answer_that_breaks_off_is_not_taken_for_whole(redcap: Server) -> None:
    redcap.answer = (200, {"Content-Length": str(len(RECORDS) + 100)}, RECORDS)
    with pytest.raises(DataError, match="broke off"):
        from_redcap(redcap)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
        with pytest.raises(DataError, match="did not answer in time"):
            b"".join(fetch(source(kind="redcap", url=url, seconds=1), TOKEN))


def test_a_server_that_is_not_there_and_one_that_is_none_are_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(DataError, match="cannot be reached"):
        b"".join(fetch(source(kind="redcap", url=f"http://127.0.0.1:{port}/api/"), TOKEN))
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def greet() -> None:
            with odd.accept()[0] as one:
                one.recv(1 << 16)
                one.sendall(b"SSH-2.0-x\r\n")

        threading.Thread(target=greet, daemon=True).start()
        url = f"http://127.0.0.1:{odd.getsockname()[1]}/api/"
        with pytest.raises(DataError, match="broke off, or is no web server"):
            b"".join(fetch(source(kind="redcap", url=url), TOKEN))


@pytest.mark.parametrize(
    "url",
    ["http://redcap.example.org/api/", "ftp://redcap.example.org/", "https://me:secret@redcap.example.org/api/",
     "redcap.example.org", "https://redcap.example.org/a b", "https://redcap.example.org:x/"],
)  # fmt: skip
def test_an_address_that_would_carry_answers_in_the_open_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ConfigError, match=r"fit\.toml:7: \[sources\.ward\]") as refused:
        source(kind="redcap", url=url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "values", [{"kind": "excel"}, {}, {"kind": "redcap", "tokn_file": "x"}, {"kind": "limesurvey"}]
)
def test_a_table_that_is_not_understood_is_refused_with_its_line(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"fit\.toml:7"):
        source(url="https://redcap.example.org/api/", **values)


def test_a_misspelt_source_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="ward"):
        source_of({"ward": PolicyTable(7, {})}, "wrad", Path())


def test_the_secret_comes_from_a_file_that_nobody_else_can_read(tmp_path: Path) -> None:
    made = source(kind="redcap", url="https://redcap.example.org/api/", token_file="ward.token")
    file = tmp_path / "ward.token"
    with pytest.raises(ConfigError, match="cannot be read"):
        secret_of("ward", made, tmp_path)
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o640)
    with pytest.raises(ConfigError, match="others can read"):
        secret_of("ward", made, tmp_path)
    file.chmod(0o600)
    assert secret_of("ward", made, tmp_path) == TOKEN
    file.write_text(f"{TOKEN}\nand more\n")
    with pytest.raises(ConfigError, match="on one line") as refused:
        secret_of("ward", made, tmp_path)
    assert TOKEN not in str(refused.value)


def test_the_environment_comes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = source(kind="redcap", url="https://redcap.example.org/api/")
    with pytest.raises(ConfigError, match="FIT_SOURCE_WARD_2"):
        secret_of("ward-2", made, tmp_path)
    monkeypatch.setenv("FIT_SOURCE_WARD_2", TOKEN)
    assert secret_of("ward-2", made, tmp_path) == TOKEN


def test_limesurvey_knows_no_since(limesurvey: Server) -> None:
    with pytest.raises(UsageError, match="since"):
        fetch(source(kind="limesurvey", url=limesurvey.url("/"), survey=1, username="x"), "x", since=date(2026, 1, 1))
