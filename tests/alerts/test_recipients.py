"""Who is told: today's therapist, whoever stands in for one who is not there, and whom the policy names besides."""

from __future__ import annotations

from datetime import date

from fit_toolkit.alerts.recipients import NOBODY, People
from fit_toolkit.model.people import Assignment, Staff

TODAY = date(2026, 3, 12)
EPISODE = 7


def staff(id: int, code: str, role: str = "therapist", *, boss: str | None = None, left: date | None = None) -> Staff:
    return Staff(
        id=id, code=code, role=role, name=None, email=None, supervisor=boss, starts_on=date(2020, 1, 1), ends_on=left
    )


def assigned(id: int, who: int, start: date, end: date | None = None, role: str = "therapist") -> Assignment:
    return Assignment(id=id, episode_id=EPISODE, staff_id=who, staff=str(who), role=role, starts_on=start, ends_on=end)


ANNA, SUE, ADAM = staff(1, "anna", boss="sue"), staff(2, "sue", "supervisor"), staff(3, "adam", "administrator")
BEN = staff(4, "ben")
HELD = assigned(1, 1, date(2025, 1, 1))


def crowd(*everybody: Staff, held: tuple[Assignment, ...] = (HELD,)) -> People:
    return People(everybody, {EPISODE: held}, TODAY)


def test_it_goes_to_the_therapist_of_today_not_to_an_earlier_or_a_later_one() -> None:
    held = (
        assigned(1, 1, date(2025, 1, 1), date(2026, 3, 11)),
        assigned(2, 4, TODAY),
        assigned(3, 2, date(2026, 4, 1)),
    )
    assert crowd(ANNA, BEN, SUE, held=held).told(EPISODE).staff == (4,)


def test_after_the_end_of_an_episode_it_goes_to_who_had_it_last() -> None:
    held = (assigned(1, 4, date(2025, 1, 1), date(2025, 6, 1)), assigned(2, 1, date(2025, 6, 2), date(2026, 1, 1)))
    told = crowd(ANNA, BEN, SUE, held=held).told(EPISODE)
    assert (told.staff, told.standing_in) == ((1,), False)


def test_a_leavers_alerts_go_to_the_supervisor_and_are_marked_so() -> None:
    gone = staff(1, "anna", boss="sue", left=date(2026, 3, 11))
    told = crowd(gone, SUE, ADAM).told(EPISODE)
    assert (told.staff, told.standing_in) == ((2,), True)


def test_where_the_supervisor_has_left_too_it_goes_on_up_and_then_to_administrators() -> None:
    gone = staff(1, "anna", boss="sue", left=date(2026, 1, 1))
    sue = staff(2, "sue", "supervisor", boss="ben", left=date(2026, 1, 1))
    assert crowd(gone, sue, BEN, ADAM).told(EPISODE).staff == (4,)
    assert crowd(gone, staff(2, "sue", "supervisor", left=date(2026, 1, 1)), ADAM).told(EPISODE).staff == (3,)


def test_supervisors_who_supervise_each_other_end_with_the_administrators() -> None:
    left = date(2026, 1, 1)
    ring = (staff(1, "anna", boss="ben", left=left), staff(4, "ben", boss="anna", left=left), ADAM)
    assert crowd(*ring).told(EPISODE).staff == (3,)


def test_a_message_is_never_dropped_for_want_of_people() -> None:
    assert crowd(held=()).told(EPISODE).staff == (NOBODY,)


def test_a_policy_may_name_others_by_role_or_code_and_nobody_is_told_twice() -> None:
    told = crowd(ANNA, BEN, SUE, ADAM).told(EPISODE, ["therapist", "supervisor", "ben", "anna", "administrator"])
    assert told.staff == (1, 2, 4, 3)


def test_an_episodes_own_supervisor_comes_before_the_therapists() -> None:
    held = (HELD, assigned(2, 4, date(2025, 1, 1), role="supervisor"))
    assert crowd(ANNA, BEN, SUE, held=held).told(EPISODE, ["supervisor"]).staff == (1, 4)


def test_a_name_nobody_bears_goes_to_the_administrators() -> None:
    assert crowd(ANNA, SUE, ADAM).told(EPISODE, ["nobody-of-that-name"]).staff == (1, 3)
