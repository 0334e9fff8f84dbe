"""The five laws of reconcile, on random histories of ratings and of what people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fit_toolkit.alerts.reconcile import reconcile
from fit_toolkit.course import AlertPolicy, ScaleView, cut
from fit_toolkit.model.alerts import LIVE, Alert, Ask, Cause, Key, Spell
from tests.builders import course_of
from tests.policies import policy

KEY = Key("p", 1, 0, "example", "total", "client", "end")
SCALE = ScaleView(instrument="example", scale="total", high=40, trigger=25, trigger_operator=">=")
SETUPS: list[tuple[AlertPolicy, dict[str, Any]]] = [
    (policy("cutoff", line=20.0, operator="<", margin=3.0), {}),
    (policy("cutoff", line=20.0, operator="<"), {"after": 2, "lapse": 3}),
    (policy("drop", points=3.0), {"lapse": 3}),
    (policy("drop", points=3.0), {"after": 2}),
    (policy("fall-from-best", points=5.0), {"lapse": 3}),
    (policy("beyond-usual"), {}),
    (policy("risk"), {"stands": True}),
]


@dataclass
class History:
    """Ratings by root: (day, value); and the alerts as they were left."""

    rule: AlertPolicy
    cut: dict[str, Any]
    ratings: dict[int, tuple[int, int]] = field(default_factory=dict)
    alerts: list[Alert] = field(default_factory=list)
    closed: bool = False
    today: int = 100

    def spells(self) -> list[Spell]:
        newest = {day: root for root, (day, _) in sorted(self.ratings.items())}
        roots = [newest[day] for day in sorted(newest)]
        values = [float(self.ratings[root][1]) for root in roots]
        days = [self.ratings[root][0] for root in roots]
        course = course_of([values], days=[days], scale=SCALE)
        findings = self.rule.find(course)
        found = cut(findings, **self.cut)
        place = [*days, None]
        safety = bool(self.cut.get("stands"))  # a high answer is bad there, and a low rating elsewhere

        def asks(start: int, end: int) -> tuple[Ask, ...]:
            if findings.renew is None:
                return ()
            places = [i for i in range(start, end + 1) if (i == start and safety) or (i > start and findings.renew[i])]
            return tuple(Ask(roots[i], days[i], int(course.tick[i]) * (1 if safety else -1)) for i in places)

        return [
            Spell(
                key=KEY,
                severity="safety" if safety else "attention",
                basis="convention",
                root=roots[found.opened[i]],
                opened=days[found.opened[i]],
                last=days[found.last[i]],
                ended=place[found.end[i]],
                lapsed=bool(found.ended[i] == 2),
                asks=asks(found.opened[i], found.last[i]),
                calm=place[found.calm[i]],
                worst=None
                if safety
                else max(-int(course.tick[at]) for at in range(found.opened[i], found.last[i] + 1)),
                ratings=tuple(days[found.opened[i] :]),
                roots=tuple(roots[found.opened[i] :]),
                closed=self.closed,
            )
            for i in range(len(found))
        ]

    def run(self) -> None:
        spells = self.spells()
        self.alerts = applied(self.alerts, reconcile(spells, self.alerts, today=self.today))
        self.check_laws(spells)

    def check_laws(self, spells: list[Spell]) -> None:
        assert reconcile(spells, self.alerts, today=self.today) == [], "a second time changes nothing"
        live = [alert for alert in self.alerts if alert.live]
        assert len(live) <= 1, "at most one live alert of a key"
        standing = {spell.root for spell in spells if spell.stands}
        assert len(standing) <= 1
        assert {alert.root for alert in live} <= standing, "no live alert without a standing spell"
        answered = {a.root for a in self.alerts if a.live or a.done_by_person or a.state == "closed"}
        assert standing <= answered, "no standing spell without an alert"

    def change(self, number: int, what: str, details: list[int]) -> None:
        ratings = self.ratings
        chosen = sorted(ratings)[details[0] % len(ratings)] if ratings and details else 0
        if what == "rate":
            ratings[number] = (details[0], details[1])
        elif what == "close":
            self.closed = not self.closed
        elif what == "later":
            self.today += details[0]
        elif chosen and what == "void":
            del ratings[chosen]
        elif chosen and what == "correct value":
            ratings[chosen] = (ratings[chosen][0], details[1])
        elif chosen and what == "correct day":
            ratings[chosen] = (details[1], ratings[chosen][1])
        elif ratings and what == "undo last":
            del ratings[max(ratings)]

    def person(self, what: str) -> None:
        self.alerts = [acted(alert, what, self.today) if alert.live else alert for alert in self.alerts]


def acted(alert: Alert, what: str, today: int) -> Alert:
    change: dict[str, Any] = {"state": what, "handled": alert.seen, "cause": Cause.PERSON}
    if what == "snoozed":
        change |= {"snooze_until": today + 5}
    return msgspec.structs.replace(alert, **change)


def applied(alerts: list[Alert], transitions: list[Any]) -> list[Alert]:
    kept = {alert.id: alert for alert in alerts}
    for transition in transitions:
        alert = transition.alert
        if alert.id == 0:
            alert = msgspec.structs.replace(alert, id=max(kept, default=0) + 1)
        kept[alert.id] = alert
        assert sum(a.live for a in kept.values()) <= 1, "at no moment two live alerts of one key"
    return list(kept.values())


rate = st.tuples(st.just("rate"), st.integers(0, 30), st.integers(10, 40))
change = st.one_of(
    rate,
    rate,
    st.tuples(st.just("void"), st.integers(0, 50)),  # voided, moved away or undone: the rating is not there any more
    st.tuples(st.just("correct value"), st.integers(0, 50), st.integers(10, 40)),
    st.tuples(st.just("correct day"), st.integers(0, 50), st.integers(0, 30)),
    st.tuples(st.just("undo last")),
    st.tuples(st.just("close")),
    st.tuples(st.just("later"), st.integers(1, 10)),
)
person = st.tuples(st.sampled_from(["acknowledged", "resolved", "snoozed"]))
step = st.one_of(change, change, person, st.tuples(st.just("run")))


def play(
    steps: list[tuple[Any, ...]], setup: tuple[AlertPolicy, dict[str, Any]], *, people: bool, runs: bool
) -> History:
    history = History(*setup)
    for number, (what, *details) in enumerate(steps, 1):
        if what == "run":
            if runs:
                history.run()
        elif what in {"acknowledged", "resolved", "snoozed"}:
            if people:
                history.person(what)
        else:
            history.change(number, what, details)
    history.run()
    return history


@settings(max_examples=700, deadline=None)
@given(st.lists(step, max_size=25), st.sampled_from(SETUPS))
def test_the_laws_hold_whatever_happens_and_whatever_people_do(steps: list[Any], setup: Any) -> None:
    assert play(steps, setup, people=True, runs=True).spells() is not None


@settings(max_examples=500, deadline=None)
@given(st.lists(step, max_size=25), st.sampled_from(SETUPS))
def test_when_and_how_often_runs_took_place_does_not_matter(steps: list[Any], setup: Any) -> None:
    often, once = (play(steps, setup, people=False, runs=runs) for runs in (True, False))
    live = [{(a.root, a.opened, a.last) for a in history.alerts if a.live} for history in (often, once)]
    assert live[0] == live[1]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(10, 40), min_size=2, max_size=15), st.sampled_from(SETUPS))
def test_spells_open_the_same_when_later_ratings_are_cut_off(values: list[int], setup: Any) -> None:
    def opened(count: int) -> list[int]:
        history = History(setup[0], setup[1], {i + 1: (i, value) for i, value in enumerate(values[:count])})
        return [spell.opened for spell in history.spells()]

    for count in range(1, len(values)):
        assert opened(count) == [day for day in opened(len(values)) if day < count]


def history_of(setup: int, **ratings: tuple[int, int]) -> History:
    return History(*SETUPS[setup], ratings={int(name[1:]): rating for name, rating in ratings.items()})


def test_an_acknowledgement_survives_a_back_dated_rating_before_it() -> None:
    history = history_of(0, r1=(5, 15))
    history.run()
    history.person("acknowledged")
    history.ratings[2] = (3, 15)
    history.run()
    assert [(a.state, a.root) for a in history.alerts] == [("acknowledged", 2)]


def test_an_acknowledgement_survives_a_corrected_date() -> None:
    history = history_of(0, r1=(5, 15))
    history.run()
    history.person("acknowledged")
    history.ratings[1] = (9, 15)
    history.run()
    assert [a.state for a in history.alerts] == ["acknowledged"]


def test_two_alerts_whose_spells_became_one_leave_one_that_keeps_the_acknowledgement() -> None:
    history = history_of(0, r1=(1, 15), r2=(2, 30), r3=(3, 15))
    history.run()
    history.person("acknowledged")
    history.ratings[2] = (2, 16)
    history.run()
    assert sorted(a.state for a in history.alerts) == ["acknowledged", "superseded"]


def test_a_cleared_alert_that_stands_again_after_a_correction_comes_back_as_it_was() -> None:
    history = history_of(0, r1=(1, 15))
    history.run()
    history.person("acknowledged")
    history.ratings[2] = (2, 30)
    history.run()
    assert [a.state for a in history.alerts] == ["resolved"]
    history.ratings[2] = (2, 16)
    history.run()
    assert [(a.state, a.cause) for a in history.alerts] == [("acknowledged", Cause.STANDS_AGAIN)]


def test_a_later_spell_opens_a_new_alert_that_says_regressed() -> None:
    history = history_of(0, r1=(1, 15), r2=(2, 30))
    history.run()
    history.ratings[3] = (3, 12)
    history.run()
    assert [(a.state, a.regressed) for a in history.alerts] == [("resolved", False), ("open", True)]


def test_a_spell_that_came_and_went_unseen_is_recorded_without_a_message() -> None:
    history = history_of(0, r1=(1, 15), r2=(2, 30))
    transitions = reconcile(history.spells(), [], today=100)
    assert [(t.alert.state, t.alert.cause, t.tells) for t in transitions] == [("resolved", Cause.LATE, False)]


def test_a_convention_that_does_not_fire_three_times_is_not_confirmed() -> None:
    history = history_of(2, r1=(1, 30), r2=(2, 25))
    history.run()
    for number in (3, 4, 5):
        history.ratings[number] = (number, 25)
    history.run()
    assert [(a.state, a.cause) for a in history.alerts] == [("resolved", Cause.LAPSED)]


def test_safety_is_never_resolved_by_a_lower_answer() -> None:
    history = history_of(6, r1=(1, 30))
    history.run()
    history.ratings[2] = (2, 10)
    history.run()
    assert [(a.state, a.cause) for a in history.alerts] == [("open", Cause.BELOW)]


def test_a_late_form_with_a_higher_answer_brings_a_handled_flag_back_and_one_with_the_same_answer_does_not() -> None:
    history = history_of(6, r1=(5, 30))
    history.run()
    history.person("acknowledged")
    history.ratings[2] = (3, 30)
    history.run()
    assert [a.state for a in history.alerts] == ["acknowledged"]
    history.ratings[3] = (2, 35)
    history.run()
    assert [(a.state, a.cause) for a in history.alerts] == [("open", Cause.ASKS_AGAIN)]


def test_a_higher_answer_is_told_at_once_although_nobody_has_answered_the_first() -> None:
    history = history_of(6, r1=(1, 30))
    history.run()
    told = []
    for number, answer in ((2, 30), (3, 35), (4, 35), (5, 10), (6, 30)):
        history.ratings[number] = (number, answer)
        transitions = reconcile(history.spells(), history.alerts, today=100)
        told.append([(t.tells, t.event) for t in transitions])
        history.alerts = applied(history.alerts, transitions)
    assert told == [[(False, False)], [(True, True)], [(False, False)], [(False, True)], [(True, True)]]


@pytest.mark.parametrize(("answers", "state"), [((30, 30, 30), "resolved"), ((30, 31), "open"), ((30, 10, 30), "open")])
def test_a_handled_flag_comes_back_only_when_higher_or_after_a_low_one(answers: tuple[int, ...], state: str) -> None:
    history = history_of(6, r1=(1, answers[0]))
    history.run()
    history.person("resolved")
    for number, answer in enumerate(answers[1:], 2):
        history.ratings[number] = (number, answer)
        history.run()
    assert [a.state for a in history.alerts] == [state]


def test_an_acknowledged_safety_alert_closes_with_the_episode_and_an_open_one_does_not() -> None:
    history = history_of(6, r1=(1, 30))
    history.run()
    history.closed = True
    history.run()
    assert [a.state for a in history.alerts] == ["open"]
    history.person("acknowledged")
    history.run()
    assert [a.state for a in history.alerts] == ["closed"]


def test_a_snooze_ends_on_its_day() -> None:
    history = history_of(0, r1=(1, 15))
    history.run()
    history.person("snoozed")
    history.run()
    assert [a.state for a in history.alerts] == ["snoozed"]
    history.today += 5
    history.run()
    assert [(a.state, a.cause) for a in history.alerts] == [("open", Cause.SNOOZE_OVER)]


def test_a_missing_rating_that_arrives_resolves_its_own_alert_and_nothing_is_voided() -> None:
    spell = Spell(key=KEY, severity="notice", basis="absence", root=0, opened=10, last=40)
    alerts = applied([], reconcile([spell], [], today=40))
    alerts = applied(alerts, reconcile([], alerts, today=41))
    assert [(a.state, a.cause) for a in alerts] == [("resolved", Cause.ARRIVED)]
    assert alerts[0].state not in LIVE


@pytest.mark.parametrize("done", ["acknowledged", "snoozed"])
@pytest.mark.parametrize(
    ("setup", "before", "not_worse", "worse"),
    [
        (2, (30, 25), (26, 24), 20),  # drop: 24 is a smaller step; 20 is three points down at once
        (4, (30, 24), (25, 21), 20),  # fall from best, 5 points: 21 is not yet ten below it
        (5, (30, 31, 29, 30, 31, 26), (27, 26), 20),  # beyond usual
    ],
)
def test_what_somebody_has_seen_comes_back_when_it_is_as_much_worse_again(
    setup: int, before: tuple[int, ...], not_worse: tuple[int, ...], worse: int, done: str
) -> None:
    history = History(*SETUPS[setup], ratings={number: (number, value) for number, value in enumerate(before, 1)})
    history.run()
    history.person(done)
    for value in not_worse:
        number = len(history.ratings) + 1
        history.ratings[number] = (number, value)
        history.run()
        assert [alert.state for alert in history.alerts] == [done]
    number = len(history.ratings) + 1
    history.ratings[number] = (number, worse)
    history.run()
    assert [(alert.state, alert.cause) for alert in history.alerts] == [("open", Cause.ASKS_AGAIN)]


def test_what_somebody_resolved_stays_so_however_much_worse_it_gets() -> None:
    history = history_of(2, r1=(1, 30), r2=(2, 25))
    history.run()
    history.person("resolved")
    history.ratings[3] = (3, 10)
    history.run()
    assert [alert.state for alert in history.alerts] == ["resolved"]


def test_what_nobody_has_answered_is_not_told_again_although_it_is_worse() -> None:
    history = history_of(2, r1=(1, 30), r2=(2, 25))
    history.run()
    history.ratings[3] = (3, 10)
    (transition,) = reconcile(history.spells(), history.alerts, today=100)
    assert (transition.event, transition.tells) == (True, False)


@pytest.mark.parametrize(
    ("before", "after", "states"),
    [
        ((30,), (10, 30, 26), ["snoozed", "snoozed", "snoozed"]),  # gone and back, not higher: within the plan
        ((30,), (10, 31), ["snoozed", "open"]),
        ((35, 10, 26), (26, 25, 28), ["snoozed", "snoozed", "open"]),  # the plan was made for 26, whatever was before
        ((26,), (30,), ["open"]),
    ],
)
def test_a_plan_holds_for_the_same_or_a_lower_answer_and_a_higher_one_breaks_it(
    before: tuple[int, ...], after: tuple[int, ...], states: list[str]
) -> None:
    history = History(*SETUPS[6], ratings={number: (number, value) for number, value in enumerate(before, 1)})
    history.run()
    history.person("snoozed")
    found = []
    for value in after:
        number = len(history.ratings) + 1
        history.ratings[number] = (number, value)
        history.run()
        found.append(history.alerts[0].state)
    assert found == states


def test_an_answer_within_the_plan_is_kept_in_the_history_of_the_alert() -> None:
    history = history_of(6, r1=(1, 30), r2=(2, 10))
    history.run()
    history.person("snoozed")
    history.ratings[3] = (3, 30)
    (transition,) = reconcile(history.spells(), history.alerts, today=100)
    assert (transition.alert.cause, transition.event, transition.tells) == (Cause.WITHIN_PLAN, True, False)


def test_only_safety_says_that_an_answer_is_below_its_trigger() -> None:
    history = history_of(2, r1=(1, 30), r2=(2, 25))
    history.run()
    history.ratings[3] = (3, 26)  # no fall any more, and not back either
    assert [transition.event for transition in reconcile(history.spells(), history.alerts, today=100)] == [False]
