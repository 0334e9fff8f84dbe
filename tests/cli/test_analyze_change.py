"""`fit analyze change`: files in, files out, by the contract of DESIGN section 11."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from fit_toolkit.cli import run
from fit_toolkit.practice import set_up
from tests.analysis.change.shared import CHANGE, LEVELS, METHODS, SETS, case, expected, rows_of
from tests.cli.conftest import Outside
from tests.keyed import write_keyed

Change = Callable[..., tuple[int, str, str]]
FOUR = "code,first,last\na,10,8\nb,20,12\nc,30,27\nd,20,25\n"
PAIR = ("--pre", "first", "--post", "last")
JT = (*PAIR, "--method", "jt", "--reliability", "0.75")


@pytest.fixture
def change(tmp_path: Path, outside: Outside) -> Change:
    """Judge a text, or a file, in a folder without a practice."""

    def call(content: str | Path, *options: str) -> tuple[int, str, str]:
        if isinstance(content, str):
            (tmp_path / "ratings.csv").write_text(content)
            content = Path("ratings.csv")
        return outside("analyze", "change", str(content), *options)

    return call


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_one_line_per_row_with_what_came_out_on_stderr(change: Change) -> None:
    code, out, err = change(FOUR, *JT)
    assert code == 0
    assert out.splitlines()[:3] == [
        "row,pre,post,change,index,reliable",
        "1,10,8,-2,-0.3464101615,unchanged",
        "2,20,12,-8,-1.3856406461,unchanged",
    ]
    assert err == (
        "Jacobson-Truax, lower is better: 4 complete pairs of 4 rows: 0 improved, 4 unchanged, 0 deteriorated;"
        " SD 8.165, SEM 4.082, critical value 1.960\n"
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("method", METHODS)
def test_the_worked_cases_come_out_of_the_command(change: Change, name: str, method: str) -> None:
    told, wanted = case(name).told, expected(name, method)
    columns = told["columns"]
    for level, kind in zip(LEVELS, "abc", strict=True):
        code, out, _ = change(
            CHANGE / "data" / f"{name}.csv", "--id", columns["id"], "--pre", columns["pre"], "--post", columns["post"],
            "--reliability", str(told["reliability"]), "--reliability-post", str(told["reliability_post"]),
            "--method", method, "--better", told["better"], "--confidence", str(level / 100), "--cutoff", kind,
            "--m-functional", str(told["m_functional"]), "--sd-functional", str(told["sd_functional"]),
        )  # fmt: skip
        assert code == 0
        rows = {row[columns["id"]]: row for row in read(out)}
        assert len(rows) == told["n"]
        column = f"category_{kind}_{level}" + ("_hand" if kind == "b" or method == "ha" else "")
        for id, row in wanted.items():
            assert float(rows[id]["index"]) == pytest.approx(float(row["index"]), abs=1e-6)
            assert float(rows[id]["change"]) == pytest.approx(float(row["change"]), abs=1e-9)
            assert rows[id]["reliable"] == row[f"reliable_{level}"]
            assert rows[id]["category"] == row[column]
        assert all(not row["index"] and not row["reliable"] for id, row in rows.items() if id not in wanted)


@pytest.mark.parametrize("name", SETS)
def test_percentages_and_points_come_out_of_the_command(change: Change, name: str) -> None:
    told = case(name).told
    columns = told["columns"]
    base = (CHANGE / "data" / f"{name}.csv", "--id", columns["id"], "--pre", columns["pre"], "--post", columns["post"],
            "--better", told["better"])  # fmt: skip
    _, out, _ = change(*base, "--method", "percent", "--percent", "30,20")
    rows = {row[columns["id"]]: row for row in read(out)}
    for id, row in expected(name, "percent").items():
        assert rows[id]["reliable"] == row["category_30_20"]
        assert rows[id]["index"] == row["percent"] == "" or float(rows[id]["index"]) == pytest.approx(
            float(row["percent"]), abs=1e-6
        )
    mid = told["mid"]
    _, out, _ = change(*base, "--method", "anchor", "--mid", f"{mid:g},{mid * 0.8:g}")
    rows = {row[columns["id"]]: row for row in read(out)}
    for id, row in expected(name, "anchor").items():
        assert rows[id]["reliable"] == row[f"category_{mid:g}_{mid * 0.8:g}"]


@pytest.mark.parametrize(("method", "index"), [("hlm", "index_total"), ("hlm-relative", "index")])
def test_slopes_come_out_of_the_command(change: Change, method: str, index: str) -> None:
    file = CHANGE / "data" / "long_low_example.csv"
    code, out, err = change(file, "--id", "client", "--time", "session", "--value", "score", "--method", method)
    assert code == 0
    rows = {row["client"]: row for row in read(out)}
    assert len(rows) == 80
    wanted = rows_of(CHANGE / "expected" / "long_low_example.hlm.csv")
    for row in wanted:
        assert float(rows[row["id"]]["index"]) == pytest.approx(float(row[index]), abs=1e-4)
        assert rows[row["id"]]["n"] == row["n"]
    assert {row["reliable"] for row in rows.values() if row["index"] == ""} == {""}
    assert "61 clients with 3 ratings or more, of 80" in err


def test_slopes_need_their_extra_and_name_the_command_that_installs_it(
    change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "statsmodels", None)
    file = CHANGE / "data" / "long_low_example.csv"
    code, out, err = change(file, "--id", "client", "--time", "session", "--value", "score", "--method", "hlm")
    assert (code, out) == (5, "")
    assert "pip install 'fit-toolkit[curves]'" in err


def test_ids_go_out_as_they_came_in(change: Change) -> None:
    _, out, _ = change('wave,code,first,last\n1,"Ann, B",10,8\n2, 007,20,12\n', *JT, "--id", "code", "--id", "wave")
    assert [row[:2] for row in csv.reader(io.StringIO(out))] == [["code", "wave"], ["Ann, B", "1"], [" 007", "2"]]


def test_json_carries_the_figures_that_the_rows_rest_on(change: Change) -> None:
    code, out, _ = change(FOUR, *JT, "--id", "code", "--format", "json", "--cutoff", "c", "--m-functional", "8",
                          "--sd-functional", "3", "--interval")  # fmt: skip
    made = json.loads(out)
    assert code == 0
    assert made["schema"] == "fit/change/1"
    assert made["change"][0] == {
        "code": "a", "pre": 10, "post": 8, "change": -2, "index": -0.3464101615, "reliable": "unchanged",
        "category": "unchanged",
    }  # fmt: skip
    assert made["figures"]["jt"]["n"] == 4
    assert made["cutoff"]["value"] == pytest.approx((8.16496580927726 * 8 + 3 * 20) / 11.16496580927726)
    assert made["interval"]["low"] < made["cutoff"]["value"] < made["interval"]["high"]


def test_a_rating_that_is_not_there_is_null_in_json(change: Change) -> None:
    _, out, _ = change("first,last\n10,8\n20,\nNA,7\n30,10\n", *JT, "--format", "json")
    rows = json.loads(out)["change"]
    assert (rows[1]["post"], rows[1]["index"], rows[1]["reliable"]) == (None, None, "")
    assert rows[2]["pre"] is None


def test_all_methods_side_by_side_with_their_agreement(change: Change, tmp_path: Path) -> None:
    file = CHANGE / "data" / "anxiety_low_int.csv"
    code, out, err = change(
        file, "--id", "id", "--pre", "pre", "--post", "post", "--method", "all", "--reliability", "0.88",
        "--reliability-post", "0.83", "--percent", "50", "--mid", "5", "--agreement", "agreement.csv",
    )  # fmt: skip
    assert code == 0
    rows = {row["id"]: row for row in read(out)}
    for method in METHODS:
        for id, row in expected("anxiety_low_int", method).items():
            assert rows[id][f"{method}_reliable"] == row["reliable_95"]
    assert rows["C1019"]["percent_reliable"] == "undefined"
    agreed = read((tmp_path / "agreement.csv").read_text())
    assert len(agreed) == 8 * 7 / 2
    assert {row["n"] for row in agreed} == {"131"}
    one = next(row for row in agreed if (row["one"], row["other"]) == ("jt", "gln"))
    assert 0.9 < float(one["share"]) < 1
    assert "jt       gln      131" in err


def test_a_method_that_the_ratings_do_not_allow_is_reported_and_the_others_stand(change: Change) -> None:
    code, out, err = change("first,last\n10,9\n12,11\n14,13\n", *PAIR, "--method", "all", "--reliability", "0.8")
    assert code == 4
    assert "ha_index" not in out
    assert "jt_index" in out
    assert "Hageman-Arrindell: left out" in err


def test_a_number_of_points_can_be_the_line(change: Change) -> None:
    _, out, err = change(
        "first,last\n20,9\n20,10\n",
        *PAIR,
        "--method",
        "anchor",
        "--mid",
        "6",
        "--cutoff",
        "10",
        "--at-cutoff",
        "clinical",
    )
    assert [row["category"] for row in read(out)] == ["recovered", "improved"]
    assert "a rating on it is clinical" in err


@pytest.mark.parametrize(("threshold", "word"), [((), "improved"), (("--threshold", "exclusive"), "unchanged")])
def test_exactly_the_points_count_unless_told_otherwise(change: Change, threshold: tuple[str, ...], word: str) -> None:
    _, out, _ = change("first,last\n2.3,1.8\n", *PAIR, "--method", "anchor", "--mid", "0.5", *threshold)
    assert read(out)[0]["reliable"] == word


def test_a_decimal_comma_is_read(change: Change) -> None:
    _, out, _ = change("first;last\n2,3;1,8\n", *PAIR, "--method", "anchor", "--mid", "0.5")
    assert out == "row,pre,post,change,index,reliable\n1,2.3,1.8,-0.5,-0.5,improved\n"


def test_cells_that_are_no_numbers_are_named_by_line_and_column_and_the_file_is_refused(change: Change) -> None:
    code, out, err = change("code,first,last\na,10,8\nb,x9,12\nc,30,many\n", *JT)
    assert (code, out) == (3, "")
    assert "ratings.csv:3: first: expected a number" in err
    assert "ratings.csv:4: last: expected a number" in err
    assert "x9" not in err
    assert "many" not in err


@pytest.mark.parametrize(
    ("content", "options", "code", "message"),
    [
        (
            FOUR,
            ("--pre", "frist", "--post", "last", "--method", "jt", "--reliability", ".7"),
            3,
            "ratings.csv:1: there is no column frist",
        ),
        (FOUR, (*PAIR, "--method", "jt"), 2, "--reliability R"),
        (FOUR, (*PAIR, "--method", "jt", "--reliability", "1"), 2, "between 0 and 1"),
        (FOUR, (*PAIR, "--method", "jt", "--reliability", "0"), 2, "between 0 and 1"),
        (FOUR, (*PAIR, "--method", "jt", "--reliability", "nan"), 2, "between 0 and 1"),
        (FOUR, (*PAIR, "--method", "jt", "--reliability", "high"), 2, "--reliability"),
        (FOUR, (*JT, "--confidence", "95"), 2, "between 0 and 1"),
        (FOUR, (*JT, "--sd", "0"), 2, "SD has to be above 0"),
        (FOUR, (*JT, "--cutoff", "d"), 2, "a cut-off is a, b, c or a number"),
        (FOUR, (*JT, "--cutoff", "c"), 2, "functional mean"),
        (FOUR, (*JT, "--cutoff", "nan"), 2, "cut-off"),
        (FOUR, (*JT, "--interval"), 2, "--cutoff c"),
        (FOUR, (*JT, "--agreement", "a.csv"), 2, "--method all"),
        (FOUR, ("--method", "jt", "--reliability", ".7"), 2, "--pre COL and --post COL"),
        (FOUR, ("--method", "hlm"), 2, "--time COL and --value COL"),
        (FOUR, ("--method", "hlm", "--time", "first", "--value", "last"), 2, "--id COL"),
        (
            FOUR,
            ("--method", "hlm", "--time", "first", "--value", "last", "--id", "code"),
            3,
            "0 clients with 3 ratings",
        ),
        (FOUR, (*PAIR, "--method", "percent"), 2, "--percent 50"),
        (FOUR, (*PAIR, "--method", "anchor", "--mid", "5,4,3"), 2, "--mid 8"),
        (FOUR, (*PAIR, "--method", "anchor", "--mid", "many"), 2, "--mid takes"),
        (FOUR, (*PAIR, "--method", "anchor", "--mid", "-2"), 2, "above 0"),
        (FOUR, ("--pre", "first", "--post", "first", "--method", "jt", "--reliability", ".7"), 2, "named twice"),
        ("index,first,last\n1,2,3\n1,3,4\n", (*JT, "--id", "index"), 2, "cannot be called index"),
        ("first,last\n", JT, 3, "ratings.csv: 0 complete pairs"),
        ("first,last\n10,8\n9,\n", JT, 3, "ratings.csv: 1 complete pair, "),
        ("first,last\n10,8\n10,9\n", JT, 3, "SD 0"),
        ("", JT, 3, "empty"),
    ],
)
def test_what_cannot_be_done_says_why(
    change: Change, content: str, options: tuple[str, ...], code: int, message: str
) -> None:
    ended, out, err = change(content, *options)
    assert (ended, out) == (code, "")
    assert message in err


def test_a_rating_of_nobody_has_no_slope(change: Change) -> None:
    code, _, err = change("code,t,y\na,1,2\n,2,3\n", "--method", "hlm", "--time", "t", "--value", "y", "--id", "code")
    assert code == 3
    assert "ratings.csv:3: code" in err


def test_the_result_goes_into_a_file_whole_or_not_at_all(change: Change, tmp_path: Path) -> None:
    code, out, _ = change(FOUR, *JT, "-o", "result.csv")
    assert (code, out) == (0, "")
    assert len(read((tmp_path / "result.csv").read_text())) == 4


def test_the_help_says_which_reliability_is_meant(change: Change) -> None:
    _, out, _ = change(FOUR, "--help")
    text = " ".join(out.split())
    assert "from one session to the next, or of a retest. Not alpha" in text


def test_a_singular_fit_is_said_on_stderr(change: Change) -> None:
    who, week = np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30)
    noise = np.random.default_rng(5).normal(0, 2, 120)
    score = 20 + 4 * np.sin(who) * (1 + 0.3 * week) - 0.5 * week + noise
    rows = [f"{a},{b},{c:.1f}" for a, b, c in zip(who, week, score, strict=True)]
    text = "\n".join(["who,week,score", *rows, ""])
    code, out, err = change(
        text, "--method", "hlm", "--id", "who", "--time", "week", "--value", "score", "--format", "json"
    )
    assert code == 0
    assert "singular fit" in err
    assert json.loads(out)["figures"]["hlm"]["singular"] == 1


def test_json_of_all_methods_holds_their_agreement_and_what_was_left_out(change: Change) -> None:
    rows = "first,last\n10,9\n12,11\n14,13\n"
    _, out, _ = change(rows, *PAIR, "--method", "all", "--reliability", "0.8", "--format", "json")
    made = json.loads(out)
    assert len(made["agreement"]) == 10
    assert made["agreement"][0] == {"one": "jt", "other": "gln", "n": 3, "share": 1, "kappa": None}
    assert "error of measurement" in made["refused"]["ha"]
    assert set(made["figures"]) == {"jt", "gln", "hll", "en", "nk"}


def test_slopes_have_categories_from_the_first_ratings_of_those_who_are_judged(change: Change) -> None:
    file = CHANGE / "data" / "long_low_example.csv"
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm")
    code, out, err = change(file, *options, "--cutoff", "a")
    assert code == 0
    ratings: dict[str, list[tuple[float, float]]] = {}
    for row in rows_of(file):
        if row["score"]:
            ratings.setdefault(row["client"], []).append((float(row["session"]), float(row["score"])))
    firsts = [min(each)[1] for each in ratings.values() if len(each) >= 3]
    line = np.mean(firsts) - 2 * np.std(firsts, ddof=1)
    assert f"cut-off a {line:.6g};" in err
    for row in read(out):
        fell = row["reliable"] == "improved" and float(row["pre"]) > line > float(row["post"])
        assert (row["category"] == "recovered") == fell


def test_an_interval_is_drawn_from_the_files_own_ratings(change: Change) -> None:
    given = ("--cutoff", "c", "--m-functional", "8", "--sd-functional", "3", "--interval")
    code, _, err = change(FOUR, *JT, *given, "--m-clinical", "20")
    assert code == 2
    assert "without --m-clinical" in err


def test_without_ratings_the_clinical_figures_have_to_be_given(change: Change) -> None:
    one = "first,last\n20,9\n"
    code, _, err = change(one, *PAIR, "--method", "anchor", "--mid", "5", "--cutoff", "a")
    assert code == 3
    assert "--m-clinical and --sd-clinical" in err
    code, out, _ = change(
        one, *PAIR, "--method", "anchor", "--mid", "5", "--cutoff", "a", "--m-clinical", "20", "--sd-clinical", "5"
    )
    assert code == 0
    assert read(out)[0]["category"] == "recovered"


def test_clients_without_any_rating_do_not_disturb_the_line_of_the_others(change: Change) -> None:
    text = (CHANGE / "data" / "long_low_example.csv").read_text()
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm", "--cutoff", "a")
    _, _, before = change(text, *options)
    code, out, after = change(f"{text}none,0,\nnone,1,\n", *options)
    assert code == 0
    assert before.splitlines()[-1] == after.splitlines()[-1]
    assert read(out)[-1] == {"client": "none", "n": "0"} | dict.fromkeys(
        ("pre", "post", "change", "slope", "sd", "index", "reliable", "category"), ""
    )


def test_a_long_file_without_rows_has_no_slopes(change: Change) -> None:
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm", "--cutoff", "a")
    code, _, err = change("client,session,score\n", *options)
    assert code == 3
    assert "0 first ratings" in err


def test_the_agreement_is_never_written_over_the_file_that_was_read(change: Change, tmp_path: Path) -> None:
    options = (*PAIR, "--method", "all", "--reliability", "0.75")
    code, out, err = change(FOUR, *options, "--agreement", "ratings.csv")
    assert (code, out) == (2, "")
    assert "would be written over" in err
    assert (tmp_path / "ratings.csv").read_text() == FOUR


def test_agreement_and_result_do_not_share_a_file(change: Change, tmp_path: Path) -> None:
    options = (*PAIR, "--method", "all", "--reliability", "0.75", "--agreement", "one.csv", "-o", "./one.csv")
    code, _, err = change(FOUR, *options)
    assert code == 2
    assert "name the same file" in err
    assert not (tmp_path / "one.csv").exists()


def test_a_confidence_that_rounds_to_certainty_is_refused(change: Change) -> None:
    code, _, err = change(FOUR, *JT, "--confidence", "0.9999999999999999")
    assert code == 2
    assert "no critical value" in err


def test_courses_without_any_noise_give_no_index(change: Change) -> None:
    lines = "".join(f"c{who},{time},{5 + time}\n" for who in range(8) for time in range(4))
    code, out, err = change(f"c,t,v\n{lines}", "--method", "hlm", "--id", "c", "--time", "t", "--value", "v")
    assert (code, out) == (3, "")
    assert "without any noise" in err


def test_a_comma_that_may_mark_thousands_is_not_guessed(change: Change) -> None:
    code, out, err = change('first,last\n"1,234",3\n4,4\n5,6\n', *JT)
    assert (code, out) == (3, "")
    assert "thousands or decimals" in err
    assert change("first;last\n1,234;3\n4;4\n5;6\n", *JT)[0] == 0
    assert change('first,last\n"1,25",3\n4,4\n5,6\n', *JT)[0] == 0


def test_options_that_play_no_part_are_said(change: Change) -> None:
    code, _, err = change(FOUR, *JT, "--percent", "50", "--m-functional", "3")
    assert code == 0
    assert "not used by this: --percent, --m-functional\n" in err
    assert "not used" not in change(FOUR, *JT)[2]


def test_a_functional_mean_on_the_worse_side_is_doubted(change: Change) -> None:
    line = ("--cutoff", "c", "--sd-functional", "3", "--m-functional")
    assert "is lower really better?" in change(FOUR, *JT, *line, "40")[2]
    assert "really better" not in change(FOUR, *JT, *line, "5")[2]


def test_two_ratings_of_one_client_and_time_and_a_rating_of_nobody_are_refused_by_line(change: Change) -> None:
    text = (CHANGE / "data" / "long_low_example.csv").read_text()
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm")
    lines = text.count("\n")
    code, out, err = change(f"{text}L001,0,12\n,3,12\nL001,0,\nL002,,7\nL002,,8\n", *options)
    assert (code, out) == (3, "")
    assert err.splitlines()[:2] == [
        f"ratings.csv:{lines + 1}: session: there is a row of the same client and time before it",
        f"ratings.csv:{lines + 2}: client: empty, so the row does not say whose it is",
    ]  # a row without a rating repeats none, and one without a time is at none
    assert "2 cells cannot be used" in err


def test_numbers_as_other_programs_write_them_are_read(change: Change) -> None:
    code, out, _ = change("first,last\n.5,3\n5.,-.25\n6,+1\n", *JT)
    assert code == 0
    assert [(row["pre"], row["post"]) for row in read(out)] == [("0.5", "3"), ("5", "-0.25"), ("6", "1")]
    assert change("first;last\n,5;3\n5;4\n6;1\n", *JT)[0] == 0
    assert change("first;last\n.;3\n5;4\n6;1\n", *JT)[0] == 3


def test_the_smallest_detectable_change_from_a_reliability_or_an_error_of_measurement(change: Change) -> None:
    code, out, err = change(FOUR, *PAIR, "--method", "sdc", "--reliability", "0.75")
    assert code == 0
    wanted = [-2 / 11.3158573, -8 / 11.3158573]
    assert [float(row["index"]) for row in read(out)][:2] == pytest.approx(wanted, abs=1e-8)
    assert "SEM 4.082, 11.32 points of one client, 5.658 of the mean of all" in err
    code, out, _ = change(FOUR, *PAIR, "--method", "sdc", "--sem", "1", "--cutoff", "13", "--format", "json")
    made = json.loads(out)  # SDC 2.77
    assert [row["category"] for row in made["change"]] == ["unchanged", "recovered", "improved", "deteriorated"]
    assert made["figures"]["sdc"]["sdc"] == pytest.approx(2.771808, abs=1e-6)
    assert made["figures"]["sdc"]["critical"] == 1


def test_without_an_error_of_measurement_sdc_says_where_one_comes_from(change: Change) -> None:
    code, _, err = change(FOUR, *PAIR, "--method", "sdc")
    assert code == 2
    assert "sd_within" in err
    assert change(FOUR, *PAIR, "--method", "sdc", "--sem", "1", "--reliability", "0.8")[0] == 2
    assert "not used by this: --sem" in change(FOUR, *JT, "--sem", "1")[2]


def test_hageman_and_arrindell_speak_of_the_group_too(change: Change) -> None:
    pre, post = [10, 20, 30, 20, 15], [8, 12, 27, 29, 4]
    text = "first,last\n" + "".join(f"{a},{b}\n" for a, b in zip(pre, post, strict=True))
    asked = (*PAIR, "--method", "ha", "--reliability", "0.8")
    code, out, err = change(text, *asked, "--format", "json")
    assert code == 0
    # SD1 = sqrt(55), SEM^2 = 11; the changes -2, -8, -3, 9, -11 have mean -3 and variance 58.5, of which 22 is error
    group = json.loads(out)["group"]
    assert group["mean_change"] == pytest.approx(-3)
    assert group["sd_true_change"] == pytest.approx((58.5 - 22) ** 0.5)
    assert group["share_truly_better"] == pytest.approx(0.6902, abs=1e-4)  # normal share under 3 / 6.041523 = 0.496563
    assert group["share_truly_functional"] is None
    assert (
        "as a group, without error of measurement: mean change -3, SD 6.042; expected 69% changed for the better ("
        in err
    )
    known = ("--cutoff", "c", "--m-functional", "8", "--sd-functional", "6")
    assert "past the cut-off" in change(text, *asked, *known)[2]
    narrow = change(text, *asked, *known[:-1], "2")  # narrower than the error of measurement: no cut-off in true scores
    assert narrow[0] == 0
    assert "as a group" in narrow[2]
    assert "past the cut-off" not in narrow[2]
    assert "as a group" not in change(text, *asked, "--sd", "7")[2]


def test_times_may_be_dates_and_slopes_are_then_per_day(change: Change) -> None:
    text = (CHANGE / "data" / "long_low_example.csv").read_text()
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm")
    lines = [line.split(",") for line in text.splitlines()]
    place = lines[0].index("session")
    first = date(2026, 9, 1)
    for cells in lines[1:]:
        cells[place] = (first + timedelta(days=7 * int(cells[place]))).isoformat()
    weekly = read(change(text, *options)[1])
    code, out, err = change("\n".join(",".join(cells) for cells in lines), *options)
    assert code == 0
    assert "slopes are points per day" in err
    assert "counted for nothing" not in err
    daily = read(out)
    assert [row["pre"] for row in daily] == [row["pre"] for row in weekly]
    for name, factor in (("slope", 7), ("index", 1)):
        one, other = ([float(row[name] or 0) for row in rows] for rows in (daily, weekly))
        assert [factor * each for each in one] == pytest.approx(other, rel=1e-4)
    lines[3][place] = "first of May"
    code, _, err = change("\n".join(",".join(cells) for cells in lines), *options)
    assert code == 3
    assert "ratings.csv:2: session: expected a number" in err


def test_two_decimal_signs_in_one_file_are_named_with_a_place_of_each(change: Change) -> None:
    code, _, err = change("first;last\n1,5;3\n2;3.25\n", *JT)
    assert code == 3
    assert "decimal comma (line 2: first) and some a point (line 3: last)" in err


def test_an_instrument_brings_direction_points_and_its_line_with_their_sources(change: Change) -> None:
    asked = (*PAIR, "--method", "anchor", "--instrument", "phq-9", "--cutoff", "published")
    code, out, err = change("first,last\n16,10\n15,9\n15,10\n8,14\n10,4\n", *asked)
    assert code == 0
    # 6 points count and 5 do not; a rating of 10 is a case
    assert [row["category"] for row in read(out)] == ["improved", "recovered", "unchanged", "harmed", "recovered"]
    assert "6 points, exactly so many count: " in err
    assert "cut-off >= 10" in err
    assert "a rating on it is clinical" in err
    higher = change("first,last\n20,26\n", *PAIR, "--method", "anchor", "--instrument", "ors")
    assert read(higher[1])[0]["reliable"] == "improved"


def test_what_has_to_be_exceeded_by_its_instrument_is_not_reached_by_exactly_so_much(
    change: Change, tmp_path: Path
) -> None:
    practice = set_up(tmp_path / "practice")
    strict = "{points: 2, inclusive: false, source: book, verified: true}"
    form = write_keyed(practice / "instruments")
    form.write_text(form.read_text().replace("    cutoffs:", f"    reliable_change: [{strict}]\n    cutoffs:", 1))
    file = tmp_path / "pairs.csv"
    file.write_text("first,last\n6,4\n6,3\n")
    call = (
        "--practice",
        str(practice),
        "analyze",
        "change",
        str(file),
        *PAIR,
        "--method",
        "anchor",
        "--instrument",
        "keyed",
    )
    assert run([*call, "-o", str(tmp_path / "strict.csv")]) == 0
    assert run([*call, "--threshold", "inclusive", "-o", str(tmp_path / "typed.csv")]) == 0
    labels = [[row["reliable"] for row in read((tmp_path / name).read_text())] for name in ("strict.csv", "typed.csv")]
    assert labels == [["unchanged", "improved"], ["improved", "improved"]]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--method", "anchor", "--instrument", "ors", "--better", "lower"), 2, "on ors total higher is better"),
        (("--method", "anchor", "--instrument", "wsas"), 2, "no verified number of points"),
        (("--method", "anchor", "--scale", "total"), 2, "--scale is one of an instrument"),
        (("--method", "anchor", "--instrument", "core-10", "--cutoff", "published"), 2, "has 2 verified cut-offs"),
        (("--method", "anchor", "--instrument", "core-10", "--cutoff", "severe"), 2, "has 0 verified cut-offs"),
        (("--method", "anchor", "--instrument", "oq-45-2", "--cutoff", "published"), 2, "has 0 verified cut-offs"),
        (("--method", "anchor", "--instrument", "gad-7"), 3, "expected a number between 0 and 21"),
    ],
)
def test_figures_that_an_instrument_does_not_have_are_not_made_up(
    change: Change, options: tuple[str, ...], code: int, said: str
) -> None:
    found = change("first,last\n10,22\n", *PAIR, *options)
    assert (found[0], found[1]) == (code, "")
    assert said in found[2]


def test_rows_without_a_rating_or_a_time_are_counted(change: Change) -> None:
    text = (CHANGE / "data" / "long_low_example.csv").read_text()
    options = ("--id", "client", "--time", "session", "--value", "score", "--method", "hlm")
    code, _, err = change(f"{text}L001,,12\nL001,40,NA\n", *options)
    assert code == 0
    missing = sum(line.endswith(",") for line in text.splitlines())
    assert f"{missing + 2} rows have no rating or no time and counted for nothing" in err


def test_all_methods_stand_in_one_table_with_how_many_each_calls_changed(change: Change) -> None:
    text = "first,last\n0,3\n10,4\n5,5\n"
    code, _, err = change(text, *PAIR, "--method", "all", "--reliability", "0.85", "--percent", "50,20", "--mid", "7")
    assert code == 0
    lines = [line.split() for line in err.splitlines()]
    assert err.startswith("lower is better: 3 complete pairs of 3 rows; SD 5, SEM 1.936\n")
    assert lines[1] == ["method", "line", "improved", "unchanged", "deteriorated", "undefined", "by"]
    assert lines[3] == ["jt", "1.960", "1", "2", "0", "0", "Jacobson-Truax"]
    assert lines[9] == ["percent", "50,", "20", "%", "1", "1", "0", "1", "percentage", "change"]
    assert lines[10][:6] == ["anchor", "7", "0", "3", "0", "0"]


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("kind", ["a", "c"])
def test_hageman_and_arrindell_by_their_own_cut_off_are_the_worked_cases(change: Change, name: str, kind: str) -> None:
    told = case(name).told
    columns = told["columns"]
    code, out, err = change(
        CHANGE / "data" / f"{name}.csv", "--id", columns["id"], "--pre", columns["pre"], "--post", columns["post"],
        "--method", "ha", "--reliability", str(told["reliability"]), "--better", told["better"], "--cutoff", kind,
        "--m-functional", str(told["m_functional"]), "--sd-functional", str(told["sd_functional"]), "--true-scores",
    )  # fmt: skip
    assert code == 0
    wanted = {id: row[f"category_{kind}_95_ha"] for id, row in expected(name, "ha").items()}
    found = {row[columns["id"]]: row["category"] for row in read(out) if row["category"]}
    assert found == wanted
    assert "past the cut-off" in err
    assert list(read(out)[0])[-1] == "functional_index"


@pytest.mark.parametrize(
    "options", [("--cutoff", "10"), (), ("--cutoff", "a", "--sd", "3"), ("--cutoff", "a", "--threshold", "inclusive")]
)
def test_true_scores_need_a_cut_off_that_can_be_worked_out_in_them(change: Change, options: tuple[str, ...]) -> None:
    asked = (*PAIR, "--method", "ha", "--reliability", "0.8", "--true-scores", *options)
    code, _, err = change("first,last\n10,8\n20,12\n30,27\n20,29\n15,4\n", *asked)
    assert code == 2
    assert "--true-scores is about ha" in err


def test_true_scores_are_of_no_other_method(change: Change) -> None:
    assert change(FOUR, *JT, "--true-scores", "--cutoff", "a")[0] == 2


@pytest.mark.parametrize("times", [("1", "2"), ("2026-09-01", "2026-09-08")])
def test_a_rating_outside_the_scale_of_the_instrument_is_named_for_slopes_too(
    change: Change, times: tuple[str, str]
) -> None:
    text = f"client,when,total\na,{times[0]},28\na,{times[1]},x\na,soon,3\n"
    asked = ("--id", "client", "--time", "when", "--value", "total", "--method", "hlm", "--instrument", "phq-9")
    code, _, err = change(text.replace("a,soon,3\n", "" if "-" in times[0] else "a,soon,3\n"), *asked)
    assert code == 3
    assert "ratings.csv:2: total: expected a number between 0 and 27" in err
    assert "ratings.csv:3: total: expected a number" in err
    assert ("ratings.csv:4: when: expected a number" in err) == ("-" not in times[0])
