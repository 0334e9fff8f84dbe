"""What the report reads, on both databases: courses by their end and label, ratings, sessions, first and last values."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.store import Store, labels, people, service
from fit_toolkit.store import schema as s
from fit_toolkit.store.frames import UNKNOWN

AT = datetime.fromisoformat("2026-03-12T09:00")
DAY = date(2026, 1, 5)
SCOPE = service.Scope(since=DAY, until=date(2026, 2, 28))
OPEN = service.Scope(since=DAY, until=date(2026, 2, 28), open_too=True)


def rate(c: sa.Connection, member: int, day: date, value: float | None, number: int) -> None:
    row: dict[str, Any] = {
        "id": number, "root_id": number, "member_id": member, "pair_id": None, "instrument": "phq-9", "version": "1", "definition_hash": "x", "rater": "client",
        "session_on": day, "occasion": "start", "mode": "paper", "raw": {}, "numbers": {}, "entered_by": "t", "entered_at": AT,
    }  # fmt: skip
    c.execute(sa.insert(s.administration), [row])
    score = {
        "administration_id": number,
        "scale": "total",
        "status": "complete" if value is not None else "unscorable",
        "n_answered": 9,
        "n_items": 9,
    }
    c.execute(sa.insert(s.score), [{**score, "value_ticks": None if value is None else round(value * 1_000_000)}])


@pytest.fixture(autouse=True)
def rows(store: Store) -> None:
    """`c1` ended in February with a label, `c2` is open, `c3` ended in March."""
    with store.begin() as c:
        people.add_staff(c, "anna", role="therapist", starts_on=DAY)
        for code in ("c1", "c2", "c3"):
            people.add_client(c, code, at=AT)
            people.open_episode(c, [code], therapist="anna", opened_on=DAY, at=AT)
        people.close_episode(c, "c1-1", on=date(2026, 2, 20), reason="planned", at=AT)
        people.close_episode(c, "c3-1", on=date(2026, 3, 10), reason="planned", at=AT)
        labels.add_labels(c, "c1-1", ["evening"])
        for number, (member, days, value) in enumerate(
            ((1, 0, 12.0), (1, 14, None), (1, 21, 7.0), (2, 0, 9.0), (3, 60, 5.0)), start=1
        ):
            rate(c, member, DAY + timedelta(days=days), value, number)


def test_courses_are_those_that_ended_in_the_period_and_with_open_ones_what_had_come_by_then(store: Store) -> None:
    with store.read() as c:
        assert service.courses(c, SCOPE)["member_id"].tolist() == [1]
        found = service.courses(c, OPEN)
        assert found["member_id"].tolist() == [1, 2, 3]
        assert found["ended"].astype("datetime64[D]").astype(str).tolist() == ["2026-02-20", "2026-02-28", "2026-02-28"]
        assert found["reason"].tolist() == ["planned", "", ""]  # c3 was closed later
        assert service.count_courses(c, service.Scope(since=DAY, until=SCOPE.until, labels=("evening",))) == 1
        assert service.count_courses(c, service.Scope(since=DAY, until=SCOPE.until, labels=("evening", "other"))) == 0


def test_ratings_and_sessions_go_up_to_the_last_day(store: Store) -> None:
    with store.read() as c:
        found = service.ratings(c, OPEN, "phq-9", "client", "total")
        assert found["member_id"].tolist() == [1, 1, 1, 2]
        assert (found["value_ticks"] == UNKNOWN).tolist() == [False, True, False, False]
        assert service.rated_by(c, SCOPE) == [("phq-9", "client", "start")]
        assert len(service.session_days(c, SCOPE)["day"]) == 3
        assert service.kept_in_diary(c, SCOPE).tolist() == []
        assert service.therapists(c, SCOPE)["code"].tolist() == ["anna"]


def test_values_of_scales_stand_side_by_side_and_unknown_where_there_are_none(store: Store) -> None:
    scales = [*(f"other{n}" for n in range(service.WIDE)), "total"]
    with store.read() as c:
        found = service.scores(c, OPEN, "phq-9", "client", scales)
    assert found["id"].tolist() == [1, 2, 3, 4, 5]
    assert (found["total"] // 1_000_000).tolist()[2:] == [7, 9, 5]
    assert found["total"][1] == UNKNOWN
    assert (found["other3"] == UNKNOWN).all()
