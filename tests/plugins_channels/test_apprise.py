"""Apprise against a service on this machine: what it takes over, and that no address is ever told."""

from __future__ import annotations

import importlib.util
import json
import logging
import warnings
from pathlib import Path

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.errors import DeliveryError
from fit_toolkit.model.parts import Channel, Message
from tests.faults.webserver import Answers, unused_port, web_server

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # the library's own import
with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    pytest.importorskip("apprise")
APPRISE = build_registry(third_party=False).channels["apprise"].cls
TOKEN = "t0ken-nobody-may-see"
MESSAGE = Message(key="ab12", recipient="anna", subject="FIT: 2 items to review", body="Two.\n", severity="attention")


@pytest.fixture
def urls(tmp_path: Path) -> Path:
    return written(tmp_path / "addresses", f"anna json://127.0.0.1:{unused_port()}/{TOKEN}\n")


def written(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


def channel(urls: Path) -> Channel:
    assert APPRISE is not None
    made = APPRISE(urls_file=str(urls))
    assert isinstance(made, Channel)
    return made


def refusal(urls: Path, message: Message = MESSAGE) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel(urls).deliver(message)
    assert TOKEN not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value


def test_each_member_of_staff_is_reached_at_their_own_address(tmp_path: Path) -> None:
    answers = Answers()
    with web_server(answers) as port:
        here = f"json://127.0.0.1:{port}"
        urls = written(tmp_path / "a", f"# who  where\n\nanna {here}/{TOKEN}\n* {here}/all\n")
        channel(urls).deliver(MESSAGE)
        channel(urls).deliver(Message(key="k", recipient="ben", subject="s", body="b", severity="safety"))
    assert [line.split()[1] for line in answers.lines] == [f"/{TOKEN}", "/all"]
    first, second = (json.loads(body) for body in answers.bodies)
    assert (first["title"], first["message"].strip(), first["type"]) == (MESSAGE.subject, "Two.", "warning")
    assert second["type"] == "failure"


@pytest.mark.parametrize("status", [404, 500, 503])
def test_what_a_service_does_not_take_over_is_tried_again(tmp_path: Path, status: int) -> None:
    answers = Answers()
    answers.status(status)
    with web_server(answers) as port:
        error = refusal(written(tmp_path / "a", f"anna json://127.0.0.1:{port}/{TOKEN}\n"))
    assert (error.permanent, error.channel) == (False, False)


def test_an_address_is_told_neither_in_errors_nor_in_logs(
    urls: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert not refusal(urls).permanent
        logging.getLogger("apprise").warning("afterwards it speaks again")
    told = capfd.readouterr()
    assert TOKEN not in caplog.text + told.out + told.err
    assert "127.0.0.1" not in caplog.text
    assert "afterwards" in caplog.text


def test_somebody_without_a_line_cannot_be_reached(urls: Path) -> None:
    assert refusal(urls, Message(key="k", recipient="ben", subject="s", body="b")).permanent


@pytest.mark.parametrize(
    ("text", "word"),
    [(f"anna nonsense://{TOKEN}", "line 1"), (f"\nanna\t{TOKEN}", "line 2"), (f"anna json://x/{TOKEN} y", "CODE ADDRESS"), ("anna", "CODE ADDRESS"),
     (f"anna json://x/{TOKEN}\nanna json://y", "twice"), ("anna json://", "line 1")],
)  # fmt: skip
def test_a_line_that_cannot_be_used_stops_the_channel_and_is_told_by_its_number(
    urls: Path, text: str, word: str
) -> None:
    error = refusal(written(urls, text))
    assert (error.permanent, error.channel) == (False, True)
    assert word in str(error)


def test_a_file_others_can_read_or_that_is_not_there_is_not_used(urls: Path, tmp_path: Path) -> None:
    urls.chmod(0o644)
    assert "chmod 600" in str(refusal(urls))
    assert refusal(tmp_path / "none").channel


def test_without_the_library_the_channel_says_how_to_get_it(urls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"pip install 'fit-toolkit\[apprise\]'"):
        channel(urls)
