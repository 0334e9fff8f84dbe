"""`fit norms`: estimated once, listed with what rests on it, never overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fit_toolkit.catalog import load_norms
from tests.cli.conftest import Run
from tests.rated import rated_clinic


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice with 30 clients who rated three times."""
    courses = {f"k{number:02}": [4 + number % 5 + (number * week) % 2 for week in range(3)] for number in range(30)}
    return rated_clinic(tmp_path_factory.mktemp("norms") / "clinic", courses).root


@pytest.fixture
def fit(rated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(Path(shutil.copytree(rated, tmp_path / "practice")), capsys)


def test_an_estimate_is_written_listed_checked_and_can_be_named(fit: Run) -> None:
    made = fit("norms", "estimate", "own")
    assert made.code == 0
    assert "written: instruments/norms/own.yaml" in made.err.replace("\\", "/")
    norms = load_norms(fit.folder / "instruments" / "norms" / "own.yaml")
    assert (norms.kind, norms.reviewed, norms.norms[0].n_clients) == ("local", False, 30)
    settings = fit.folder / "fit.toml"
    table = '\n[[policies]]\nid = "band"\nkind = "beyond-usual"\ninstrument = "today-together-client"\nnorms = "own"\n'
    settings.write_text(settings.read_text() + table)
    listed = json.loads(fit("norms", "list", "--format", "json").out)["norms"]
    assert [(row["norms"], row["clients"], row["labels"], row["used_by"]) for row in listed] == [
        ("own", 30, False, ["band"])
    ]
    checked = fit("norms", "check")
    assert (checked.code, checked.out) == (0, "")
    assert "own (local) is unreviewed" in checked.err
    assert "norms own (local)" in fit("policies", "list").out


def test_the_same_ratings_give_the_same_file_and_others_never_overwrite_it(fit: Run) -> None:
    fit("norms", "estimate", "own")
    file = fit.folder / "instruments" / "norms" / "own.yaml"
    before = file.read_bytes()
    again = fit("norms", "estimate", "own")
    assert again.code == 0
    assert "there already, with the same figures" in again.err
    file.write_text(before.decode().replace("reviewed: false", "reviewed: true"))  # a person's note, not a figure
    assert fit("norms", "estimate", "own").code == 0
    file.write_text(before.decode().replace("n_ratings: 90", "n_ratings: 91"))
    other = fit("norms", "estimate", "own")
    assert other.code == 3
    assert "stays as it is" in other.err
    assert "n_ratings: 91" in file.read_text()


def test_a_dry_run_shows_the_figures_and_keeps_nothing(fit: Run) -> None:
    shown = fit("norms", "estimate", "own", "--dry-run", "--format", "json")
    (row,) = json.loads(shown.out)["estimates"]
    assert (row["clients"], row["with_3_ratings"], row["good_for"], row["refused"]) == (30, 30, "noise", "")
    assert not (fit.folder / "instruments" / "norms" / "own.yaml").exists()


def test_too_few_ratings_are_refused_with_their_counts_and_nothing_is_written(fit: Run) -> None:
    refused = fit("norms", "estimate", "own", "--since", "2026-01-06")
    assert refused.code == 3
    assert "0 clients have 3 ratings or more; 30 are needed" in refused.out
    assert "nothing was written" in refused.err
    named = fit("norms", "estimate", "own", "--instrument", "phq-9")
    assert named.code == 3
    assert "too few ratings for phq-9 total" in named.err
    assert not (fit.folder / "instruments" / "norms" / "own.yaml").exists()


def test_ratings_that_never_differ_are_not_called_too_few(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = rated_clinic(tmp_path / "clinic", {f"k{number:02}": [0, 0, 0] for number in range(30)})
    refused = Run(same.root, capsys)("norms", "estimate", "own")
    assert refused.code == 3
    assert "no client's ratings ever differ" in refused.out
    assert "fit: no norms can be estimated; nothing was written (why not is in the list above)" in refused.err


def test_the_list_says_how_the_noise_was_counted(fit: Run) -> None:
    fit("norms", "estimate", "own")
    fit("norms", "estimate", "steps", "--noise", "steps")
    file = fit.folder / "instruments" / "norms" / "own.yaml"
    text = file.read_text()
    other = text.replace('id: "own"', 'id: "other"').replace("variance components by analysis of variance", "a book")
    file.with_name("other.yaml").write_text(other)
    listed = json.loads(fit("norms", "list", "--format", "json").out)["norms"]
    assert {row["norms"]: row["noise"] for row in listed} == {"own": "mean", "steps": "steps", "other": ""}


def test_without_any_set_the_list_says_how_one_is_made(fit: Run) -> None:
    listed = fit("norms", "list")
    assert (listed.code, listed.out) == (0, "")
    assert "fit norms estimate NAME" in listed.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("mean: ", "mean: 99 # "), "the mean lies outside the scale, 0 to 10"),
        (("sd_within: ", "sd_within: 11 # "), "sd_within is larger than the scale is wide, 10"),
        (("n_clients: 30", "n_clients: 29"), "rests on 29 clients; 30 are needed"),
        (('rater: "client"', 'rater: "carer"'), "today-together-client is not answered by the carer"),
        (('scale: "total"', 'scale: "sum"'), "sum"),
        (('instrument: "today-together-client"', 'instrument: "tomorrow"'), "tomorrow"),
        (('id: "own"', 'id: "other"'), "the file is called own"),
        (("sd_between: ", "sd_between: 0 # "), "own.yaml:"),
    ],
)
def test_what_is_wrong_with_a_set_is_said(fit: Run, change: tuple[str, str], words: str) -> None:
    fit("norms", "estimate", "own")
    file = fit.folder / "instruments" / "norms" / "own.yaml"
    text = file.read_text()
    assert change[0] in text
    file.write_text(text.replace(*change))
    checked = fit("norms", "check", "own")
    assert checked.code == 3
    assert words in checked.out


def test_a_scale_given_twice_is_found(fit: Run) -> None:
    fit("norms", "estimate", "own")
    file = fit.folder / "instruments" / "norms" / "own.yaml"
    head, _, row = file.read_text().partition("  - ")
    file.write_text(f"{head}  - {row}  - {row}")
    assert "given twice" in fit("norms", "check", str(file)).out


def test_a_name_that_is_not_there_is_refused(fit: Run) -> None:
    assert fit("norms", "check", "nobody").code == 3
    assert fit("norms", "estimate", "own", "--instrument", "nobody").code == 3
    assert fit("norms", "estimate", "Not A Name").code == 2
