"""`fit analyze courses`, `agreement` and `lead-lag`: rows per session in, rows per client or figure out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from fit_toolkit.cli import run
from tests.cli.conftest import Outside

Analyze = Callable[..., tuple[int, str, str]]
COURSES = ("courses", "--id", "client", "--time", "date", "--value", "own", "--range", "0,10")
AGREEMENT = ("agreement", "--id", "client", "--time", "date", "--own", "own", "--theirs", "theirs")
LEAD = ("lead-lag", "--id", "client", "--time", "date", "--outcome", "own", "--alliance", "theirs")
TEXT = """client,date,own,theirs
k1,2026-01-01,8,7
k1,2026-01-08,8,7
k1,2026-01-15,3,6
k1,2026-01-22,8,
k1,2026-01-29,8,7
k2,2026-01-01,3,4
k2,2026-01-08,,5
k2,2026-01-15,5,5
k2,2026-01-22,7,6
k2,2026-01-29,8,7
k3,2026-01-01,,7
"""


@pytest.fixture
def analyze(tmp_path: Path, outside: Outside) -> Analyze:
    """Analyze a text as a file, in a folder without a practice."""

    def call(text: str, command: str, *options: str) -> tuple[int, str, str]:
        (tmp_path / "long.csv").write_text(text)
        return outside("analyze", command, "long.csv", *options)

    return call


def rows(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_each_client_is_a_row_with_the_shape_of_the_course(analyze: Analyze) -> None:
    code, out, err = analyze(TEXT, *COURSES)
    assert code == 0
    assert out == (
        "client,n,shape,start,end,v_1sd,v_2sd,deepest,longest,beyond_limits,eroded\n"
        "k1,5,V,8,8,1,1,5,2,0,0\n"
        "k2,4,low-improving,3,8,0,0,,,,0\n"
        "k3,0,too-few,,,,,,,,\n"
    )
    assert err.splitlines()[0] == "3 clients, 9 ratings: 1 V, 1 low-improving, 1 too-few"
    assert "no forecast and never an alert" in err


def test_the_order_of_the_rows_does_not_matter_but_that_of_the_clients_is_kept(analyze: Analyze) -> None:
    head, *lines = TEXT.splitlines()
    turned = "\n".join([head, *reversed(lines)]) + "\n"
    _, out, _ = analyze(turned, *COURSES)
    assert [row["client"] for row in rows(out)] == ["k3", "k2", "k1"]
    assert sorted(out.splitlines()) == sorted(analyze(TEXT, *COURSES)[1].splitlines())


def test_json_says_null_where_nothing_is_known(analyze: Analyze) -> None:
    _, out, _ = analyze(TEXT, *COURSES, "--format", "json")
    told = json.loads(out)
    assert told["schema"] == "fit/courses/1"
    assert told["courses"][2]["start"] is None
    assert told["courses"][0]["v_1sd"] == 1


def test_a_hole_of_more_than_six_weeks_breaks_a_course_unless_the_sessions_are_numbered(analyze: Analyze) -> None:
    dated = "client,date,own\n" + "".join(
        f"k,{day},8\n" for day in ("2026-01-01", "2026-01-08", "2026-03-01", "2026-03-08")
    )
    numbered = "client,date,own\n" + "".join(f"k,{session},8\n" for session in (1, 2, 60, 61))
    shapes = [rows(analyze(text, *COURSES)[1])[0]["shape"] for text in (dated, numbered)]
    assert shapes == ["gap", "steady"]
    assert rows(analyze(numbered, *COURSES, "--gap", "10")[1])[0]["shape"] == "gap"


def test_lower_may_be_better(analyze: Analyze) -> None:
    _, out, _ = analyze(TEXT, *COURSES, "--better", "lower")
    assert rows(out)[1]["shape"] == "low-falling"  # 3, 5, 7, 8 on a scale of complaints: from 2.5 up it is not well


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "client,date,own,theirs\nk,2026-01-01,8,7\nk,2026-01-01,7,7\n",
            "long.csv:3: date: there is a row of the same",
        ),
        ("client,date,own,theirs\nk,2026-01-01,8,7\nk,soon,7,7\n", "long.csv:3: date: expected a date"),
        ("client,date,own,theirs\n,2026-01-01,8,7\n", "long.csv:2: client: empty"),
        ("client,date,own,theirs\nk,1,8,7\nk,2,x,7\n", "long.csv:3: own: expected a number"),
    ],
)
@pytest.mark.parametrize("asked", [COURSES, AGREEMENT, LEAD], ids=lambda each: each[0])
def test_a_row_that_cannot_be_placed_is_named_and_the_file_refused(
    analyze: Analyze, asked: tuple[str, ...], text: str, said: str
) -> None:
    code, out, err = analyze(text, *asked)
    assert (code, out) == (3, "")
    assert said in err
    assert "soon" not in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((*COURSES[:-1], "10,0"), "the lower first"),
        ((*COURSES, "--step", "0"), "more than 0"),
        ((*AGREEMENT[:-1], "theirs,own"), "they go in pairs"),
        ((*AGREEMENT[:-1], "own"), "named twice"),
    ],
)
def test_a_wrong_use_is_told(analyze: Analyze, options: tuple[str, ...], said: str) -> None:
    code, out, err = analyze(TEXT, *options)
    assert (code, out) == (2, "")
    assert said in err


def test_each_dyad_and_scale_is_a_row(analyze: Analyze) -> None:
    code, out, err = analyze(TEXT, *AGREEMENT)
    assert code == 0
    first, second, third = rows(out)
    assert (first["both"], first["either"], first["gap"], first["own_moved"], first["apart"]) == (
        "4",
        "5",
        "0",
        "5",
        "0",
    )
    assert (second["both"], second["either"], second["share_both"]) == ("4", "5", "0.8")
    assert (third["both"], third["either"], third["gap"], third["apart"]) == ("0", "1", "", "")
    assert err.splitlines()[0] == "3 dyads, 11 sessions"


def test_facets_go_in_pairs_and_a_facet_is_what_it_is_alone(analyze: Analyze) -> None:
    text = "who,n,a,b,x,y\n" + "".join(f"k,{n},{n},{n % 3},{n + 1},{n % 2}\n" for n in range(1, 8))
    both = rows(analyze(text, "agreement", "--id", "who", "--time", "n", "--own", "a,b", "--theirs", "x,y")[1])
    alone = rows(analyze(text, "agreement", "--id", "who", "--time", "n", "--own", "b", "--theirs", "y")[1])
    assert [row["scale"] for row in both] == ["a", "b"]
    assert both[1] == alone[0]
    assert (both[0]["gap"], both[0]["correlation"], both[0]["truth"], both[0]["bias"]) == ("1", "1", "1", "1")


def test_overall_gives_the_truth_and_bias_model_over_all_dyads(analyze: Analyze) -> None:
    code, out, _ = analyze(TEXT, *AGREEMENT, "--overall")
    bias, truth = rows(out)
    assert code == 0
    assert (bias["statistic"], bias["dyads"], bias["pairs"]) == ("bias", "2", "8")
    assert float(bias["low"]) < float(bias["value"]) < float(bias["high"])
    assert truth["statistic"] == "truth"


def test_lead_lag_says_nothing_of_few_clients_and_finds_what_is_there_in_many(analyze: Analyze) -> None:
    assert rows(analyze(TEXT, *LEAD)[1])[0]["value"] == ""
    random = np.random.default_rng(1)
    lines = []
    for client in range(60):
        alliance, outcome = random.normal(7, 1, 10).round(3), 20.0
        for session in range(10):
            lines.append(f"k{client},{session + 1},{outcome:.3f},{alliance[session]}")
            outcome = 20 - 1.5 * (alliance[session] - 7) + random.normal(0, 0.5)
    text = "client,date,own,theirs\n" + "\n".join(lines) + "\n"
    for centre in ("person", "running"):
        code, out, err = analyze(text, *LEAD, "--centre", centre)
        lead = rows(out)[0]
        assert code == 0
        assert float(lead["value"]) == pytest.approx(-1.5, abs=0.15)
        assert lead["clients"] == "60"
        assert "no proof of a cause" in err
    told = json.loads(analyze(text, *LEAD, "--format", "json")[1])
    assert told["lead_lag"][0]["statistic"] == "lead"


def test_what_is_said_counts_one_as_one_and_says_why_nothing_is_estimated(analyze: Analyze) -> None:
    one = "client,date,own,theirs\nk1,2026-01-01,8,7\n"
    assert analyze(one, *AGREEMENT)[2].startswith("1 dyad, 1 session\n")
    said = analyze(one, "courses", "--id", "client", "--time", "date", "--value", "own", "--range", "0,10")[2]
    assert said.startswith("1 client, 1 rating: 1 too-few\n")
    assert "under 10 clients nothing is estimated" in analyze(TEXT, *LEAD)[2]


def test_a_second_row_of_one_client_and_day_is_not_called_a_number(analyze: Analyze) -> None:
    code, out, err = analyze(TEXT + "k1,2026-01-01,8,7\n", *AGREEMENT)
    assert (code, out) == (3, "")
    assert "1 cell cannot be used" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--line", "20"), "--line lies outside the scale, 0 to 10"),
        (("--line", "-1"), "--line lies outside the scale"),
        (("--line", "nan"), "--line lies outside the scale"),
        (("--step", "11"), "--step is longer than the scale"),
    ],
)
def test_a_line_or_step_that_no_rating_can_reach_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "long.csv"
    file.write_text("client,session,rating\na,1,3\na,2,4\n")
    asked = ("--id", "client", "--time", "session", "--value", "rating", "--range", "0,10")
    assert run(["analyze", "courses", str(file), *asked, *options]) == 2
    assert said in capsys.readouterr().err
    assert run(["analyze", "courses", str(file), *asked, "--line", "10", "--step", "10"]) == 0


def test_every_command_of_courses_passes_over_a_blank_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain, spread = tmp_path / "plain.csv", tmp_path / "spread.csv"
    lines = ["client;session;own;theirs"] + [f"k{who};{at},0;{who + at},5;{at}" for who in (1, 2) for at in (1, 2, 3)]
    plain.write_text("\n".join(lines))
    spread.write_text(
        "\ufeff" + "\r\n".join([lines[0] + ";;", *(f"{each};;" for each in lines[1:4]), ";;;;;", *lines[4:], ";;;;;"])
    )
    asked = ("--id", "client", "--time", "session")
    for command in (
        ("courses", *asked, "--value", "own", "--range", "0,10"),
        ("agreement", *asked, "--own", "own", "--theirs", "theirs"),
        ("lead-lag", *asked, "--outcome", "own", "--alliance", "theirs"),
        ("evaluate", *asked, "--value", "own", "--range", "0,10"),
        ("reliability", "--items", "own", "--by", "client"),
    ):
        assert run(["analyze", command[0], str(plain), *command[1:]]) == 0
        out, err = capsys.readouterr()
        assert run(["analyze", command[0], str(spread), *command[1:]]) == 0
        assert capsys.readouterr() == (out, f"2 blank rows passed over\n{err}")
