from __future__ import annotations

import socket
import warnings
from pathlib import Path

import pytest

from tests.conftest import serves


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1"])
def test_a_test_cannot_leave_this_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as outward, pytest.raises(AssertionError, match="outside this machine"):
        outward.connect((host, 80))


def test_a_test_may_talk_to_itself() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"hello")
        with server.accept()[0] as peer:
            assert peer.recv(5) == b"hello"


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="careful"):
        warnings.warn("careful", stacklevel=1)


def test_the_folders_of_tests_lie_only_where_there_is_room(tmp_path: Path) -> None:
    assert serves(tmp_path, room=0)
    assert not serves(tmp_path, room=1 << 60)
    assert not serves(tmp_path / "nowhere", room=0)
