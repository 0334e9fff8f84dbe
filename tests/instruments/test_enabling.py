"""`fit instruments enable`: what an instrument suggests, written where a practice can read and change it."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path

import pytest

from fit_toolkit import catalog
from fit_toolkit.cli import run
from fit_toolkit.practice import set_up
from tests.instruments.conftest import Fit, running


class Terminal(io.StringIO):
    """Somebody typing."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return set_up(tmp_path / "practice", instruments=())


@pytest.fixture
def fit(practice: Path, capsys: pytest.CaptureFixture[str]) -> Fit:
    return running(capsys, "--practice", str(practice))


def ids(practice: Path) -> list[str]:
    return [each["id"] for each in tomllib.loads((practice / "fit.toml").read_text()).get("policies", [])]


def test_what_is_written_passes_the_check_and_a_second_time_changes_nothing(fit: Fit, practice: Path) -> None:
    code, out, err = fit("instruments", "enable", "arriving-today")
    assert code == 0
    assert out.count(" written") == 4
    assert "[safety]" in err
    assert ids(practice) == ["staying-safe", "no-answer", "how-it-is-going", "nothing-heard"]
    assert fit("policies", "check")[0] == 0
    before = (practice / "fit.toml").read_bytes()
    code, out, err = fit("instruments", "enable", "arriving-today")
    assert (code, out.count("there already")) == (0, 4)
    assert "as it was" in err
    assert (practice / "fit.toml").read_bytes() == before


def test_dry_run_shows_the_tables_and_keeps_the_file(fit: Fit, practice: Path) -> None:
    before = (practice / "fit.toml").read_bytes()
    code, out, err = fit("instruments", "enable", "today-together-client", "--dry-run")
    assert code == 0
    assert len(tomllib.loads(out)["policies"]) == 3
    assert "nothing kept" in err
    assert (practice / "fit.toml").read_bytes() == before


def test_one_policy_by_name(fit: Fit, practice: Path) -> None:
    assert fit("instruments", "enable", "today-together-client", "--policy", "a-drop")[0] == 0
    assert ids(practice) == ["a-drop"]
    code, _, err = fit("instruments", "enable", "today-together-client", "--policy", "a-dorp")
    assert code == 3
    assert "did you mean 'a-drop'" in err


def test_at_a_terminal_each_is_asked_about(fit: Fit, practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("n\ny\nn\n"))
    code, out, _ = fit("instruments", "enable", "today-together-client")
    assert (code, ids(practice)) == (0, ["a-drop"])
    assert out.count("not wanted") == 2
    monkeypatch.setattr("sys.stdin", Terminal(""))
    assert fit("instruments", "enable", "today-together-client", "--all")[0] == 0
    assert len(ids(practice)) == 3


def test_a_policy_that_could_not_be_asked_is_left_out_with_the_reason(fit: Fit, practice: Path) -> None:
    text = (Path(str(catalog.bundled())) / "today-together-therapist.yaml").read_text()
    text = text.replace("id: today-together-therapist", "id: own-form", 1).replace(
        "counterpart: today-together-client\n", ""
    )
    text += "\nsuggests:\n  - {id: one, kind: dorp, because: It fell.}\n  - {id: two, kind: drop, parameters: {pints: 2}, because: It fell.}\n"
    (practice / "instruments" / "own-form.yaml").write_text(text)
    code, out, _ = fit("instruments", "enable", "own-form")
    assert code == 0
    assert out.count("not written") == 2
    assert "pints" in out
    assert ids(practice) == []


def test_disable_takes_out_what_was_written_and_leaves_what_was_changed(fit: Fit, practice: Path) -> None:
    before = (practice / "fit.toml").read_text()
    fit("instruments", "enable", "today-together-client")
    assert fit("instruments", "disable", "today-together-client")[0] == 0
    assert (practice / "fit.toml").read_text() == before
    fit("instruments", "enable", "today-together-client")
    file = practice / "fit.toml"
    file.write_text(file.read_text().replace("points = 1.0", "points = 1.5"))
    _, _, err = fit("instruments", "disable", "today-together-client")
    assert "a-drop was changed" in err
    assert ids(practice) == ["a-drop"]


def test_init_starts_with_the_policies_of_the_instruments_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "clinic"), "--instrument", "today-together-client"]) == 0
    assert ids(tmp_path / "clinic") == ["working-together", "a-drop", "seen-differently"]
    assert "a-drop" in capsys.readouterr().err
    assert run(["init", str(tmp_path / "other"), "--instrument", "phq9"]) == 3
    assert not (tmp_path / "other").exists()


def test_every_shipped_instrument_suggests_only_what_can_be_asked(fit: Fit, practice: Path) -> None:
    for instrument in catalog.build([catalog.bundled()]):
        code, out, err = fit("instruments", "enable", instrument.id, "--format", "csv")
        assert code == 0, err
        assert "not written" not in out, out
    assert fit("policies", "check")[0] == 0
