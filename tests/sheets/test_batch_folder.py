"""A therapist's folder: files appear whole, only files of ours are removed, and no link is followed."""

from __future__ import annotations

import errno
import os
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from fit_toolkit.errors import ConfigError
from fit_toolkit.sheets import batch_folder
from fit_toolkit.sheets.batch_folder import MANIFEST, PART, PLACES, Folder, folders_in, places, remember

DAY = date(2026, 3, 12)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_folder_and_its_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    folder.put("0001.pdf", b"x", day=DAY, key="k", sheets=(1,))
    assert [mode(path) for path in (folder.path, folder.path / "0001.pdf", folder.path / MANIFEST)] == [
        0o700,
        0o600,
        0o600,
    ]
    assert sorted(path.name for path in folder.path.iterdir()) == [MANIFEST, "0001.pdf"]


def test_a_folder_that_is_shared_with_the_therapists_group_stays_so_and_its_files_are_too(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna").chmod(0o750)
    folder = Folder(tmp_path / "anna", today=DAY)
    folder.put("0001.pdf", b"x", day=DAY)
    assert (mode(folder.path), mode(folder.path / "0001.pdf"), mode(folder.path / MANIFEST)) == (0o750, 0o640, 0o600)


def test_a_folder_open_to_everybody_and_a_link_are_refused(tmp_path: Path) -> None:
    (tmp_path / "anna").mkdir()
    (tmp_path / "anna").chmod(0o755)
    (tmp_path / "ben").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    for name, why in (("anna", "everybody"), ("ben", "link")):
        with pytest.raises(ConfigError, match=why):
            Folder(tmp_path / name, today=DAY)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_a_file_was_made_from_is_known_as_long_as_it_is_as_it_was(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    folder.put("0001.pdf", b"x", day=DAY, key="k")
    folder.save()
    folder = Folder(tmp_path / "anna", today=DAY)
    assert (folder.key("0001.pdf"), folder.key("0002.pdf")) == ("k", "")
    (folder.path / "0001.pdf").write_bytes(b"cut o")
    assert folder.key("0001.pdf") == ""


def test_killed_at_any_moment_the_list_holds_every_file_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    true = batch_folder._write

    def looked_at(file: Path, content: bytes, mode: int) -> None:
        true(file, content, mode)
        there = {path.name for path in folder.path.iterdir()} - {MANIFEST}
        assert there <= set(Folder(folder.path, today=DAY).files)

    monkeypatch.setattr(batch_folder, "_write", looked_at)
    for at in range(20):
        if at % 2:
            folder.announce(f"{at:04}.pdf", day=DAY, sheets=(at,), page="therapist")
        folder.put(f"{at:04}.pdf", b"x", day=DAY)
    folder.save()
    assert len(folder.files) == 20
    assert all(kept.sha256 for kept in folder.files.values())


def test_a_file_of_somebody_else_is_never_written_over_but_a_page_of_ours_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    (folder.path / "all.pdf").write_bytes(b"my own")
    (folder.path / "index.html").write_bytes(b'<meta name="generator" content="fit-toolkit 0.1">')
    with pytest.raises(ConfigError, match="did not make"):
        folder.put("all.pdf", b"x", day=DAY)
    folder.put("index.html", b"new", day=DAY)
    assert (folder.read("all.pdf"), folder.read("index.html")) == (b"my own", b"new")


def test_a_link_in_the_place_of_a_sheet_is_replaced_and_what_it_led_to_is_left(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    folder.put("0001.pdf", b"x", day=DAY)
    target = tmp_path / "target"
    target.write_bytes(b"kept")
    (folder.path / "0001.pdf").unlink()
    (folder.path / "0001.pdf").symlink_to(target)
    assert folder.remove(["0001.pdf"]) == ["0001.pdf"]  # changed by somebody: left there
    folder.put("0001.pdf", b"y", day=DAY)
    assert (target.read_bytes(), (folder.path / "0001.pdf").is_symlink()) == (b"kept", False)


def test_old_files_of_ours_go_and_nothing_else_does(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "anna", today=DAY - timedelta(days=20))
    for name in ("0001.pdf", "0002.pdf", "0003.pdf"):
        folder.put(name, name.encode(), day=DAY)
    folder.today = DAY
    folder.keep("0003.pdf", day=DAY)
    folder.save()
    (folder.path / "0002.pdf").write_bytes(b"with remarks")
    (folder.path / "notes.txt").write_text("mine")
    again = Folder(folder.path, today=DAY)
    old = again.older_than(DAY - timedelta(days=14))
    assert old == ["0001.pdf", "0002.pdf"]
    assert again.remove(old) == ["0002.pdf"]
    assert sorted(p.name for p in folder.path.iterdir()) == [MANIFEST, "0002.pdf", "0003.pdf", "notes.txt"]


def test_an_empty_folder_goes_only_where_we_made_it_and_nothing_of_anybody_is_in_it(tmp_path: Path) -> None:
    for name in ("given", "anna", "ben"):
        if name == "given":
            (tmp_path / name).mkdir(mode=0o700)
        folder = Folder(tmp_path / name, today=DAY)
        folder.put("0001.pdf", b"x", day=DAY)
        if name == "ben":
            (folder.path / "notes.txt").write_text("mine")
        folder.remove(["0001.pdf"])
        folder.remove_if_empty()
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["ben", "given", "notes.txt"]


def test_what_a_run_that_was_cut_off_left_behind_is_cleared_away(tmp_path: Path) -> None:
    Folder(tmp_path / "anna", today=DAY).put("0001.pdf", b"x", day=DAY)
    (tmp_path / "anna" / ".0002.pdf.fit-part").write_bytes(b"hal")
    Folder(tmp_path / "anna", today=DAY)
    assert sorted(p.name for p in (tmp_path / "anna").iterdir()) == [MANIFEST, "0001.pdf"]


@pytest.mark.parametrize("text", ["{", '{"schema": "other"}', '{"schema": "fit/sheets-folder/1", "files": {"../x": {"sha256": "", "day": "2026-01-01", "made": "2026-01-01"}}}'])  # fmt: skip
def test_a_list_that_is_not_ours_is_refused_and_its_folder_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "anna").mkdir(mode=0o700)
    (tmp_path / "anna" / MANIFEST).write_text(text)
    with pytest.raises(ConfigError, match="list of sheets"):
        Folder(tmp_path / "anna", today=DAY)
    assert folders_in(tmp_path, today=DAY) == []


def test_folders_behind_links_are_not_tidied(tmp_path: Path) -> None:
    Folder(tmp_path / "anna", today=DAY).put("0001.pdf", b"x", day=DAY)
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "anna").symlink_to(tmp_path / "anna")
    assert folders_in(tmp_path / "place", today=DAY) == []
    assert len(folders_in(tmp_path, today=DAY)) == 1


def test_places_are_remembered_once_in_a_private_file(tmp_path: Path) -> None:
    for name in ("b", "a", "b"):
        (tmp_path / name).mkdir(exist_ok=True)
        remember(tmp_path, tmp_path / name)
    assert places(tmp_path) == [tmp_path / "a", tmp_path / "b"]
    assert mode(tmp_path / PLACES) == 0o600
    (tmp_path / "a").rmdir()
    assert places(tmp_path) == [tmp_path / "b"]


def test_a_full_disk_leaves_the_file_as_it_was_and_no_part_of_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path / "anna", today=DAY)
    folder.put("0001.pdf", b"old", day=DAY)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        folder.put("0001.pdf", b"new", day=DAY)
    assert (tmp_path / "anna" / "0001.pdf").read_bytes() == b"old"
    assert [path.name for path in (tmp_path / "anna").iterdir() if path.name.endswith(PART)] == []
