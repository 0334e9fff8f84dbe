"""Which alerts two sets of policies have in common: matched by the rating that opened them, then by overlap."""

from __future__ import annotations

from typing import Any

import msgspec

from fit_toolkit.alerts.replay import differences
from fit_toolkit.model.alerts import Key, Spell

KEY = Key("drop", 1, 1, "made-up", "total", "client", "end")


def spell(opened: int, last: int, ended: int | None = None, **other: Any) -> Spell:
    given: dict[str, Any] = {"key": KEY, "severity": "notice", "basis": "convention", "root": opened} | other
    return Spell(opened=opened, last=last, ended=ended, **given)


def told(before: list[Spell], after: list[Spell]) -> list[tuple[tuple[str, ...], int | None, int | None]]:
    return [
        (each.changes, each.before.opened if each.before else None, each.after.opened if each.after else None)
        for each in differences(before, after)
    ]


def test_the_same_alert_on_both_sides_has_no_change() -> None:
    assert told([spell(7, 14, 21)], [spell(7, 14, 21)]) == [((), 7, 7)]


def test_one_that_is_not_found_any_more_is_gone_and_a_new_one_is_opened() -> None:
    assert told([spell(7, 7, 14)], [spell(28, 28)]) == [(("gone",), 7, None), (("opened",), None, 28)]


def test_the_same_rating_may_open_it_with_another_severity_and_end() -> None:
    harder = msgspec.structs.replace(spell(7, 21, None), severity="attention")
    assert told([spell(7, 14, 21)], [harder]) == [(("other severity", "other end"), 7, 7)]


def test_one_that_overlaps_has_another_day() -> None:
    assert told([spell(7, 21, 28)], [spell(14, 21, 28)]) == [(("other day",), 7, 14)]


def test_the_opening_rating_goes_before_overlap() -> None:
    before, after = [spell(7, 28), spell(35, 42)], [spell(21, 28), spell(35, 42)]
    assert told(before, after) == [((), 35, 35), (("other day",), 7, 21)]


def test_two_short_alerts_that_became_one_leave_one_gone() -> None:
    before, after = [spell(7, 7, 14), spell(21, 21, 28)], [spell(7, 21, 28)]
    assert told(before, after) == [(("other end",), 7, 7), (("gone",), 21, None)]


def test_a_finding_about_a_member_is_the_same_whatever_its_day() -> None:
    assert told([spell(7, 9, root=0)], [spell(8, 9, root=0)]) == [(("other day",), 7, 8)]


def test_alerts_of_other_policies_or_members_are_never_matched() -> None:
    other = msgspec.structs.replace(spell(7, 14), key=KEY._replace(member=2))
    assert [each[0] for each in told([spell(7, 14)], [other])] == [("gone",), ("opened",)]
