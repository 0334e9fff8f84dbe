"""A service of twelve clients worked out by hand, and what is kept back of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.practice import open_practice
from fit_toolkit.practice.reporting import as_html, as_json, make_report
from fit_toolkit.report.build import Report
from fit_toolkit.report.figure import Figure
from fit_toolkit.store import schema as s
from tests.report.making import ALLIANCE, NOW, PHQ, Course, Service, made_up

SINCE, UNTIL = date(2026, 1, 1), date(2026, 11, 23)
PLAIN = """\
format: fit-instrument/1
id: plain
version: "1"
title: Plain
construct: outcome
raters: [client]
occasion: start
direction: higher_is_worse
licence: {status: open, electronic_use: allowed, text_included: false, name: CC0-1.0, holder: nobody}
validation: {status: unknown, note: made up for tests}
items:
  - {id: q1, label: made up, range: [0, 27]}
scales:
  - {id: total, title: Plain, method: mean, items: [q1], range: [0, 27]}
sources: {}
tests:
  - {name: as it is, given: {q1: 7}, expect: {total: 7}}
"""
NORMS = """\
format: fit-norms/1
id: ours
version: "1"
title: Ours
kind: assumed
source: typed for a test
norms:
  - {instrument: plain, scale: total, mean: 15, sd_between: 4, sd_within: 2}
"""
AGREED = {"governance.therapist_figures": "agreed on 2026-03-01 with the works council"}
# First and last PHQ-9 (reliable from 6 points on, line at 10): what became of each is in the third column.
TWELVE: tuple[tuple[Sequence[float | None], str, str, str], ...] = (
    ((20, 18, 9), "recovered", "ended as planned", "8 9 9"),
    ((18, 12, 8), "recovered", "Planned ", "8 8 9"),
    ((15, 12, 9), "recovered", "planned end", "10 9 10"),
    ((22, 16, 14), "improved", "ended as planned", "7 8 8"),
    ((16, 14, 10), "improved", "did not come back", "9 9 9"),
    ((9, 6, 3), "improved", "ended as planned", "10 10 10"),
    ((12, 12, 8), "unchanged", "moved away", "6 7 8"),
    ((14, 15, 16), "unchanged", "ended as planned", "8 8 7"),
    ((11, 10, 9), "unchanged", "did not come back", "9 9 10"),
    ((10, 13, 16), "deteriorated", "did not come back", "8 7 6"),
    ((17, None, None), "not measured", "did not come back", "8"),
    ((None, None, None), "not measured", "moved away", ""),
)


def the_twelve(tmp_path: Path, smallest: int) -> Service:
    service = Service(tmp_path / "p", {"report.smallest_cell": smallest})
    service.plan()
    service.add([
        Course(phq=phq, alliance=[float(each) for each in bond.split()], reason=reason, sessions=3) for phq, _, reason, bond in TWELVE
    ])  # fmt: skip
    return service


@pytest.fixture
def twelve(tmp_path: Path) -> Service:
    return the_twelve(tmp_path, 1)


def report_of(service: Service, **given: Any) -> Report:
    return make_report(service.practice, **{"since": SINCE, "until": UNTIL, **given})


def one(report: Report, section: str, figure: str, group: str | None = None) -> Figure:
    (found,) = report.of(section, figure, group)
    return found


def counted(report: Report, section: str, figure: str, group: str | None = None) -> tuple[int | None, int | None]:
    found = one(report, section, figure, group)
    return found.count, found.n


def test_ratings_received_by_hand(twelve: Service) -> None:
    report = report_of(twelve)
    assert counted(report, "courses", "courses") == (12, None)
    assert counted(report, "completion", "received", f"{PHQ}/client") == (31, 36)  # 10 with all three, one with one
    assert counted(report, "completion", "received", f"{ALLIANCE}/client") == (31, 36)
    assert one(report, "completion", "received", f"{PHQ}/client").value == pytest.approx(31 / 36)


def test_outcomes_by_hand(twelve: Service) -> None:
    report, group = report_of(twelve), f"{PHQ}/client"
    assert counted(report, "outcomes", "measured", group) == (10, 12)
    assert one(report, "outcomes", "mean_first").value == pytest.approx(147 / 10)
    assert one(report, "outcomes", "mean_last").value == pytest.approx(102 / 10)
    assert one(report, "outcomes", "gain").value == pytest.approx(4.5)
    assert counted(report, "outcomes", "improved") == (6, 10)
    assert counted(report, "outcomes", "unchanged") == (3, 10)
    assert counted(report, "outcomes", "deteriorated") == (1, 10)
    assert counted(report, "outcomes", "recovered") == (3, 9)  # the one who began at 9 could not recover
    bounds = one(report, "outcomes", "improved_of_all")
    assert (bounds.low, bounds.high) == pytest.approx((6 / 12, 8 / 12))
    wilson = one(report, "outcomes", "improved")
    assert (wilson.low, wilson.high) == pytest.approx(
        (0.312674, 0.831820), abs=1e-5
    )  # Wilson's of 6 in 10, worked out apart
    assert wilson.source.startswith("6 points or more")


def test_the_effect_size_by_hand(twelve: Service) -> None:
    found = one(report_of(twelve), "outcomes", "effect_size")
    sd = (sum((each - 14.7) ** 2 for each in (20, 18, 15, 22, 16, 9, 12, 14, 11, 10)) / 9) ** 0.5
    assert found.value == pytest.approx(
        0.9138750 * 4.5 / sd, rel=1e-6
    )  # Hedges' c of 9 degrees of freedom, from his table .914
    assert found.note == f"SD of the first ratings: {sd:.2f}"


def test_the_last_available_rating_may_be_before_the_last_session(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", {"report.smallest_cell": 1})
    service.add(
        [Course(phq=[20, 10], sessions=5), Course(phq=[20, 15, 12], sessions=3), Course(phq=[9, None, 8], sessions=4)]
    )
    report = report_of(service)
    assert one(report, "outcomes", "sessions_after_last").value == 1  # 3, 0, 1
    assert counted(report, "outcomes", "rated_at_end") == (1, 3)


def test_endings_by_hand_with_both_bounds(twelve: Service) -> None:
    report = report_of(twelve)
    assert counted(report, "endings", "planned") == (6, 12)
    assert counted(report, "endings", "unplanned") == (4, 12)
    assert counted(report, "endings", "not_known") == (2, 12)
    bounds = one(report, "endings", "unplanned_bounds")
    assert (bounds.low, bounds.high) == pytest.approx((4 / 12, 6 / 12))


def test_the_relationship_by_hand(twelve: Service) -> None:
    report, group = report_of(twelve), f"{ALLIANCE}/client"
    assert counted(report, "alliance", "measured", group) == (10, 12)
    assert one(report, "alliance", "mean_first", group).value == pytest.approx(8.3)
    assert one(report, "alliance", "mean_last", group).value == pytest.approx(8.6)
    assert counted(report, "alliance", "rated_higher") == (5, 10)
    assert counted(report, "alliance", "rated_same") == (3, 10)
    assert counted(report, "alliance", "rated_lower") == (2, 10)
    assert counted(report, "alliance", "ceiling_first") == (2, 10)
    assert counted(report, "alliance", "ceiling_last") == (3, 10)
    facet = one(report, "alliance", "mean_first", f"{group}/empathy")  # 0.6 above the whole, but for those at 10
    assert facet.value == pytest.approx(8.3 + 0.6 * 8 / 10)


def test_with_cells_of_five_a_few_cannot_be_had_by_subtraction(tmp_path: Path) -> None:
    report = report_of(the_twelve(tmp_path, 5))
    for name in ("improved", "unchanged", "deteriorated", "recovered"):  # 6, 3 and 1: the last two are four together
        assert counted(report, "outcomes", name) == (None, None)
    assert not {"not_improved", "improved_of_all", "deteriorated_of_all"} & {each.figure for each in report.figures}
    assert counted(report, "endings", "planned") == (6, 12)
    assert one(report, "endings", "unplanned").note == "fewer than 5"
    assert one(report, "endings", "unplanned_bounds").low is None


def test_a_few_who_got_worse_are_shown_together_with_those_who_did_not_change(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add([Course(phq=[20, last]) for last in (10, 10, 10, 10, 10, 10, 20, 20, 20, 20, 20, 26)])
    report = report_of(service)
    assert counted(report, "outcomes", "improved") == (6, 12)
    assert counted(report, "outcomes", "not_improved") == (6, 12)
    assert one(report, "outcomes", "deteriorated").note == "fewer than 5"
    assert "subtraction" in one(report, "outcomes", "unchanged").note


def test_figures_by_label_are_kept_back_where_the_rest_is_a_few(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    for site, count in (("north", 9), ("south", 4)):
        courses = [Course(phq=[20, 10], alliance=[8, 9], labels=(f"site:{site}",)) for _ in range(count)]
        service.add(courses)
    north, south = (report_of(service, labels=[f"site:{name}"]) for name in ("north", "south"))
    assert "by subtraction" in north.problem
    assert "Fewer than 5" in south.problem
    assert {each.figure for each in (*north.figures, *south.figures)} == {"courses"}
    assert counted(report_of(service), "courses", "courses") == (13, None)


def by_site(tmp_path: Path, north: Sequence[Sequence[float]], south: Sequence[Sequence[float]]) -> Service:
    service = Service(tmp_path / "p")
    for site, courses in (("north", north), ("south", south)):
        service.add([Course(phq=phq, labels=(f"site:{site}",)) for phq in courses])
    return service


def test_a_few_of_the_rest_who_got_worse_cannot_be_had_from_a_site_and_the_whole(tmp_path: Path) -> None:
    better, same, worse = (20, 10), (12, 12), (12, 20)
    north, south = [better] * 8 + [same] * 8 + [worse] * 8, [better] * 8 + [same] * 8 + [worse] * 2
    service = by_site(tmp_path, north, south)
    assert counted(report_of(service), "outcomes", "deteriorated") == (10, 42)
    report = report_of(service, labels=["site:north"])  # with 8 of these 10 the other 2 would be known
    assert counted(report, "outcomes", "improved") == (8, 24)
    for name in ("unchanged", "deteriorated", "deteriorated_of_all"):
        assert "by subtraction" in one(report, "outcomes", name).note


def test_a_few_of_the_rest_with_two_ratings_keep_the_form_of_a_site_back(tmp_path: Path) -> None:
    service = by_site(tmp_path, [(20, 10)] * 8, [(20, 10)] * 3 + [(20,)] * 4)
    found = report_of(service, labels=["site:north"]).of("outcomes")
    assert [(each.figure, each.shown) for each in found] == [("measured", False)]
    assert "by subtraction" in as_html(service.practice, report_of(service, labels=["site:north"]))


def test_a_form_that_only_one_site_uses_is_shown_there(tmp_path: Path) -> None:
    report = report_of(by_site(tmp_path, [(20, 10)] * 12, [(20,)] * 7), labels=["site:north"])
    assert counted(report, "outcomes", "improved") == (12, 12)


def test_where_nobody_has_two_ratings_the_page_says_none_of_them(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add([Course(phq=[20], alliance=[8])] * 6)
    report = report_of(service)
    assert counted(report, "outcomes", "measured") == counted(report, "alliance", "measured") == (0, 6)
    rows = re.findall(
        r'scope="row">with a first and a last rating.*?</tr>', as_html(service.practice, report), re.DOTALL
    )
    assert len(rows) == 2
    assert all("0 of 6" in row for row in rows)


@pytest.mark.parametrize("count", [0, 3])
def test_no_courses_and_three_courses_say_so_and_nothing_else(tmp_path: Path, count: int) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add([Course(phq=[20, 10], alliance=[8, 9]) for _ in range(count)])
    report = report_of(service)
    said = "Fewer than 5 clients in courses that ended" if count else "No course of treatment in this period"
    assert report.problem.startswith(said)
    assert not report.of("outcomes")
    assert said in as_html(service.practice, report)
    assert one(report, "courses", "courses").count == (None if count else 0)


def test_courses_that_are_open_are_in_it_only_when_asked_for(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add([Course(phq=[20, 14, 10], closed=False) for _ in range(6)])
    assert report_of(service).problem
    report = report_of(service, open_too=True)
    assert counted(report, "outcomes", "measured") == (6, 6)
    assert not report.of("endings")
    earlier = report_of(service, open_too=True, until=date(2026, 1, 12))
    assert one(earlier, "outcomes", "mean_last").value == 14  # of what had been rated by then


def test_without_a_diary_it_is_said_that_missing_ratings_are_not_all_seen(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add([Course(phq=[20, 10], diary=False) for _ in range(6)])
    report = report_of(service)
    found = one(report, "completion", "received_no_diary")
    assert "not all seen" in found.note
    assert "no plan is kept" in found.note
    assert "without a diary what is missing is not all seen" in as_html(service.practice, report)


def test_ratings_with_and_without_a_diary_are_told_apart_and_never_added_up(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.plan()
    service.add([Course(phq=[20, None, 10], diary=diary) for diary in [True] * 6 + [False] * 8])
    report = report_of(service)
    assert counted(report, "completion", "received", f"{PHQ}/client") == (12, 18)  # the empty session is in the diary
    assert counted(report, "completion", "received_no_diary", f"{PHQ}/client") == (16, 16)  # nothing shows it here
    page = as_html(service.practice, report)
    assert "Where a diary is kept, 12 of 36 ratings expected came in (33%)." in page  # 18 of the other form came never
    assert [page.count(f"<caption>{title}") for title in ("Came in, of the forms", "Came in, where no app")] == [1, 1]
    assert len({(each.section, each.figure, each.group) for each in report.figures}) == len(report.figures)


def test_a_form_without_verified_figures_says_why_nobody_is_called_improved(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    (service.root / "instruments" / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    service.add([Course(phq=[20, 10]) for _ in range(6)])
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.administration).values(instrument="plain"))
    report = report_of(service)
    assert one(report, "outcomes", "mean_last").value == 10
    assert one(report, "outcomes", "improved").note.startswith("not given: this form has no verified figure")


def test_a_norm_set_of_the_practice_judges_where_nothing_is_published_and_says_what_it_is(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    (service.root / "instruments" / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    (service.root / "instruments" / "norms").mkdir()
    (service.root / "instruments" / "norms" / "ours.yaml").write_text(NORMS, encoding="utf-8")
    with (service.root / "fit.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[policies]]\nid = "unusual"\nkind = "beyond-usual"\ninstrument = "plain"\nnorms = "ours"\n')
    service.practice = open_practice(service.root, clock=lambda: NOW)
    service.add([Course(phq=[20, last]) for last in (14, 14, 14, 14, 14, 14.5, 14.5, 14.5, 14.5, 14.5)])
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.administration).values(instrument="plain"))
    report = report_of(service)
    found = one(report, "outcomes", "improved")  # 1.96 sqrt(2) 2 = 5.54: six points are more, five and a half are not
    assert (found.count, found.n) == (5, 10)
    assert found.source.startswith("5.54 points exceeded, by the assumed norm set ours 1, which nobody has reviewed")
    assert "assumed norm set ours" in as_html(service.practice, report)


def test_what_lies_ahead_has_neither_ended_nor_been_missed(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.plan()
    past = date(
        2026, 10, 12
    )  # six sessions up to 16 November; with eight, the last two are on 23 November and after it
    service.add([Course(phq=[20, 18, 16, 14, 12, 10], sessions=6, start=past) for _ in range(7)])
    service.add([Course(phq=[20, 18, 16, 14, 12, 10], sessions=8, start=past) for _ in range(6)])
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.appointment).where(s.appointment.c.on >= date(2026, 11, 23)).values(status="planned"))
    report = report_of(service, until=date(2026, 12, 31))
    assert report.until == date(2026, 11, 23)
    assert counted(report, "courses", "courses") == (7, None)  # the end of the other six is planned for 30 November
    report = report_of(service, until=date(2026, 12, 31), open_too=True)
    assert counted(report, "courses", "courses") == (13, None)
    assert counted(report, "completion", "received", f"{PHQ}/client") == (
        78,
        78,
    )  # six sessions each: today's may yet be held


def test_the_headline_speaks_of_one_form(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    (service.root / "instruments" / "plain.yaml").write_text(PLAIN, encoding="utf-8")
    service.add([Course(phq=[20, 10]) for _ in range(12)])
    service.add([Course(phq=[15 + n % 3, 5]) for n in range(11)])
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.administration).where(s.administration.c.member_id > 12).values(instrument="plain"))
    report = report_of(service)  # all first ratings of the form rated most are the same, so it has no effect size
    assert one(report, "outcomes", "effect_size", "plain/client").shown
    page = as_html(service.practice, report)
    assert "Gain in points: +10.00 in every course." in page  # said without an effect size, too
    gain = one(report, "outcomes", "gain", f"{PHQ}/client")
    assert (gain.value, gain.low, gain.high) == (10, None, None)  # an interval without width would be no doubt at all
    assert gain.note.startswith("every change is the same")
    headline = re.findall(r'class="headline">(.*?)</p>', page)[0]
    assert "12 of 23 courses have a first and a last rating" in headline
    assert "SD" not in headline


def test_what_went_before_what_is_of_the_therapist_of_the_last_rating(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    values = [
        ([20, 18 - n % 3, 15, 13 + n % 2, 9, 8 - n % 4, 6], [7, 8, 7.5 + n % 2, 9, 8, 9 - n % 3, 9]) for n in range(12)
    ]
    service.add([Course(phq=phq, alliance=bond) for phq, bond in values])
    whole = one(report_of(service), "alliance", "lead_lag")
    assert (whole.n, whole.of) == (12, "clients with 72 steps")
    with service.practice.store.begin() as c:  # the first three ratings of each were about somebody else
        c.execute(sa.insert(s.staff).values(id=99, code="before", role="therapist", starts_on=SINCE))
        c.execute(sa.insert(s.pair), [{"id": 1000 + n, "member_id": n, "staff_id": 99} for n in range(1, 13)])
        early = (s.administration.c.instrument == ALLIANCE) & (s.administration.c.session_on < date(2026, 1, 26))
        c.execute(sa.update(s.administration).where(early).values(pair_id=1000 + s.administration.c.member_id))
    assert one(report_of(service), "alliance", "lead_lag").of == "clients with 36 steps"


def test_the_caution_and_the_agreement_are_in_the_figures_too(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(300, therapists=6))
    report = report_of(service)
    for name in ("gain", "effect_size", "improved", "recovered"):
        assert all(
            "Before-after change is not proof of effect" in each.definition for each in report.of("outcomes", name)
        )
    assert json.loads(as_json(report))["caution"].startswith("Before-after change is not proof of effect")
    for each in report.of("therapists", "therapist"):
        assert "Not for discipline" in each.definition
        assert each.note == "figures by therapist: agreed on 2026-03-01 with the works council"


# ---- therapists


def test_no_figure_by_therapist_unless_it_was_agreed_on(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add(made_up(300, therapists=6))
    report = report_of(service)
    assert [each.figure for each in report.of("therapists")] == ["variation_share"]
    assert "has not agreed" in one(report, "therapists", "variation_share").note
    assert not re.search(r"\bt0\d\b", as_html(service.practice, report) + as_json(report))


def test_where_it_was_agreed_on_they_stand_in_the_order_of_codes_with_the_agreement(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(300, therapists=6))
    report = report_of(service)
    shown = [each for each in report.of("therapists", "therapist") if each.shown]
    assert [each.group for each in shown] == sorted(each.group for each in shown)
    assert len(shown) == 6
    assert all(each.n is not None and each.n >= 10 for each in shown)
    page = as_html(service.practice, report)
    assert "agreed on 2026-03-01 with the works council" in page
    section = page[page.index("drawn towards the mean of all") : page.index("How each figure is made")]
    assert "Not for discipline" in section  # beside the names, whatever page they come to stand on
    assert "with 10 courses or more" in section


def test_too_few_therapists_are_compared_with_nobody(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(100, therapists=4))
    assert "too few to say anything" in one(report_of(service), "therapists", "variation_share").note


# ---- the page


def test_no_code_of_a_client_is_anywhere(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(80))
    report = report_of(service)
    assert "secret" not in as_html(service.practice, report) + as_json(report)


def test_every_figure_that_is_shown_has_a_definition_and_what_it_rests_on(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(200, therapists=6))
    for each in report_of(service).figures:
        assert each.definition
        assert each.shown or each.note
        if each.shown and each.figure != "courses":
            assert each.n is not None
            assert each.n >= 5
            assert each.of
        if each.count is not None:
            assert each.count == 0 or each.count >= 5


def test_the_page_holds_the_caution_and_every_chart_speaks(tmp_path: Path) -> None:
    service = Service(tmp_path / "p")
    service.add(made_up(60))
    page = as_html(service.practice, report_of(service))
    assert "Before-after change is not proof of effect" in page
    charts = re.findall(r'<svg[^>]*role="img">(.*?)</svg>', page, re.DOTALL)
    assert len(charts) > 10
    assert all(re.search(r"<title>.*\d.*</title>", each) for each in charts)


def test_the_json_holds_all_figures_and_the_same_data_give_the_same_bytes(tmp_path: Path) -> None:
    service = Service(tmp_path / "p", AGREED)
    service.add(made_up(120, therapists=5))
    report, again = report_of(service), report_of(service)
    told = json.loads(as_json(report))
    assert told["schema"] == "fit/report/1"
    assert len(told["figures"]) == len(report.figures)
    assert as_json(report) == as_json(again)
    assert as_html(service.practice, report) == as_html(service.practice, again)
