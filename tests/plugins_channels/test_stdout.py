"""The stdout channel: subject and text, nothing else."""

from __future__ import annotations

import pytest

from fit_toolkit.engine import build_registry
from fit_toolkit.model.parts import Message

STDOUT = build_registry(third_party=False).channels["stdout"].cls


def test_it_prints_to_whom_about_what_and_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert STDOUT is not None
    STDOUT().deliver(Message(key="k", recipient="anna", subject="FIT: 2 items to review", body="Two.\n\n"))
    assert capsys.readouterr().out == "To: anna\nSubject: FIT: 2 items to review\n\nTwo.\n\n"
