"""A plugin that is tried sees another day everywhere but in NumPy, and is refused what a run would not expect of it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from typing import Any

import pytest

from fit_toolkit.engine import guards

CODE = """
import json, os, subprocess, socket, sys, tempfile
from fit_toolkit.engine import guards
TEMP = tempfile.gettempdir()
guards.install(sys.argv[1])
import time, datetime
from datetime import date, datetime as moment
import pandas
told = {
    "time": time.gmtime(time.time()).tm_year, "time_ns": time.gmtime(time.time_ns() // 10**9).tm_year,
    "localtime": time.localtime().tm_year, "gmtime": time.gmtime().tm_year, "ctime": int(time.ctime()[-4:]),
    "strftime": int(time.strftime("%Y")), "asctime": int(time.asctime()[-4:]), "today": date.today().year,
    "now": moment.now().year, "utc": moment.now(datetime.UTC).year, "moment.today": moment.today().year,
    "pandas": pandas.Timestamp.now().year, "pandas.today": pandas.to_datetime("today").year,
    "given": time.gmtime(0).tm_year,
}
kept = [isinstance(moment.now(), moment), type(date.today()) is date, time.strftime("%Y", time.gmtime(0)) == "1970"]
def tries(what):
    guards.GUARD.active = True
    try:
        what()
        refused = False
    except PermissionError:
        refused = True
    finally:
        guards.GUARD.active = False
    return [refused, guards.GUARD.taken()]
tried = {
    "connect": tries(lambda: socket.socket().connect(("192.0.2.1", 80))),
    "local": tries(lambda: socket.socket().connect(("127.0.0.1", 9))),
    "unix": tries(lambda: socket.socket(socket.AF_UNIX).connect("/nowhere")),
    "sendto": tries(lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 80))),
    "name": tries(lambda: socket.gethostbyname("example.org")),
    "system": tries(lambda: os.system("true")),
    "fork": tries(lambda: os._exit(9) if os.fork() == 0 else None),
    "spawn": tries(lambda: os.posix_spawn("/bin/true", ["true"], {})),
    "write": tries(lambda: open(os.path.join(TEMP, "fit-guard"), "w")),
    "append": tries(lambda: open(os.path.join(TEMP, "fit-guard"), "ab")),
    "mkdir": tries(lambda: os.mkdir("/tmp/fit-guard-folder")),
    "read": tries(lambda: open(guards.__file__).close()),
    "nothing": tries(lambda: open(os.devnull, "w").close()),
    "import": tries(lambda: __import__("decimal")),
}
print(json.dumps([told, kept, tried]))
"""


def installed(trial: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CODE, trial], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def elsewhere() -> Any:
    return installed("other-day")


def test_every_clock_shows_another_day(elsewhere: Any) -> None:
    told, _, _ = elsewhere

    assert told.pop("given") == 1970
    assert set(told.values()) == {2021}


def test_dates_stay_dates(elsewhere: Any) -> None:
    assert elsewhere[1] == [True, True, True]


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        ("connect", "tried to reach the network (socket.connect 192.0.2.1:80)"),
        ("local", "tried to reach the network (socket.connect 127.0.0.1:9)"),
        ("unix", "tried to reach the network (socket.connect /nowhere)"),
        ("sendto", "tried to reach the network (socket.sendto 192.0.2.1:80)"),
        ("name", "tried to reach the network (socket.gethostbyname example.org)"),
        ("system", "tried to start another program (os.system true)"),
        ("fork", "tried to start another program (os.fork)"),
        ("spawn", "tried to start another program (os.posix_spawn /bin/true)"),
        ("write", "tried to write a file (open "),
        ("append", "tried to write a file (open "),
        ("mkdir", "tried to write a file (os.mkdir /tmp/fit-guard-folder)"),
    ],
)
def test_what_is_shut_off_is_refused_and_named(elsewhere: Any, attempt: str, says: str) -> None:
    refused, said = elsewhere[2][attempt]

    assert refused
    assert said.startswith(says)


@pytest.mark.parametrize("attempt", ["read", "nothing", "import"])
def test_reading_is_not_refused(elsewhere: Any, attempt: str) -> None:
    assert elsewhere[2][attempt] == [False, ""]


def test_where_only_doors_are_shut_the_day_is_today() -> None:
    told, _, tried = installed("shut")

    assert told["today"] == told["pandas"] == told["time"] > 2021
    assert tried["system"][0]


def test_a_channel_on_trial_reaches_this_machine_and_no_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stub, guards.this_machine_only():
        socket.create_connection(stub.getsockname(), timeout=5).close()
        with pytest.raises(ConnectionRefusedError, match="no network"):
            socket.create_connection(("pager.example.org", 443), timeout=5)
