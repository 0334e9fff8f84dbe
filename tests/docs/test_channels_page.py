"""The page on channels: its settings are taken, and its check of a signature accepts what is posted and nothing else."""

from __future__ import annotations

import base64
import json
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts.channels import open_channel
from fit_toolkit.engine import build_registry
from fit_toolkit.model.parts import Channel, Message
from fit_toolkit.practice import open_practice
from tests.docs.pages import DOCS, steps
from tests.faults.webserver import Answers, web_server

PAGE = DOCS / "channels.md"
SECRET = "whsec_" + base64.b64encode(b"thirty-two letters, not one less").decode()
MESSAGE = Message(key="9f2c", recipient="anna", subject="FIT: 3 items to review", body="b", severity="attention",
                  counts={"attention": 2, "notice": 1}, link="https://intranet.example/fit")  # fmt: skip


def block(language: str) -> str:
    (text,) = [step.text for step in steps(PAGE) if step.language == language]
    return text


@pytest.fixture
def posted(tmp_path: Path) -> tuple[dict[str, str], bytes]:
    """Headers and body as a receiver gets them."""
    file = tmp_path / "secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    answers, cls = Answers(), build_registry(third_party=False).channels["webhook"].cls
    assert cls is not None
    with web_server(answers) as port:
        made = cls(url=f"http://localhost:{port}/", secret_file=str(file))
        assert isinstance(made, Channel)
        made.deliver(MESSAGE)
    return {name.lower(): str(value) for name, value in answers.headers[0].items()}, answers.bodies[0]


@pytest.fixture(scope="module")
def check() -> Any:
    names: dict[str, Any] = {}
    exec(compile(block("python"), str(PAGE), "exec"), names)
    return names["is_from_fit"]


def test_the_check_accepts_what_is_posted(posted: tuple[dict[str, str], bytes], check: Any) -> None:
    headers, body = posted
    assert check(headers, body, SECRET)
    assert check(headers | {"webhook-signature": "v1,bm8= " + headers["webhook-signature"]}, body, SECRET)


def test_the_check_refuses_another_text_key_time_or_secret(posted: tuple[dict[str, str], bytes], check: Any) -> None:
    headers, body = posted
    assert not check(headers, body + b" ", SECRET)
    assert not check(headers | {"webhook-id": "other"}, body, SECRET)
    assert not check(headers | {"webhook-timestamp": str(int(time.time()) - 100)}, body, SECRET)
    assert not check(headers, body, SECRET.replace("whsec_", ""))


def test_what_the_page_shows_is_what_is_posted(posted: tuple[dict[str, str], bytes]) -> None:
    assert json.loads(posted[1]) == json.loads(block("json"))


def test_the_settings_on_the_page_open_their_channels(tmp_path: Path) -> None:
    tables = [step.text for step in steps(PAGE) if step.language == "toml"]
    for text in tables:
        tomllib.loads(text)
    (tmp_path / "fit.toml").write_text("\n".join(tables))
    practice = open_practice(tmp_path)
    webhook, email = open_channel(practice, "webhook"), open_channel(practice, "email")
    assert getattr(webhook, "secret_file", "") == str(tmp_path / "secrets/webhook")
    assert getattr(email, "password_file", "") == str(tmp_path / "secrets/mail")
