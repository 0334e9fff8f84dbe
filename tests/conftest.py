"""What holds for every test: no network but this machine's own, no practice of the developer's, and no warning unseen."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
LONG = os.environ.get("FIT_TEST_LONG") == "1"

# Two busy cores make single examples slow by chance, so no deadline. What passes here passes in CI: the examples are the
# same in every run, but where depth is asked for. New ones are looked for with --long and --random.
RANDOM = LONG or os.environ.get("FIT_TEST_RANDOM") == "1"
settings.register_profile(
    "fit", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow], derandomize=not RANDOM
)
settings.load_profile("fit")


#: A folder whose files never wait for a disk: a practice is written with care, which is thousands of waits in all tests.
MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes, far more than tests leave: what belongs to a test that passed goes with it


def serves(memory: Path, room: int = ROOM) -> bool:
    """Say whether the folders of tests may lie there: it can be written to, programs in it run, and there is room."""
    if not os.access(memory, os.W_OK | os.X_OK):
        return False
    return not os.statvfs(memory).f_flag & os.ST_NOEXEC and shutil.disk_usage(memory).free >= room


def pytest_configure() -> None:
    """Put `tmp_path` into memory where that is possible; PYTEST_DEBUG_TEMPROOT or --basetemp puts it elsewhere."""
    if os.name == "posix" and serves(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


#: What takes longest goes first, so that no process sits over one long file while the others have nothing left to do.
FIRST = ("faults", "plugins", "testing", "docs", "cli", "alerts", "sheets")


def rank(item: pytest.Item) -> int:
    """The place in line of the folder a test lies in; what is not named there comes last."""
    folder = item.path.relative_to(HERE).parts[0]
    return FIRST.index(folder) if folder in FIRST else len(FIRST)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; leave out what is marked long, unless it was asked for."""
    items.sort(key=rank)
    for item in items:
        if item.get_closest_marker("long") and not LONG:
            item.add_marker(pytest.mark.skip(reason="long; script/test --long runs it"))


def is_this_machine(address: object) -> bool:
    """Say whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0]).partition("%")[0]
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_outside_network() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, *args: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not is_this_machine(args[-1]):
                message = "a test tried to reach the network outside this machine"
                raise AssertionError(message)
            return real(self, *args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_settings_of_the_developer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide the FIT_* settings and the folders of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("FIT_") and not name.startswith("FIT_TEST_"):
                patch.delenv(name)
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session", autouse=True)
def a_store_costs_once() -> Iterator[None]:
    """Spare every store of a test the compiling of statements and the migrations that another has had."""
    from tests.statements import say_again, share

    with pytest.MonkeyPatch.context() as patch:
        share(patch)
        say_again(patch)
        yield
