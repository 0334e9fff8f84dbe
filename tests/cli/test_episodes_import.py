from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Fit


def test_who_is_in_treatment_comes_in_from_a_folder_and_again_changes_nothing(fit: Fit, tmp_path: Path) -> None:
    folder = tmp_path / "move"
    folder.mkdir()
    (folder / "members.csv").write_text(
        "client,episode,therapist,opened,name\nk1,P,T2,2026-01-05,Canary\nk2,P,T2,2026-01-05,Canary\n"
    )
    (folder / "assignments.csv").write_text(
        "episode,therapist,since,until\nP,T1,2026-01-05,2026-01-31\nP,T2,2026-02-01,\n"
    )

    tried = fit("episodes", "import", str(folder), "--add-staff", "--dry-run")
    assert (
        tried.code,
        "Dry run, nothing kept: Opened 1 episode; added 2 clients and 2 members of staff." in tried.err,
    ) == (0, True)
    assert fit("clients", "list").out == ""
    done = fit("episodes", "import", str(folder), "--add-staff", "--format", "json")
    assert [(each["file"], each["accepted"]) for each in json.loads(done.out)["episodes-import"]] == [
        ("members.csv", 2),
        ("assignments.csv", 2),
    ]
    assert "dropped because they tell who somebody is: name" in done.err
    assert "Canary" not in done.err
    again = fit("episodes", "import", str(folder))
    assert (again.code, "Nothing new in these files." in again.err) == (0, True)
    assert "T2" in fit("episodes", "list").out


def test_a_bad_row_is_named_with_its_line_and_nothing_is_written(fit: Fit, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("client,opened,therapist\nk1,2026-01-05,T1\nk2,2026-01-05,\n")
    refused = fit("episodes", "import", str(file))
    assert (refused.code, "list.csv:2: therapist" in refused.err) == (3, True)
    assert "Nothing was written." in refused.err
    assert fit("clients", "list").out == ""


def test_clients_get_pseudonyms_at_the_door_where_asked(fit: Fit, practice: Path, tmp_path: Path) -> None:
    assert fit("pseudonym", "--new-key", str(tmp_path / "key")).code == 0
    toml = practice / "fit.toml"
    toml.write_text(toml.read_text().replace('# pseudonym_key_file = ""', 'pseudonym_key_file = "../key"'))
    file = tmp_path / "list.csv"
    file.write_text("client,opened\nCanary,2026-01-05\n")
    assert fit("episodes", "import", str(file), "--pseudonymise").code == 0
    listed = fit("clients", "list").out
    assert "Canary" not in listed
    assert listed.count("\nk") == 1
