from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fit_toolkit.doctor import State, Verdict, examine, of_practice
from fit_toolkit.store import create_store, open_store, outbox, runs, sqlite

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
POLICY = '[[policies]]\nid = "worse"\nkind = "drop"\ninstrument = "today-together-client"\n'


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    (tmp_path / "fit.toml").write_text(f'[safety]\nprotocol = "call"\ncontact = "the duty desk"\n{POLICY}')
    create_store(tmp_path / "store.db").close()
    return tmp_path


def findings(root: Path) -> Iterator[Verdict]:
    yield from examine(of_practice.checks(root, clock=lambda: NOW))


def only(root: Path, check: str) -> Verdict:
    (found,) = [verdict for verdict in findings(root) if verdict.check == check]
    return found


def ran(root: Path, at: datetime) -> None:
    store = open_store(root / "store.db")
    with store.begin() as c:
        run = runs.start_run(c, "alerts", at=at, as_of=at.date())
        runs.finish_run(c, run, at=at, exit_code=0)
    store.close()


def test_a_practice_in_order_has_nothing_to_mend(practice: Path) -> None:
    ran(practice, NOW - timedelta(hours=3))
    assert [verdict for verdict in findings(practice) if verdict.state is not State.OK] == []


def test_a_language_without_a_pack_is_named_until_the_practice_has_one(practice: Path) -> None:
    settings = practice / "fit.toml"
    settings.write_text(f'[practice]\nlanguage = "fr-CA"\n{settings.read_text()}')
    assert (only(practice, "language").state, only(practice, "language").found) == (
        State.WARN,
        "no pack for it, so sheets speak English",
    )
    (practice / "locales").mkdir()
    (practice / "locales" / "fr.po").write_text('msgid "now"\nmsgstr "maintenant"\n')
    assert only(practice, "language").state is State.OK


def test_no_practice_here_is_no_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (verdict,) = examine(of_practice.checks(None))
    assert (verdict.state, verdict.mend) == (State.WARN, "fit init")


def test_a_practice_that_was_named_and_is_not_there_is_a_failure(tmp_path: Path) -> None:
    (verdict,) = findings(tmp_path)
    assert (verdict.check, verdict.state) == ("practice", State.FAIL)


def test_a_wrong_setting_is_named_with_its_line_and_ends_the_look(practice: Path) -> None:
    (practice / "fit.toml").write_text("[practice]\ntime_zon = 'UTC'\n")
    place, settings = findings(practice)
    assert (place.state, settings.state) == (State.OK, State.FAIL)
    assert "fit.toml:2" in settings.found


def test_a_missing_store_fails(practice: Path) -> None:
    (practice / "store.db").unlink()
    verdict = only(practice, "store")
    assert (verdict.state, verdict.found) == (State.FAIL, "there is no store here")


def test_a_foreign_store_fails_and_is_left_alone(practice: Path) -> None:
    (practice / "store.db").write_bytes(b"not a database")
    assert only(practice, "store").state is State.FAIL
    assert (practice / "store.db").read_bytes() == b"not a database"


def test_a_store_of_a_newer_version_fails(practice: Path) -> None:
    with closing(sqlite3.connect(practice / "store.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version" in only(practice, "store").found


def test_a_store_without_tables_is_a_warning_and_stays_without(practice: Path) -> None:
    with closing(sqlite3.connect(practice / "store.db")) as connection, connection:
        connection.execute("DROP TABLE alembic_version")
    before = (practice / "store.db").read_bytes()
    assert only(practice, "store").state is State.WARN
    assert (practice / "store.db").read_bytes() == before


def test_a_store_that_others_may_open_fails_with_the_command(practice: Path) -> None:
    (practice / "store.db").chmod(0o644)
    verdict = only(practice, "store access")
    assert (verdict.state, verdict.mend) == (State.FAIL, f"chmod 600 {practice / 'store.db'}")


def test_a_store_on_a_network_share_fails(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "network_file_system", lambda _: True)
    assert "network share" in only(practice, "store").found


def test_a_broken_instrument_is_named_with_the_command_that_lists_its_findings(practice: Path) -> None:
    (practice / "instruments").mkdir()
    (practice / "instruments" / "ours.yaml").write_text("id: ours\n")
    verdict = only(practice, "instruments")
    assert verdict.state is State.FAIL
    assert verdict.found.startswith("ours.yaml: ")
    assert verdict.mend == f"fit instruments check {practice / 'instruments' / 'ours.yaml'}"


def test_an_instrument_that_takes_a_bundled_name_fails(practice: Path) -> None:
    (practice / "instruments").mkdir()
    (practice / "instruments" / "phq-9.yaml").write_text("id: phq-9\n")
    assert any("two files give" in verdict.found for verdict in findings(practice) if verdict.check == "instruments")


def test_a_policy_that_cannot_be_asked_is_named_with_its_line(practice: Path) -> None:
    (practice / "fit.toml").write_text(POLICY.replace("drop", "dorp"))
    verdict = only(practice, "policies")
    assert verdict.state is State.FAIL
    assert "fit.toml:" in verdict.found
    assert verdict.mend == "fit policies check"


def test_a_practice_without_policies_is_told_that_nothing_will_be_flagged(practice: Path) -> None:
    (practice / "fit.toml").write_text("")
    assert only(practice, "policies").state is State.WARN


def test_a_plugin_that_failed_is_named(practice: Path) -> None:
    (practice / "plugins").mkdir(mode=0o700)
    (practice / "plugins" / "ours.py").write_text("raise RuntimeError('no')\n")
    (practice / "plugins" / "ours.py").chmod(0o600)
    verdict = only(practice, "plugins")
    assert verdict.state is State.FAIL
    assert "ours" in verdict.found


def test_a_file_in_the_wrong_folder_is_a_warning_that_says_where_it_belongs(practice: Path) -> None:
    for name in ("plugins/x.yaml", "instruments/x.py"):
        (practice / name).parent.mkdir(mode=0o700, exist_ok=True)
        (practice / name).write_text("x")
    told = {each.found: each for each in findings(practice) if each.state is State.WARN}
    assert told["plugins/x.yaml is not read"].mend == "a definition belongs in instruments/"
    assert told["instruments/x.py is not read"].mend == "a plugin belongs in plugins/"


def test_an_unwritten_safety_protocol_is_a_warning(practice: Path) -> None:
    (practice / "fit.toml").write_text('[safety]\nprotocol = "call"\n')
    verdict = only(practice, "safety")
    assert (verdict.state, verdict.mend) == (State.WARN, "fill in safety.contact in fit.toml")


def test_mail_without_a_server_fails_where_alerts_go_by_mail(practice: Path) -> None:
    (practice / "fit.toml").write_text('[alerts]\nchannels = ["email"]\n')
    verdict = only(practice, "mail")
    assert (verdict.state, verdict.mend) == (State.FAIL, "fill in mail.host and mail.from in fit.toml")


@pytest.mark.parametrize(("mode", "state"), [(0o600, State.OK), (0o640, State.FAIL)])
def test_the_password_of_the_mail_server_is_private(practice: Path, mode: int, state: State) -> None:
    settings = (
        '[alerts]\nchannels = ["email"]\n[mail]\nhost = "localhost"\nfrom = "fit@localhost"\npassword_file = "secret"\n'
    )
    (practice / "fit.toml").write_text(settings)
    (practice / "secret").write_text("x")
    (practice / "secret").chmod(mode)
    assert only(practice, "mail password").state is state


def test_a_practice_that_never_looked_for_alerts_is_told(practice: Path) -> None:
    verdict = only(practice, "alert run")
    assert (verdict.state, verdict.found, verdict.mend) == (State.WARN, "never yet", "fit alerts run")


@pytest.mark.parametrize(("hours", "state"), [(26, State.OK), (24 * 4, State.WARN)])
def test_an_old_run_is_a_warning(practice: Path, hours: int, state: State) -> None:
    ran(practice, NOW - timedelta(hours=hours))
    assert only(practice, "alert run").state is state


def test_a_message_about_safety_that_was_given_up_is_told(practice: Path) -> None:
    ran(practice, NOW)
    store = open_store(practice / "store.db")
    message = {"key": "k", "channel": "email", "severity": "safety", "reason": "new", "subject": "FIT", "body": "1"}
    with store.begin() as c:
        outbox.add_messages(c, [{**message, "payload": {}, "created_at": NOW, "not_before": NOW, "state": "dead"}])
    store.close()
    verdict = only(practice, "messages")
    assert (verdict.state, verdict.found) == (State.WARN, "given up, about safety: 1")


def test_sections_of_the_sheet_are_looked_at_before_a_sheet_is_wanted(practice: Path) -> None:
    file = practice / "fit.toml"
    assert [verdict for verdict in findings(practice) if verdict.check == "sections"] == []
    file.write_text(file.read_text() + '[[sections]]\nkind = "figures"\ninstrument = "today-together-client"\n')
    assert (only(practice, "sections").state, only(practice, "sections").found) == (State.OK, "1 on the sheet")
    file.write_text(file.read_text().replace("[[sections]]", "[[sections]]\nscael = 1"))
    assert only(practice, "sections").state is State.FAIL
    assert "has no parameter 'scael'" in only(practice, "sections").found


def test_a_section_without_its_template_is_found_before_a_sheet_is_wanted(practice: Path) -> None:
    plugins = practice / "plugins"
    plugins.mkdir(mode=0o700)
    (plugins / "bare.py").write_text(
        "from fit_toolkit import Section, hookimpl\n"
        "class Bare(Section, frozen=True):\n    'A block.'\n    kind = 'bare'\n    def data(self, view):\n        return {}\n"
        "@hookimpl\ndef register_sheet_sections():\n    return [Bare]\n"
    )
    (plugins / "bare.py").chmod(0o600)
    file = practice / "fit.toml"
    file.write_text(file.read_text() + '[[sections]]\nkind = "bare"\n')
    assert "there is no template sections/bare.html" in only(practice, "sections").found


@pytest.mark.parametrize(("mode", "state"), [(0o600, State.OK), (0o640, State.FAIL), (None, State.FAIL)])
def test_the_key_of_the_pseudonyms_is_there_and_private(
    practice: Path, tmp_path_factory: pytest.TempPathFactory, mode: int | None, state: State
) -> None:
    key = tmp_path_factory.mktemp("keys") / "key"
    (practice / "fit.toml").write_text(f'[import]\npseudonyms = true\npseudonym_key_file = "{key}"\n')
    if mode is not None:
        key.write_text("00" * 32)
        key.chmod(mode)
    assert only(practice, "pseudonyms").state is state
