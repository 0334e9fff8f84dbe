"""The range of comparable clients on the sheet: drawn, named, with what it rests on; never on the client's own page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from fit_toolkit.engine.enabling import with_name
from fit_toolkit.practice import open_practice
from fit_toolkit.sheets.chart import chart
from fit_toolkit.sheets.client import client_page
from fit_toolkit.sheets.data import Band, BandPoint
from fit_toolkit.sheets.language import say_short
from fit_toolkit.sheets.making import find_member, make_sheet
from tests.clinic import Clinic
from tests.sheets import examples

POLICY = """
[[policies]]
id = "off-course"
kind = "not-on-track"
instrument = "phq-9"
curve = { name = "typed", n_clients = 240, sessions = [2, 40], period = "2020 to 2024", coefficients = { power = 0.0, intercept = 12.0, slope = -2.0, intercept_variance = 9.0, slope_variance = 1.0, covariance = -1.0, residual_sd = 3.0 } }
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    made = Clinic(tmp_path / "clinic", policies=POLICY)
    file = made.root / "fit.toml"
    file.write_text(with_name(file.read_text(encoding="utf-8"), "enabled", "expected-response"), encoding="utf-8")
    made.practice.store.close()
    made.practice = open_practice(made.root, clock=made.clock)
    made.open("k1")
    return made


def page(clinic: Clinic, whose: str = "therapist") -> str:
    with clinic.practice.store.read() as c:
        member = find_member(c, "k1", as_of=clinic.practice.today())
    return make_sheet(clinic.practice, member, as_of=clinic.practice.today(), page=whose).decode()


def test_it_is_hatched_on_the_panel_and_named_with_what_it_rests_on(clinic: Clinic) -> None:
    for week in range(3):
        clinic.rate("k1", week * 7, 2, instrument="phq-9")
    html = page(clinic)
    assert 'class="expected"' in html
    assert "expected, n 240" in html
    assert "Expected range, no forecast: curve pack typed 1 (assumed: typed by hand), 240 clients" in html
    assert "2020 to 2024, 80 % of ratings." in html
    assert "expected" not in page(clinic, "client")


def test_the_table_has_the_range_beside_the_ratings_and_so_has_whoever_listens_to_the_chart(clinic: Clinic) -> None:
    for week in range(3):
        clinic.rate("k1", week * 7, 2, instrument="phq-9")
    html = page(clinic)
    # by hand: 12 - 2 ln 3 = 9.803, SD sqrt(9 - 2 ln 3 + ln(3)^2 + 9) = 4.124, 1.2816 of it to either side
    assert re.search(r"<th[^>]*>[^<]*expected, n 240</th><td>–</td><td>[^<]+</td><td>4.5 to 15.1</td>", html)
    assert "expected, n 240: last from 4.52 to 15.09." in html


def test_the_name_of_a_line_that_crosses_the_range_stands_on_white(clinic: Clinic) -> None:
    clinic.rate("k1", 0, 1, instrument="phq-9")
    assert 'class="clear"' not in page(clinic), "there is no range yet"
    clinic.rate("k1", 7, 1, instrument="phq-9")
    html = page(clinic)
    assert html.index('class="expected"') < html.index('class="clear"') < html.index('class="client"')


BY_INTAKE = POLICY.replace("slope = -2.0", "slope = -2.0, intake = 0.5, slope_by_intake = 0.0").replace(
    "sessions = [2, 40]", "sessions = [2, 40], intakes = [5, 20]"
)


@pytest.mark.parametrize(
    ("first", "days", "why"),
    [
        (0, (0, 7, 14), "the first rating lies outside those of curve pack typed, 5 to 20 (off-course)"),
        (3, (0, 7, 14), "the first rating lies outside those of curve pack typed, 5 to 20 (off-course)"),
        (1, (0, 7, 14), ""),
    ],
)
def test_a_course_that_is_not_judged_has_no_range_and_the_sheet_says_why(
    clinic: Clinic, first: int, days: tuple[int, ...], why: str
) -> None:
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(POLICY, BY_INTAKE), encoding="utf-8")
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.rate("k1", days[0], first, instrument="phq-9")
    for day in days[1:]:
        clinic.rate("k1", day, 2, instrument="phq-9")
    html = page(clinic)
    assert ('class="expected"' in html) == (not why)
    assert (f"not judged: {why}" if why else "") in html
    assert ("not judged" in html) == bool(why)


GOOD_AND_BAD = """
[[policies]]
id = "better"
kind = "recovered"
instrument = "phq-9"
severity = "attention"

[[policies]]
id = "fell"
kind = "drop"
instrument = "today-together-client"
points = 2.0
"""


def test_good_news_stands_after_whatever_is_worrying_and_does_not_ask_in_its_place(clinic: Clinic) -> None:
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(POLICY, GOOD_AND_BAD), encoding="utf-8")
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.rate("k1", 0, 2, instrument="phq-9")
    clinic.rate("k1", 7, 0, instrument="phq-9")
    clinic.run()
    assert "<br>What has helped?</p>" in page(clinic)
    for day, value in ((0, 8), (7, 5)):
        clinic.rate("k1", day, value)
    clinic.run()
    html = page(clinic)
    told = html.partition("Worth asking about")[2]
    assert told.index("down 3") < told.index("good news"), "although the good news is of the higher severity"
    assert "What has helped?" not in html


def test_where_the_pack_ends_before_the_course_the_range_is_named_with_its_last_session(clinic: Clinic) -> None:
    file = clinic.root / "fit.toml"
    short = POLICY.replace("sessions = [2, 40]", "sessions = [2, 3]")
    file.write_text(file.read_text(encoding="utf-8").replace(POLICY, short), encoding="utf-8")
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    for week in range(5):
        clinic.rate("k1", week * 7, 2, instrument="phq-9")
    html = page(clinic)
    assert ">expected to session 3</text>" in html
    assert "expected, n 240" not in html
    assert "expected to session 3</th><td>–</td><td>" in html
    for week in range(5, 20):
        clinic.rate("k1", week * 7, 2, instrument="phq-9")
    assert "expected to session 3</th>" not in page(clinic), "none of the sessions in the table has a range"


NORMS = """
format: fit-norms/1
id: own
version: "2026-01"
title: Figures of this practice
kind: local
source: a test
reviewed: {reviewed}
norms:
  - {{instrument: phq-9, scale: total, mean: 12, sd_between: 4, sd_within: 1.5, n_clients: 40}}
"""
RESTING = """
[[policies]]
id = "worse"
kind = "reliable-deterioration"
instrument = "phq-9"
norms = "own"
"""


@pytest.mark.parametrize(("reviewed", "words"), [("false", "local, unreviewed"), ("true", "local, reviewed")])
def test_a_norm_set_that_an_alert_rests_on_stands_at_the_foot_with_whether_anybody_looked_at_it(
    clinic: Clinic, reviewed: str, words: str
) -> None:
    norms = clinic.root / "instruments" / "norms" / "own.yaml"
    norms.parent.mkdir(parents=True, exist_ok=True)
    norms.write_text(NORMS.format(reviewed=reviewed), encoding="utf-8")
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(POLICY, RESTING), encoding="utf-8")
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.rate("k1", 0, 1, instrument="phq-9")
    clinic.run()
    assert "Alerts rest on" not in page(clinic), "none stands"
    clinic.rate("k1", 7, 2, instrument="phq-9")
    clinic.run()
    html = page(clinic)
    assert f"Alerts rest on norm set own 2026-01 ({words})." in html
    assert "norm set" not in page(clinic, "client")


def test_with_one_rating_there_is_nothing_of_it(clinic: Clinic) -> None:
    clinic.rate("k1", 0, 2, instrument="phq-9")
    html = page(clinic)
    assert 'class="expected"' not in html
    assert "not ready: the expected range needs 2 ratings, so far 1 (off-course)" in html


def test_both_ranges_have_a_name_of_their_own_and_the_client_sees_neither() -> None:
    sheet = examples.falling()
    panel = sheet.panels[0]
    days = [p.on for p in panel.series[0].points]
    points = tuple(BandPoint(on=day, low=4, high=6) for day in days)
    both = replace(
        panel,
        inset=None,
        expected=Band(label="expected, n 240", points=points),
        band=Band(label="usual", points=points),
    )
    drawn = chart([both], say_date=say_short).plots[0].main
    assert drawn.expected
    assert drawn.band
    names = {label.text: label.y for label in drawn.last}
    assert abs(names["usual"] - names["expected, n 240"]) >= 3
    assert all(each.expected is None for each in client_page(replace(sheet, panels=(both,))).panels)
