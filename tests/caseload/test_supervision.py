"""Who comes into the list for supervision, and what stands beside the name."""

from __future__ import annotations

from fit_toolkit.caseload.supervision import Case
from fit_toolkit.caseload.table import Wanted
from fit_toolkit.practice import Practice
from fit_toolkit.practice.caseload import make_supervision
from tests.caseload.making import Alert, Person, write


def cases(practice: Practice, *people: Person) -> dict[str, Case]:
    write(practice, list(people))
    return {case.client: case for case in make_supervision(practice, Wanted()).cases}


def test_an_alert_comes_in_after_fourteen_days_and_a_flagged_answer_after_one(practice: Practice) -> None:
    found = cases(
        practice,
        Person(alerts=(Alert(days=14),)),
        Person(alerts=(Alert(days=15, state="acknowledged"),)),
        Person(alerts=(Alert(severity="safety", days=1),)),
        Person(alerts=(Alert(severity="safety", days=1, state="acknowledged"),)),
        Person(alerts=(Alert(severity="notice", days=60),)),
        Person(alerts=(Alert(days=60, good=True),)),
        Person(alerts=(Alert(days=60, state="resolved"),)),
    )
    assert {code: case.why for code, case in found.items()} == {
        "c002": ("1 alert has stood for more than 14 days, the longest for 15",),
        "c003": ("a flagged answer nobody has noted anything about for 1 day",),
    }
    assert list(found) == ["c003", "c002"]  # safety first


def test_what_is_new_stands_before_what_was_seen_and_stands_longer(practice: Practice) -> None:
    found = cases(
        practice,
        Person(alerts=(Alert(severity="safety", days=40, state="snoozed"),)),
        Person(alerts=(Alert(severity="safety", days=2),)),
        Person(alerts=(Alert(days=60),)),
    )
    assert list(found) == ["c002", "c001", "c003"]


def test_what_came_up_on_two_days_comes_in_while_one_of_them_stands(practice: Practice) -> None:
    found = cases(
        practice,
        Person(alerts=(Alert(days=50, state="resolved"), Alert(days=2))),
        Person(alerts=(Alert(days=2), Alert(days=2))),
        Person(alerts=(Alert(days=50, state="resolved"), Alert(days=2, state="resolved"))),
        Person(alerts=(Alert(days=91, state="resolved"), Alert(days=2))),
    )
    assert {code: case.why for code, case in found.items()} == {
        "c001": ("something came up on 2 days of rating within 90 days",)
    }


def test_a_message_without_a_reply_comes_in_after_a_week(practice: Practice) -> None:
    found = cases(
        practice,
        Person(alerts=(Alert(days=8, told=7),)),
        Person(alerts=(Alert(days=8, told=6),)),
        Person(alerts=(Alert(days=8, told=7, state="acknowledged", acted=2),)),
    )
    assert {code: case.why for code, case in found.items()} == {
        "c001": ("told by message 7 days ago, and no reply is noted",)
    }


def test_what_was_tried_is_told_newest_first_as_it_was_written(practice: Practice) -> None:
    tried = tuple(
        Alert(days=20 + n, state="acknowledged", acted=10 + n, note=f"=note {n}" if n else "") for n in range(4)
    )
    (case,) = cases(practice, Person(ratings=((3, 5, 0),), alerts=tried)).values()
    assert [(each.what, each.note, each.by) for each in case.tried] == [
        ("talked about it", "", "anna"), ("talked about it", "=note 1", "anna"), ("talked about it", "=note 2", "anna"),
    ]  # fmt: skip
    assert (case.tried_in_all, case.days_since_rating, case.days_open) == (4, 3, 23)
    assert [each.state for each in case.alerts] == ["seen"] * 4
