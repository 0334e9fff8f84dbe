"""The file channel: one whole line a message, for its owner's eyes only."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.errors import DeliveryError
from fit_toolkit.model.parts import Channel, Message

FILE = build_registry(third_party=False).channels["file"].cls


def channel(folder: Path) -> Channel:
    assert FILE is not None
    made = FILE(folder=str(folder))
    assert isinstance(made, Channel)
    return made


def message(key: str) -> Message:
    return Message(
        key=key, recipient="anna", subject="FIT: 1 item to review", body="Ein Überblick\n", severity="safety"
    )


def lines(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "messages.jsonl").read_text(encoding="utf-8").splitlines()]


def test_each_message_is_one_line_of_json(tmp_path: Path) -> None:
    for key in ("a", "b"):
        channel(tmp_path / "post").deliver(message(key))
    assert [line["key"] for line in lines(tmp_path / "post")] == ["a", "b"]
    assert lines(tmp_path / "post")[0] == {
        "key": "a",
        "recipient": "anna",
        "severity": "safety",
        "subject": "FIT: 1 item to review",
        "body": "Ein Überblick\n",
    }


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    channel(tmp_path / "post").deliver(message("a"))
    assert stat.S_IMODE((tmp_path / "post" / "messages.jsonl").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "post").stat().st_mode) == 0o700


def test_a_line_cut_short_by_a_crash_does_not_spoil_the_next(tmp_path: Path) -> None:
    channel(tmp_path).deliver(message("a"))
    file = tmp_path / "messages.jsonl"
    with file.open("a") as half:
        half.write('{"key": "ha')
    channel(tmp_path).deliver(message("b"))
    written = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(written[place])["key"] for place in (0, 2)] == ["a", "b"]


def test_a_file_that_cannot_be_written_is_a_reason_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "post").write_text("not a folder")
    with pytest.raises(DeliveryError) as caught:
        channel(tmp_path / "post").deliver(message("a"))
    assert not caught.value.permanent
    assert str(tmp_path) not in str(caught.value)


def test_a_full_disk_is_a_reason_to_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeliveryError, match="No space left"):
        channel(tmp_path).deliver(message("a"))


@pytest.mark.skipif(os.name != "posix", reason="limits on the size of files are POSIX")
def test_a_line_that_fits_only_in_part_is_taken_away_again(tmp_path: Path) -> None:
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from tests.plugins_channels.test_file import channel, message\n"
        "from fit_toolkit.errors import DeliveryError\n"
        "folder = Path(sys.argv[1])\n"
        "channel(folder).deliver(message('a'))\n"
        "size = (folder / 'messages.jsonl').stat().st_size\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))\n"
        "try:\n"
        "    channel(folder).deliver(message('b'))\n"
        "except DeliveryError:\n"
        "    sys.exit(7)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=root, timeout=60)
    assert done.returncode == 7
    assert [line["key"] for line in lines(tmp_path)] == ["a"]
