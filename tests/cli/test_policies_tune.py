"""`fit policies tune`: the threshold that keeps within a number of alerts, found on the ratings there are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fit_toolkit.catalog.norms import norms_text
from fit_toolkit.cli import run
from fit_toolkit.courses import slices
from fit_toolkit.engine.enabling import with_name
from fit_toolkit.model.norms import Norm, NormSet
from tests.alerts.outgoing import CARE, DROP, LOW, use
from tests.clinic import Clinic
from tests.rated import rated_clinic

# 25 clients of 5 ratings: by 1, 2, 3, 4 and 5 points fall 5 clients each, once, and are back
COURSES = {f"k{fall}{nth}": (8, 8, 8 - fall, 8, 8) for fall in range(1, 6) for nth in range(5)}
MORE = '\n[[policies]]\nid = "late"\nkind = "overdue"\ninstrument = "today-together-client"\n'
CHART = '\n[[policies]]\nid = "chart"\nkind = "control-chart"\ninstrument = "today-together-client"\n'


def clinic_of(folder: Any, courses: Any, policies: str) -> Clinic:
    clinic = rated_clinic(folder / "practice", courses)
    settings = clinic.root / "fit.toml"
    text = settings.read_text()
    settings.write_text(text[: text.index("[[policies]]")] + policies)
    use(clinic)
    return clinic


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic_of(tmp_path_factory.mktemp("tune"), COURSES, DROP + LOW + CARE + MORE + CHART)


def tuned(clinic: Clinic, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any], str]:
    code = run(["--practice", str(clinic.root), "policies", "tune", *words, "--format", "json"], clock=clinic.clock)
    captured = capsys.readouterr()
    rows = json.loads(captured.out)["tuning"] if captured.out else []
    return code, {row["setting"]: row for row in rows}, captured.err


@pytest.mark.parametrize(
    ("budget", "points", "alerts"),
    [("4/100", 5.0, 5), ("8/100", 4.0, 10), ("12", 3.0, 15), ("11.9/100", 4.0, 10), ("1/25", 5.0, 5)],
)
def test_the_loudest_drop_within_the_budget_by_hand(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], budget: str, points: float, alerts: int
) -> None:
    # of 125 ratings, 25 alerts at points 1 and 5 fewer at each point more: 4 per 100 are 5 alerts
    # (from 4.1 points on does just the same as from 5, which is what somebody would write)
    before = (clinic.root / "store.db").read_bytes(), (clinic.root / "fit.toml").read_bytes()
    code, rows, err = tuned(clinic, capsys, "drop", "--budget", budget)
    assert code == 0
    assert (rows["now"]["value"], rows["now"]["alerts"], rows["now"]["ratings"]) == (2.0, 20, 125)
    assert (rows["tuned"]["value"], rows["tuned"]["alerts"]) == (points, alerts)
    assert f"points = {points}" in err
    assert "Chosen on these ratings" in err
    assert before == ((clinic.root / "store.db").read_bytes(), (clinic.root / "fit.toml").read_bytes())


def test_a_line_is_searched_from_its_quiet_side(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    _, rows, _ = tuned(clinic, capsys, "low", "--budget", "8/100")
    assert (rows["tuned"]["parameter"], rows["tuned"]["value"], rows["tuned"]["alerts"]) == ("line", 5.0, 10)


def test_a_budget_that_is_never_used_up_says_so(clinic: Clinic, capsys: pytest.CaptureFixture[str]) -> None:
    _, rows, err = tuned(clinic, capsys, "drop", "--budget", "90/100")
    assert rows["tuned"]["alerts"] == 25
    assert "the budget is not used up" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("safe", "--budget", "5"), "a policy about safety is never tuned"),
        (("late", "--budget", "5"), "overdue follows the calendar"),
        (("chart", "--budget", "5"), "control-chart has no threshold that can be tuned"),
        (("drop", "--budget", "5", "--parameter", "after"), "its thresholds: points"),
        (("drp", "--budget", "5"), "there is no policy 'drp'"),
        (("drop", "--budget", "0"), "--budget has to be more than 0"),
        (("drop", "--budget", "5/0"), "--budget has to be more than 0"),
        (("drop", "--budget", "ten"), "--budget is a number of alerts per 100 ratings"),
    ],
)
def test_what_cannot_be_tuned_is_refused(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, rows, err = tuned(clinic, capsys, *words)
    assert (code, rows) == (3 if "drp" in words else 2, {})
    assert says in err


def test_too_few_ratings_are_refused_with_their_number(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    small = clinic_of(tmp_path, {"k1": (8, 4, 8)}, DROP)
    code, _, err = tuned(small, capsys, "drop", "--budget", "5/100")
    assert code == 3
    assert "3 ratings: too few to choose a threshold by; 100 are needed" in err


def test_the_threshold_is_the_same_slice_by_slice(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = tuned(clinic, capsys, "drop", "--budget", "8/100")
    monkeypatch.setattr(slices, "EPISODES_A_SLICE", 7)
    assert tuned(clinic, capsys, "drop", "--budget", "8/100") == at_once


WORSE = """
[[policies]]
id = "worse"
kind = "reliable-deterioration"
instrument = "today-together-client"
norms = "own"
"""


def test_a_threshold_that_comes_from_norms_is_refused_with_the_reason(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = clinic_of(tmp_path, COURSES, DROP)
    norm = Norm(instrument="today-together-client", scale="total", mean=7.5, sd_between=1.2, sd_within=0.6)
    norms = NormSet(
        format="fit-norms/1", id="own", version="1", title="Own", kind="local", source="test", norms=(norm,)
    )  # fmt: skip
    folder = clinic.root / "instruments" / "norms"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.yaml").write_text(norms_text(norms))
    settings = clinic.root / "fit.toml"
    settings.write_text(with_name(settings.read_text() + WORSE, "enabled", "expected-response"))
    code, rows, err = tuned(clinic, capsys, "worse", "--budget", "5/100")
    assert (code, rows) == (2, {})
    assert "'points' cannot be tuned" in err
    assert "norms" in err
