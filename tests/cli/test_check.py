"""`fit check`, as a monitor sees it: one line, figures, 0 to 3, and nothing written."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.run import run_alerts
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.cli import run
from fit_toolkit.doctor import monitor
from fit_toolkit.store import hold_lock, watching
from fit_toolkit.store import schema as s
from tests.alerts.outgoing import CARE, LOW, clinic_with, sent, use
from tests.cli.shell import Outcome, Shell
from tests.clinic import ARRIVING, Clinic

CODE = "Canary-77"
LINE = re.compile(
    r"FIT (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [a-z_]+=\d+s?;\d*;\d*;0( [a-z_]+=\d+s?;\d*;\d*;0)*)?\n"
)
SAMPLE = re.compile(r'(fit_[a-z_]+)(\{severity="(safety|attention|notice)"\})? \d+')


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """A client with a low rating and a flagged answer, looked at and told just now."""
    clinic = clinic_with(tmp_path_factory.mktemp("watched"), policies=LOW + CARE, day=30)
    clinic.open(CODE, therapist="carl")
    clinic.rate(CODE, 0, 3)
    clinic.rate(CODE, 7, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    sent(clinic)
    return clinic


class Fit(Shell):
    """Whatever it is asked, it answers with one line, which agrees with the exit code and names nobody."""

    def __call__(self, *arguments: str) -> Outcome:
        told = super().__call__(*arguments)
        assert LINE.fullmatch(told.out), told.out
        assert CODE not in told.out
        assert monitor.Status[told.out.split()[1]] == told.code
        return told


@pytest.fixture
def fit(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> Fit:
    return Fit(clinic, capsys, ("check",))


def change(clinic: Clinic, statement: str, *values: object) -> None:
    with sqlite3.connect(clinic.root / "store.db") as db:
        db.execute(statement, values)
    db.close()


def test_a_practice_that_is_looked_at_is_well(fit: Fit) -> None:
    fit.hours = 3
    told = fit()
    assert told.code == 0
    assert told.out.startswith(
        "FIT OK - alerts were looked at 3 hours ago | store_ok=1;;;0 store_unread=0;;;0 last_run_age=10800s;129600;259200;0"
    )


@pytest.mark.parametrize(("hours", "code"), [(35, 0), (37, 1), (73, 2)])
def test_a_run_that_does_not_come_is_a_warning_and_then_critical(fit: Fit, hours: float, code: int) -> None:
    fit.hours = hours
    told = fit("--warn-safety", "900h", "--crit-safety", "900h")
    assert told.code == code
    assert code == 0 or "is cron still running" in told.out


def test_the_limits_can_be_set(fit: Fit) -> None:
    fit.hours = 3
    assert [fit("--warn-age", "2h").code, fit("--crit-age", "2h").code, fit("--warn-age", "4h").code] == [1, 2, 0]


def test_a_practice_that_runs_weekly_says_so(fit: Fit) -> None:
    fit.hours = 100
    use(fit.clinic)
    file = fit.clinic.root / "fit.toml"
    file.write_text(file.read_text().replace("[alerts]", "[alerts]\nexpected_every_hours = 168", 1))
    assert fit("--warn-safety", "900h", "--crit-safety", "900h").code == 0


def test_a_practice_that_was_never_looked_at_is_told_and_one_that_never_will_be_is_critical(fit: Fit) -> None:
    change(fit.clinic, "UPDATE run SET kind = 'entry'")
    assert (fit().code, "never looked at" in fit().out) == (1, True)
    fit.hours = 80
    assert fit("--warn-safety", "900h", "--crit-safety", "900h").code == 2


@pytest.mark.parametrize(("hours", "code"), [(23, 0), (25, 1), (73, 2)])
def test_a_safety_alert_that_nobody_has_seen_gets_louder(fit: Fit, hours: float, code: int) -> None:
    fit.hours = hours
    told = fit("--warn-age", "900h")
    assert told.code == code
    assert code == 0 or "safety alerts nobody has seen: 1" in told.out
    with fit.clinic.practice.store.read() as c:
        (alert,) = (row.id for row in c.execute(s.alert.select()) if row.severity == "safety")
    ack(fit.clinic.practice.store, [Tick(alert, "talked about it")], Actor("carl", fit.clinic.clock()))
    assert fit("--warn-age", "900h").code == 0


@pytest.mark.parametrize(("severity", "code"), [("safety", 2), ("attention", 1)])
def test_a_message_that_does_not_go_out_is_critical_about_safety(fit: Fit, severity: str, code: int) -> None:
    change(fit.clinic, "UPDATE outbox SET state = 'due', attempts = 1, severity = ?", severity)
    assert fit().code == 0
    fit.hours = 2
    told = fit()
    assert told.code == code
    assert f"undelivered_{severity}=1;" in told.out or f"undelivered_{severity}=2;" in told.out
    assert fit("--message-age", "3h").code == 0


def test_a_message_held_back_for_the_morning_is_not_late(fit: Fit) -> None:
    change(fit.clinic, "UPDATE outbox SET state = 'due', attempts = 0, not_before = '2036-01-01 00:00:00.000000'")
    fit.hours = 2
    assert fit().code == 0


def test_messages_given_up_are_a_warning_and_an_alert_that_nobody_was_told_of_is_critical(fit: Fit) -> None:
    change(fit.clinic, "UPDATE outbox SET state = 'dead'")
    told = fit()
    assert told.code == 2
    assert "safety alerts that nobody could be told of: 1; messages given up: " in told.out


def test_a_policy_that_failed_is_named(fit: Fit) -> None:
    change(fit.clinic, "UPDATE run SET exit_code = 4, failures = ?", '[{"policy": "low", "plugin": "cutoff"}]')
    told = fit()
    assert (told.code, "failed in the last run: low" in told.out) == (1, True)


def test_a_run_that_was_stopped_or_is_still_on_long_after_is_said(fit: Fit) -> None:
    change(
        fit.clinic,
        "INSERT INTO run (kind, started_at, as_of) VALUES ('alerts', '2026-02-04 12:00:01.000000', '2026-02-04')",
    )
    assert fit().code == 0
    change(fit.clinic, "UPDATE run SET finished_at = started_at, exit_code = 143 WHERE exit_code IS NULL")
    assert (fit().code, "the newest run ended with 143" in fit().out) == (1, True)


def test_work_that_was_left_is_said(fit: Fit) -> None:
    change(fit.clinic, "UPDATE run SET counts = ?", '{"left": 12}')
    assert "no time for 12 episodes" in fit().out


def test_a_plugin_that_cannot_be_used_is_named(fit: Fit) -> None:
    (fit.clinic.root / "plugins").mkdir(exist_ok=True)
    (fit.clinic.root / "plugins" / "broken.py").write_text("raise ValueError\n")
    told = fit()
    assert (told.code, "plugins that cannot be used or have changed: broken" in told.out) == (1, True)


def test_a_damaged_store_is_critical_and_one_that_cannot_be_read_too(fit: Fit) -> None:
    store = fit.clinic.root / "store.db"
    content = bytearray(store.read_bytes())
    for place in range(4096 * 3, len(content) - 4096, 4096 * 2):
        content[place : place + 600] = b"\x00" * 600
    store.write_bytes(content)
    assert fit().code == 2
    store.write_bytes(b"not a store")
    assert (fit().code, "not a store of fit-toolkit" in fit().out) == (2, True)
    store.unlink()
    assert fit().code == 2


def test_a_store_of_an_older_version_is_left_as_it_is_for_the_next_run(fit: Fit) -> None:
    change(fit.clinic, "UPDATE alembic_version SET version_num = '0001'")
    before = files(fit.clinic.root)
    assert (fit().code, "the next run does it" in fit().out) == (1, True)
    assert files(fit.clinic.root) == before


def test_a_table_that_takes_long_is_left_to_a_longer_look_so_that_no_writer_has_to_wait(
    fit: Fit, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fit.clinic.practice.store.begin() as c:
        c.execute(s.meta.insert(), [{"key": f"k{number}", "value": "x" * 900} for number in range(3000)])
    monkeypatch.setattr(watching, "intact", partial(watching.intact, seconds=0))
    assert re.search(r"store_ok=1;;;0 store_unread=[1-9]", fit().out)
    with fit.clinic.practice.store.read() as c:  # what looked is gone, and nothing is cut off any more
        assert len(c.execute(s.meta.select()).all()) >= 3000


def test_what_cannot_be_looked_at_is_unknown(
    fit: Fit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = fit.clinic.root / "fit.toml"
    written = settings.read_text()
    settings.write_text("[alerts\n")
    assert fit().code == 3
    settings.write_text(written)
    assert run(["--practice", str(fit.clinic.root), "check", "--warn-age", "soon"]) == 3
    assert capsys.readouterr().out.startswith("FIT UNKNOWN - ")

    def broken(*_: object, **__: object) -> object:
        raise ZeroDivisionError(CODE)

    monkeypatch.setattr(monitor, "limits_of", broken)
    assert fit().out == "FIT UNKNOWN - it could not be looked at: ZeroDivisionError\n"


def test_one_that_takes_too_long_is_unknown(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    forever = threading.Event()
    monkeypatch.setattr(monitor, "look", lambda *_: forever.wait(20))
    assert fit("--timeout", "1s").out == "FIT UNKNOWN - no answer within 1 seconds\n"
    forever.set()


def test_nothing_is_written_also_while_a_run_has_the_lock_and_the_store(fit: Fit) -> None:
    before = files(fit.clinic.root)
    with hold_lock(fit.clinic.practice.lock_file, now=fit.clinic.clock()), fit.clinic.practice.store.begin() as c:
        c.execute(s.meta.insert().values(key="x", value="x"))
        held = files(fit.clinic.root)
        assert fit().code == 0
        assert files(fit.clinic.root) == held
        c.rollback()
    assert set(files(fit.clinic.root)) - set(before) <= {".fit.lock"}


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_textfile_can_be_read_by_prometheus_and_by_everybody(fit: Fit, tmp_path: Path) -> None:
    target = tmp_path / "fit.prom"
    fit("--prometheus", str(target))
    lines = target.read_text().splitlines()
    told: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("# "):
            word, name = line.split()[1:3]
            assert word in {"HELP", "TYPE"}
            told.setdefault(name, []).append(word)
        else:
            found = SAMPLE.fullmatch(line)
            assert found, line
            assert told[found[1]] == ["HELP", "TYPE"]
    assert target.stat().st_mode & 0o777 == 0o644
    at = int((fit.clinic.clock() - fit.clinic.clock().fromtimestamp(0)).total_seconds())
    assert f"fit_last_success_timestamp_seconds {at}" in lines
    assert 'fit_messages_undelivered{severity="safety"} 0' in lines
    assert "fit_check_status 0" in lines
    assert [path.name for path in tmp_path.glob(".fit-*")] == []


def test_every_figure_is_promised_by_its_name(fit: Fit, tmp_path: Path) -> None:
    out = fit("--prometheus", str(tmp_path / "fit.prom")).out
    page = (Path(__file__).parents[2] / "docs" / "stable-contracts.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z_]+(?:_SEVERITY)?)`", page))
    names = {re.sub(r"_(safety|attention|notice)$", "_SEVERITY", name) for name in re.findall(r"([a-z_]+)=\d", out)}
    metrics = set(re.findall(r"^(fit_[a-z_]+)", (tmp_path / "fit.prom").read_text(), re.MULTILINE))
    assert (len(names), len(metrics)) == (12, 14)
    assert names | metrics <= told


def test_a_textfile_is_written_also_when_nothing_could_be_looked_at(fit: Fit, tmp_path: Path) -> None:
    (fit.clinic.root / "store.db").unlink()
    assert fit("--prometheus", str(tmp_path / "fit.prom")).code == 2
    assert "fit_check_status 2" in (tmp_path / "fit.prom").read_text()
    assert fit("--prometheus", str(tmp_path / "no" / "fit.prom")).code == 2


def test_a_run_makes_it_well_again(fit: Fit) -> None:
    fit.hours = 80
    fit.clinic.day += 3
    run_alerts(fit.clinic.practice)
    fit.hours = 0
    assert "last_run_age=0s" in fit().out
