from __future__ import annotations

from pathlib import Path

import pytest
from fit_pager import Pager

from fit_toolkit import DeliveryError, Message
from fit_toolkit.testing import plugin_checks

test_pager = plugin_checks("pager")

MESSAGE = Message(key="run-1-anna", recipient="anna", subject="FIT: 2 items to review", body="2 notices")


def test_a_message_is_one_file_for_one_number_however_often_it_comes(tmp_path: Path) -> None:
    pager = Pager(folder=str(tmp_path), numbers={"anna": "+4930123456"})
    pager.deliver(MESSAGE)
    pager.deliver(MESSAGE)
    (file,) = tmp_path.iterdir()

    assert file.read_text() == "To: +4930123456\n\nFIT: 2 items to review\n"


def test_without_a_number_trying_again_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as refused:
        Pager(folder=str(tmp_path), numbers={}).deliver(MESSAGE)

    assert refused.value.permanent


def test_a_folder_that_cannot_be_written_may_be_there_tomorrow(tmp_path: Path) -> None:
    (tmp_path / "gateway").write_text("a file is in the way")
    with pytest.raises(DeliveryError) as failed:
        Pager(folder=str(tmp_path / "gateway"), numbers={"anna": "+4930123456"}).deliver(MESSAGE)

    assert not failed.value.permanent
    assert "notices" not in str(failed.value), "an error never holds the message"
