"""`fit curves`: fitted to closed episodes, listed with what rests on them, handed on without a row, never overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from fit_toolkit.analysis import CurvePack, write_pack
from fit_toolkit.analysis.curves.pack import pack_hash
from tests.cli.conftest import Run
from tests.rated import rated_clinic


def courses(clients: int, seed: int = 5) -> dict[str, list[float]]:
    """Answers to each item of the PHQ-9 by session: levels and slopes of their own, and noise."""
    rng = np.random.default_rng(seed)
    level, rate = rng.uniform(0.8, 3, clients), rng.normal(-0.4, 0.3, clients)
    value = level[:, None] + rate[:, None] * np.log(np.arange(1, 6)) + rng.normal(0, 0.35, (clients, 5))
    return {f"k{nth:03}": row for nth, row in enumerate(np.clip(np.rint(value), 0, 3).tolist())}


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("curves") / "clinic"
    return rated_clinic(folder, courses(120), instrument="phq-9", closed=40).root


@pytest.fixture
def fit(rated: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(Path(shutil.copytree(rated, tmp_path / "practice")), capsys)


def test_a_pack_is_fitted_listed_named_checked_and_handed_on(fit: Run, tmp_path: Path) -> None:
    made = fit("curves", "fit", "own", "--instrument", "phq-9")
    assert made.code == 0, made.err
    assert "written: instruments/curves/own.json" in made.err.replace("\\", "/")
    assert "120 clients, 480 ratings, sessions 2 to 5; of held-out ratings" in made.err

    settings = fit.folder / "fit.toml"
    table = '\n[[policies]]\nid = "off-course"\nkind = "not-on-track"\ninstrument = "phq-9"\ncurve = "own"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + table, encoding="utf-8")
    assert fit("plugins", "enable", "expected-response").code == 0
    assert fit("policies", "check").code == 0
    (row,) = json.loads(fit("curves", "list", "--format", "json").out)["curves"]
    assert (row["curve"], row["clients"], row["period"], row["used_by"]) == (
        "own", 120, "2026-01 to 2026-02", ["off-course"]
    )  # fmt: skip

    checked = fit("curves", "check", "--since", "2026-01-01")
    assert checked.code == 0
    assert "own: unclear; 120 clients, 480 ratings" in checked.out

    file = tmp_path / "own.json"
    assert fit("curves", "export", "own", "-o", str(file)).code == 0
    assert not any(f"k{nth:03}" in file.read_text(encoding="utf-8") for nth in range(120))
    again = fit("curves", "export", "own", "-o", str(file))
    assert again.code == 2
    assert "it stays as it is" in again.err

    (fit.folder / "instruments" / "curves" / "own.json").unlink()
    assert fit("curves", "import", str(file)).code == 0
    assert (fit.folder / "instruments" / "curves" / "own.json").read_bytes() == file.read_bytes()
    (row,) = json.loads(fit("curves", "list", "--format", "json").out)["curves"]
    assert row["kind"] == "elsewhere", "a pack of another practice is not called local"


def test_a_pack_says_its_range_and_names_no_practice_as_this_one(fit: Run, tmp_path: Path) -> None:
    assert fit("curves", "fit", "own", "--instrument", "phq-9").code == 0
    file = fit.folder / "instruments" / "curves" / "own.json"
    pack = json.loads(file.read_text(encoding="utf-8"))
    assert pack["range"] == [0.0, 27.0]
    assert "this practice" not in pack["source"] + pack["title"]

    elsewhere = tmp_path / "elsewhere.json"
    pack |= {"range": [0.0, 54.0], "hash": ""}
    other = msgspec.convert(pack, CurvePack)
    elsewhere.write_bytes(write_pack(msgspec.structs.replace(other, hash=pack_hash(other))))
    file.unlink()
    refused = fit("curves", "import", str(elsewhere))
    assert refused.code == 3
    assert "is about phq-9 total from 0 to 54, here it goes from 0 to 27" in refused.err
    assert not file.exists()


def test_the_same_ratings_give_the_same_file_and_others_never_overwrite_it(fit: Run) -> None:
    assert fit("curves", "fit", "own", "--instrument", "phq-9").code == 0
    file = fit.folder / "instruments" / "curves" / "own.json"
    before = file.read_bytes()
    again = fit("curves", "fit", "own", "--instrument", "phq-9")
    assert again.code == 0
    assert "own is there already, with the same figures" in again.err
    other = fit("curves", "fit", "own", "--instrument", "phq-9", "--transform", "sqrt")
    assert other.code != 0
    assert "with other figures, and it stays as it is" in other.err
    assert file.read_bytes() == before


def test_too_few_are_refused_with_their_count(fit: Run) -> None:
    late = fit("curves", "fit", "own", "--instrument", "phq-9", "--since", "2026-02-01")
    assert late.code != 0
    assert "no closed episode that was opened from 2026-02-01 on has ratings of phq-9 total" in late.err
    checked = fit("curves", "fit", "own", "--instrument", "gad-7")
    assert "no closed episode has ratings of gad-7 total" in checked.err


def test_the_alliance_has_no_expected_course(fit: Run) -> None:
    refused = fit("curves", "fit", "own", "--instrument", "today-together-client")
    assert refused.code == 2
    assert "about the alliance, of which no course is expected" in refused.err


def test_a_pack_that_was_changed_is_found(fit: Run) -> None:
    assert fit("curves", "fit", "own", "--instrument", "phq-9").code == 0
    file = fit.folder / "instruments" / "curves" / "own.json"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"n_clients": 120', '"n_clients": 900', 1), encoding="utf-8"
    )
    checked = fit("curves", "check")
    assert checked.code == 3
    assert "the hash differs" in checked.out
    listed = fit("curves", "list")
    assert listed.code == 4
    assert "the hash differs" in listed.err
