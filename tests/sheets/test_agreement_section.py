"""The section that tells how both sides rated the same sessions: its figures by a second reckoning, and its words."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from statistics import correlation, mean, stdev

import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import open_practice
from fit_toolkit.store import people
from tests.clinic import START, TODAY, Clinic

THEIRS = "today-together-therapist"
SECTION = f"""
[[sections]]
kind = "agreement"
instrument = "{TODAY}"
other_instrument = "{THEIRS}"
"""
T_5 = 2.570581835636314  # 97.5th centile of Student's t with 5 degrees of freedom, from a printed table
OWN = [8.0, 7.0, 7.0, 6.0, 5.0, 6.0]
OTHER = [9.0, 8.0, 7.0, 8.0, 8.0, 7.0]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    clinic = Clinic(tmp_path / "practice", day=90)
    clinic.open("c1")
    return clinic


def both(clinic: Clinic, own: list[float], theirs: list[float], *, first: int = 0, **facets: float) -> None:
    for week, value in enumerate(own, first):
        clinic.rate("c1", week * 7, value)
    for week, value in enumerate(theirs, first):
        clinic.rate("c1", week * 7, value, instrument=THEIRS, **facets)


def sheet(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], section: str = SECTION, *, page: str = "therapist"
) -> list[list[str]]:
    """Give the section's table as its rows of text, an empty list where the section is not on the sheet."""
    file = clinic.root / "fit.toml"
    file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")
    clinic.practice.store.close()
    clinic.practice = open_practice(clinic.root, clock=clinic.clock)
    clinic.practice.store.close()
    capsys.readouterr()
    on = str(START + timedelta(days=90))
    given = ["--practice", str(clinic.root), "sheet", "c1", "--as-of", on, "--for", page]
    assert run(given, clock=clinic.clock) == 0
    html = capsys.readouterr().out
    if "both sides</h2>" not in html and ": both sides " not in html:
        return []
    table = html[html.index(": both sides ") :].split("</table>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", table, flags=re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)] for row in rows]


def test_each_figure_is_that_of_a_second_reckoning_and_says_on_how_many_sessions_it_rests(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    both(clinic, [*OWN, 9.0], OTHER)  # of seven sessions both rated six
    head, total, *facets = sheet(clinic, capsys)
    gaps = [theirs - own for own, theirs in zip(OWN, OTHER, strict=True)]
    half = T_5 * stdev(gaps) / 6**0.5
    assert head[1:5] == ["both rated", "mean gap", "95 % interval", "last 3"]
    assert total[:2] == ["total", "6 of 7"]
    assert total[2] == f"+{mean(gaps):.2f}" == "+1.33"
    assert total[3] == f"+{mean(gaps) - half:.2f} to +{mean(gaps) + half:.2f}"
    assert total[4] == "+2", "8 - 6, 8 - 5, 7 - 6"
    assert total[5] == f"+{correlation(OWN, OTHER):.2f}"
    assert total[6] == "opposite ways", "from the fifth to the sixth session: up 1, and down 1"
    assert {row[0] for row in facets} == {"empathy", "genuineness", "respect", "collaboration", "confidentiality"}


def test_it_needs_two_sessions_that_both_rated_and_six_for_a_correlation(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    both(clinic, OWN[:5], OTHER[:5])
    _, total, *_ = sheet(clinic, capsys)
    assert total[1] == "5 of 5"
    assert total[5] == "–"


def test_before_two_sessions_that_both_rated_there_is_nothing(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    both(clinic, OWN, OTHER[:1])
    assert sheet(clinic, capsys) == []


def test_with_another_therapist_the_two_begin_anew(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    both(clinic, OWN, [1.0] * 6)
    with clinic.practice.store.begin() as c:
        (episode,) = people.list_episodes(c)
        people.transfer(c, episode.code, "ben", on=START + timedelta(days=42))
    both(clinic, [8.0, 8.0], [8.0, 8.0], first=6)
    _, total, *_ = sheet(clinic, capsys)
    assert total[1:5] == ["2 of 2", "0", "–", "–"], "gaps that are all the same give no interval"


def test_facets_may_be_chosen_and_keep_their_order(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    both(clinic, OWN, OTHER, q1=5.0)
    chosen = sheet(clinic, capsys, SECTION + 'scales = ["respect", "empathy"]\n')
    assert [row[0] for row in chosen[1:]] == ["respect", "empathy"]
    assert chosen[2][2] == "−1.5", "5 less the mean of 8, 7, 7, 6, 5 and 6"


def test_the_client_sees_none_of_it(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    both(clinic, OWN, OTHER)
    assert sheet(clinic, capsys, page="client") == []
