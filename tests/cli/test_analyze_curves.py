"""`fit analyze curves`: the model of a file as JSON, its bands by session, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.analysis.curves.shared import FILE, made_up, models
from tests.cli.conftest import Outside

Analyze = Callable[..., tuple[int, str, str]]
NAMES = ("--time", "session", "--value", "score")


@pytest.fixture
def analyze(tmp_path: Path, outside: Outside) -> Analyze:
    """Analyze a file, or a text as a file, in a folder without a practice."""

    def call(content: Path | str, *options: str) -> tuple[int, str, str]:
        if isinstance(content, str):
            (tmp_path / "long.csv").write_text(content)
        return outside("analyze", "curves", str(content) if isinstance(content, Path) else "long.csv", *options)

    return call


def as_text(clients: int, *, sessions: int = 6) -> str:
    ratings = made_up(clients, 11, sessions=sessions)
    rows = [f"c{who},{when:g},{value:.1f}" for who, when, value in zip(*ratings, strict=True)]
    return "\n".join(["client,session,score", *rows]) + "\n"


def test_the_model_of_the_shared_case_is_that_of_lme4(analyze: Analyze) -> None:
    code, out, err = analyze(FILE, *NAMES, "--id", "episode")
    assert code == 0
    made, told = json.loads(out), models()["log_slopes_reml"]
    assert made["schema"] == "fit/curves/1"
    assert list(made["fixed"].values()) == pytest.approx(list(told["fixef"].values()), abs=1e-3)
    assert made["residual_sd"] == pytest.approx(told["residual_sd"], abs=1e-3)
    random = made["random"]
    variances = [random[each] for each in ("intercept_variance", "slope_variance", "covariance")]
    assert variances == pytest.approx([each["vcov"] for each in told["varcorr"][:3]], rel=0.01)
    assert random["correlation"] == pytest.approx(told["varcorr"][2]["sdcor"], rel=0.01)
    assert (made["n_clients"], made["n_scores"], made["singular"]) == (150, 1471, False)
    assert "1471 ratings of 150 clients fitted" in err


def test_bands_stand_by_session_with_the_count_behind_each(analyze: Analyze) -> None:
    _, out, _ = analyze(FILE, *NAMES, "--id", "episode", "--bands", "50,80", "--random", "intercepts")
    bands = json.loads(out)["bands"]
    assert [each["time"] for each in bands] == list(range(1, 21))
    assert bands[0]["n"] == 150
    assert list(bands[0]) == ["time", "n", "mean", "sd", "low_50", "high_50", "low_80", "high_80"]
    sd = (33.128558 + 8.798383) ** 0.5
    assert bands[4]["high_80"] - bands[4]["mean"] == pytest.approx(1.2815516 * sd, abs=1e-3)


def test_the_bands_alone_come_as_csv(analyze: Analyze) -> None:
    _, out, err = analyze(as_text(40), *NAMES, "--format", "csv", "--bands", "80", "--by-intake")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == ["intake", "time", "n", "mean", "sd", "low_80", "high_80"]
    assert len(rows) == 5 * 5
    assert {row["time"] for row in rows} == {"2", "3", "4", "5", "6"}
    assert sum(int(row["n"]) for row in rows if row["time"] == "2") == 40
    assert [float(row["mean"]) for row in rows if row["time"] == "2"] == sorted(
        float(row["mean"]) for row in rows if row["time"] == "2"
    )
    assert "whose ratings they are: column client" in err


def test_a_cell_that_is_no_number_is_named_and_the_file_refused(analyze: Analyze) -> None:
    text = as_text(40).replace("c0,2,", "c0,0,").replace("c1,3,", "c1,2,").replace("c2,4,", "c2,four,")
    code, out, err = analyze(text, *NAMES)
    assert (code, out) == (3, "")
    assert "long.csv:3: session: log needs a time of more than 0; sessions count from 1\n" in err
    assert "long.csv:10: session: a second rating of the same client at the same time\n" in err
    assert "long.csv:17: session: expected a number, or an empty cell\n" in err
    assert "four" not in err


def test_a_rating_of_nobody_is_refused(analyze: Analyze) -> None:
    code, _, err = analyze(as_text(40).replace("c3,1,", ",1,"), *NAMES)
    assert code == 3
    assert "long.csv:20: client: whose rating is this" in err


def test_a_missing_rating_counts_for_nothing_and_that_is_said(analyze: Analyze) -> None:
    code, out, err = analyze(as_text(40) + "c7,9,\n", *NAMES)
    assert code == 0
    assert json.loads(out)["n_scores"] == 240
    assert "1 row has no rating or no time and counted for nothing" in err


def test_a_singular_fit_is_marked_and_said(analyze: Analyze) -> None:
    ratings = made_up(40, 4, sessions=6, slopes=0, noise=4)
    rows = [f"{who};{when:g};{value:.2f}".replace(".", ",") for who, when, value in zip(*ratings, strict=True)]
    code, out, err = analyze("\n".join(["client;session;score", *rows]) + "\n", *NAMES)
    assert code == 0
    assert json.loads(out)["singular"] is True
    assert "singular: the clients' levels and slopes vary in fewer ways" in err


def test_too_few_clients_are_refused_with_the_counts(analyze: Analyze) -> None:
    code, _, err = analyze(as_text(12), *NAMES)
    assert code == 3
    assert "long.csv: 12 clients have two ratings to fit or more and 12 have three; 20 and 10 are needed" in err


def test_bands_that_are_no_shares_and_ratings_of_no_column_are_refused(analyze: Analyze) -> None:
    for bands in ("80,100", "x", "80,80", ""):
        code, _, err = analyze(as_text(20), *NAMES, "--bands", bands)
        assert code == 2
        assert "--bands names shares between 0 and 100 %" in err
    code, _, err = analyze(as_text(20), "--time", "week", "--value", "score")
    assert code == 3
    assert "long.csv:1: there is no column week" in err
    code, _, err = analyze(as_text(20).replace("client", "code"), *NAMES)
    assert code == 2
    assert "needs --id" in err


def test_without_statsmodels_the_command_ends_with_5_and_says_how_to_install_it(
    analyze: Analyze, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    code, out, err = analyze(as_text(40), *NAMES)
    assert (code, out) == (5, "")
    assert "pip install 'fit-toolkit[curves]'" in err


def test_json_has_every_digit_and_the_bands_as_csv_six(analyze: Analyze) -> None:
    made = json.loads(analyze(as_text(40), *NAMES)[1])
    text = analyze(as_text(40), *NAMES, "--format", "csv")[1]
    exact = [each["mean"] for each in made["bands"]]
    assert len(str(exact[0])) > 12
    assert [row["mean"] for row in csv.DictReader(io.StringIO(text))] == [f"{each:.6g}" for each in exact]
    variance = made["random"]["slope_variance"] * made["random"]["intercept_variance"]
    assert made["random"]["correlation"] == pytest.approx(made["random"]["covariance"] / variance**0.5, rel=1e-14)


def test_the_model_is_tried_on_clients_who_were_held_out(analyze: Analyze) -> None:
    options = (*NAMES, "--by-intake", "--bands", "80", "--held-out", "40", "--seed", "3")
    code, out, err = analyze(as_text(100), *options)
    assert code == 0
    tried = json.loads(out)["calibration"]
    assert {name: tried[name] for name in ("held_out", "seed", "minimum_cell")} == {
        "held_out": 0.4, "seed": 3, "minimum_cell": 10
    }  # fmt: skip
    whole = tried["cells"][0]
    assert (whole["intake_fifth"], whole["time"], whole["n_clients"], whole["n"]) == (None, None, 40, 200)
    assert all(cell["n_clients"] >= 10 for cell in tried["cells"])
    assert f"{100 * whole['inside']:.0f} % in the 80 % band of 200 ratings of 40 clients held out" in err
    # by a second reckoning: the others' own fit, its bands at session 3, and who of those held out lies inside
    ratings = made_up(100, 11, sessions=6)
    value = np.round(ratings.value, 1)
    out_of = np.random.default_rng(3).permutation(100) < 40
    lines = [
        f"c{who},{when:g},{score:.1f}"
        for who, when, score in zip(ratings.client, ratings.session, value, strict=True)
        if not out_of[int(who)]
    ]
    fixed = json.loads(analyze("\n".join(["client,session,score", *lines]) + "\n", *NAMES, "--by-intake")[1])
    b, g, x = fixed["fixed"], fixed["random"], np.log(3)
    first, third = value.reshape(100, 6)[out_of][:, 0], value.reshape(100, 6)[out_of][:, 2]
    mean = b["intercept"] + b["intake"] * first + (b["slope"] + b["slope_by_intake"] * first) * x
    spread = g["intercept_variance"] + 2 * x * g["covariance"] + x * x * g["slope_variance"] + fixed["residual_sd"] ** 2
    reach = 1.2815515655446004 * spread**0.5
    at_three = next(cell for cell in tried["cells"] if cell["time"] == 3 and cell["intake_fifth"] is None)
    assert at_three["inside"] == pytest.approx(float(np.mean(np.abs(third - mean) <= reach)), abs=5e-5)
    assert at_three["below"] == pytest.approx(float(np.mean(third < mean - reach)), abs=5e-5)

    rows = list(csv.DictReader(io.StringIO(analyze(as_text(100), *options, "--format", "csv")[1])))
    assert list(rows[0]) == ["percent", "intake_fifth", "time", "n_clients", "n", "inside", "below"]
    assert float(rows[0]["inside"]) == pytest.approx(whole["inside"], abs=1e-6)
    assert len(rows) == len(tried["cells"])


def test_with_few_held_out_nothing_is_said_of_them(analyze: Analyze) -> None:
    code, out, err = analyze(as_text(60), *NAMES, "--bands", "80", "--held-out", "10")
    assert code == 0
    assert json.loads(out)["calibration"]["cells"] == []
    assert "fewer than 10 clients were held out: nothing can be said of them" in err
