"""Delivery: at least once, always under the same key, and no channel holds up another."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.alerts.compose import Frame, Item, compose
from fit_toolkit.alerts.deliver import BACK_OFF, DeliveryResult, deliver, within
from fit_toolkit.alerts.mail_text import Reason
from fit_toolkit.alerts.recipients import NOBODY
from fit_toolkit.errors import DeliveryError, ExitCode
from fit_toolkit.model.parts import Message
from fit_toolkit.store import outbox, runs
from fit_toolkit.store import schema as s
from fit_toolkit.store.outbox import LEASE
from tests.alerts.outgoing import Post, Remembering, clinic_with, messages, use
from tests.clinic import Clinic

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC).replace(tzinfo=None)  # as the store keeps it
ANNA, BEN, SUE, ADAM, CARL = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    clinic = clinic_with(tmp_path_factory.mktemp("post"), policies="")
    clinic.open("c1")
    return clinic


@pytest.fixture
def clinic(shared: Clinic) -> Clinic:
    with shared.practice.store.begin() as c:
        for table in (s.delivery, s.told, s.outbox, s.alert):
            c.execute(table.delete())
    use(shared)
    return shared


@pytest.fixture
def post() -> Iterator[Post]:
    with Post().installed() as installed:
        yield installed


def write(
    clinic: Clinic, *, count: int = 1, severity: str = "attention", to: int = ANNA, channel: str = "stdout"
) -> list[str]:
    with clinic.practice.store.begin() as c:
        run = runs.start_run(c, "test", at=NOON, as_of=NOON.date())
        c.execute(s.alert.insert(), [over(1000 * run + alert) for alert in range(count)])
        frame = Frame(channels=(channel,), run_id=run, now=NOON)
        rows = [
            row
            for alert in range(count)
            for row in compose([Item(1000 * run + alert, 1, 0, severity, Reason.NEW, (to,))], frame)
        ]
        outbox.add_messages(c, rows)
    return [row["key"] for row in rows]


def over(alert: int) -> dict[str, Any]:
    """An alert that nobody need look at any more."""
    return {
        "id": alert, "policy": "low", "kind": "cutoff", "member_id": 1, "episode_id": 1, "instrument": "i", "scale": "s",
        "rater": "client", "occasion": "", "severity": "notice", "basis": "convention", "state": "resolved",
        "session_on": NOON.date(), "reason": "", "evidence": {}, "first_seen": NOON.date(), "opened_at": NOON,
        "changed_at": NOON, "seen": {}, "policy_hash": "",
    }  # fmt: skip


def refuse(*, permanent: bool = False, code: int | None = None, **more: Any) -> Any:
    def before(message: Message) -> None:
        raise DeliveryError("not today", permanent=permanent, code=code, **more)

    return before


def counts(result: DeliveryResult) -> tuple[int, int, int, int]:
    return (result.sent, result.failed, result.dead, result.undelivered_safety)


def test_what_is_due_is_sent_once_safety_first(clinic: Clinic, post: Post) -> None:
    later, first = write(clinic)[0], write(clinic, severity="safety")[0]
    assert counts(deliver(clinic.practice, now=NOON)) == (2, 0, 0, 0)
    assert [message.key for message in post.box] == [first, later]
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=1))) == (0, 0, 0, 0)
    assert {row["state"] for row in messages(clinic, "sent")} == {"sent"}


def test_a_channel_without_addresses_of_its_own_is_given_the_staff_code(clinic: Clinic, post: Post) -> None:
    write(clinic, to=CARL)
    deliver(clinic.practice, now=NOON)
    assert [message.recipient for message in post.box] == ["carl"]


def test_a_refused_try_is_tried_again_with_growing_pauses_under_the_same_key(clinic: Clinic, post: Post) -> None:
    (key,) = write(clinic)
    tried: list[str] = []

    def fail(message: Message) -> None:
        tried.append(message.key)
        raise DeliveryError("try later", permanent=False, code=450)

    post.before = fail
    now, waits = NOON, []
    for _ in range(9):
        result = deliver(clinic.practice, now=now)
        assert counts(result) == (0, 1, 0, 0)
        assert result.exit_code == ExitCode.PARTIAL
        (row,) = messages(clinic)
        waits.append(round((row["not_before"] - now) / timedelta(minutes=1)))
        assert counts(deliver(clinic.practice, now=row["not_before"] - timedelta(minutes=1))) == (0, 0, 0, 0)
        now = row["not_before"] + timedelta(seconds=5)
    assert waits == [5, 15, 30, 60, 120, 240, 360, 360, 360]
    assert set(tried) == {key}
    post.before = None
    assert deliver(clinic.practice, now=now).sent == 1
    with clinic.practice.store.read() as c:
        attempts = outbox.deliveries_of(c, messages(clinic, "sent")[0]["id"])
    assert [attempt["result"] for attempt in attempts] == ["failed"] * 9 + ["sent"]
    assert attempts[0]["code"] == 450


def test_after_five_days_of_trying_a_message_is_given_up(clinic: Clinic, post: Post) -> None:
    write(clinic)
    post.before = refuse(code=451)
    assert counts(deliver(clinic.practice, now=NOON)) == (0, 1, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=5) - timedelta(minutes=1))) == (0, 1, 0, 0)
    result = deliver(clinic.practice, now=NOON + timedelta(days=5, hours=6))
    assert counts(result) == (0, 0, 1, 0)
    assert result.problems[-1] == "messages given up: 1 (fit alerts outbox)"
    assert [row["state"] for row in messages(clinic, "dead")] == ["dead"]
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=6))) == (0, 0, 0, 0)


def test_days_in_which_the_computer_was_off_count_for_nothing(clinic: Clinic, post: Post) -> None:
    write(clinic)
    post.before = refuse(code=451)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=9))) == (0, 1, 0, 0)
    post.before = None
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=10))) == (1, 0, 0, 0)


def test_a_receiver_that_asks_to_come_back_is_no_problem_for_two_hours(clinic: Clinic, post: Post) -> None:
    write(clinic)
    post.before = refuse(code=450, retry_after=0)
    first = deliver(clinic.practice, now=NOON)
    assert (counts(first), first.problems, first.exit_code) == ((0, 1, 0, 0), [], ExitCode.OK)
    soon = deliver(clinic.practice, now=NOON + timedelta(hours=2, minutes=-1))
    assert (counts(soon), soon.exit_code) == ((0, 1, 0, 0), ExitCode.OK)
    late = deliver(clinic.practice, now=NOON + timedelta(hours=2, minutes=20))
    assert (late.problems, late.exit_code) == (["channel stdout: not today"], ExitCode.PARTIAL)


def test_a_safety_message_that_has_to_wait_is_told_at_once(clinic: Clinic, post: Post) -> None:
    write(clinic, severity="safety")
    post.before = refuse(code=450, retry_after=0)
    result = deliver(clinic.practice, now=NOON)
    assert (result.problems, result.exit_code) == (["channel stdout: not today"], ExitCode.UNDELIVERED)


@pytest.mark.parametrize(("asked", "minutes"), [(1, 5), (3600, 60), (10**9, 360), (float("inf"), 360), (-5, 5)])
def test_the_time_a_receiver_names_is_kept_within_reason(
    clinic: Clinic, post: Post, asked: float, minutes: int
) -> None:
    write(clinic)
    post.before = refuse(code=503, retry_after=asked)
    deliver(clinic.practice, now=NOON)
    (row,) = messages(clinic)
    assert round((row["not_before"] - NOON) / timedelta(minutes=1)) == minutes


def test_the_time_a_receiver_names_for_its_channel_holds_for_every_message_of_it(clinic: Clinic, post: Post) -> None:
    write(clinic, count=3, severity="safety")
    post.before = refuse(code=429, retry_after=3600, channel=True)
    assert counts(deliver(clinic.practice, now=NOON)) == (0, 1, 0, 3)
    post.before = None
    assert counts(deliver(clinic.practice, now=NOON + timedelta(minutes=59))) == (0, 0, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(minutes=61))) == (3, 0, 0, 0)


def test_a_limit_of_attempts_gives_a_message_up_sooner(clinic: Clinic, post: Post) -> None:
    write(clinic)
    post.before = refuse(code=451)
    assert counts(deliver(clinic.practice, now=NOON, max_attempts=2)) == (0, 1, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + BACK_OFF[0] * 2, max_attempts=2)) == (0, 0, 1, 0)


def test_a_permanent_refusal_is_dead_at_once_and_the_others_still_go(clinic: Clinic, post: Post) -> None:
    bad, good = write(clinic)[0], write(clinic, to=BEN)[0]

    def choose(message: Message) -> None:
        if message.key == bad:
            raise DeliveryError("no such person", permanent=True, code=550)

    post.before = choose
    assert counts(deliver(clinic.practice, now=NOON)) == (1, 0, 1, 0)
    assert [message.key for message in post.box] == [good]


def test_trouble_with_the_channel_stops_it_after_one_try_and_kills_nothing(clinic: Clinic, post: Post) -> None:
    write(clinic, count=5)
    post.before = refuse(code=535, channel=True, permanent=True)
    assert counts(deliver(clinic.practice, now=NOON, max_attempts=1)) == (0, 1, 0, 0)
    assert len(messages(clinic)) == 5
    post.before = None  # a person mended it: all go at once, the one that was tried as well
    assert counts(deliver(clinic.practice, now=NOON + timedelta(minutes=1))) == (5, 0, 0, 0)


def test_what_waits_for_a_channel_to_be_mended_is_given_up_after_five_days_of_it(clinic: Clinic, post: Post) -> None:
    write(clinic, count=3)
    post.before = refuse(channel=True)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=9))) == (0, 1, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=13))) == (0, 1, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=14, minutes=1))) == (0, 0, 3, 0)
    assert {row["last_error"] for row in messages(clinic, "dead")} == {"not today"}


def test_a_server_that_is_silent_three_times_in_a_row_is_left_alone(clinic: Clinic, post: Post) -> None:
    write(clinic, count=9)
    post.before = refuse()
    assert deliver(clinic.practice, now=NOON).failed == 3


def test_one_channel_that_does_not_work_keeps_no_other_back(clinic: Clinic, post: Post) -> None:
    write(clinic, channel="email", severity="safety")
    write(clinic, channel="stdout")
    post.problems = {"email": "no mail server is set"}
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (1, 0, 0, 1)
    assert result.exit_code == ExitCode.UNDELIVERED
    assert result.problems == ["channel email: no mail server is set"]


@pytest.mark.parametrize("error", [ValueError("client-77 said 3"), SystemExit("client-77"), OSError("client-77")])
def test_a_channel_may_raise_anything_and_only_its_name_is_kept(
    clinic: Clinic, post: Post, error: BaseException
) -> None:
    write(clinic, severity="safety")

    def explode(message: Message) -> None:
        raise error

    post.before = explode
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 1, 0, 1)
    (row,) = messages(clinic)
    assert row["last_error"] == f"the channel raised {type(error).__name__}"
    assert "client-77" not in str(result)


def test_a_channel_that_hangs_is_left_behind_at_its_deadline(clinic: Clinic, post: Post) -> None:
    write(clinic, count=3)
    never = threading.Event()
    post.before = lambda message: never.wait(30)
    began = time.monotonic()
    result = deliver(clinic.practice, now=NOON, deadline=0.2)
    never.set()
    assert time.monotonic() - began < 10
    assert counts(result) == (0, 1, 0, 0)
    assert result.problems == ["channel stdout: no answer within 0.2 seconds"]


def test_within_gives_back_nothing_when_all_went_well() -> None:
    box: list[Message] = []
    message = Message(key="k", recipient="anna", subject="s", body="b")
    assert within(5, Remembering(box=box), message) is None
    assert box == [message]


def test_two_deliverers_never_send_the_same_message(clinic: Clinic, post: Post) -> None:
    keys = write(clinic, count=30)
    post.before = lambda message: time.sleep(0.002)
    results: list[DeliveryResult] = []
    workers = [
        threading.Thread(target=lambda: results.append(deliver(clinic.practice, now=NOON))) for _ in range(3)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.key for message in post.box) == sorted(keys)
    assert sum(result.sent for result in results) == 30


def test_a_claim_left_by_a_crash_is_free_again_when_its_lease_is_over(clinic: Clinic, post: Post) -> None:
    (key,) = write(clinic, severity="safety")
    with clinic.practice.store.begin() as c:
        outbox.claim(c, "crashed", now=NOON)
    assert counts(deliver(clinic.practice, now=NOON + LEASE / 2)) == (0, 0, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + LEASE)) == (1, 0, 0, 0)
    assert [message.key for message in post.box] == [key]


def test_nothing_is_sent_inside_a_transaction(clinic: Clinic, post: Post) -> None:
    write(clinic, count=3)

    def look(message: Message) -> None:
        with clinic.practice.store.begin() as c:  # would have to wait for an open transaction, and fail
            assert outbox.list_messages(c)

    post.before = look
    assert deliver(clinic.practice, now=NOON).sent == 3


def test_a_safety_message_that_did_not_go_out_is_counted_until_it_does(clinic: Clinic, post: Post) -> None:
    write(clinic, severity="safety")
    post.before = refuse(code=450)
    assert deliver(clinic.practice, now=NOON).exit_code == ExitCode.UNDELIVERED
    post.before = None
    assert deliver(clinic.practice, now=NOON + timedelta(hours=1)).exit_code == ExitCode.OK


def test_a_safety_message_nobody_can_be_reached_with_goes_on_to_the_supervisor_then_stops(
    clinic: Clinic, post: Post
) -> None:
    write(clinic, severity="safety", to=CARL)
    post.before = refuse(permanent=True, code=550)
    result = deliver(clinic.practice, now=NOON)
    assert result.exit_code == ExitCode.UNDELIVERED
    tried = [(row["to"], row["reason"]) for row in messages(clinic, "dead")]
    assert tried == [("carl", "new"), ("sue", "escalated"), ("adam", "escalated")]
    assert len({row["key"] for row in messages(clinic, "dead")}) == 3


def test_a_message_for_nobody_in_particular_is_still_told_and_goes_no_further(clinic: Clinic, post: Post) -> None:
    write(clinic, severity="safety", to=NOBODY)
    post.before = refuse(permanent=True, code=550)
    assert counts(deliver(clinic.practice, now=NOON)) == (0, 0, 1, 1)
    write(clinic, to=NOBODY)
    post.before = None
    assert counts(deliver(clinic.practice, now=NOON)) == (1, 0, 0, 0)
    assert [message.recipient for message in post.box] == ["nobody"]


def test_an_address_given_with_the_message_is_used(clinic: Clinic, post: Post) -> None:
    write(clinic)
    with clinic.practice.store.begin() as c:
        c.execute(s.outbox.update().values(recipient="duty@clinic.example"))
    deliver(clinic.practice, now=NOON)
    assert [message.recipient for message in post.box] == ["duty@clinic.example"]


def test_on_mail_somebody_without_an_address_cannot_be_reached(clinic: Clinic, tmp_path: Path) -> None:
    use(clinic, alerts__channels=["email"], mail__host="127.0.0.1", mail__from="fit@clinic.example")
    write(clinic, channel="email", to=ANNA)
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (0, 0, 1, 0)
    assert result.problems == [
        "channel email: the recipient has no address",
        "messages given up: 1 (fit alerts outbox)",
    ]


def test_a_channel_without_its_settings_is_one_line_and_its_messages_wait(clinic: Clinic) -> None:
    use(clinic, alerts__channels=["email", "file"], alerts__folder="post")
    write(clinic, channel="email", severity="safety")
    write(clinic, channel="file")
    result = deliver(clinic.practice, now=NOON)
    assert counts(result) == (1, 0, 0, 1)
    assert "the mail server is missing" in result.problems[0]
    assert (clinic.root / "post" / "messages.jsonl").exists()


def test_messages_for_a_channel_that_is_gone_are_given_up_in_the_end(clinic: Clinic) -> None:
    write(clinic, channel="pigeon")
    assert counts(deliver(clinic.practice, now=NOON)) == (0, 0, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=4))) == (0, 0, 0, 0)
    assert counts(deliver(clinic.practice, now=NOON + timedelta(days=5, minutes=1))) == (0, 0, 1, 0)


def test_a_channel_is_told_why_how_much_and_where_to_look(clinic: Clinic, post: Post) -> None:
    use(clinic, alerts__link="https://intranet.example/fit")
    write(clinic, severity="safety")
    deliver(clinic.practice, now=NOON)
    (message,) = post.box
    assert (message.reason, dict(message.counts), message.link) == (
        "new",
        {"safety": 1},
        "https://intranet.example/fit",
    )


def test_files_a_channel_names_are_looked_for_beside_the_settings(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = clinic.root / "fit.toml"
    monkeypatch.chdir(tmp_path)
    before = settings.read_text() if settings.exists() else ""
    settings.write_text('[alerts]\nchannels = ["file"]\n[channels.file]\nfolder = "outgoing/post"\n')
    use(clinic)
    write(clinic, channel="file")
    assert deliver(clinic.practice, now=NOON).sent == 1
    settings.write_text(before)
    assert (clinic.root / "outgoing" / "post" / "messages.jsonl").exists()
    assert list(tmp_path.iterdir()) == []


def test_a_deliverer_killed_while_sending_loses_nothing(clinic: Clinic, post: Post, tmp_path: Path) -> None:
    (key,) = write(clinic, severity="safety")
    code = (
        "import os, sys\n"
        "from datetime import datetime\n"
        "from pathlib import Path\n"
        "from fit_toolkit.alerts import deliver\n"
        "from fit_toolkit.practice import open_practice\n"
        "deliver.within = lambda *_: os._exit(9)\n"
        "deliver.deliver(open_practice(Path(sys.argv[1])), now=datetime.fromisoformat(sys.argv[2]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(clinic.root), NOON.isoformat()], check=False, timeout=60)
    assert done.returncode == 9
    assert deliver(clinic.practice, now=NOON + LEASE + timedelta(minutes=1)).sent == 1
    assert [message.key for message in post.box] == [key]


def test_a_delivery_reads_what_is_due_and_what_is_live_and_nothing_older(clinic: Clinic) -> None:
    asked: list[tuple[str, Any]] = []

    def note(raw: Any, cursor: Any, statement: str, given: Any, *_: object) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            asked.append((statement, given))

    engine = clinic.practice.store.engine
    if engine.dialect.name != "sqlite":
        pytest.skip("asks SQLite how it will look")
    sa.event.listen(engine, "before_cursor_execute", note)
    with clinic.practice.store.begin() as c:
        outbox.list_messages(c, states=["due"])
        outbox.claim(c, "w", now=NOON, channels=["stdout"], limit=1)
        outbox.postpone(c, "stdout", NOON)
        outbox.told_of(c, [*outbox.unseen_safety(c), 1, 2])
        outbox.trying_since(c, [1, 2])
        raw = c.connection.cursor()
        ways = [row[3] for statement, given in asked for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", given)]
    sa.event.remove(engine, "before_cursor_execute", note)
    tables = [way for way in ways if any(f" {name}" in way for name in ("outbox", "alert", "told", "delivery"))]
    assert len(tables) >= 6
    assert [way for way in tables if "USING" not in way] == []
