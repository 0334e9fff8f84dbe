"""Figures for some people only: used for those they are about, and for nobody of whom it is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from pandas import DataFrame

from fit_toolkit import catalog, scoring
from fit_toolkit.errors import DataError
from fit_toolkit.model import Instrument, Who
from tests.keyed import write_keyed
from tests.scoring.making import answers

NO_TABLE = "there is no conversion table for this person"


@pytest.fixture
def keyed(tmp_path: Path) -> Instrument:
    return catalog.load_instrument(write_keyed(tmp_path))


def by_scale(found: DataFrame, scale: str, column: str) -> list[object]:
    return list(found.loc[found["scale"] == scale, column])


def test_bands_and_tables_are_those_of_the_person(keyed: Instrument) -> None:
    people = DataFrame({"age_low": [12, 12, 12], "age_high": [12, 12, 12], "sex": ["female", "male", "other"]})
    found = scoring.score(keyed, answers([1, 1], [1, 1], [1, 1]), people=people)

    assert by_scale(found, "total", "band") == ["girl high", "boy low", ""]
    assert by_scale(found, "total", "value") == [2, 2, 2]
    assert by_scale(found, "t", "value")[:2] == [50, 51]
    assert by_scale(found, "t", "reason")[2] == NO_TABLE


def test_nothing_known_means_no_label_and_no_converted_score(keyed: Instrument) -> None:
    found = scoring.score(keyed, answers([1, 1]))

    assert by_scale(found, "total", "band") == [""]
    assert by_scale(found, "t", "status") == ["unscorable"]


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [(11, 12, "girl high"), (10, 11, ""), (13, 14, ""), (12.99, 13.5, "girl high"), (None, 12, "")],
)
def test_of_two_possible_ages_both_have_to_fit(keyed: Instrument, low: float, high: float, band: str) -> None:
    people = DataFrame({"age_low": [low], "age_high": [high], "sex": ["female"]})

    assert by_scale(scoring.score(keyed, answers([1, 1]), people=people), "total", "band") == [band]


def test_totals_that_came_in_ready_made_are_labelled_in_the_same_way(keyed: Instrument) -> None:
    people = DataFrame({"age_low": [12, 40], "age_high": [12, 40], "sex": ["male", "male"]})
    found = scoring.entered(keyed, DataFrame({"total": [4.0, 4.0]}), people=people)

    assert list(found["band"]) == ["boy high", ""]


def test_a_form_that_cannot_be_scored_has_no_band_of_anybody(keyed: Instrument) -> None:
    people = DataFrame({"age_low": [12, 12], "age_high": [12, 12], "sex": ["female", "female"]})
    found = scoring.score(keyed, answers([1, None], [9, 1]), people=people)

    assert set(found["band"]) == {""}
    assert set(found["status"]) == {"unscorable"}


def test_an_unverified_table_makes_no_score(tmp_path: Path) -> None:
    file = write_keyed(tmp_path)
    file.write_text(file.read_text().replace("        verified: true\n        rows", "        rows"))
    keyed = catalog.load_instrument(file)
    people = DataFrame({"sex": ["female"]})

    assert by_scale(scoring.score(keyed, answers([1, 1]), people=people), "t", "reason") == [NO_TABLE]


@pytest.mark.parametrize("people", [DataFrame({"sex": ["female", "male"]}), DataFrame({"name": ["x"]})])
def test_a_table_of_people_that_does_not_belong_is_refused(keyed: Instrument, people: DataFrame) -> None:
    with pytest.raises(DataError):
        scoring.score(keyed, answers([1, 1]), people=people)


def test_the_worked_tests_of_a_file_say_of_whom_they_are(keyed: Instrument) -> None:
    assert scoring.run_tests(keyed) == []


def test_whom_a_figure_is_about_can_be_said_in_words() -> None:
    assert str(Who(sex="female", age=(11, 13), rater="carer")) == "female, aged 11 to 13, rated by the carer"
    assert Who(sex="male").applies(sex="male")
    assert not Who(age=(11, 13)).applies(sex="male")
    assert Who(age=(11, 13)).applies(age=(11, 12))
    assert not Who(age=(11, 13), rater="carer").applies(age=(11, 12), rater="client")
