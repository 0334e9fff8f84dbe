"""`fit analyze evaluate`: what policies are worth, on a file by hand and on made-up cohorts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fit_toolkit.analysis import AboutPack, make_pack, write_pack
from fit_toolkit.catalog.norms import norms_text
from fit_toolkit.cli import run
from fit_toolkit.engine.enabling import with_name
from fit_toolkit.model.norms import Norm, NormSet
from tests.analysis.curves.shared import made_up
from tests.cli.conftest import Outside

Evaluate = Callable[..., tuple[int, str, str]]
# k1 falls by 3 at its third rating, where the therapist marked a strain; k2 falls by 4 at its second, unmarked
FILE = """who,session,rating,strain
k1,1,8,
k1,2,8,0
k1,3,5,1
k1,4,8,
k2,1,7,
k2,2,3,
k2,3,,1
k2,4,3,
"""
COLUMNS = ("--id", "who", "--time", "session", "--value", "rating", "--range", "0,10")


@pytest.fixture
def evaluate(tmp_path: Path, outside: Outside) -> Evaluate:
    """Evaluate in a folder without a practice; a text is the file of ratings."""
    (tmp_path / "long.csv").write_text(FILE)

    def call(*options: str, policies: str = "") -> tuple[int, str, str]:
        if policies:
            (tmp_path / "rules.toml").write_text(policies)
            options = (*options, "--policies", "rules.toml")
        return outside("analyze", "evaluate", *options)

    return call


def rows_of(out: str) -> dict[str, dict[str, str]]:
    return {row["policy"]: row for row in csv.DictReader(io.StringIO(out))}


TWO = '[[policies]]\nid = "fall"\nkind = "drop"\npoints = 2\n'


def test_a_file_with_a_criterion_is_counted_as_by_hand(evaluate: Evaluate) -> None:
    code, out, err = evaluate("long.csv", *COLUMNS, "--criterion", "strain", policies=TWO)
    assert code == 0
    row = rows_of(out)["fall"]
    # counted: three ratings of k1 after its first, two of k2; a criterion without a rating is no event
    assert [row[name] for name in ("clients", "ratings", "alerts", "alerts_per_100", "clients_flagged")] == [
        "2", "5", "2", "40", "2"
    ]  # fmt: skip
    assert [row[name] for name in ("events", "found", "without", "quiet", "flags", "true_flags", "ppv")] == [
        "1", "1", "4", "3", "2", "1", "0.5"
    ]  # fmt: skip
    assert "2 clients, 7 ratings; counted are those after a client's first: 5" in err
    assert "1 event at counted ratings: too few to tell policies apart" in err


def test_without_a_criterion_nothing_is_said_about_the_truth(evaluate: Evaluate) -> None:
    _, out, err = evaluate("long.csv", *COLUMNS, policies=TWO)
    assert "sensitivity" not in out
    assert "event" not in err


def test_the_classical_rules_stand_beside_ours_by_default(evaluate: Evaluate) -> None:
    code, out, _ = evaluate("--simulate", "400", "--line", "36")
    assert code == 0
    assert list(rows_of(out)) == [
        "drop-1", "below-36", "control-chart", "beyond-usual-own", "beyond-usual", "slow-erosion", "drop-1-or-below-36"
    ]  # fmt: skip


def test_a_made_up_cohort_has_the_figures_of_its_model(evaluate: Evaluate) -> None:
    code, out, err = evaluate("--simulate", "4000", "--seed", "3", "--line", "36", "--format", "json")
    told = json.loads(out)
    rows = {row["policy"]: row for row in told["policies"]}
    assert code == 0
    assert (told["schema"], told["model"]["sd_within"]) == ("fit/evaluation/1", 1.5)
    convention, ours = rows["drop-1-or-below-36"], rows["beyond-usual"]
    assert convention["sensitivity"] == pytest.approx(0.985, abs=0.015)  # a probe of another program
    assert convention["specificity"] == pytest.approx(0.52, abs=0.02)
    assert ours["specificity"] == pytest.approx(0.98, abs=0.005)
    assert ours["ppv_low"] < ours["ppv"] < ours["ppv_high"]
    assert {(pair["first"], pair["second"]) for pair in told["pairs"]} >= {("drop-1", "beyond-usual")}
    assert "not known of any clinic" in err


def test_norms_either_and_a_window_come_from_the_file_of_policies(evaluate: Evaluate) -> None:
    policies = TWO + (
        '[[policies]]\nid = "band"\nkind = "beyond-usual"\nnorms = "mine"\n'
        '[[either]]\nid = "any"\nof = ["fall", "band"]\n'
        "[norms.mine]\nmean = 8.0\nsd_between = 1.0\nsd_within = 0.5\n"
    )
    code, out, _ = evaluate("long.csv", *COLUMNS, policies=policies)
    rows = rows_of(out)
    assert code == 0
    assert int(rows["any"]["alerts"]) >= max(int(rows["fall"]["alerts"]), int(rows["band"]["alerts"]))


def test_pairs_are_written_beside(evaluate: Evaluate, tmp_path: Path) -> None:
    evaluate("--simulate", "50", "--pairs", "pairs.csv", "-o", "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "pairs.csv").read_text())))
    assert {int(row["ratings"]) for row in rows} == {550}
    assert (tmp_path / "out.csv").read_text().startswith("policy,kind,clients")


def test_the_cohort_takes_its_range_from_an_instrument_and_its_size_from_the_options(evaluate: Evaluate) -> None:
    options = (
        "--instrument",
        "today-together-client",
        "--mean",
        "8",
        "--between",
        "1",
        "--within",
        "0.7",
        "--depth",
        "2",
    )
    code, out, _ = evaluate("--simulate", "30", "--sessions", "5", *options, "--format", "json")
    model = json.loads(out)["model"]
    assert code == 0
    assert (model["low"], model["high"], model["sessions"], model["depth"]) == (0, 10, 5, 2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ((), "name a file of ratings"),
        (("long.csv",), "needs --id, --time, --value and --range"),
        (("long.csv", "--simulate", "5"), "exclude each other"),
        (("long.csv", *COLUMNS, "--depth", "3"), "--depth is about a made-up cohort"),
        (("--simulate", "5", "--id", "who"), "--id is about a file"),
        (("--simulate", "5", "--within", "0"), "at --within"),
        (("--simulate", "5", "--trend", "nan"), "not finite"),
        (("--simulate", "5", "--mean", "99"), "the mean lies outside the scale"),
        (("--simulate", "1000000", "--sessions", "1000"), "more than 20000000 ratings"),
        (("--simulate", "5", "--norms", "own"), "--norms needs --instrument"),
        (("--simulate", "5", "--drop", "0"), "--drop has to be more than 0"),
        (("long.csv", *COLUMNS, "--window", "2"), "--window needs --criterion"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(evaluate: Evaluate, options: tuple[str, ...], says: str) -> None:
    code, out, err = evaluate(*options)
    assert (code, out) == (2, "")
    assert says in err


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        ('[[policies]]\nid = "a"\nkind = "overdue"\n', "rules.toml:3: overdue follows the calendar"),
        ('[[policies]]\nid = "a"\nkind = "risk"\n', "rules.toml:3: risk watches a flagged item"),
        ('[[policies]]\nid = "a"\nkind = "divergence"\n', "compares with a second rating"),
        (
            '[[policies]]\nid = "a"\nkind = "drop"\npionts = 2\n',
            "rules.toml:4: policy 'drop' has no parameter 'pionts'",
        ),
        ('[[policies]]\nid = "a"\nkind = "cutoff"\nline = "clinical"\n', "give the line as a number"),
        ('[[policies]]\nid = "a"\nkind = "beyond-usual"\nnorms = "x"\n', "rules.toml:4: there are no norms 'x'"),
        (TWO + TWO, "two policies have the id 'fall'"),
        (TWO + '[[either]]\nid = "e"\nof = ["other"]\n', "there is no policy 'other' here"),
        (TWO + "[norms.x]\nmean = 1\n", "rules.toml:5: [norms.x]"),
    ],
)
def test_a_policy_that_cannot_be_tried_is_named_with_its_line(evaluate: Evaluate, policies: str, says: str) -> None:
    code, out, err = evaluate("--simulate", "5", policies=policies)
    assert (code, out) == (5, "")
    assert says in err


def test_a_criterion_that_is_no_yes_or_no_is_refused(evaluate: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "long.csv").write_text(FILE.replace("k1,3,5,1", "k1,3,5,0.5"))
    code, _, err = evaluate("long.csv", *COLUMNS, "--criterion", "strain")
    assert code == 2
    assert "--criterion holds 1 where it was so" in err


def test_the_cohort_may_be_made_from_what_a_clinic_estimated(
    practice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    norm = Norm(instrument="today-together-client", scale="total", mean=7.5, sd_between=1.2, sd_within=0.6)
    norms = NormSet(
        format="fit-norms/1", id="own", version="1", title="Own", kind="local", source="test", norms=(norm,)
    )  # fmt: skip
    folder = practice / "instruments" / "norms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.yaml").write_text(norms_text(norms))
    words = ["--simulate", "20", "--instrument", "today-together-client", "--norms", "own", "--within", "0.7"]
    code = run(["--practice", str(practice), "analyze", "evaluate", *words, "--format", "json"])
    model = json.loads(capsys.readouterr().out)["model"]
    assert code == 0
    assert (model["mean"], model["sd_between"], model["sd_within"], model["high"]) == (
        7.5,
        1.2,
        0.7,
        10,
    )  # typed goes first


@pytest.mark.parametrize("name", ["long.csv", "rules.toml", "./worth.csv"])
def test_what_was_read_is_kept_and_the_two_results_stay_apart(evaluate: Evaluate, tmp_path: Path, name: str) -> None:
    code, out, _ = evaluate("long.csv", *COLUMNS, "--pairs", name, "-o", "worth.csv", policies=TWO)
    assert (code, out) == (2, "")
    assert (tmp_path / "long.csv").read_text() == FILE
    assert (tmp_path / "rules.toml").read_text() == TWO
    assert not (tmp_path / "worth.csv").exists()


def test_the_policies_are_not_written_over(evaluate: Evaluate, tmp_path: Path) -> None:
    assert evaluate("long.csv", *COLUMNS, "-o", "rules.toml", policies=TWO)[0] == 2
    assert (tmp_path / "rules.toml").read_text() == TWO


OFF = """
[[policies]]
id = "off"
kind = "not-on-track"
curve = "ours"
"""


@pytest.mark.parametrize("times", [("1", "2", "3", "4"), ("2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26")])
def test_a_pack_of_the_practice_is_tried_on_a_file_by_session(
    practice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], times: tuple[str, ...]
) -> None:
    about = AboutPack(id="ours", version="1", title="Made up", instrument="phq-9", scale="total",
                      direction="higher_is_worse", source="a test", period="2024 to 2026", kind="synthetic")  # fmt: skip
    file = practice / "instruments" / "curves" / "ours.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(write_pack(make_pack(*made_up(240, 12, sessions=6), about=about)))
    settings = practice / "fit.toml"
    settings.write_text(with_name(settings.read_text(), "enabled", "expected-response"))
    rows = [("k1", time, value) for time, value in zip(times, (14, 26, 26, 26), strict=True)]
    rows += [("k2", time, value) for time, value in zip(times, (14, 13, 12, 11), strict=True)]
    (tmp_path / "sums.csv").write_text("client,time,value\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    (tmp_path / "off.toml").write_text(OFF)
    words = ["--id", "client", "--time", "time", "--value", "value", "--range", "0,27"]
    words = ["evaluate", str(tmp_path / "sums.csv"), *words, "--policies", str(tmp_path / "off.toml")]
    assert run(["--practice", str(practice), "analyze", *words]) == 5
    assert "off.toml:5: the curve pack 'ours' says higher_is_worse (--better)" in capsys.readouterr().err
    assert run(["--practice", str(practice), "analyze", *words, "--better", "lower"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["alerts"], row["clients_flagged"]) == ("1", "1")
