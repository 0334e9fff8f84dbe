"""A new safety alert holds back the rest of its client; a policy that fails holds back its repeats; safety never waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.alerts.acts import Actor, ack
from fit_toolkit.alerts.inhibit import is_old
from fit_toolkit.alerts.ticks import Tick
from fit_toolkit.store import people, runs, touch
from tests.alerts.outgoing import CARE, LOW, clinic_with, day_of, messages, sent
from tests.clinic import ARRIVING, Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return clinic_with(tmp_path, policies=LOW + CARE, alerts__safety_escalate_days=30, alerts__escalate_days=0)


def told(clinic: Clinic) -> list[tuple[str, str, str]]:
    """Who was told of which severity and why in one more run; all of it has gone out."""
    clinic.run(tell=True)
    rows = [(row["to"], row["severity"], row["reason"]) for row in messages(clinic)]
    sent(clinic)
    return sorted(rows)


def seen(clinic: Clinic, severity: str) -> None:
    ticks = [
        Tick(alert["id"], "talked about it") for alert in clinic.alerts(("open",)) if alert["severity"] == severity
    ]
    ack(clinic.practice.store, ticks, Actor("anna", clinic.clock()))


def test_the_rest_of_the_client_waits_until_the_safety_alert_has_been_seen_and_is_listed_meanwhile(
    clinic: Clinic,
) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    assert told(clinic) == [("anna", "safety", "new")]
    assert {alert["severity"]: alert["held"] for alert in clinic.alerts()} == {"safety": None, "attention": "safety"}
    clinic.day += 1
    assert told(clinic) == [("anna", "safety", "repeat")]
    seen(clinic, "safety")
    clinic.day += 1
    assert told(clinic) == [("anna", "attention", "new")]
    assert [alert["held"] for alert in clinic.alerts(("open",))] == [None]


def test_another_client_of_the_same_therapist_does_not_wait(clinic: Clinic) -> None:
    for client in ("c1", "c2"):
        clinic.open(client)
        clinic.rate(client, 0, 3)
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    clinic.run(tell=True)
    assert {(row["severity"], row["subject"]) for row in messages(clinic)} == {
        ("safety", "FIT: 1 item to review now"),
        ("attention", "FIT: 1 item to review"),
    }


def test_what_waits_in_another_slice_of_the_run_is_called_back(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from fit_toolkit.alerts import run as running

    monkeypatch.setattr(running, "EPISODES_A_SLICE", 1)
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    with clinic.practice.store.begin() as c:  # a second episode of the same client, with a partner
        people.add_client(c, "c2", at=clinic.clock())
        people.open_episode(c, ["c1", "c2"], therapist="ben", opened_on=day_of(0))
        first, second = sorted(people.list_episodes(c), key=lambda episode: episode.id)
    rate_in(clinic, next(member.id for member in second.members if member.client == "c1"))
    with clinic.practice.store.begin() as c:
        touch(c, [first.id], "looked at first", clinic.clock())
    assert told(clinic) == [("ben", "safety", "new")]
    assert {alert["held"] for alert in clinic.alerts() if alert["severity"] == "attention"} == {"safety"}


def rate_in(clinic: Clinic, member: int) -> None:
    """A flagged answer in one of several episodes, where the client alone would not say which."""
    from fit_toolkit.store import schema as s

    clinic.open("other")
    made = clinic.rate("other", 0, 8, instrument=ARRIVING, q7=2)
    with clinic.practice.store.begin() as c:
        c.execute(s.administration.update().where(s.administration.c.id == made).values(member_id=member, pair_id=None))
        episode = c.execute(s.member.select().where(s.member.c.id == member)).one().episode_id
        c.execute(s.touched.update().where(s.touched.c.why != "opened").values(episode_id=episode))


def test_the_record_of_the_run_says_how_many_wait(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    clinic.rate("c1", 0, 8, instrument=ARRIVING, q7=2)
    assert clinic.run(tell=True).counts["held back (safety)"] == 1
    with clinic.practice.store.read() as c:
        last = runs.last_run(c, "alerts")
    assert last is not None
    assert last["counts"]["held back (safety)"] == 1


def test_what_a_policy_once_said_is_not_repeated_while_it_cannot_be_asked(clinic: Clinic) -> None:
    clinic.open("c1")
    clinic.rate("c1", 0, 3)
    assert told(clinic) == [("anna", "attention", "new")]
    clinic.day += 7
    file = clinic.root / "fit.toml"
    whole = file.read_text()
    file.write_text(whole.replace('kind = "cutoff"', 'kind = "cutof"'))
    from fit_toolkit.practice import open_practice

    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    assert [row for row in told(clinic) if row[0] == "anna"] == []
    assert [alert["held"] for alert in clinic.alerts()] == ["stale"]
    file.write_text(whole)
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    assert [row for row in told(clinic) if row[0] == "anna"] == [("anna", "attention", "repeat")]


def alert(**other: Any) -> dict[str, Any]:
    usual = {
        "severity": "safety", "first_seen": day_of(200), "last_day": number(7), "calm_day": number(7), "episode_id": 1,
        "evidence": {},
    }  # fmt: skip
    row = {**usual, **other}
    return {**row, "evidence": {"day": number(0)} | row["evidence"]}


def number(day: int) -> int:
    from fit_toolkit.store.alerts import EPOCH

    return (day_of(day) - EPOCH).days


@pytest.mark.parametrize(
    ("row", "old"),
    [
        (alert(), True),
        (alert(severity="attention"), False),
        (alert(evidence={"flagged": number(110)}, calm_day=number(120)), False),  # ninety days are not more than ninety
        (alert(evidence={"flagged": number(109)}, calm_day=number(120)), True),
        (alert(calm_day=None), False),  # nothing says that it is better
        (alert(evidence={"flagged": number(20)}), False),  # it was worse again after that
        (alert(calm_day=None, episode_id=2), True),  # whose episode has ended
        (alert(first_seen=day_of(3)), False),  # it was new when it was seen
    ],
)
def test_old_is_what_was_old_when_first_seen_and_is_over_since(row: dict[str, Any], old: bool) -> None:
    assert is_old(row, 90, closed={2}) is old
    assert is_old(row, 0, closed={2}) is False
