"""Two or more reports are subtracted from each other, as a reader would: no few clients, and no one therapist, come out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fit_toolkit.report.build import Report
from fit_toolkit.store import schema as s
from tests.report.making import PHQ, Course, Service, made_up
from tests.report.test_report import AGREED, counted, one, report_of

BETTER, SAME, WORSE = (20.0, 10.0), (12.0, 12.0), (12.0, 20.0)
GROUP = f"{PHQ}/client"
THREE = ("anna", "ben", "cleo")


def some(phq: Sequence[float], count: int, *labels: str, **given: Any) -> list[Course]:
    """Courses that went the same way, dealt out to three therapists."""
    return [Course(phq=phq, labels=labels, therapist=THREE[n % 3], **given) for n in range(count)]


def a_service(tmp_path: Path, *courses: Sequence[Course], **settings: Any) -> Service:
    service = Service(tmp_path / "p", settings)
    service.add([*chain.from_iterable(courses)])
    return service


def test_a_few_between_a_report_by_one_label_and_one_by_two_are_not_had(tmp_path: Path) -> None:
    # 22 in the north with a mean of 12.73 less 20 of the evening with 12 would be two clients with 20 at first
    service = a_service(
        tmp_path, some(SAME, 20, "site:north", "evening"), some(BETTER, 2, "site:north"), some(SAME, 9, "site:south", "evening")
    )  # fmt: skip
    assert counted(report_of(service, labels=["site:north"]), "courses", "courses") == (22, None)
    both = report_of(service, labels=["site:north", "evening"])
    assert both.problem.startswith("Fewer than 5 clients in courses that ended without these labels")
    assert not both.of("outcomes")


def test_a_few_open_courses_are_not_had_from_the_reports_with_and_without_them(tmp_path: Path) -> None:
    service = a_service(tmp_path, some(SAME, 20), some(BETTER, 2, closed=False))
    assert counted(report_of(service), "courses", "courses") == (20, None)
    assert report_of(service, open_too=True).problem.startswith("Fewer than 5 clients have a course that is still open")
    many = a_service(tmp_path / "many", some(SAME, 20), some(BETTER, 6, closed=False), some(WORSE, 2, closed=False))
    report = report_of(many, open_too=True)  # 28, of whom the 2 who got worse are among the 8 that are open
    assert counted(report, "outcomes", "measured", GROUP) == (28, 28)
    assert not one(report, "outcomes", "deteriorated").shown


def test_the_one_who_got_worse_at_a_site_is_not_the_whole_less_the_other_sites(tmp_path: Path) -> None:
    # 12 got worse: 6 in the north, 5 in the west, and so 1 in the south
    sites = {"north": 6, "south": 1, "west": 5}
    service = a_service(tmp_path, *(
        [*some(BETTER, 10, f"site:{site}"), *some(SAME, 8, f"site:{site}"), *some(WORSE, worse, f"site:{site}")]
        for site, worse in sites.items()
    ))  # fmt: skip
    assert counted(report_of(service), "outcomes", "deteriorated") == (12, 66)
    reports = {site: report_of(service, labels=[f"site:{site}"]) for site in sites}
    assert counted(reports["north"], "outcomes", "deteriorated") == (6, 24)
    for site in ("south", "west"):  # six together
        assert not one(reports[site], "outcomes", "deteriorated").shown
        assert not one(reports[site], "outcomes", "unchanged").shown
        assert counted(reports[site], "outcomes", "improved")[0] == 10


def test_what_the_whole_keeps_back_is_not_the_sum_of_its_sites(tmp_path: Path) -> None:
    # of all 40, 12 got better: with 10 and 14 without change at the two sites, 4 would have got worse
    north = [*some(BETTER, 4, "site:north"), *some(SAME, 10, "site:north"), *some(WORSE, 4, "site:north")]
    service = a_service(tmp_path, north, some(BETTER, 8, "site:south"), some(SAME, 14, "site:south"))
    whole, *sites = (report_of(service, labels=labels) for labels in ([], ["site:north"], ["site:south"]))
    assert counted(whole, "outcomes", "improved") == (12, 40)
    for report in (whole, *sites):
        assert not one(report, "outcomes", "unchanged").shown
        assert not one(report, "outcomes", "deteriorated").shown


def test_beside_a_site_that_is_too_small_the_next_smallest_stands_back(tmp_path: Path) -> None:
    service = a_service(
        tmp_path, some(SAME, 20, "site:north"), some(SAME, 12, "site:south"), some(SAME, 2, "site:west")
    )
    north, south, west = (report_of(service, labels=[f"site:{site}"]) for site in ("north", "south", "west"))
    assert counted(north, "courses", "courses") == (20, None)
    assert south.problem.startswith("Another site is too small")  # 34 - 20 - 12 would be the two in the west
    assert west.problem.startswith("Fewer than 5 clients")


def test_five_courses_of_one_client_are_one_client(tmp_path: Path) -> None:
    service = a_service(tmp_path, some(SAME, 5))
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.member).values(client_id=1))
    assert report_of(service).problem.startswith("Fewer than 5 clients")


def test_a_part_of_five_courses_of_two_clients_is_kept_back(tmp_path: Path) -> None:
    service = a_service(tmp_path, some(WORSE, 5), some(SAME, 10), some(BETTER, 10))
    with service.practice.store.begin() as c:
        c.execute(sa.update(s.member).where(s.member.c.id.between(2, 5)).values(client_id=2))
    report = report_of(service)
    assert one(report, "outcomes", "deteriorated").note == "fewer than 5"
    assert counted(report, "outcomes", "not_improved") == (15, 25)


def test_a_label_that_is_one_therapists_gives_no_report_nor_does_all_but_one_therapists(tmp_path: Path) -> None:
    hers = [Course(phq=BETTER, labels=("team-anna",), therapist="anna") for _ in range(20)]
    service = a_service(tmp_path, hers, some(SAME, 3, "team-anna"), [replace(each, labels=("team-rest",)) for each in some(SAME, 30)], [
        Course(phq=WORSE, therapist="zoe") for _ in range(12)
    ])  # fmt: skip
    assert report_of(service, labels=["team-anna"]).problem.startswith(
        "Nearly all of these courses are one therapist's"
    )
    assert not report_of(service).problem
    alone = a_service(tmp_path / "alone", [Course(phq=SAME, labels=("evening",))] * 9, [Course(phq=SAME)] * 9)
    assert not report_of(alone, labels=["evening"]).problem  # who works alone is not told apart from anybody


def test_the_courses_without_a_label_may_not_be_one_therapists_either(tmp_path: Path) -> None:
    service = a_service(tmp_path, some(SAME, 30, "evening"), [Course(phq=WORSE, therapist="zoe") for _ in range(12)])
    assert report_of(service, labels=["evening"]).problem.startswith("Nearly all courses without these labels")


def test_a_few_of_one_therapists_clients_are_not_had_from_two_reports_with_figures_by_therapist(tmp_path: Path) -> None:
    courses = [
        Course(phq=(20 + n % 3, 10 + n % 7), therapist=f"t{who}", labels=("evening",) if n < 20 or who else ())
        for who in range(6) for n in range(24)
    ]  # fmt: skip
    others = [Course(phq=(20, 10 + n % 7), therapist=f"t{n % 6}") for n in range(36)]  # six more of each
    service = a_service(tmp_path, courses, [each for each in others if each.therapist != "t0"], **AGREED)
    report = report_of(service, labels=["evening"])  # of t0, 20; in the whole 24
    assert "by subtraction" in one(report, "therapists", "variation_share").note
    assert not report.of("therapists", "therapist")
    service.add([each for each in others if each.therapist == "t0"])
    assert len(report_of(service, labels=["evening"]).of("therapists", "therapist")) == 6


# ---- every pair of reports, and the whole less any sites


def numbers(report: Report) -> dict[tuple[str, str, str], int]:
    """Every count that is shown, and how many clients every mean is of."""
    found = {}
    for each in report.figures:
        if each.section == "alerts" or each.figure in {"measured", "received", "received_no_diary", "lead_lag"}:
            continue  # that many have no second rating is always said
        if each.shown:
            key = (each.section, each.figure, each.group)
            found[key] = each.n or 0 if each.count is None else each.count
    return found


def subtracted(whole: Report, *parts: Report) -> Iterator[tuple[tuple[str, str, str], int]]:
    """What is left of the whole, of every number that all of them show."""
    ours, theirs = numbers(whole), [numbers(part) for part in parts]
    for key in ours:
        if all(key in part for part in theirs):
            yield key, ours[key] - sum(part[key] for part in theirs)


@pytest.mark.parametrize("seed", range(12) if os.environ.get("FIT_TEST_LONG") else [1])
def test_nothing_left_of_a_report_less_others_is_a_few(tmp_path: Path, seed: int) -> None:
    service = Service(tmp_path / "p")
    service.add([
        replace(each, labels=(f"site:{'nnnnsssww'[n % 9]}", *(["evening"] if n % 5 else [])), closed=bool(n % 7))
        for n, each in enumerate(made_up(90, therapists=8, seed=seed))
    ])  # fmt: skip
    sites = {site: report_of(service, labels=[f"site:{site}"]) for site in "nsw"}
    inner = {site: report_of(service, labels=[f"site:{site}", "evening"]) for site in "nsw"}
    whole, evening, with_open = (
        report_of(service),
        report_of(service, labels=["evening"]),
        report_of(service, open_too=True),
    )
    pairs = [(whole, each) for each in (evening, *inner.values())] + [(sites[site], inner[site]) for site in "nsw"]
    pairs += [(evening, each) for each in inner.values()] + [(with_open, whole)]
    several = [some for count in (1, 2, 3) for some in combinations(sites.values(), count)]
    compared = 0
    for wider, parts in [*((wider, (part,)) for wider, part in pairs), *((whole, some) for some in several)]:
        for key, left in subtracted(wider, *parts):
            compared += 1
            assert left == 0 or left >= 5, (key, left, [part.labels for part in parts])
    assert compared > 100
