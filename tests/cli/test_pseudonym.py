"""From the shell: names never get past the door, and the key never into the practice."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Fit

NINE = ",".join(f"q{number}" for number in range(1, 10))
TEXT = f"patient,Name,e-mail,date,age,{NINE}\n" + "".join(
    f"MRN-{who},Canary {who},canary{who}@x.org,2026-02-0{day},44,{','.join(str(last) * 9)}\n"
    for who, day, last in ((4711, 1, 1), (4712, 2, 1), (4712, 3, 8))
)
MAP = f"""format: fit-map/1
instrument: phq-9
columns: {{patient: client, date: date, {", ".join(f"q{n}: q{n}" for n in range(1, 10))}}}
ignore: [age]
"""


@pytest.fixture
def clinic(fit: Fit, practice: Path, tmp_path: Path) -> Fit:
    """A practice whose clients get pseudonyms, with a file to be imported and its map."""
    assert fit("staff", "add", "T1", "--starts", "2025-01-01").code == 0
    made = fit("pseudonym", "--new-key", str(tmp_path / "key"))
    assert made.code == 0
    assert "Keep a copy" in made.err
    toml = practice / "fit.toml"
    text = toml.read_text().replace("# pseudonyms = false", "pseudonyms = true")
    toml.write_text(text.replace('# pseudonym_key_file = ""', 'pseudonym_key_file = "../key"'))
    (tmp_path / "a.csv").write_text(TEXT)
    (tmp_path / "a.map").write_text(MAP)
    return fit


def codes(fit: Fit) -> list[str]:
    return [row["code"] for row in json.loads(fit("clients", "list", "--format", "json").out)["clients"]]


def test_no_file_of_the_practice_and_no_message_knows_who_it_was(
    clinic: Fit, practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = ("import", str(tmp_path / "a.csv"), "--map", str(tmp_path / "a.map"), "--open-episodes", "--keep-going")
    done = clinic(*taken, "--format", "json")
    assert done.code == 4
    side = (tmp_path / "a.rejected.csv").read_text()
    key = (tmp_path / "key").read_text().strip()
    files = [path.read_bytes() for path in practice.rglob("*") if path.is_file()]
    said = (done.out + done.err + side).encode()
    for secret in ("canary", "mrn-", "4711", key):
        assert not any(secret in content.lower().decode("latin-1") for content in (*files, said)), secret
    monkeypatch.setattr("sys.stdin", io.StringIO("mrn-4711 \nMRN-4712\n"))
    assert sorted(clinic("pseudonym").out.split()) == codes(clinic)
    assert clinic(*taken[:-1]).code == 3, "the same file again"
    mended = side.replace(",8,8,8,8,8,8,8,8,8", ",1,1,1,1,1,1,1,1,1")
    (tmp_path / "a.rejected.csv").write_text(mended)
    again = clinic("import", str(tmp_path / "a.rejected.csv"), "--map", str(tmp_path / "a.map"))
    assert again.code == 0, again.err
    assert len(codes(clinic)) == 2, "a pseudonym that comes in again is no new person"


def test_another_key_is_noticed_before_everybody_is_somebody_new(clinic: Fit, tmp_path: Path) -> None:
    taken = ("import", str(tmp_path / "a.csv"), "--map", str(tmp_path / "a.map"), "--open-episodes", "--keep-going")
    assert clinic(*taken).code == 4
    (tmp_path / "key").unlink()
    clinic("pseudonym", "--new-key", str(tmp_path / "key"))
    refused = clinic(*taken)
    assert (refused.code, "another key" in refused.err) == (5, True)
    (tmp_path / "key").unlink()
    assert "cannot be read" in clinic(*taken).err


def test_what_is_shown_before_an_import_names_nobody(
    clinic: Fit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fit_toolkit.cli.import_.watched", lambda: True)
    shown = clinic("import", str(tmp_path / "a.csv"), "--instrument", "phq-9", "--dry-run")
    assert shown.code == 3, "patient is a guess, and age has to be settled"
    assert "(dropped)" in shown.err
    assert "(hidden)" in shown.err
    assert "anary" not in shown.err
    assert "MRN" not in shown.err


def test_nothing_is_guessed_about_a_code_that_was_not_given(clinic: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert clinic("pseudonym").code == 2


def test_pseudonyms_without_a_key_say_how_one_is_made(fit: Fit, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT)
    refused = fit("import", str(tmp_path / "a.csv"), "--instrument", "phq-9", "--pseudonymise")
    assert (refused.code, "--new-key" in refused.err) == (5, True)
