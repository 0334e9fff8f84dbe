"""`fit alerts deliver`, `outbox` and `resend` from the shell: silent when all is well, and no secret in anything they say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fit_toolkit.store import outbox
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, clinic_with, messages
from tests.cli.shell import Outcome, Shell
from tests.clinic import ARRIVING, Clinic
from tests.faults.mailserver import Faults, faulty_server, keys_of
from tests.faults.webserver import Answers, web_server
from tests.plugins_channels.mailserver import CERTIFICATE

CODE, SECRET = "Canary-77", "secret-canary-of-thirty-letters"
FIT = [sys.executable, "-m", "fit_toolkit"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A practice with one safety message and eleven others to be sent, all to carl."""
    clinic = clinic_with(tmp_path_factory.mktemp("shell"), policies=CARE, alerts__channels=["email"])
    clinic.open(CODE, therapist="carl")
    clinic.rate(CODE, 0, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    (first,) = messages(clinic)
    more = {name: first[name] for name in first if name not in {"id", "key", "to"}}
    more |= {"severity": "attention", "payload": {"failures": 1}}
    with clinic.practice.store.begin() as c:
        outbox.add_messages(c, [more | {"key": f"more-{number}"} for number in range(11)])
    return clinic


@pytest.fixture
def fit(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(clinic, capsys)


def settings(clinic: Clinic, text: str) -> None:
    (clinic.root / "fit.toml").write_text(text)
    secret = clinic.root / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)


def by_mail(clinic: Clinic, port: int) -> None:
    settings(
        clinic,
        '[alerts]\nchannels = ["email"]\n[mail]\nhost = "127.0.0.1"\nfrom = "fit@clinic.example"\nusername = "fit"\n'
        f'port = {port}\npassword_file = "secret"\n[channels.email]\nca_file = "{CERTIFICATE}"\n',
    )


def test_all_goes_out_without_a_word_and_a_second_go_has_nothing_to_do(clinic: Clinic, fit: Shell) -> None:
    faults = Faults()
    with faulty_server(faults) as port:
        by_mail(clinic, port)
        assert fit("alerts", "deliver") == Outcome(0, "", "")
        assert fit("alerts", "deliver", "-v").err == "0 sent, 0 to be tried again, 0 given up\n"
    assert len(faults.taken) == len(set(faults.taken)) == 12


def test_a_login_that_is_refused_is_one_try_one_line_and_no_secret(clinic: Clinic, fit: Shell) -> None:
    faults = Faults(at={"auth": f"535 {SECRET} is wrong"})
    with faulty_server(faults) as port:
        by_mail(clinic, port)
        for _ in range(3):
            said = fit("--debug", "alerts", "deliver")
            assert (said.code, said.out) == (6, "")
            assert said.err.splitlines()[0] == "fit: channel email: the server did not accept the login (535)"
        assert faults.connections == 3
        listed = json.loads(fit("alerts", "outbox", "--format", "json").out)["messages"]
        assert {row["state"] for row in listed} == {"waiting"}
        assert len(listed) == 12
        fit("config", "show")
        faults.at.clear()
        assert fit("alerts", "deliver").code == 0
    assert len(faults.taken) == 12
    assert SECRET not in fit.everything
    assert CODE not in fit.everything


def test_what_is_refused_for_good_is_listed_and_goes_out_when_somebody_asks(clinic: Clinic, fit: Shell) -> None:
    faults = Faults(at={"rcpt": "550 no such person"})
    with faulty_server(faults) as port:
        by_mail(clinic, port)
        said = fit("alerts", "deliver")
        assert said.code == 6
        assert "(fit alerts outbox)" in said.err
        listed = json.loads(fit("alerts", "outbox", "--format", "json").out)["messages"]
        given_up = [row for row in listed if row["state"] == "given up"]
        assert given_up[0]["last_error"] == "the server refused the recipient (550)"
        faults.at.clear()
        number = str(given_up[0]["id"])
        assert fit("alerts", "resend", number, "--reason", "address mended").code == 0
        assert fit("alerts", "resend", "9999", "--reason", "x").code == 3
        assert fit("alerts", "resend", "--reason", "x").code == 2
        assert fit("alerts", "resend", number, "--all", "--reason", "x").code == 2
        fit("alerts", "deliver")
        assert len(faults.taken) >= 1
        assert number not in [
            str(row["id"]) for row in json.loads(fit("alerts", "outbox", "--format", "json").out)["messages"]
        ]
        assert fit("alerts", "outbox", "--state", "sent", "--exit-code").code == 10
    assert CODE not in fit.everything


def test_a_webhook_is_signed_with_the_secret_beside_the_settings_and_never_shows_it(clinic: Clinic, fit: Shell) -> None:
    answers = Answers()
    answers.status(410)
    with web_server(answers) as port:
        settings(
            clinic,
            '[alerts]\nchannels = ["webhook"]\n[channels.webhook]\nsecret_file = "secret"\n'
            f'url = "http://localhost:{port}/"\n',
        )
        with clinic.practice.store.begin() as c:
            c.execute(s.outbox.update().values(channel="webhook"))
        gone = fit("--debug", "alerts", "deliver")
        assert (gone.code, len(answers.bodies)) == (6, 1)
        assert "the address is gone for good" in gone.err
        answers.status(204)
        assert fit("alerts", "deliver") == Outcome(0, "", "")
        fit("config", "show")
    posted = [json.loads(body) for body in answers.bodies[1:]]
    assert len({each["key"] for each in posted}) == 12
    assert (posted[0]["severity"], posted[0]["counts"]) == ("safety", {"safety": 1})
    assert posted[0]["key"] == json.loads(answers.bodies[0])["key"]
    assert SECRET not in fit.everything
    assert CODE not in str(posted)


def test_two_deliveries_at_once_send_each_message_once(clinic: Clinic) -> None:
    faults = Faults(pace=0.0005)
    with faulty_server(faults) as port:
        by_mail(clinic, port)
        command = [*FIT, "--practice", str(clinic.root), "alerts", "deliver"]
        started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        ended = [(one.communicate(timeout=120)[1], one.returncode) for one in started]
    assert ended == [("", 0)] * 2
    assert sorted(keys_of(faults.taken)) == sorted({*keys_of(faults.taken)})
    assert len(faults.taken) == 12
