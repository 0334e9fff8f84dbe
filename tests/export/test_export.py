"""`fit export`: who is in it, what is left out, and that it appears whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.export.names import KEY, own_key
from fit_toolkit.store import handing_on, people, runs
from tests.export.making import NOTE, fit, manifest, opened, rows


def everything(folder: Path) -> str:
    return "".join(file.read_text() for file in sorted(folder.rglob("*")) if file.is_file())


def test_codes_are_pseudonyms_that_are_the_same_every_time(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "one")) == 0
    assert fit(clinic, "export", "-o", str(tmp_path / "two"), "--instrument", "phq-2") == 0

    for code in ("k17", "k18", "anna", "ben"):
        assert code not in everything(tmp_path / "one")
    one, two = ({row["client"] for row in rows(tmp_path / name, "members.csv")} for name in ("one", "two"))
    assert len(one) == 2
    assert two < one
    assert all(name[0] == "p" and name.isalnum() and len(name) == 13 for name in one)
    assert manifest(tmp_path / "one")["pseudonyms"] == "stable"


def test_fresh_pseudonyms_are_those_of_one_export_alone(clinic: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert fit(clinic, "export", "-o", str(tmp_path / name), "--fresh-pseudonyms") == 0

    one, two = ({row["client"] for row in rows(tmp_path / name, "members.csv")} for name in ("one", "two"))
    assert not one & two
    assert not (clinic / KEY).exists()


def test_identified_has_the_codes_of_the_practice_and_says_so(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), "--identified") == 0

    assert {row["client"] for row in rows(tmp_path / "out", "members.csv")} == {"k17", "k18"}
    assert manifest(tmp_path / "out")["pseudonyms"] == "none"
    assert "The codes are those of the practice" in capsys.readouterr().err


def test_free_text_is_withheld_unless_it_is_asked_for_and_is_no_formula(clinic: Path, tmp_path: Path) -> None:
    wanted = {"one": (), "two": ("--texts",), "three": ("--texts", "--raw")}
    for name, more in wanted.items():
        assert fit(clinic, "export", "-o", str(tmp_path / name), *more) == 0

    found = {
        name: next(row["value"] for row in rows(tmp_path / name, "answers.csv") if row["item"] == "keep" and row["date"] == "2026-02-02")
        for name in wanted
    }  # fmt: skip
    assert found == {"one": "", "two": f"'{NOTE}", "three": NOTE}
    assert manifest(tmp_path / "two")["free_text"] is True


def test_what_was_corrected_stays_out_unless_all_states_are_asked_for(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "one"), "--instrument", "phq-2") == 0
    assert fit(clinic, "export", "-o", str(tmp_path / "all"), "--instrument", "phq-2", "--all-states") == 0

    assert [row["value"] for row in rows(tmp_path / "one", "answers.csv")] == ["2", "1"]
    forms = rows(tmp_path / "all", "administrations.csv")
    assert [(row["administration"], row["state"], row["replaces"]) for row in forms] == [
        ("1", "superseded", ""),
        ("2", "valid", "1"),
    ]
    answers = rows(tmp_path / "all", "answers.csv")
    assert [(row["administration"], row["state"], row["value"]) for row in answers] == [
        ("1", "superseded", "3"), ("1", "superseded", "0"), ("2", "valid", "2"), ("2", "valid", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "forms"),
    [
        (("--since", "2026-02-09"), 3),
        (("--until", "2026-02-03"), 2),
        (("--instrument", "phq-2", "--instrument", "bdi"), 2),
        (("--therapist", "anna"), 3),
        (("--episode", "k18-1"), 2),
        (("--label", "pilot"), 2),
        ((), 5),
    ],
)
def test_only_what_is_asked_for_is_in_it(clinic: Path, tmp_path: Path, words: tuple[str, ...], forms: int) -> None:
    assert fit(clinic, "episodes", "label", "k18-1", "pilot") == 0
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), *words) == 0

    assert manifest(tmp_path / "out")["counts"]["administrations"] == forms
    assert len(rows(tmp_path / "out", "administrations.csv")) == forms


def test_the_manifest_tells_of_every_file_and_of_whom_only_as_many_as_were_named(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), "--therapist", "anna", "--since", "2026-01-01") == 0

    told = manifest(tmp_path / "out")
    assert {each["path"] for each in told["files"]} | {"manifest.json"} == {
        file.name for file in (tmp_path / "out").iterdir()
    }
    for each in told["files"]:
        content = (tmp_path / "out" / each["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == each["sha256"]
        assert len(rows(tmp_path / "out", each["path"])) == each["rows"]
    assert told["filters"] == {"since": "2026-01-01", "therapists": "1 given"}
    assert told["made_at"] == "2026-06-01T09:00:00+00:00"
    assert "not anonymous" in told["small_print"]


def test_a_label_that_names_somebody_is_withheld_where_codes_are_pseudonyms(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "episodes", "label", "k18-1", "sister-of-k17", "pilot", "k1", "site:anna") == 0
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), "--label", "sister-of-k17") == 0
    (member,) = rows(tmp_path / "out", "members.csv")
    assert member["labels"] == "k1;pilot;withheld"
    assert "k17" not in everything(tmp_path / "out")
    assert fit(clinic, "export", "-o", str(tmp_path / "told"), "--label", "pilot", "--identified") == 0
    (member,) = rows(tmp_path / "told", "members.csv")
    assert member["labels"] == "k1;pilot;sister-of-k17;site:anna"


def test_the_same_ratings_give_the_same_bytes(clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    for name in ("one", "two"):
        assert fit(clinic, "export", "-o", str(tmp_path / name)) == 0

    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    assert manifest(tmp_path / "one")["made_at"] == "2026-01-01T00:00:00+00:00"


def test_nobody_else_may_read_it_nor_the_key(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "out")) == 0

    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "out").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert stat.S_IMODE((clinic / KEY).stat().st_mode) == 0o600


def test_a_key_that_others_may_read_or_that_is_damaged_is_refused(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "one")) == 0
    (clinic / KEY).chmod(0o644)
    assert fit(clinic, "export", "-o", str(tmp_path / "two")) == 5
    assert "chmod 600" in capsys.readouterr().err
    (clinic / KEY).chmod(0o600)
    (clinic / KEY).write_text("what was it\n")
    assert fit(clinic, "export", "-o", str(tmp_path / "two")) == 5
    assert "no key of exports any more" in capsys.readouterr().err
    assert not (tmp_path / "two").exists()


def test_a_key_that_could_not_be_written_whole_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ConfigError, match="cannot be made"):
            own_key(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert own_key(tmp_path) == own_key(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [KEY]


def test_a_folder_that_holds_something_is_left_alone(clinic: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert fit(clinic, "export", "-o", str(tmp_path / "out")) == 0, "an empty one is taken"
    before = everything(tmp_path / "out")
    assert fit(clinic, "export", "-o", str(tmp_path / "out")) == 2
    assert everything(tmp_path / "out") == before
    assert fit(clinic, "export", "-o", str(tmp_path / "no" / "out")) == 2


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("--since", "2026-05-01"), 3, "no such ratings"),
        (("--since", "2026-05-02", "--until", "2026-05-01"), 2, "is after"),
        (("--identified", "--fresh-pseudonyms"), 2, "do not go together"),
        (("--instrument", "phq-3"), 3, "phq-9"),
        (("--therapist", "nobody"), 3, "fit staff list"),
        (("--format", "xml"), 5, "there is no writer 'xml'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_there(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int, says: str
) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), *words) == code

    assert says in capsys.readouterr().err
    assert sorted(each.name for each in tmp_path.iterdir()) == ["clinic"]


def test_ratings_of_an_instrument_that_is_gone_are_named(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (clinic / "instruments" / "bdi.yaml").unlink()

    assert fit(clinic, "export", "-o", str(tmp_path / "out")) == 5
    assert "instruments that are not here: bdi" in capsys.readouterr().err
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), "--instrument", "phq-2") == 0


MINE = """
from fit_toolkit import Writer, hookimpl
fit_hook_api = "1.2"

class Mine(Writer, frozen=True):
    "Mine."
    kind = "mine"

    def write(self, export, folder):
        for part in export.parts():
            raise ValueError(part.members["client"].iloc[0])

@hookimpl
def register_writers():
    return [Mine]
"""


def test_a_writer_that_fails_is_named_and_leaves_nothing(
    clinic: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = clinic / "plugins" / "mine.py"
    file.write_text(MINE)
    file.chmod(0o600)

    assert fit(clinic, "export", "--format", "mine", "--identified", "-o", str(tmp_path / "out")) == 5
    told = capsys.readouterr().err
    assert "fit: plugin mine " in told
    assert ": register_writers writer mine: raised ValueError (mine.py:11)" in told
    assert "k17" not in told
    assert sorted(each.name for each in tmp_path.iterdir()) == ["clinic"]
    with opened(clinic).store.read() as c:
        assert not noted(c), "nothing went out"


def noted(c: Any) -> list[dict[str, object]]:
    found = runs.newest_run(c, handing_on.KIND)
    return [found] if found else []


def test_that_something_went_out_is_kept_in_the_record(clinic: Path, tmp_path: Path) -> None:
    assert fit(clinic, "export", "-o", str(tmp_path / "out"), "--therapist", "anna") == 0

    with opened(clinic).store.read() as c:
        (run,) = noted(c)
        handed = {code: handing_on.handed_on(c, people.client_id(c, code)) for code in ("k17", "k18")}
    assert run["exit_code"] == 0
    assert [each["format"] for each in handed["k17"]] == ["csv"]
    assert handed["k18"] == [], "nothing of theirs went out"
    assert run["counts"] == {
        "clients": 1, "administrations": 3, "answers": 38, "scores": 18, "format": "csv", "pseudonyms": "stable",
        "free_text": False, "wanted": {"therapists": ["anna"]},
    }  # fmt: skip
