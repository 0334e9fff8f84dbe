"""Nothing about a client leaves by mail, file, screen of a run, log or error: unique words are planted and looked for."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.cli import run
from fit_toolkit.model.parts import Message
from fit_toolkit.store import people
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, DROP, LOW, Post, clinic_with, messages
from tests.clinic import ARRIVING, START, Clinic
from tests.plugins_channels.mailserver import CERTIFICATE, Behaviour, mail_server

CLIENT, NOTE, NAME = "Xanthe-4711", "quokkanote", "Zebedee Surname"
PLANTED = (
    CLIENT,
    CLIENT.lower(),
    NOTE,
    NAME,
    "Zebedee",
    "today-together",
    "arriving-today",
    "answered",
    "is below 5",
    "down 6",
)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = clinic_with(tmp_path, policies=LOW + DROP + CARE, day=30)
    with clinic.practice.store.begin() as c:
        people.add_staff(c, "zed", starts_on=START, name=NAME, email="zed@clinic.example")
    clinic.open(CLIENT, therapist="zed")
    clinic.rate(CLIENT, 0, 9)
    clinic.rate(CLIENT, 7, 3)
    clinic.rate(CLIENT, 7, 8, instrument=ARRIVING, q7=4)
    clinic.open(f"{CLIENT}-b", therapist="zed")
    clinic.rate(f"{CLIENT}-b", 7, 3)
    return clinic


def settings(clinic: Clinic, channels: str, more: str = "") -> None:
    file = clinic.root / "fit.toml"
    text = file.read_text().replace("[alerts]", f"[alerts]\nchannels = {channels}", 1)
    file.write_text(text.replace("[mail]", f"[mail]\n{more}", 1))


def call(clinic: Clinic, *arguments: str) -> int:
    return run(["--practice", str(clinic.root), "alerts", *arguments], clock=clinic.clock)


def assert_clean(*texts: str) -> None:
    assert not [(word, text) for word in PLANTED for text in texts if word in text]


def test_a_morning_run_says_nothing_about_anybody_on_any_way_out(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    behaviour = Behaviour()
    caplog.set_level(logging.INFO, logger="fit_toolkit")
    with mail_server(behaviour) as port:
        mail = f'host = "127.0.0.1"\nport = {port}\nfrom = "fit@clinic.example"'
        settings(clinic, '["stdout", "file", "email"]', mail)
        with (clinic.root / "fit.toml").open("a") as file:
            file.write(f'\n[channels.email]\nca_file = "{CERTIFICATE}"\n')
        assert call(clinic, "run") == 0
    told = capsys.readouterr()
    assert told.out.count("Subject: FIT: ") == 2
    assert [mail["To"] for mail in behaviour.mails()] == ["zed@clinic.example"] * 2
    kept = (clinic.root / "messages" / "messages.jsonl").read_text()
    assert kept.count("\n") == 2
    own = [record.getMessage() for record in caplog.records if not record.name.startswith(("mail.", "asyncio"))]
    assert_clean(told.out, told.err, kept, *(str(mail) for mail in behaviour.mails()), *own)


def test_trouble_in_sending_says_nothing_either(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    behaviour = Behaviour(rcpt=f"550 no mailbox for {NAME}, see {CLIENT}")
    with mail_server(behaviour, tls=False) as port:
        mail = f'host = "127.0.0.1"\nport = {port}\nfrom = "fit@clinic.example"\nstarttls = false'
        settings(clinic, '["email"]', mail)
        assert call(clinic, "run", "-v") == 6
    told = capsys.readouterr()
    assert "the server refused the recipient (550)" in told.err + str(messages(clinic, "dead"))
    assert_clean(told.out, told.err, *(str(row) for row in messages(clinic, "dead", "due")))


def test_a_channel_that_quotes_what_it_was_given_leaks_nothing(clinic: Clinic) -> None:
    clinic.run(tell=True)

    def quote(message: Message) -> None:
        raise RuntimeError(f"{CLIENT} {message.body} {NAME}")

    with Post(before=quote).installed():
        from fit_toolkit.alerts.deliver import deliver

        result = deliver(clinic.practice, now=clinic.clock())
    assert_clean(str(result), *(str(row["last_error"]) for row in messages(clinic)))


def test_notes_stay_in_the_store(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    clinic.run(tell=True)
    ack(clinic.practice.store, [Tick(1, "other", NOTE)], Actor("zed", clinic.clock()))
    clinic.day = 40
    assert call(clinic, "run", "-v") == 0
    told = capsys.readouterr()
    assert_clean(told.out, told.err, *(row["body"] + str(row["payload"]) for row in messages(clinic, "due", "sent")))
    with clinic.practice.store.read() as c:
        assert [row.note for row in c.execute(s.alert.select().where(s.alert.c.note.is_not(None)))] == [NOTE]
