"""What the caseload reads, on both databases: who is in it, forms nobody has seen, contacts, alerts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.store import Store, caseload, diary, people
from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import UNKNOWN
from fit_toolkit.store.rows import touch

AT = datetime.fromisoformat("2026-03-12T09:00")
DAY = date(2026, 1, 5)
TODAY = date(2026, 3, 12)


def rate(c: sa.Connection, member: int, days: int, *, rater: str = "client", entered: datetime = AT) -> int:
    row: dict[str, Any] = {
        "root_id": 1, "member_id": member, "instrument": "phq-9", "version": "1", "definition_hash": "x", "rater": rater,
        "session_on": DAY + timedelta(days=days), "occasion": "start", "mode": "paper", "raw": {}, "numbers": {}, "entered_by": "t", "entered_at": entered,
    }  # fmt: skip
    id = int(c.execute(sa.insert(s.administration).values(row).returning(s.administration.c.id)).scalar_one())
    c.execute(sa.insert(s.score), [{"administration_id": id, "scale": "total", "value_ticks": days * 1_000_000, "status": "complete", "n_answered": 9, "n_items": 9}])  # fmt: skip
    return id


@pytest.fixture(autouse=True)
def rows(store: Store) -> None:
    """`c1` is open and rated, `c2` ended lately, `c3` long ago, `c4` has not begun."""
    with store.begin() as c:
        people.add_staff(c, "sue", role="supervisor", starts_on=DAY)
        people.add_staff(c, "anna", role="therapist", starts_on=DAY, supervisor="sue")
        for code, day in (("c1", DAY), ("c2", DAY), ("c3", DAY), ("c4", TODAY + timedelta(days=3))):
            people.add_client(c, code, at=AT)
            people.open_episode(c, [code], therapist="anna", opened_on=day, at=AT)
        people.close_episode(c, "c2-1", on=date(2026, 3, 1), reason="planned", at=AT)
        people.close_episode(c, "c3-1", on=date(2026, 1, 20), reason="planned", at=AT)
        rate(c, 1, 0, entered=AT - timedelta(days=39))
        rate(c, 1, 7)
        rate(c, 1, 14, rater="therapist")
        rate(c, 2, 7)
        for on, status in ((date(2026, 3, 5), "held"), (date(2026, 3, 9), "cancelled"), (date(2026, 3, 19), "planned")):
            diary.add_appointment(c, "c1-1", on=on, status=status, reason="ill" if status == "cancelled" else None)


def days(column: Any) -> list[str]:
    return ["" if day == UNKNOWN else str(day.astype("datetime64[D]")) for day in column]


def test_who_is_in_it_is_open_ended_lately_or_waited_for_by_a_safety_alert(store: Store) -> None:
    with store.begin() as c:
        assert caseload.members(c, on=TODAY, closed_since=date(2026, 2, 10))["client"].tolist() == ["c1", "c2"]
        c.execute(sa.insert(s.alert), [alert(3, "safety")])
        found = caseload.members(c, on=TODAY, closed_since=date(2026, 2, 10))
        assert found["client"].tolist() == ["c1", "c2", "c3"]
        assert days(found["ended"]) == ["", "2026-03-01", "2026-01-20"]


def test_forms_are_unseen_from_the_newest_sheet_or_act_on_and_a_therapists_own_never(store: Store) -> None:
    def unseen(c: sa.Connection) -> dict[int, int]:
        found = caseload.unseen(c, [1, 2])
        return dict(zip(found["member_id"].tolist(), found["count"].tolist(), strict=True))

    with store.begin() as c:
        assert unseen(c) == {1: 2, 2: 1}
        c.execute(sa.insert(s.sheet), [{"member_id": 1, "made_at": AT - timedelta(days=38), "sha256": "x"}])
        assert unseen(c) == {1: 1, 2: 1}
        c.execute(sa.insert(s.alert), [alert(1, "attention")])
        number = c.scalar(sa.select(s.alert.c.id))
        event: dict[str, Any] = {"alert_id": number, "seq": 1, "at": AT, "actor": "anna", "to_state": "acknowledged", "cause": "by a person", "evidence": {}}  # fmt: skip
        c.execute(sa.insert(s.alert_event), [event])
        assert unseen(c) == {2: 1}


def test_forms_contacts_alerts_and_values(store: Store) -> None:
    with store.begin() as c:
        c.execute(sa.insert(s.alert), [alert(1, "attention"), alert(1, "notice", good_news=1.0)])
        forms = caseload.forms(c, [1])
        assert sorted(zip(forms["rater"].tolist(), forms["count"].tolist(), strict=True)) == [("client", 2), ("therapist", 1)]  # fmt: skip
        met = caseload.contacts(c, [1], on=TODAY)
        assert (days(met["last"]), days(met["next"])) == (["2026-03-05"], ["2026-03-19"])
        assert max(days(caseload.contact_days(c, [1], on=TODAY)["day"])) == "2026-03-05"
        assert caseload.alerts(c, [1], over_since=0)["good"].tolist() == [0.0, 1.0]
        given = caseload.form_days(c, [1], "phq-9", "client", on=TODAY)
        assert caseload.scores_of(c, [*given["id"].tolist(), 999], "total").tolist() == [0, 7_000_000, UNKNOWN]
        assert caseload.supervised(c, "sue", on=TODAY) == ({2}, set())
        assert caseload.not_looked_at(c, [1, 2]) == set()  # on the work list since they were opened: nothing came in
        touch(c, [2], "import")
        assert caseload.not_looked_at(c, [1, 2]) == {2}


def alert(member: int, severity: str, **evidence: float) -> dict[str, Any]:
    return {
        "policy": f"p-{severity}", "kind": "drop", "member_id": member, "episode_id": member, "staff_id": 0, "instrument": "phq-9", "scale": "total", "rater": "client",
        "occasion": "start", "severity": severity, "basis": "convention", "state": "open", "opened_day": 1, "session_on": DAY, "reason": "r", "evidence": evidence,
        "first_seen": DAY, "opened_at": AT, "changed_at": AT, "seen": {}, "policy_hash": "x",
    }  # fmt: skip
