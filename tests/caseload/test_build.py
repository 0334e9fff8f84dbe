"""The list agrees with a second, plain reading of the same people, one by one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fit_toolkit.caseload import page
from fit_toolkit.caseload.build import Line
from fit_toolkit.caseload.table import Wanted
from fit_toolkit.errors import DataError, UsageError
from fit_toolkit.practice import Practice
from fit_toolkit.practice.caseload import as_html, make_caseload
from tests.caseload.making import Alert, Person, ago, write

DAYS = st.sampled_from([0, 1, 3, 6, 7, 8, 13, 14, 15, 16, 20, 21, 22, 29, 30, 31, 45])
CONTACTS = st.lists(
    st.tuples(st.integers(-20, 3) | DAYS, st.sampled_from(["held", "planned", "cancelled", "not-attended"])),
    max_size=6, unique_by=lambda entry: entry[0],
).map(tuple)  # fmt: skip
ALERTS = st.lists(
    st.builds(
        Alert, severity=st.sampled_from(["safety", "attention", "notice"]), days=DAYS,
        state=st.sampled_from(["open", "acknowledged", "snoozed", "resolved", "voided"]), good=st.booleans(),
        acted=st.none() | st.integers(0, 30),
    ),
    max_size=3,
).map(tuple)  # fmt: skip
RATINGS = st.lists(
    st.tuples(DAYS | st.integers(46, 90), st.integers(30, 60).map(lambda n: n / 10), st.integers(0, 5)),
    max_size=12, unique_by=lambda entry: entry[0],
).map(tuple)  # fmt: skip
PEOPLE = st.lists(
    st.builds(
        Person, began=st.integers(90, 200), ended=st.none() | st.none() | DAYS | DAYS.map(lambda days: -days), therapist=st.sampled_from(["anna", "ben"]),
        ratings=RATINGS, appointments=CONTACTS, sheet=st.none() | st.integers(0, 40), paused=st.booleans(), plan_ends=st.none() | st.none() | st.none() | DAYS.map(lambda days: 3 - days),
        alerts=ALERTS,
    ),
    min_size=8, max_size=16,
)  # fmt: skip


def expected(person: Person, *, plan: bool) -> dict[str, Any] | None:
    """What the list has to say about somebody, worked out from the offsets alone; None: not in it."""
    rated = min((days for days, _, _ in person.ratings), default=None)
    over = person.ended is not None and person.ended >= 0
    live = [a for a in person.alerts if a.state in ("open", "acknowledged", "snoozed")]
    kinds = [_kind(a) for a in live]
    signs = [-end for end in (person.ended, person.plan_ends) if end is not None]
    planned = None if over or not signs or min(signs) < 0 else min(signs)
    due = None if over or person.paused else _due(person, rated, plan=plan)
    unmeasured = rated is None or (rated - (person.ended or 0)) > 14
    if min(kinds, default=9) <= (1 if over else 3):
        need = min(kinds)
    elif over:
        if person.ended is None or person.ended > 30 or not unmeasured:
            return None
        need = 10
    elif planned is not None and planned <= 14 and (rated is None or rated > 14):
        need = 4
    elif due is not None and due >= (7 if person.appointments else 21):
        need = 5
    elif person.paused:
        need = 9
    elif _little(person):
        need = 6
    else:
        need = 7 if 7 in kinds else 8
    since = min([d for d in (person.sheet, *(a.acted for a in person.alerts)) if d is not None], default=None)
    return {
        "need": need, "days": rated, "ratings": len(person.ratings), "planned": planned,
        "unseen": sum(since is None or days - late < since for days, _, late in person.ratings),
        "next": min((-days for days, status in person.appointments if status == "planned" and days <= 0), default=None),
        "new": sum(a.state == "open" for a in live), "seen": sum(a.state != "open" for a in live),
    }  # fmt: skip


def _kind(alert: Alert) -> int:
    if alert.good or alert.severity == "notice":
        return 7
    return {"safety": 0, "attention": 2}[alert.severity] + (alert.state != "open")


def _due(person: Person, rated: int | None, *, plan: bool) -> int | None:
    """Since how many days a rating has been due: the first contact after the newest rating."""
    if plan and person.plan_ends is not None and person.plan_ends > 0:
        return None  # its own plan is over, and hides the default
    contacts = [days for days, status in person.appointments if days >= 0 and status in ("held", "planned")]
    after = [days for days in contacts if rated is None or days < rated]
    if after:
        return max(after)
    if person.appointments:
        return None
    return person.began if rated is None else rated


def _little(person: Person) -> bool:
    """Within a fifth of 0 to 10 over the last eight; the first of them leaves room for as much."""
    last = [value for _, value, _ in sorted(person.ratings, reverse=True)][-8:]
    return len(last) == 8 and round(max(last) - min(last), 6) <= 2 and round(10 - last[0], 6) >= 2


NEEDS = ("safety-new", "safety-seen", "attention-new", "attention-seen", "ending", "overdue", "stuck", "notice", "calm", "paused", "ended")  # fmt: skip


def seen(line: Line) -> dict[str, Any]:
    ahead = None if line.next_appointment is None else (line.next_appointment - ago(0)).days
    planned = None if line.planned_end is None else (line.planned_end - ago(0)).days
    return {
        "need": NEEDS.index(line.need), "days": line.days_since_rating, "ratings": line.ratings, "planned": planned,
        "unseen": line.unseen, "next": ahead, "new": line.alerts_new, "seen": line.alerts_seen,
    }  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=PEOPLE)
def test_the_list_says_of_everybody_what_a_second_reading_says(practice: Practice, people: list[Person]) -> None:
    write(practice, people)
    lines = make_caseload(practice, Wanted()).lines
    wanted = {f"c{n:03}": expected(person, plan=True) for n, person in enumerate(people, 1)}
    assert {line.client: seen(line) for line in lines} == {code: row for code, row in wanted.items() if row}
    order = [NEEDS.index(line.need) for line in lines]
    assert order == sorted(order)
    mine = make_caseload(practice, Wanted(therapist="anna")).lines
    assert list(mine) == [line for line in lines if line.therapist == "anna"]


def test_within_a_need_what_has_waited_longest_stands_first(practice: Practice) -> None:
    write(practice, [Person(alerts=(Alert(days=days),)) for days in (3, 30, 12)])
    assert [line.client for line in make_caseload(practice, Wanted()).lines] == ["c002", "c003", "c001"]


def test_a_safety_alert_that_nobody_handled_stays_in_the_list_after_the_end(practice: Practice) -> None:
    write(practice, [Person(ended=300, ratings=((302, 5, 0),), alerts=(Alert(severity="safety", days=302),))])
    (line,) = make_caseload(practice, Wanted()).lines
    assert line.need == "safety-new"
    assert "ended 300 days ago" in line.also[0]


def test_reasons_count_days_and_say_what_is_planned(practice: Practice) -> None:
    write(practice, [
        Person(ended=-5, ratings=((40, 5, 0),), appointments=((-3, "planned"), (40, "held"))),
        Person(ratings=((20, 5, 0),), appointments=((13, "held"), (6, "held"))),
        Person(began=4, appointments=((-1, "planned"),)),
        Person(ratings=((3, 5, 0),), paused=True),
        Person(ended=6, ratings=((30, 5, 0),)),
    ])  # fmt: skip
    assert [line.why for line in make_caseload(practice, Wanted()).lines] == [
        "ends in 5 days; last rated 40 days ago; an appointment is planned in 3 days",
        "an expected rating has been missing for 13 days; last rated 20 days ago",
        "nothing rated yet; began 4 days ago",
        "paused for 9 more days",
        "ended 6 days ago; last rated 24 days before",
    ]


def test_without_a_plan_a_rating_is_expected_at_every_contact(practice: Practice) -> None:
    write(practice, [Person(ratings=((20, 5, 0),), appointments=((9, "held"),))], plan=False)
    assert make_caseload(practice, Wanted()).lines[0].need == "overdue"


def test_a_supervisor_sees_whom_they_supervise_and_labels_narrow(practice: Practice) -> None:
    write(practice, [Person(labels=("site:north",)), Person(therapist="ben"), Person(therapist="sue")])

    def codes(**wanted: Any) -> list[str]:
        return sorted(line.client for line in make_caseload(practice, Wanted(**wanted)).lines)

    assert codes(supervisor="sue") == ["c001", "c002"]
    assert codes(labels=("site:north",)) == ["c001"]
    with pytest.raises(UsageError, match="supervises nobody"):
        codes(supervisor="ben")
    with pytest.raises(DataError):
        codes(therapist="nobody")


def test_what_no_run_has_looked_at_is_not_called_calm_without_saying_so(practice: Practice) -> None:
    from fit_toolkit.store.rows import touch

    write(practice, [Person(ratings=((1, 5, 0),))])
    told = []
    for why in ("acted", "appointment", "plan", "entered"):  # something came in by the last of these only
        with practice.store.begin() as c:
            touch(c, [1], why)
        (line,) = make_caseload(practice, Wanted()).lines
        assert line.need == "calm"
        told.append("has not been compared" in " ".join((line.why, *line.also)))
    assert told == [False, False, False, True]


def test_a_page_says_how_many_it_leaves_out(practice: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "MOST_LINES", 2)
    write(practice, [Person(), Person(alerts=(Alert(severity="safety"),)), Person(), Person()])
    html, _ = as_html(practice, Wanted(), supervision=False)
    assert re.findall(r"<bdi>(c\d+)</bdi>", html) == ["c002", "c001"]
    assert "4 clients" in html
    assert "2 more clients, with less pressing reasons, are not on this page" in html
